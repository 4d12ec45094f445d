import type { RoutingLine } from '@plimsoll/orders'

/**
 * Units of an order line as they are routed. A listing unit of a kit goes as one, with its parts; of anything else in whole
 * listing units, for a six-pack is not torn. Pure.
 * @param line.quantity listing units
 * @param parts base units in one listing unit, as they were first reserved; at least one
 */
export function toRoutingLine(
  { lineId, itemId, quantity }: { lineId: string; itemId: string; quantity: number },
  parts: readonly { itemId: string; unitsEach: number }[],
  pinnedLocationId: string | undefined,
): RoutingLine {
  const pinned = pinnedLocationId === undefined ? {} : { pinnedLocationId }
  const [first] = parts
  if (parts.some((part) => part.itemId !== itemId) || first === undefined)
    return { lineId, itemId, units: quantity, unitsPerListing: 1, parts, ...pinned }
  return {
    lineId,
    itemId,
    units: quantity * first.unitsEach,
    unitsPerListing: first.unitsEach,
    ...pinned,
  }
}
