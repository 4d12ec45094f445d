import { type OrderInHand, rowsOf } from '../fulfilment/order-in-hand.ts'
import { partsOf } from '../fulfilment/settle-line.ts'

/** Base units of an order's items that a channel expects back, and where they left from. */
export type AnnouncedUnits =
  | {
      kind: 'known'
      units: { itemId: string; quantity: number }[]
      /** Where the first of them left from; undefined: none has left that the hub knows of. */
      leftFrom: string | undefined
    }
  | { kind: 'unknown-line' | 'not-mapped'; lineExternalId: string }

/**
 * What lines of a return come down to, a kit to its parts, by what the order's lines took when they reserved. Pure.
 * @param lines in listing units, each line of the order at most once
 */
export function unitsOfReturn(
  hand: OrderInHand,
  lines: readonly { lineExternalId: string; units: number }[],
): AnnouncedUnits {
  const byItem = new Map<string, number>()
  let leftFrom: string | undefined
  for (const { lineExternalId, units } of lines) {
    const line = hand.lines.find(({ externalId }) => externalId === lineExternalId)
    if (line === undefined) return { kind: 'unknown-line', lineExternalId }
    const rows = rowsOf(hand, line.lineId)
    const parts = partsOf(rows)
    if (parts.length === 0) return { kind: 'not-mapped', lineExternalId }
    for (const { itemId, unitsEach } of parts)
      byItem.set(itemId, (byItem.get(itemId) ?? 0) + units * unitsEach)
    leftFrom ??= rows.find(({ shipped }) => shipped > 0)?.locationId
  }
  return { kind: 'known', units: [...byItem].map(([itemId, quantity]) => ({ itemId, quantity })), leftFrom }
}
