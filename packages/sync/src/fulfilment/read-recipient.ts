import type { Recipient } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { insertOrderEvents } from '@plimsoll/orders'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { resolveOrderId } from './find-order.ts'
import { findRecipient } from './recipients.store.ts'

/**
 * To whom an order goes, for whoever has to know it; that they looked is noted with the order.
 * @throws SyncProblem where the hub does not know, or has forgotten; SecretUnreadable where the key is another
 */
export async function readRecipient(
  context: SyncContext,
  order: string,
  actor: string,
): Promise<{ orderId: string; recipient: Recipient }> {
  const orderId = await resolveOrderId(context, order)
  return await inTransaction(context.database, async (tx) => {
    const place = { organizationId: context.organizationId, orderId }
    const recipient = await findRecipient(tx, context.masterKey, place)
    if (recipient === undefined)
      throw syncProblem('unknown-recipient', 'order', `The hub does not know to whom order ${order} goes.`)
    const event = { orderId, at: nowOf(context), kind: 'recipient-read', shipmentId: null, actor, detail: {} }
    await insertOrderEvents(tx, context, [event])
    return { orderId, recipient }
  })
}
