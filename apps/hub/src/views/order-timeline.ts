import type { OrderTimeline } from '@plimsoll/client'
import { findChannelMoments, findOrderMoments, type SyncContext, syncProblem } from '@plimsoll/sync'

/** By the order's id, its number or the platform's id. @throws SyncProblem */
export async function getOrderTimeline(context: SyncContext, idOrNumber: string): Promise<OrderTimeline> {
  const { database, organizationId } = context
  const order = await findOrderMoments(database.kysely, organizationId, idOrNumber)
  if (order === undefined) throw syncProblem('unknown-order', 'order', `There is no order ${idOrNumber}.`)
  const channels = await findChannelMoments(database.kysely, organizationId, order.orderId)
  const { externalId: _, ...said } = order
  return {
    ...said,
    placedAt: order.placedAt.toISOString(),
    seenAt: order.seenAt.toISOString(),
    appliedAt: order.appliedAt.toISOString(),
    channels: channels.map((each) => ({
      ...each,
      wantedAt: each.wantedAt?.toISOString() ?? null,
      sentAt: each.sentAt?.toISOString() ?? null,
      shownAt: each.shownAt?.toISOString() ?? null,
    })),
  }
}
