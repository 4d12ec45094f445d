import type { Tx } from '@plimsoll/database'
import { findItemsById, type LotBook, lockLotStock, type StockContext } from '@plimsoll/stock'
import { type IncomingOrder, type KnownOrders, placeOf } from './incoming-orders.ts'

/**
 * The lots that units of these orders may have left from. A platform says that a line was shipped and not from which
 * lot, and a shipment without one would leave every lot counted too high.
 *
 * Nothing is asked of the database where no line has shipped units of an item that is tracked by lot. Where one has,
 * all balances that the orders can change are locked, in key order, so that nobody else gives the same units away.
 * @returns undefined where there is nothing to settle
 */
export async function lockLotsOfOrders(
  tx: Tx,
  context: StockContext,
  connection: { defaultLocationId: string },
  known: KnownOrders,
  incoming: readonly IncomingOrder[],
): Promise<LotBook | undefined> {
  const knownLines = [...known.lines.values()].flat()
  const lines = incoming.flatMap(({ facts }) => facts.lines)
  const told = new Set(lines.flatMap((line) => (line.tracking === undefined ? [] : (line.itemId ?? []))))
  // A line that was mapped anew still holds the item that it reserved, and a kit may contain any.
  const isUnsure =
    knownLines.some(({ itemId }) => itemId !== undefined && !told.has(itemId)) ||
    known.reservations.some(({ itemId }) => !told.has(itemId)) ||
    lines.some((line) => line.parts !== undefined)
  if (!lines.some((line) => line.shipped > 0 && (isUnsure || line.tracking === 'lot'))) return undefined

  const ofLines = lines.flatMap((line) => [
    ...(line.itemId === undefined ? [] : [line.itemId]),
    ...(line.parts ?? []).map((part) => part.itemId),
  ])
  const ofReservations = known.reservations.map((row) => row.itemId)
  const ofKnownLines = knownLines.flatMap((line) => line.itemId ?? [])
  const itemIds = [...new Set([...ofLines, ...ofReservations, ...ofKnownLines])]
  const items = await findItemsById(tx, context.organizationId, itemIds)
  if (!items.some((item) => item.tracking === 'lot')) return undefined
  const places = [
    ...placesOf(connection, incoming).flatMap((locationId) =>
      itemIds.map((itemId) => ({ itemId, locationId })),
    ),
    // What left a lot may come back to it, or turn out not to have left, when nothing of it is there any more.
    ...known.reservations.map(({ itemId, locationId, lotId }) => ({ itemId, locationId, lotId })),
  ]
  return await lockLotStock(tx, context, places)
}

/** Where lines of these orders may reserve. */
function placesOf(connection: { defaultLocationId: string }, incoming: readonly IncomingOrder[]): string[] {
  return [...new Set(incoming.flatMap(({ facts }) => placeOf(connection, facts) ?? []))]
}
