import { refuse } from '../errors.ts'
import { openOf } from '../reservations.ts'
import { type ReservationCommand, reservationKind } from './of-reservation.ts'

/** Gives reserved units back, at most what is still open: what was released or shipped is so exactly once. */
export type ReleaseCommand = ReservationCommand & { kind: 'release' }

export const release = reservationKind<ReleaseCommand>({
  decide: ({ quantity }, of) => {
    const open = openOf(of.claim)
    return quantity > open
      ? refuse('insufficient-open', 'quantity', `${quantity} units asked, ${open} are still reserved.`)
      : of.decided(of.spread({ kind: 'release', units: quantity }))
  },
})
