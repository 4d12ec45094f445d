import { openUnits, type ShipmentLine } from './shipment.ts'

/** Base units of one item in a listing unit of an order line: one entry for each part of a kit. */
export type LinePart = { itemId: string; unitsEach: number }

/** Of an order line, in listing units: what shipments may still send, and what has left by them. */
export type SentUnits = { committed: number; dispatched: number }

/**
 * What the shipments of an order line come to in its own units. A kit is in one shipment, and has left when all of its parts have;
 * as long as one of them may still leave, so may the kit. What left of one whose rest never will counts as nothing.
 * @param lines of all shipments of the order line, ended ones too
 */
export function decideSent(
  parts: readonly LinePart[],
  lines: readonly (ShipmentLine & { shipmentId: string })[],
): SentUnits {
  if (parts.length === 0) return { committed: 0, dispatched: 0 }
  const sent = { committed: 0, dispatched: 0 }
  for (const own of Map.groupBy(lines, ({ shipmentId }) => shipmentId).values()) {
    const { committed, dispatched } = sentBy(parts, own)
    sent.committed += committed
    sent.dispatched += dispatched
  }
  return sent
}

/** @param lines of one shipment */
function sentBy(parts: readonly LinePart[], lines: readonly ShipmentLine[]): SentUnits {
  const ofPart = parts.map(({ itemId, unitsEach }) => {
    const own = lines.filter((line) => line.itemId === itemId)
    const sum = (of: (line: ShipmentLine) => number) => own.reduce((total, line) => total + of(line), 0)
    return { left: sum(({ shipped }) => shipped), open: sum(openUnits), unitsEach }
  })
  const dispatched = Math.min(...ofPart.map(({ left, unitsEach }) => Math.floor(left / unitsEach)))
  // What has left of an unfinished kit counts as on its way, until the rest has left too.
  const committed = ofPart
    .filter(({ open }) => open > 0)
    .map(({ left, open, unitsEach }) => Math.ceil((left + open) / unitsEach) - dispatched)
  return { dispatched, committed: Math.max(0, ...committed) }
}
