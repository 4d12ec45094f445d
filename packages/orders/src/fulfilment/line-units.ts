import { openUnits, type ShipmentLine } from './shipment.ts'

/** Base units of one item in a listing unit of an order line: one entry for each part of a kit. */
export type LinePart = { itemId: string; unitsEach: number }

/** Of an order line, in listing units: what shipments may still send, and what has left by them. */
export type SentUnits = { committed: number; dispatched: number }

/**
 * What the shipments of an order line come to in its own units. A kit has left when all of its parts have; as long as one of
 * them may still leave, so may the kit.
 * @param lines of all shipments of the order line, ended ones too
 */
export function decideSent(parts: readonly LinePart[], lines: readonly ShipmentLine[]): SentUnits {
  if (parts.length === 0 || lines.length === 0) return { committed: 0, dispatched: 0 }
  const ofPart = parts.map(({ itemId, unitsEach }) => {
    const own = lines.filter((line) => line.itemId === itemId)
    const sum = (of: (line: ShipmentLine) => number) => own.reduce((total, line) => total + of(line), 0)
    return { shipped: sum((line) => line.shipped) / unitsEach, open: sum(openUnits) / unitsEach }
  })
  const dispatched = Math.floor(Math.min(...ofPart.map(({ shipped }) => shipped)))
  // What has left of an unfinished kit counts as on its way, until the rest has left too.
  const committed = Math.max(...ofPart.map(({ shipped, open }) => Math.ceil(shipped + open) - dispatched))
  return { dispatched, committed }
}
