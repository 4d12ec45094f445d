import {
  type ClaimBase,
  claimOf,
  decideReservation,
  type NewMovement,
  openClaim,
  type Part,
  type ReservationRow,
  spreadSteps,
} from '@plimsoll/stock'
import type { KnownLine } from '../order-change.ts'
import { type OrderFacts, openUnitsOf } from '../order-facts.ts'
import { type Leaving, leave } from './claim-steps.ts'
import type { SentUnits } from './line-units.ts'

/** An order line after its shipments changed, with the movements that go with it. */
export type SettledLine = { line: KnownLine; movements: NewMovement[]; changed: ReservationRow[] }

/**
 * Brings what an order line holds to where its shipments and its channel together say it stands: what left has left (from the
 * location that it was sent from), what may still leave stays reserved, and what neither of them wants any more is
 * released. Told again it changes nothing. Pure.
 * @param settling.leaving undefined: nothing left since
 */
export function settleLine(
  known: KnownLine,
  rows: readonly ReservationRow[],
  settling: {
    state: OrderFacts['state']
    sent: SentUnits
    leaving: Leaving | undefined
    /** Base units of an item that shipments are to send from a location now. */
    pinnedAt: Leaving['pinnedAt']
    base: ClaimBase
    uuid(): string
  },
): SettledLine {
  const { state, sent, leaving, pinnedAt, base, uuid } = settling
  const [first] = rows
  // Nothing was ever reserved for it, so that nothing can have been sent.
  if (first === undefined) return { line: known, movements: [], changed: [] }
  const dispatched = Math.max(known.dispatched, sent.dispatched)
  const since = dispatched - known.dispatched
  const claim = openClaim(rows, base, uuid)
  if (since > 0 && leaving !== undefined) {
    // The channel may have said so before the warehouse did.
    const told = Math.min(since, Math.max(0, known.shipped - known.dispatched))
    leave(claim, partsOf(rows), since, told, leaving)
  }
  const left = claim.done()
  const shipped = Math.max(known.platformShipped, dispatched)
  const line = { ...known, dispatched, committed: sent.committed, shipped }
  const { reservation, steps } = decideReservation(claimOf(claim.rows), {
    open: Math.max(openUnitsOf(state, line), sent.committed),
    shipped,
    returned: Math.min(known.returned, shipped),
  })
  const rest = spreadSteps(claim.rows, [], steps, { ...first, uuid, pinnedAt }, base)
  const changed = new Map([...left.changed, ...rest.changed].map((row) => [row.reservationId, row]))
  return {
    line: { ...line, reserved: reservation.reserved, released: reservation.released },
    movements: [...left.movements, ...rest.movements],
    changed: [...changed.values()],
  }
}

/** What one unit of the owner is made of, as it was when it first reserved. */
export function partsOf(rows: readonly ReservationRow[]): Part[] {
  return [...new Map(rows.map(({ itemId, unitsEach }) => [itemId, { itemId, unitsEach }])).values()]
}
