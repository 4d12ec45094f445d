import {
  type ClaimBase,
  movementOf,
  type NewMovement,
  type ReservationRow,
  UNALLOCATED_LOT,
} from '@plimsoll/stock'
import { decideSent, type LinePart } from './line-units.ts'
import { openUnits } from './shipment.ts'
import type { StoredShipmentLine } from './shipments.store.ts'
import type { ToldLot } from './told-lots.ts'

/** A line of a shipment, with where it leaves from. */
export type PlacedLine = StoredShipmentLine & { locationId: string }

/**
 * The reason of movements that take off parts of kits and packs that left while the rest never will, and of those that bring
 * them in again as the rest has left after all.
 */
export const KIT_PART_LEFT_ALONE = 'kit-part-left-alone'

/**
 * How much of what left by each line of an order line's shipments is off the ledger by itself: parts of kits whose rest will not leave
 * by the same shipment, but for what their channel calls shipped, which is off in whole kits. Pure.
 * @param rows what the order line holds, with all that left of whole kits
 * @param shipped of the order line's units, how many count as shipped
 * @returns the lines of which that changed
 */
export function decideLeftAlone(
  parts: readonly LinePart[],
  rows: readonly ReservationRow[],
  lines: readonly PlacedLine[],
  shipped: number,
): PlacedLine[] {
  const ended = [...Map.groupBy(lines, ({ shipmentId }) => shipmentId).values()].filter((own) =>
    own.every((line) => openUnits(line) === 0),
  )
  const known = Math.max(0, shipped - decideSent(parts, lines).dispatched)
  return parts.flatMap(({ itemId, unitsEach }) => {
    const next = lines.filter((line) => line.itemId === itemId).map((line) => ({ ...line, writtenOff: 0 }))
    const alone = new Map(
      ended.map((own) => {
        const left = own.reduce((sum, line) => sum + (line.itemId === itemId ? line.shipped : 0), 0)
        return [own[0]?.shipmentId ?? '', left - decideSent(parts, own).dispatched * unitsEach]
      }),
    )
    const units = [...alone.values()].reduce((sum, some) => sum + some, 0)
    spread(next, Math.max(0, units - known * unitsEach), alone, leftBeyond(itemId, rows, next))
    const before = new Map(lines.map((line) => [line.shipmentLineId, line.writtenOff]))
    return next.filter((line) => line.writtenOff !== before.get(line.shipmentLineId))
  })
}

/** Base units of an item that left each place, less those that the ledger has as parts of whole kits. */
function leftBeyond(
  itemId: string,
  rows: readonly ReservationRow[],
  lines: readonly PlacedLine[],
): ReadonlyMap<string, number> {
  const beyond = new Map<string, number>()
  const add = (at: string, units: number) => beyond.set(at, (beyond.get(at) ?? 0) + units)
  for (const { locationId, shipped } of lines) add(locationId, shipped)
  for (const row of rows) if (row.itemId === itemId) add(row.locationId, -row.shipped)
  return beyond
}

/** Spreads units over lines: first where more left than the ledger has, then wherever some left alone. */
function spread(
  lines: PlacedLine[],
  units: number,
  alone: ReadonlyMap<string, number>,
  beyond: ReadonlyMap<string, number>,
): void {
  let left = units
  const ofShipment = new Map(alone)
  const atPlace = new Map(beyond)
  const take = (line: PlacedLine, most: number): void => {
    const room = ofShipment.get(line.shipmentId) ?? 0
    const some = Math.max(0, Math.min(left, line.shipped - line.writtenOff, room, most))
    line.writtenOff += some
    left -= some
    ofShipment.set(line.shipmentId, room - some)
    atPlace.set(line.locationId, (atPlace.get(line.locationId) ?? 0) - some)
  }
  for (const line of lines) take(line, atPlace.get(line.locationId) ?? 0)
  for (const line of lines) take(line, left)
}

/** Lines with what is known of the lots that the units left from which are in no whole kit: the earliest first. */
export type AloneAs = { lines: readonly PlacedLine[]; lots: readonly ToldLot[] }

/**
 * The movements by which what left by itself is off the places that it left, and off the lots as far as they were told. Pure.
 * @param before as it was known; `after`: as it is now
 */
export function writeOffAlone(before: AloneAs, after: AloneAs, base: ClaimBase): NewMovement[] {
  const was = perLot(before)
  const now = perLot(after)
  const isChanged = (itemId: string) => {
    const sum = ({ lines }: AloneAs) =>
      lines
        .filter((line) => line.itemId === itemId)
        .map(writtenOffAt)
        .join()
    return sum(before) !== sum(after)
  }
  return [...new Map([...was, ...now])].flatMap(([key, { itemId, locationId, lotId }]) => {
    const units = (was.get(key)?.units ?? 0) - (now.get(key)?.units ?? 0)
    if (units === 0 || !isChanged(itemId)) return []
    const at = { ...base, reason: KIT_PART_LEFT_ALONE, itemId, locationId, lotId }
    return [movementOf(at, 'adjust', { onHandDelta: units })]
  })
}

function writtenOffAt({ shipmentLineId, writtenOff }: PlacedLine): string {
  return `${shipmentLineId} ${writtenOff}`
}

function perLot({ lines, lots }: AloneAs) {
  const places = new Map<string, { itemId: string; locationId: string; lotId: string; units: number }>()
  const add = (at: { itemId: string; locationId: string; lotId: string }, units: number) => {
    const key = `${at.itemId} ${at.locationId} ${at.lotId}`
    const { itemId, locationId, lotId } = at
    places.set(key, { itemId, locationId, lotId, units: (places.get(key)?.units ?? 0) + units })
  }
  const left = lots.map((lot) => ({ ...lot }))
  for (const line of lines) {
    let rest = line.writtenOff
    for (const lot of left) {
      if (lot.itemId !== line.itemId || lot.locationId !== line.locationId) continue
      const units = Math.min(rest, lot.units)
      rest -= units
      lot.units -= units
      if (units > 0) add(lot, units)
    }
    if (rest > 0) add({ ...line, lotId: UNALLOCATED_LOT }, rest)
  }
  return places
}
