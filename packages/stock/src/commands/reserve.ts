import { refuse } from '../errors.ts'
import { refuseLot } from '../lots/lots.ts'
import { availableOf } from '../movements.ts'
import type { ReservationRow } from '../reservations.store.ts'
import { NO_RESERVATION } from '../reservations.ts'
import { type PlaceCommand, placeKind } from './at-place.ts'
import { figuresOfClaim } from './claim-figures.ts'
import { reserveKit } from './reserve-kit.ts'

/**
 * Units promised to somebody, at least 1 and never beyond what is available (I5). With `expiresAt` the promise is
 * soft (a cart, a quote): what is still open then is given back by itself. Of an item that is tracked by lot, units are
 * promised out of all usable lots together unless one is named; `allocate` or `ship` settles which. Of a virtual kit,
 * all that it needs of each of its parts is promised, or nothing.
 */
export type ReserveCommand = PlaceCommand & {
  kind: 'reserve'
  /** `partial`: grant what there is when it is less than asked, but at least 1; `all` by default. */
  grant?: 'all' | 'partial' | undefined
  expiresAt?: Date | undefined
  /** `incoming`: out of what is on its way too, all of which counts as available then; whether it may be, callers check. */
  promise?: 'on-hand' | 'incoming' | undefined
}

export const reserve = placeKind<ReserveCommand>({
  rule: 'positive',
  lots: 'any',
  serials: 'none',
  kitParts: true,
  options: ({ grant, expiresAt, promise }) => ({ grant, expiresAt: expiresAt?.toISOString(), promise }),
  decide: (command, at) => {
    const { ledger, key } = at
    if (command.expiresAt !== undefined && command.expiresAt <= ledger.context.now()) {
      return refuse('expiry-in-past', 'expiresAt', `${command.expiresAt.toISOString()} has passed already.`)
    }
    const parts = ledger.directory.kitParts.get(key.itemId)
    if (parts !== undefined) return reserveKit(command, at, parts)
    const { lot } = at.lot
    const refused = lot === undefined ? undefined : refuseLot(lot, ledger.dayAt(key.locationId), 0)
    if (refused !== undefined) return refused
    // Units of a lot that are free may be promised already to somebody who has no lot yet.
    const coming = command.promise === 'incoming' ? ledger.totalAt(key).incoming : 0
    const usable = ledger.usableAt(key) + coming
    const available = lot === undefined ? usable : Math.min(usable, availableOf(at.balance))
    const granted = command.grant === 'partial' ? Math.min(command.quantity, available) : command.quantity
    if (granted > available || granted < 1) {
      return refuse(
        'insufficient-stock',
        'quantity',
        `${command.quantity} units asked, ${available} are available.`,
      )
    }
    const reservationId = ledger.context.uuid()
    const row: ReservationRow = {
      ...NO_RESERVATION,
      ...key,
      reservationId,
      kind: command.expiresAt === undefined ? 'strict' : 'soft',
      ownerKind: 'api',
      ownerId: reservationId,
      orderId: null,
      unitsEach: 1,
      expiresAt: command.expiresAt ?? null,
      reserved: granted,
    }
    const movement = at.move(
      'reserve',
      { reservedDelta: granted },
      { referenceKind: 'reservation', referenceId: reservationId },
    )
    return {
      kind: 'decided',
      changes: { movements: [movement], reservations: [row] },
      answer: (after) => ({
        ...figuresOfClaim(after, reservationId, key, undefined),
        ...(command.grant === 'partial' && { granted }),
      }),
    }
  },
})
