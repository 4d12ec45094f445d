import {
  type AppliedOrder,
  hasBuyersWish,
  insertOrderEvents,
  isAnsweredHere,
  isOpen,
  type OrderInHand,
  saveShipment,
  shipmentsToHold,
  takeOrderInHand,
} from '@plimsoll/orders'
import { sql } from 'kysely'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { closeTasks, openTask } from '../tasks.store.ts'
import { dropAsked } from './errands.store.ts'
import { CHANNEL_HOLD, deleteHold, saveChannelHold } from './order-holds.store.ts'
import { stopHeld, tellScreens, withinReach } from './order-holds.ts'
import { noteOrdersToRoute } from './route-orders.store.ts'

type Channel = { connectionId: string; name: string }
type ChangedHold = NonNullable<AppliedOrder['held']> & { orderId: string }

/**
 * Does what the holds that channels place on their orders, and end, mean for sending them: in the transaction that applies the
 * state which says so, so that nothing leaves between the two. A hold of the channel is one beside those of people, of the whole
 * order or of some units; what it is about is not routed. What is in shipments is stopped: at once where nobody outside has heard
 * of it, else its warehouse is asked, and what it then does is told by the shipment.
 * @param orders as they were decided, in order; those whose holds did not change are passed over
 */
export async function followChannelHolds(
  context: SyncContext,
  tx: Tx,
  channel: Channel,
  orders: readonly AppliedOrder[],
): Promise<void> {
  const changed = orders.flatMap(({ orderId, held }) =>
    orderId === undefined || held === undefined ? [] : [{ orderId, ...held }],
  )
  for (const held of changed)
    if (held.units > 0) await holdFor(context, tx, channel, held)
    else await release(context, tx, { orderId: held.orderId, actor: channel.name })
  if (changed.length > 0) await tellScreens(context, tx, channel.connectionId)
}

async function holdFor(context: SyncContext, tx: Tx, channel: Channel, held: ChangedHold): Promise<void> {
  const { organizationId } = context
  const { orderId, now: holds, units, partly } = held
  const { name } = channel
  const at = nowOf(context)
  await saveChannelHold(tx, organizationId, { orderId, partly, placedBy: name, at })
  const hand = await takeOrderInHand(tx, organizationId, orderId)
  if (hand === undefined) throw new Error('an order that was just written is there')
  const reach = await withinReach(tx, organizationId, hand)
  const within = new Set(reach.within.map(({ shipmentId }) => shipmentId))
  const stopping = shipmentsToHold(hand, ({ shipmentId }) => within.has(shipmentId))
  await stopHeld(context, tx, hand, stopping, name)
  const asked = stopping.filter(({ shipmentId }) => !within.has(shipmentId)).map(({ number }) => number)
  const detail = {
    ...{ reason: CHANNEL_HOLD, holds },
    ...(partly && { units }),
    ...(asked.length > 0 && { underWay: asked }),
  }
  await insertOrderEvents(tx, context, [{ orderId, at, kind: 'held', shipmentId: null, actor: name, detail }])
  if (hasBuyersWish(holds)) await askPerson(context, tx, channel, hand, units)
  else await closeTasks(tx, organizationId, 'cancel-asked', [orderId], at)
}

/** A buyer who wants to cancel waits for an answer, and so does the order; not where the answer is on its way already. */
async function askPerson(
  context: SyncContext,
  tx: Tx,
  { connectionId, name: channel }: Channel,
  { order }: OrderInHand,
  units: number,
): Promise<void> {
  const { organizationId, uuid } = context
  const { orderId, number } = order
  const answered = await sql`
    select from order_hold
    where organization_id = ${organizationId} and order_id = ${orderId} and reason = 'cancelling'`.execute(tx)
  if (answered.rows.length > 0) return
  const about = {
    ...{ kind: 'cancel-asked' as const, subject: orderId, connectionId, sku: null, units },
    detail: `The buyer of ${number} asked ${channel} to cancel: ${units} units wait. Cancel them, or end the hold to send them all the same.`,
    told: { code: 'cancel-asked' as const, facts: { channel, order: number, units } },
  }
  await openTask(tx, organizationId, about, { at: nowOf(context), uuid })
}

/** What it let go is noted to be routed by whoever applies the state. */
async function release(
  context: SyncContext,
  tx: Tx,
  { orderId, actor, letGo = false }: { orderId: string; actor: string; letGo?: boolean },
): Promise<boolean> {
  const { organizationId } = context
  const at = nowOf(context)
  await closeTasks(tx, organizationId, 'cancel-asked', [orderId], at)
  if (!(await deleteHold(tx, organizationId, { orderId, reason: CHANNEL_HOLD }))) return false
  const detail = { reason: CHANNEL_HOLD, ...(letGo && { letGo }) }
  await insertOrderEvents(tx, context, [{ orderId, at, kind: 'released', shipmentId: null, actor, detail }])
  await stopNoMore(context, tx, orderId)
  return true
}

/**
 * Shipments that were to be stopped for the hold may leave after all: what nobody was asked yet is not asked, and what a warehouse
 * was asked it has answered or will, by what becomes of the shipment; what it gave up is sent again.
 */
async function stopNoMore(context: SyncContext, tx: Tx, orderId: string): Promise<void> {
  const { organizationId } = context
  const hand = await takeOrderInHand(tx, organizationId, orderId)
  const stopping = (hand?.shipments ?? []).filter(
    ({ state, cancelReason }) => isOpen(state) && cancelReason === 'on-hold',
  )
  if (stopping.length === 0) return
  const ids = stopping.map(({ shipmentId }) => shipmentId)
  await dropAsked(tx, organizationId, 'cancel-shipment', ids)
  for (const shipment of stopping) await saveShipment(tx, organizationId, { ...shipment, cancelReason: null })
  await closeTasks(tx, organizationId, 'shipment-stuck', ids, nowOf(context))
}

/**
 * A person sends all the same what its buyer asked to cancel, or nobody has paid for. It lasts as long as nothing else holds those
 * units, and no more of them are held.
 * @returns `not-held`: nothing of the kind; `held-there`: it is held for more than that, which its channel alone ends
 */
export async function letGoOfChannelHold(
  context: SyncContext,
  tx: Tx,
  { orderId, actor }: { orderId: string; actor: string },
): Promise<'let-go' | 'not-held' | 'held-there'> {
  const { organizationId } = context
  const hand = await takeOrderInHand(tx, organizationId, orderId)
  if (hand === undefined) return 'not-held'
  const holds = hand.order.channelHolds ?? []
  if (holds.length > 0 && !isAnsweredHere(holds)) return 'held-there'
  await sql`
    update order_line set let_go = channel_held
    where organization_id = ${organizationId} and order_id = ${orderId} and channel_held > 0`.execute(tx)
  if (!(await release(context, tx, { orderId, actor, letGo: true }))) return 'not-held'
  await noteOrdersToRoute(tx, organizationId, hand.connectionId, [orderId], nowOf(context))
  await tellScreens(context, tx, hand.connectionId)
  return 'let-go'
}
