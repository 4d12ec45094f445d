import { inTransaction } from '@plimsoll/database'
import {
  insertOrderEvents,
  isOpen,
  type OrderInHand,
  type ShipmentRow,
  takeOrderInHand,
} from '@plimsoll/orders'
import { insertMovements } from '@plimsoll/stock'
import { updateAvailabilityOf } from '../availability/availability.ts'
import { nowOf, type SyncContext, type Tx, toStockContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { notify } from '../notify.ts'
import { findAsked } from './errands.store.ts'
import { resolveOrderId } from './find-order.ts'
import { type AnyHoldReason, deleteHold, type HoldReason, insertHold } from './order-holds.store.ts'
import { noteOrdersToRoute } from './route-orders.store.ts'
import { stopAndAsk } from './route-orders.ts'

export type Held = {
  orderId: string
  /** Stopped by the hold: nobody outside had heard of them. */
  stopped: string[]
  /** Numbers of shipments that a warehouse of others has; a hold does not call them back. */
  underWay: string[]
}

/**
 * Holds an order: nothing of it is routed, and what nobody outside has heard of yet does not go. What a warehouse has been
 * asked for is left to whoever holds it: it can be cancelled, shipment by shipment. Done again it changes nothing.
 * @throws SyncProblem
 */
export async function holdOrder(
  context: SyncContext,
  order: string,
  hold: { reason: HoldReason; note: string | null; actor: string },
): Promise<Held> {
  const orderId = await resolveOrderId(context, order)
  return await inTransaction(context.database, async (tx) => {
    const { organizationId } = context
    const hand = await takeOrderInHand(tx, organizationId, orderId)
    if (hand === undefined) throw syncProblem('unknown-order', 'order', `There is no order ${order}.`)
    if (hand.order.state === 'closed' || hand.order.state === 'cancelled')
      throw syncProblem(
        'wrong-state',
        'order',
        `Order ${hand.order.number} is ${hand.order.state}: there is nothing to hold.`,
      )
    const at = nowOf(context)
    const { reason, note, actor } = hold
    const isNew = await insertHold(tx, organizationId, { orderId, reason, note, placedBy: actor, at })
    if (isNew) {
      const event = { orderId, at, kind: 'held', shipmentId: null, actor, detail: { reason, note } }
      await insertOrderEvents(tx, context, [event])
    }
    const { stopped, underWay } = await stopWithinReach(context, tx, hand, actor)
    await tellScreens(context, tx, hand.connectionId)
    return { orderId, stopped, underWay }
  })
}

/** Stops what nobody outside has heard of yet of an order that is held. @returns numbers of shipments */
async function stopWithinReach(
  context: SyncContext,
  tx: Tx,
  hand: OrderInHand,
  actor: string,
): Promise<Pick<Held, 'stopped' | 'underWay'>> {
  const { within, beyond } = await withinReach(tx, context.organizationId, hand)
  await stopHeld(context, tx, hand, within, actor)
  return { stopped: within.map(({ number }) => number), underWay: beyond.map(({ number }) => number) }
}

/** Stops these shipments of an order that is held: those that a warehouse may have heard of, it is asked to. */
export async function stopHeld(
  context: SyncContext,
  tx: Tx,
  hand: OrderInHand,
  shipments: readonly ShipmentRow[],
  actor: string,
): Promise<void> {
  if (shipments.length === 0) return
  const ids = shipments.map(({ shipmentId }) => shipmentId)
  const stopped = await stopAndAsk(context, tx, hand, ids, { reason: 'on-hold', actor })
  await insertMovements(tx, toStockContext(context), stopped.movements)
  const { itemIds } = stopped
  await updateAvailabilityOf(context, tx, { itemIds, at: nowOf(context), cause: 'world' })
}

/**
 * Ends one hold of an order; once it has no other, it is routed again by itself.
 * @throws SyncProblem
 */
export async function unholdOrder(
  context: SyncContext,
  order: string,
  { reason, actor }: { reason: AnyHoldReason; actor: string },
): Promise<{ orderId: string }> {
  const orderId = await resolveOrderId(context, order)
  return await inTransaction(context.database, async (tx) => {
    const { organizationId } = context
    const hand = await takeOrderInHand(tx, organizationId, orderId)
    if (hand === undefined || !(await deleteHold(tx, organizationId, { orderId, reason })))
      throw syncProblem('unknown-order-hold', 'reason', `Order ${order} is not held for ${reason}.`)
    const event = {
      orderId,
      at: nowOf(context),
      kind: 'released',
      shipmentId: null,
      actor,
      detail: { reason },
    }
    await insertOrderEvents(tx, context, [event])
    await noteOrdersToRoute(tx, organizationId, hand.connectionId, [orderId], nowOf(context))
    await tellScreens(context, tx, hand.connectionId)
    return { orderId }
  })
}

/** Which open shipments end at once when they are stopped, and of which a warehouse of others may have heard. */
export async function withinReach(
  tx: Tx,
  organizationId: string,
  { shipments }: OrderInHand,
): Promise<{ within: ShipmentRow[]; beyond: ShipmentRow[] }> {
  const open = shipments.filter(({ state, cancelReason }) => isOpen(state) && cancelReason === null)
  const ids = open.map(({ shipmentId }) => shipmentId)
  const asked = await findAsked(tx, organizationId, 'request-shipment', ids)
  const isWithin = ({ shipmentId, state, warehouseId }: ShipmentRow) =>
    warehouseId === null || ((state === 'planned' || state === 'ready') && !asked.has(shipmentId))
  return { within: open.filter(isWithin), beyond: open.filter((each) => !isWithin(each)) }
}

/** The list of orders looks again, and so does whoever routes this channel's. */
export async function tellScreens(context: SyncContext, tx: Tx, connectionId: string): Promise<void> {
  await notify(
    tx,
    context.organizationId,
    { kind: 'screen', topics: ['overview', 'tasks'], itemIds: [] },
    { kind: 'lane', connectionIds: [connectionId] },
  )
}
