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
 * given up on the way: the owner holds as much as before, elsewhere. A kit moves whole, wherever its parts lie: so many
 * more kits are complete there afterwards, and of each part what is there already stays. Too little of one part, and
 * nothing moves.
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
    const elsewhere = openOf(of.claim) - completeAt(of.rows, locationId)
    if (quantity > elsewhere) {
      return refuse(
        'insufficient-open',
        'quantity',
        `${quantity} units asked, ${elsewhere} are still reserved elsewhere than at "${locationCode}".`,
      )
    }
    const moves = planMoves(of.rows, quantity, locationId)
    const missing = [...unitsByItem(moves)].flatMap(([itemId, units]) => {
      const available = of.ledger.usableAt({ itemId, locationId })
      const { sku } = of.ledger.item(itemId)
      return units > available
        ? [
            `${units} units of "${sku}" asked, ${available} are available at "${locationCode}": ${units - available} missing.`,
          ]
        : []
    })
    if (missing.length > 0) return refuse('insufficient-stock', 'quantity', missing.join(' '))
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

/** Whole units of the owner that lie at a location with all that they consist of. */
function completeAt(rows: readonly ReservationRow[], locationId: string): number {
  return Math.min(
    ...[...Map.groupBy(rows, (row) => row.itemId).values()].map((own) =>
      Math.floor(openAt(own, locationId) / unitsEachOf(own)),
    ),
  )
}

/** Which rows give how many base units, so that `quantity` more are complete at the location. */
function planMoves(rows: readonly ReservationRow[], quantity: number, locationId: string): Move[] {
  const moves: Move[] = []
  const complete = completeAt(rows, locationId) + quantity
  for (const own of Map.groupBy(rows, (row) => row.itemId).values()) {
    let left = complete * unitsEachOf(own) - openAt(own, locationId)
    for (const from of own.filter((row) => row.locationId !== locationId)) {
      const units = Math.min(left, openOf(from))
      if (units <= 0) continue
      moves.push({ from, units })
      left -= units
    }
    assert(left <= 0, 'all parts of an owner stand alike, so what one has elsewhere the others have too')
  }
  return moves
}

function openAt(rows: readonly ReservationRow[], locationId: string): number {
  return rows.reduce((sum, row) => sum + (row.locationId === locationId ? openOf(row) : 0), 0)
}

function unitsEachOf(rows: readonly ReservationRow[]): number {
  return rows[0]?.unitsEach ?? 1
}

function unitsByItem(moves: readonly Move[]): Map<string, number> {
  const units = new Map<string, number>()
  for (const move of moves) units.set(move.from.itemId, (units.get(move.from.itemId) ?? 0) + move.units)
  return units
}

function placeOf({ itemId, locationId, lotId }: ReservationRow) {
  return { itemId, locationId, lotId }
}
