import { refuse } from '../errors.ts'
import { openOf } from '../reservations.ts'
import { type ReservationCommand, reservationKind } from './of-reservation.ts'

/** Reserved units that have left, at most what is still open. */
export type ShipCommand = ReservationCommand & { kind: 'ship' }

export const ship = reservationKind<ShipCommand>({
  decide: ({ quantity }, of) => {
    const open = openOf(of.claim)
    return quantity > open
      ? refuse('insufficient-open', 'quantity', `${quantity} units asked, ${open} are still reserved.`)
      : of.decided(of.spread({ kind: 'ship', units: quantity }))
  },
})
