import {
  findKeptPlaces,
  noteDemandPlaces,
  RoutingBoard,
  type RoutingOrder,
  type RoutingPlan,
  type RoutingWorld,
} from '@plimsoll/orders'
import type { Tx } from '../context.ts'

/**
 * Notes whose demand an order is that leaves from elsewhere, or waits, for want of stock where it would have left from. Of the
 * orders that go where they should, which are nearly all, nothing is read or written.
 */
export async function noteWouldServe(
  tx: Tx,
  organizationId: string,
  { plan, order, world, at }: { plan: RoutingPlan; order: RoutingOrder; world: RoutingWorld; at: Date },
): Promise<void> {
  const board = new RoutingBoard(world)
  const found = board.wouldServe(order, at, { plan, keeps: () => true })
  if (found.length === 0) return
  const itemIds = new Set(
    order.lines.flatMap(({ itemId, parts }) => parts?.map((part) => part.itemId) ?? [itemId]),
  )
  const kept = new Set(
    (await findKeptPlaces(tx, organizationId, [...itemIds].sort())).map(
      ({ itemId, locationId }) => `${itemId} ${locationId}`,
    ),
  )
  const keeps = (itemId: string, locationId: string) => kept.has(`${itemId} ${locationId}`)
  const rows = board.wouldServe(order, at, { plan, keeps })
  await noteDemandPlaces(tx, organizationId, order.orderId, { rows, at })
}
