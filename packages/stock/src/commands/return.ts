import { type Refusal, refuse } from '../errors.ts'
import { movementOf } from '../movements.ts'
import { findLocation } from './directory.ts'
import {
  type OfReservation,
  type OwnedSerial,
  type ReservationCommand,
  reservationKind,
} from './of-reservation.ts'
import { returnSerials, serialsOfItem } from './serials-of-claim.ts'
import { lotIdOf } from './tracked.ts'

/**
 * Shipped units that came back, at most what was shipped and is not back yet. They go to the lot that they came from; of
 * an item that is tracked by serial number each is named.
 */
export type ReturnCommand = ReservationCommand & {
  kind: 'return'
  /** `damaged` and `inspection` are held; sellable by default. */
  condition?: 'sellable' | 'damaged' | 'inspection' | undefined
  /** Where they came in; by default where they were shipped from. */
  locationCode?: string | undefined
  /** Code of the lot that came back, where units were shipped from several; by default the one shipped last. */
  lot?: string | undefined
  serials?: readonly string[] | undefined
}

export const returnStock = reservationKind<ReturnCommand>({
  options: ({ condition, locationCode, lot, serials }) => ({
    condition,
    locationCode,
    lot,
    serials: serials?.toSorted(),
  }),
  names: ({ lot, serials }) => ({
    ...(lot !== undefined && { lots: [lot] }),
    ...(serials !== undefined && { serials }),
  }),
  places: ({ locationCode }, directory) => {
    const location = locationCode === undefined ? undefined : directory.locationsByCode.get(locationCode)
    return location === undefined ? [] : [{ locationId: location.locationId }]
  },
  decide: (command, of) => {
    const { quantity, condition = 'sellable', locationCode } = command
    const out = of.claim.shipped - of.claim.returned
    if (quantity > out) {
      return refuse('insufficient-shipped', 'quantity', `${quantity} units asked, ${out} are still out.`)
    }
    const into = locationCode === undefined ? undefined : findLocation(of.ledger.directory, locationCode)
    if (into?.kind === 'refused') return into
    const locationId = into?.location.locationId
    const back = takeBack(command, of, { state: condition === 'sellable' ? 'in-stock' : 'held', locationId })
    if (back.kind === 'refused') return back
    const arrived = back.movements.map((movement) => ({
      ...movementOf(movement, 'return', {
        onHandDelta: movement.onHandDelta,
        heldDelta: condition === 'sellable' ? 0 : movement.onHandDelta,
      }),
      locationId: locationId ?? movement.locationId,
      reason: movement.reason ?? (condition === 'sellable' ? null : condition),
    }))
    return of.decided({ ...back, movements: arrived })
  },
})

/** Which rows the units go back to: those of the serials or the lot that came back, else those shipped last. */
function takeBack(
  { quantity, lot, serials }: ReturnCommand,
  of: OfReservation,
  to: { state: 'in-stock' | 'held'; locationId: string | undefined },
) {
  const { ledger, ownerId } = of
  const parts = of.parts(quantity)
  const bySerial = parts.filter(({ item }) => item.tracking === 'serial')
  if (serials !== undefined && bySerial.length === 0) {
    return refuse('serial-not-tracked', 'serials', 'Nothing of this reservation is tracked by serial number.')
  }
  if (lot === undefined && bySerial.length === 0) {
    return { kind: 'back' as const, ...of.spread({ kind: 'return', units: quantity }) }
  }
  const work = of.open()
  const moves: OwnedSerial[] = []
  let isLotFound = lot === undefined
  for (const { item, units } of parts) {
    if (item.tracking === 'serial') {
      const own = serialsOfItem(ledger, item, serials, bySerial.length === 1)
      const back = returnSerials({ work, ledger, item, ownerId, units, serials: own }, to)
      if ('kind' in back) return back
      moves.push(...back.map((move) => ({ ...move, itemId: item.itemId })))
      continue
    }
    const lotId = lot === undefined ? undefined : lotIdOf(ledger.directory, item, lot)
    if (lotId !== undefined) isLotFound = true
    const refused = takeRows(work, item.itemId, lotId, units, lot)
    if (refused !== undefined) return refused
  }
  if (!isLotFound) return refuse('unknown-lot', 'lot', `Nothing of this reservation has a lot "${lot}".`)
  return { kind: 'back' as const, ...work.done(), serials: moves }
}

function takeRows(
  work: ReturnType<OfReservation['open']>,
  itemId: string,
  lotId: string | undefined,
  units: number,
  code: string | undefined,
): Refusal | undefined {
  let left = units
  const own = work.rows.filter((row) => row.itemId === itemId && (lotId === undefined || row.lotId === lotId))
  for (const row of own.reverse()) {
    const back = Math.min(left, row.shipped - row.returned)
    if (back > 0) work.take(row, 'return', back)
    left -= back
  }
  return left === 0
    ? undefined
    : refuse('insufficient-shipped', 'quantity', `${units - left} units of the lot "${code}" are still out.`)
}
