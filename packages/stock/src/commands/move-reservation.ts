import { assert } from '../assert.ts'
import { UNALLOCATED_LOT } from '../context.ts'
import { refuse } from '../errors.ts'
import { movementOf, type NewMovement } from '../movements.ts'
import type { ReservationRow } from '../reservations.store.ts'
import { NO_RESERVATION, openOf } from '../reservations.ts'
import { findLocation } from './directory.ts'
import { type ReservationCommand, reservationKind } from './of-reservation.ts'

/**
 * Moves open units of a reservation to another location, never beyond what is available there (I5). Nothing is
 * given up on the way: the owner holds as much as before, elsewhere.
 */
export type MoveReservationCommand = ReservationCommand & { kind: 'move-reservation'; locationCode: string }

export const moveReservation = reservationKind<MoveReservationCommand>({
  options: ({ locationCode }) => ({ locationCode }),
  places: ({ locationCode }, directory) => {
    const location = directory.locationsByCode.get(locationCode)
    return location === undefined ? [] : [{ locationId: location.locationId }]
  },
  decide: ({ quantity, locationCode }, of) => {
    const found = findLocation(of.ledger.directory, locationCode)
    if (found.kind === 'refused') return found
    const { locationId } = found.location
    const moves = planMoves(of.rows, quantity, locationId)
    if (moves === undefined) {
      return refuse(
        'insufficient-open',
        'quantity',
        `${quantity} units asked, fewer are still reserved elsewhere than at "${locationCode}".`,
      )
    }
    for (const [itemId, units] of unitsByItem(moves)) {
      const available = of.ledger.usableAt({ itemId, locationId })
      if (units > available) {
        const { sku } = of.ledger.item(itemId)
        return refuse(
          'insufficient-stock',
          'quantity',
          `${units} units of "${sku}" asked, ${available} are available at "${locationCode}".`,
        )
      }
    }
    const movements: NewMovement[] = []
    const rows = new Map(of.rows.map((row) => [row.reservationId, { ...row }]))
    const changed = new Set<ReservationRow>()
    for (const { from, units } of moves) {
      const source = rows.get(from.reservationId)
      assert(source !== undefined, 'units are moved from a row of this owner')
      let target = [...rows.values()].find(
        (row) => row.itemId === from.itemId && row.locationId === locationId && row.lotId === UNALLOCATED_LOT,
      )
      if (target === undefined) {
        const reservationId = of.ledger.context.uuid()
        target = { ...source, ...NO_RESERVATION, reservationId, locationId, lotId: UNALLOCATED_LOT }
        rows.set(reservationId, target)
      }
      source.reserved -= units
      target.reserved += units
      changed.add(source).add(target)
      movements.push(
        movementOf({ ...of.base, ...placeOf(source) }, 'release', { reservedDelta: -units }),
        movementOf({ ...of.base, ...placeOf(target) }, 'reserve', { reservedDelta: units }),
      )
    }
    return of.decided({ movements, changed: [...changed] })
  },
})

type Move = { from: ReservationRow; units: number }

/** Which rows give how many base units; undefined where too few are open elsewhere. */
function planMoves(
  rows: readonly ReservationRow[],
  quantity: number,
  locationId: string,
): Move[] | undefined {
  const moves: Move[] = []
  for (const itemId of new Set(rows.map((row) => row.itemId))) {
    const elsewhere = rows.filter((row) => row.itemId === itemId && row.locationId !== locationId)
    let left = quantity * (elsewhere[0]?.unitsEach ?? 1)
    for (const from of elsewhere) {
      const units = Math.min(left, openOf(from))
      if (units > 0) moves.push({ from, units })
      left -= units
    }
    if (left > 0) return undefined
  }
  return moves
}

function unitsByItem(moves: readonly Move[]): Map<string, number> {
  const units = new Map<string, number>()
  for (const move of moves) units.set(move.from.itemId, (units.get(move.from.itemId) ?? 0) + move.units)
  return units
}

function placeOf({ itemId, locationId, lotId }: ReservationRow) {
  return { itemId, locationId, lotId }
}
