import type { PlacedLine } from './left-alone.ts'
import { decideSent, type LinePart } from './line-units.ts'
import { openUnits } from './shipment.ts'

/**
 * Base units of one order line that are in shipments which may still leave, and that the ledger holds for them: by item and place.
 * Parts of a kit that left, and are not booked before the rest has, are among them: they are held, and nobody else can have them. Pure.
 */
export function pinnedUnits(
  parts: readonly LinePart[],
  lines: readonly PlacedLine[],
): (itemId: string, locationId: string) => number {
  const shipments = [...Map.groupBy(lines, ({ shipmentId }) => shipmentId).values()]
  const open = shipments.filter((own) => own.some((line) => openUnits(line) > 0))
  return (itemId, locationId) =>
    open.reduce((sum, own) => {
      const there = own.filter((line) => line.itemId === itemId && line.locationId === locationId)
      if (there.length === 0) return sum
      const unitsEach = parts.find((part) => part.itemId === itemId)?.unitsEach ?? 0
      const asked = there.reduce((total, { units, givenUp }) => total + units - givenUp, 0)
      return sum + Math.max(0, asked - decideSent(parts, own).dispatched * unitsEach)
    }, 0)
}
