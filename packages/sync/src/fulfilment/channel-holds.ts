import type { ChannelHold } from '@plimsoll/orders'
import { type AppliedOrder, insertOrderEvents, takeOrderInHand } from '@plimsoll/orders'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { CHANNEL_HOLD, deleteHold, insertHold } from './order-holds.store.ts'
import { stopWithinReach, tellScreens } from './order-holds.ts'

/**
 * Does what the holds that channels place on their orders, and end, mean for sending them: in the transaction that applies the
 * state which says so, so that nothing leaves between the two. A hold of the channel is one beside those of people; while any
 * of them is left, nothing is routed. What nobody outside has heard of is stopped, as by a person's hold.
 * @param orders as they were decided, in order; those whose holds did not change are passed over
 */
export async function followChannelHolds(
  context: SyncContext,
  tx: Tx,
  { connectionId, name }: { connectionId: string; name: string },
  orders: readonly AppliedOrder[],
): Promise<void> {
  const changed = orders.flatMap(({ orderId, held }) =>
    orderId === undefined || held === undefined ? [] : [{ orderId, ...held }],
  )
  for (const { orderId, before, now } of changed)
    if (now.length > 0) await holdFor(context, tx, { orderId, name, holds: now, isNew: before.length === 0 })
    else await release(context, tx, { orderId, name })
  if (changed.length > 0) await tellScreens(context, tx, connectionId)
}

async function holdFor(
  context: SyncContext,
  tx: Tx,
  hold: { orderId: string; name: string; holds: readonly ChannelHold[]; isNew: boolean },
): Promise<void> {
  const { organizationId } = context
  const { orderId, name, holds, isNew } = hold
  const at = nowOf(context)
  const placed = { orderId, reason: CHANNEL_HOLD, note: null, placedBy: name, at } as const
  await insertHold(tx, organizationId, placed)
  const hand = isNew ? await takeOrderInHand(tx, organizationId, orderId) : undefined
  const underWay = hand === undefined ? [] : (await stopWithinReach(context, tx, hand, name)).underWay
  const detail = { reason: CHANNEL_HOLD, holds, ...(underWay.length > 0 && { underWay }) }
  await insertOrderEvents(tx, context, [{ orderId, at, kind: 'held', shipmentId: null, actor: name, detail }])
}

/** What it let go is noted to be routed by whoever applies the state. */
async function release(
  context: SyncContext,
  tx: Tx,
  { orderId, name }: { orderId: string; name: string },
): Promise<void> {
  await deleteHold(tx, context.organizationId, { orderId, reason: CHANNEL_HOLD })
  const detail = { reason: CHANNEL_HOLD }
  await insertOrderEvents(tx, context, [
    { orderId, at: nowOf(context), kind: 'released', shipmentId: null, actor: name, detail },
  ])
}
