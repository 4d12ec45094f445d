import type { LineOfParcel, ParcelOfOrder, TellingLine } from './telling.store.ts'

/**
 * How many listing units of each line a channel is to be told of with one parcel: what the parcels up to and with it come to
 * in whole listing units, less those before it, and never more than the channel takes for open. A kit counts once all of its
 * parts have left. Pure.
 * @param parcels of the order, in the order in which the hub learned of them
 */
export function decideTold(
  parcelId: string,
  parcels: readonly ParcelOfOrder[],
  lines: readonly TellingLine[],
): LineOfParcel[] {
  const nth = parcels.findIndex((parcel) => parcel.parcelId === parcelId)
  if (nth === -1) return []
  return lines.flatMap((line) => {
    const upTo = (count: number) => wholeUnits(line, parcels.slice(0, count))
    const left = upTo(nth + 1) - upTo(nth)
    const quantity = Math.min(left, Math.max(0, line.current - line.platformShipped))
    return quantity > 0 ? [{ lineId: line.lineId, externalId: line.externalId, quantity }] : []
  })
}

/** A kit is in one shipment: what left by another is no part of it. */
function wholeUnits(line: TellingLine, parcels: readonly ParcelOfOrder[]): number {
  const ofShipments = [...Map.groupBy(parcels, ({ shipmentId }) => shipmentId).values()]
  return ofShipments.reduce((sum, own) => sum + wholeUnitsOf(line, own), 0)
}

function wholeUnitsOf({ lineId, parts }: TellingLine, parcels: readonly ParcelOfOrder[]): number {
  if (parts.length === 0) return 0
  const ofPart = parts.map(({ itemId, unitsEach }) => {
    const units = parcels
      .flatMap((parcel) => parcel.units)
      .filter((each) => each.lineId === lineId && each.itemId === itemId)
      .reduce((sum, each) => sum + each.units, 0)
    return Math.floor(units / unitsEach)
  })
  return Math.min(...ofPart)
}
