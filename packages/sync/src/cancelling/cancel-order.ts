import { cancelHandOrder, type HandOrderChanged } from '../by-hand/change-hand-order.ts'
import { findHandOrder } from '../by-hand/hand-orders.store.ts'
import type { SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { resolveOrderId } from '../fulfilment/find-order.ts'
import { type AskedCancellation, askCancellation } from './ask-cancellation.ts'

/**
 * Cancels an order: one that was made by hand at once, one of a channel by having its channel told.
 * @param cancel.version of an order by hand, the one that the person has seen; undefined: whatever it is
 * @throws SyncProblem, where nothing is done
 */
export async function cancelOrder(
  context: SyncContext,
  order: string,
  { version, ...asked }: AskedCancellation & { version: number | undefined },
): Promise<HandOrderChanged> {
  const { database, organizationId } = context
  const orderId = await resolveOrderId(context, order)
  if ((await findHandOrder(database.kysely, organizationId, orderId)) === undefined)
    return { kind: 'changed', ...(await askCancellation(context, orderId, asked)) }
  if (asked.lines !== undefined)
    throw syncProblem(
      'invalid-order',
      'lines',
      'Change the lines of an order by hand; here it is cancelled whole.',
    )
  return await cancelHandOrder(context, orderId, { version, note: asked.note, actor: asked.actor })
}
