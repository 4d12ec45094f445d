import { inTransaction } from '@plimsoll/database'
import {
  assertThere,
  committedAt,
  decideRoutes,
  type OrderInHand,
  type PlannedShipment,
  planShipments,
  type RoutingOrder,
  type RoutingPlan,
  type RoutingRules,
  rowsOf,
  shipmentsToStop,
  stopShipments,
  TakenMeanwhile,
  takeOrderInHand,
  unroutedOf,
} from '@plimsoll/orders'
import { insertMovements } from '@plimsoll/stock'
import { sql } from 'kysely'
import { updateAvailabilityOf } from '../availability/availability.ts'
import { nowOf, type SyncContext, type Tx, toStockContext } from '../context.ts'
import { notify } from '../notify.ts'
import { closeTasks, openTask } from '../tasks.store.ts'
import { dropUnbegun, findAsked, insertErrands } from './errands.store.ts'
import {
  findAssignedToday,
  findDestination,
  findRejectedPlaces,
  loadRouting,
  noteOrdersToRoute,
  type OrderDestination,
} from './route-orders.store.ts'
import { placesToSendFrom, splitByLimits } from './senders.ts'
import { findSenders, type Sender } from './warehouse-units.store.ts'

export type Routed = 'routed' | 'waits' | 'nothing' | 'taken-meanwhile'

/**
 * Brings the shipments of an order to what is wanted of it now: what is no more wanted is stopped, what is in no shipment is
 * routed and moved to where it leaves from. One transaction; done again it changes nothing.
 */
export async function routeOrder(context: SyncContext, orderId: string): Promise<Routed> {
  try {
    return await inTransaction(context.database, async (tx) => {
      const { organizationId } = context
      const hand = await takeOrderInHand(tx, organizationId, orderId)
      if (hand === undefined) return 'nothing'
      const stopped = await stopUnwanted(context, tx, hand)
      const unrouted = (await isOnHold(tx, organizationId, orderId)) ? [] : unroutedOf(hand)
      const made = unrouted.length === 0 ? undefined : await routeRest(context, tx, hand, unrouted)
      const movements = [...stopped.movements, ...(made?.movements ?? [])]
      const itemIds = [...stopped.itemIds, ...(made?.itemIds ?? [])]
      await insertMovements(tx, toStockContext(context), movements)
      if (made !== undefined) await assertThere(tx, organizationId, made.movements)
      await updateAvailabilityOf(context, tx, { itemIds, at: nowOf(context), cause: 'world' })
      return made?.outcome ?? (stopped.itemIds.length > 0 ? 'routed' : 'nothing')
    })
  } catch (error) {
    if (error instanceof TakenMeanwhile) return 'taken-meanwhile'
    throw error
  }
}

async function stopUnwanted(context: SyncContext, tx: Tx, hand: OrderInHand) {
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
  await noteOrdersToRoute(tx, organizationId, hand.connectionId, [hand.order.orderId], at)
  if (toAsk.length > 0)
    await notify(tx, organizationId, { kind: 'lane', connectionIds: toAsk.map((each) => each.connectionId) })
  return stopped
}

async function routeRest(
  context: SyncContext,
  tx: Tx,
  hand: OrderInHand,
  unrouted: ReturnType<typeof unroutedOf>,
) {
  const { organizationId, uuid } = context
  const at = nowOf(context)
  const { order } = hand
  const itemIds = [...new Set(hand.reservations.map(({ itemId }) => itemId))].sort()
  const [destination, assigned, rejected, senders] = await Promise.all([
    findDestination(tx, organizationId, order.orderId),
    findAssignedToday(tx, organizationId, at),
    findRejectedPlaces(tx, organizationId, order.orderId),
    findSenders(tx, context),
  ])
  const { places, rules, items } = await loadRouting(tx, organizationId, itemIds, assigned)
  const sendable = placesToSendFrom(places, senders, hand.connectionId).filter(
    ({ locationId }) => !rejected.has(locationId),
  )
  const toRoute = toRoutingOrder(hand, unrouted, destination)
  const [plan] = decideRoutes({ places: sendable, rules, items }, [toRoute], at)
  if (plan === undefined) throw new Error('each order has a plan')
  const senderOf = new Map(senders.map((sender) => [sender.locationId, sender]))
  const planned = toPlanned(plan, toRoute, { senderOf, rules })
  const made = await planShipments(tx, toStockContext(context), hand, { planned, actor: 'hub' })
  const waiting = plan.waiting.reduce((sum, { units }) => sum + units, 0)
  if (waiting > 0) {
    const because = [...new Set(plan.waiting.map((each) => each.because))].join(', ')
    const detail = `${waiting} units of ${order.number} can be sent from nowhere (${because}). They are sent as soon as they can be; or change the routing, or cancel them.`
    const about = { kind: 'not-routed' as const, subject: order.orderId, sku: null, units: waiting, detail }
    await openTask(tx, organizationId, { ...about, connectionId: hand.connectionId }, { at, uuid })
  } else await closeTasks(tx, organizationId, 'not-routed', [order.orderId], at)
  return { ...made, outcome: planned.length > 0 ? ('routed' as const) : ('waits' as const) }
}

function toRoutingOrder(
  hand: OrderInHand,
  unrouted: ReturnType<typeof unroutedOf>,
  { destination, connectionName, connectorId, shipBy }: OrderDestination,
): RoutingOrder {
  const { order, connectionId } = hand
  const lines = unrouted.flatMap(({ lineId, quantity }) => {
    const rows = rowsOf(hand, lineId)
    const [first] = rows
    const line = hand.lines.find((each) => each.lineId === lineId)
    if (first === undefined || line?.itemId === undefined) return []
    const isKit = rows.some(({ itemId }) => itemId !== line.itemId)
    const parts = [...new Map(rows.map((row) => [row.itemId, row.unitsEach]))]
    // A listing unit of a kit is routed as one: its parts are those of the whole listing unit.
    return isKit
      ? [
          {
            lineId,
            itemId: line.itemId,
            units: quantity,
            unitsPerListing: 1,
            parts: parts.map(([itemId, unitsEach]) => ({ itemId, unitsEach })),
          },
        ]
      : [{ lineId, itemId: line.itemId, units: quantity * first.unitsEach, unitsPerListing: first.unitsEach }]
  })
  const own = hand.lines.flatMap(({ lineId }) => {
    const pinned = committedAt(hand, lineId)
    const byPlace = Map.groupBy(rowsOf(hand, lineId), ({ itemId, locationId }) => `${itemId} ${locationId}`)
    return [...byPlace.values()].flatMap((rows) => {
      const [row] = rows
      if (row === undefined) return []
      const open = rows.reduce((sum, each) => sum + each.reserved - each.released - each.shipped, 0)
      const units = open - pinned(row.itemId, row.locationId)
      return units > 0 ? [{ itemId: row.itemId, locationId: row.locationId, units }] : []
    })
  })
  return {
    orderId: order.orderId,
    connectionId,
    connectionName,
    connectorId,
    placedAt: order.placedAt,
    promisedAt: shipBy,
    destination,
    lines,
    own,
  }
}

/** Base units of the plan in listing units of each line. */
function toPlanned(
  plan: RoutingPlan,
  { lines }: RoutingOrder,
  { senderOf, rules }: { senderOf: ReadonlyMap<string, Sender>; rules: RoutingRules },
): PlannedShipment[] {
  const perListing = new Map(lines.map(({ lineId, unitsPerListing }) => [lineId, unitsPerListing]))
  return plan.parcels.flatMap(({ locationId, lines: sent }) => {
    const sender = senderOf.get(locationId)
    const planned = {
      locationId,
      warehouseId: sender?.warehouseId ?? null,
      lines: sent.map(({ lineId, units }) => ({ lineId, quantity: units / (perListing.get(lineId) ?? 1) })),
      because: { ...plan.why, rules: rules.length },
    }
    return sender === undefined ? [planned] : splitByLimits(planned, lines, sender)
  })
}

async function isOnHold(tx: Tx, organizationId: string, orderId: string): Promise<boolean> {
  const held = await sql`
    select from order_hold where organization_id = ${organizationId} and order_id = ${orderId} limit 1`.execute(
    tx,
  )
  return held.rows.length > 0
}
