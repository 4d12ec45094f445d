import { inTransaction } from '@plimsoll/database'
import { takeOrderInHand } from '@plimsoll/orders'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { letGoOfChannelHold } from '../fulfilment/channel-holds.ts'
import { forgetUnbegun } from '../fulfilment/errands.store.ts'
import { resolveOrderId } from '../fulfilment/find-order.ts'
import { type AnyHoldReason, CHANNEL_HOLD } from '../fulfilment/order-holds.store.ts'
import { unholdOrder } from '../fulfilment/order-holds.ts'
import { closeTasks } from '../tasks.store.ts'
import { findChannel } from './ask-cancellation.ts'
import { findOpenCancellations } from './cancellation.store.ts'
import { isOverdue } from './cancellation.ts'
import { settleCancellation } from './settle-cancellation.ts'

/**
 * Ends one hold of an order. That of a cancellation takes it back with it, as long as its channel has not been told, or has not
 * carried it out for a quarter of an hour: then the order is sent after all. That of its channel is the channel's to end, but where it is no more than its
 * buyer's wish to cancel, or that nobody has paid.
 * @throws SyncProblem
 */
export async function endOrderHold(
  context: SyncContext,
  order: string,
  { reason, actor }: { reason: AnyHoldReason | typeof CHANNEL_HOLD; actor: string },
): Promise<{ orderId: string }> {
  if (reason === CHANNEL_HOLD) return await endChannelHold(context, order, actor)
  if (reason === 'cancelling' && (await takeBack(context, order, actor)))
    return { orderId: await resolveOrderId(context, order) }
  return await unholdOrder(context, order, { reason, actor })
}

/** What a channel holds for reasons of its own is the channel's to end; whether to send what is unpaid, or its buyer wants to cancel, is a person's. */
async function endChannelHold(
  context: SyncContext,
  order: string,
  actor: string,
): Promise<{ orderId: string }> {
  const orderId = await resolveOrderId(context, order)
  const outcome = await inTransaction(context.database, (tx) =>
    letGoOfChannelHold(context, tx, { orderId, actor }),
  )
  if (outcome === 'held-there')
    throw syncProblem(
      'wrong-state',
      'reason',
      'Its channel holds it: end the hold there, and it ends here by itself.',
    )
  if (outcome === 'not-held')
    throw syncProblem('unknown-order-hold', 'reason', `Order ${order} is not held for channel.`)
  return { orderId }
}

/** @returns false where none is under way: its channel has refused it */
async function takeBack(context: SyncContext, order: string, actor: string): Promise<boolean> {
  const orderId = await resolveOrderId(context, order)
  return await inTransaction(context.database, async (tx) => {
    const { organizationId } = context
    const hand = await takeOrderInHand(tx, organizationId, orderId)
    if (hand === undefined) return false
    const [open] = await findOpenCancellations(tx, organizationId, { orderId })
    if (open === undefined) {
      await closeTasks(tx, organizationId, 'not-cancelled', [orderId], nowOf(context))
      return false
    }
    const { connectionId } = hand
    const { name } = await findChannel(context, tx, connectionId)
    const begun = await forgetUnbegun(tx, organizationId, 'cancel-order', [open.cancellationId])
    // Taken, it may be carried out at any moment: sent meanwhile, the order would leave and be cancelled.
    if (begun.size > 0 && !isOverdue(open, nowOf(context)))
      throw syncProblem(
        'wrong-state',
        'reason',
        open.toldAt === null
          ? `${name} is being told to cancel order ${open.number}: wait for its answer.`
          : `${name} is cancelling order ${open.number}: wait until it shows that. A quarter of an hour after it was told you can end the hold.`,
      )
    const by = { channel: { connectionId, name }, actor }
    await settleCancellation(context, tx, open, { outcome: 'taken-back' }, by)
    return true
  })
}
