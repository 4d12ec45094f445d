import type { Tx } from '@plimsoll/database'
import { insertOrderEvents } from '@plimsoll/orders'
import { nowOf, type SyncContext } from '../context.ts'
import { dropUnbegun } from '../fulfilment/errands.store.ts'
import { deleteHold } from '../fulfilment/order-holds.store.ts'
import { tellScreens } from '../fulfilment/order-holds.ts'
import { noteOrdersToRoute } from '../fulfilment/route-orders.store.ts'
import { closeTasks, type NewTask, openTask } from '../tasks.store.ts'
import { type OpenCancellation, saveCancellationOutcome } from './cancellation.store.ts'

export type Settling =
  | { outcome: 'cancelled'; missed: number }
  | { outcome: 'left' }
  /** The order stays held: whoever wanted it cancelled decides what becomes of it. */
  | { outcome: 'refused'; message: string }
  | { outcome: 'taken-back' }

/** Ends a cancellation with what came of it; done again it changes nothing. */
export async function settleCancellation(
  context: SyncContext,
  tx: Tx,
  { cancellationId, orderId, number }: OpenCancellation,
  settling: Settling,
  { channel, actor }: { channel: { connectionId: string; name: string }; actor: string },
): Promise<void> {
  const { organizationId, uuid } = context
  const at = nowOf(context)
  const { outcome } = settling
  if (!(await saveCancellationOutcome(tx, organizationId, cancellationId, { outcome, at }))) return
  await dropUnbegun(tx, organizationId, 'cancel-order', [cancellationId], at)
  const task = toTask(number, channel.name, settling)
  if (task === undefined) await closeTasks(tx, organizationId, 'not-cancelled', [orderId], at)
  else {
    const { connectionId } = channel
    const about = { kind: 'not-cancelled' as const, subject: orderId, sku: null, units: null, ...task }
    await openTask(tx, organizationId, { ...about, connectionId }, { at, uuid })
  }
  await insertOrderEvents(tx, context, [
    {
      orderId,
      at,
      kind: `cancelling-${outcome}`,
      shipmentId: null,
      actor,
      detail: {
        channel: channel.name,
        ...(settling.outcome === 'refused' && { message: settling.message }),
        ...(settling.outcome === 'cancelled' && settling.missed > 0 && { units: settling.missed }),
      },
    },
  ])
  if (outcome !== 'refused') {
    await deleteHold(tx, organizationId, { orderId, reason: 'cancelling' })
    await noteOrdersToRoute(tx, organizationId, channel.connectionId, [orderId], at)
  }
  await tellScreens(context, tx, channel.connectionId)
}

function toTask(
  number: string,
  channel: string,
  settling: Settling,
): Pick<NewTask, 'detail' | 'told'> | undefined {
  const facts = { channel, order: number }
  switch (settling.outcome) {
    case 'cancelled':
      return settling.missed === 0
        ? undefined
        : {
            detail: `${settling.missed} units of ${number} left before ${channel} could be told to cancel them: take them back by a return.`,
            told: { code: 'cancel-missed', facts: { ...facts, units: settling.missed } },
          }
    case 'left':
      return {
        detail: `${number} was to be cancelled, and had left before ${channel} could be told: take it back by a return.`,
        told: { code: 'cancel-late', facts },
      }
    case 'refused':
      return {
        detail: `${channel} does not cancel ${number}: ${settling.message} Cancel it there by hand, or end its hold to send it.`,
        told: { code: 'cancel-refused', facts: { ...facts, message: settling.message } },
      }
    case 'taken-back':
      return undefined
    default: {
      const never: never = settling
      return never
    }
  }
}
