import { inTransaction } from '@plimsoll/database'
import {
  type OrderInHand,
  settleAnew,
  shipmentsToStop,
  stopShipments,
  TakenMeanwhile,
  takeOrderInHand,
} from '@plimsoll/orders'
import { insertMovements } from '@plimsoll/stock'
import { findItemsOfOrder, lockItemsToAllot } from '../allocation/waiting.store.ts'
import { updateAvailabilityOf } from '../availability/availability.ts'
import { nowOf, type SyncContext, type Tx, toStockContext } from '../context.ts'
import { notify } from '../notify.ts'
import { dropUnbegun, findAsked, insertErrands, reviveErrands } from './errands.store.ts'
import { assertCovered, type Routed, routeInHand } from './route-in-hand.ts'
import { noteOrdersToRoute } from './route-orders.store.ts'

export type { Routed }

/**
 * Brings the shipments of an order to what is wanted of it now: what is no more wanted is stopped, what is in no shipment is
 * routed and moved to where it leaves from. One transaction; done again it changes nothing.
 */
export async function routeOrder(context: SyncContext, orderId: string): Promise<Routed> {
  try {
    return await inTransaction(context.database, async (tx) => {
      const { organizationId } = context
      const locked = await findItemsOfOrder(tx, organizationId, orderId)
      await lockItemsToAllot(tx, organizationId, locked)
      const hand = await takeOrderInHand(tx, organizationId, orderId)
      if (hand === undefined) return 'nothing'
      // Edited between the two: its items are not all ours.
      if (hand.reservations.some(({ itemId }) => !locked.includes(itemId))) throw new TakenMeanwhile()
      return await bringInStep(context, tx, hand)
    })
  } catch (error) {
    if (error instanceof TakenMeanwhile) return 'taken-meanwhile'
    throw error
  }
}

/** The same for an order in hand whose items are locked. @throws TakenMeanwhile */
export async function bringInStep(
  context: SyncContext,
  tx: Tx,
  hand: OrderInHand,
): Promise<Exclude<Routed, 'taken-meanwhile'>> {
  const { organizationId } = context
  const settled = await settleAnew(tx, toStockContext(context), hand, 'hub')
  const stopped = await stopUnwanted(context, tx, hand)
  const made = await routeInHand(context, tx, hand)
  const itemIds = [...settled.itemIds, ...stopped.itemIds, ...made.itemIds]
  await insertMovements(tx, toStockContext(context), [
    ...settled.movements,
    ...stopped.movements,
    ...made.movements,
  ])
  await assertCovered(tx, organizationId, made.planned)
  await updateAvailabilityOf(context, tx, { itemIds, at: nowOf(context), cause: 'world' })
  return made.outcome === 'nothing' && stopped.itemIds.length > 0 ? 'routed' : made.outcome
}

/** Stops the shipments of an order in hand that hold more than is wanted of it now. */
export async function stopUnwanted(context: SyncContext, tx: Tx, hand: OrderInHand) {
  const unwanted = shipmentsToStop(hand)
  if (unwanted.length === 0) return { movements: [], itemIds: [] }
  return await stopAndAsk(
    context,
    tx,
    hand,
    unwanted.map(({ shipmentId }) => shipmentId),
    {
      reason: 'order-changed',
      actor: 'hub',
    },
  )
}

/** Stops shipments of an order in hand, and has their warehouses asked where they may have heard of them. */
export async function stopAndAsk(
  context: SyncContext,
  tx: Tx,
  hand: OrderInHand,
  shipmentIds: readonly string[],
  { reason, actor }: { reason: string; actor: string },
): Promise<Pick<Awaited<ReturnType<typeof stopShipments>>, 'movements' | 'itemIds'>> {
  const { organizationId } = context
  const at = nowOf(context)
  const shipments = hand.shipments.filter(({ shipmentId }) => shipmentIds.includes(shipmentId))
  await dropUnbegun(tx, organizationId, 'request-shipment', shipmentIds, at)
  const requested = await findAsked(tx, organizationId, 'request-shipment', shipmentIds)
  const stopped = await stopShipments(tx, toStockContext(context), hand, {
    shipments,
    requested,
    reason,
    actor,
  })
  const toAsk = stopped.toAsk.flatMap(({ shipmentId, warehouseId }) =>
    warehouseId === null
      ? []
      : [{ connectionId: warehouseId, kind: 'cancel-shipment' as const, subjectId: shipmentId }],
  )
  await insertErrands(tx, context, toAsk, at)
  // Asked before, for something that is over: it is to be stopped anew.
  const subjectIds = toAsk.map(({ subjectId }) => subjectId)
  await reviveErrands(tx, organizationId, 'cancel-shipment', subjectIds, {
    at,
    ended: ['refused', 'dropped', 'done'],
  })
  await noteOrdersToRoute(tx, organizationId, hand.connectionId, [hand.order.orderId], at)
  if (toAsk.length > 0)
    await notify(tx, organizationId, { kind: 'lane', connectionIds: toAsk.map((each) => each.connectionId) })
  return stopped
}
