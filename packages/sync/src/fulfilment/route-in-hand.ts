import {
  decideAllocation,
  type OrderInHand,
  type PlannedShipment,
  type PooledUnits,
  planShipments,
  type RoutingPlace,
  type RoutingPlan,
  type RoutingRules,
  rowsOf,
  TakenMeanwhile,
  unroutedOf,
  type WaitingOrder,
  withPool,
} from '@plimsoll/orders'
import type { NewMovement } from '@plimsoll/stock'
import { sql } from 'kysely'
import { findAllocationRule } from '../allocation/allocation-rule.store.ts'
import { loadAhead } from '../allocation/load-ahead.ts'
import { toRoutingLine } from '../allocation/routing-line.ts'
import { findPooled } from '../allocation/waiting.store.ts'
import { nowOf, type SyncContext, type Tx, toStockContext } from '../context.ts'
import { closeTasks, openTask } from '../tasks.store.ts'
import type { ToldTask } from '../told-task.ts'
import {
  findAssignedToday,
  findDestination,
  findRejectedPlaces,
  keepInLine,
  loadRouting,
  type OrderDestination,
} from './route-orders.store.ts'
import { avoidingTheirChannels, placesToSendFrom, splitByLimits } from './senders.ts'
import { findSenders, type Sender } from './warehouse-units.store.ts'
import { noteWouldServe } from './would-serve.ts'

export type Routed = 'routed' | 'waits' | 'nothing' | 'taken-meanwhile'

export type RoutedInHand = {
  outcome: Exclude<Routed, 'taken-meanwhile'>
  movements: NewMovement[]
  itemIds: string[]
  /** Units that can leave from nowhere now, in base units (of a kit: in kits). */
  waiting: RoutingPlan['waiting']
  /** Where units are to leave from by the shipments made: see `assertCovered`. */
  planned: { itemId: string; locationId: string }[]
}

/**
 * Routes what of an order is in no shipment, of what those who come before it leave. The caller has locked the order's items
 * (`lockItemsToAllot`) and then the order, writes the movements, and then asks `assertCovered`. Done again it changes nothing.
 */
export async function routeInHand(context: SyncContext, tx: Tx, hand: OrderInHand): Promise<RoutedInHand> {
  const { organizationId } = context
  const { order, connectionId } = hand
  const { orderId } = order
  const at = nowOf(context)
  const isHeld = await isOnHold(tx, organizationId, orderId)
  const unrouted = isHeld ? [] : unroutedOf(hand, at)
  const until = isHeld ? undefined : nextDateOf(hand, at)
  if (unrouted.length === 0) {
    await keepInLine(tx, organizationId, { orderId, connectionId }, { waits: false, until, at })
    return { outcome: until === undefined ? 'nothing' : 'waits', ...NOTHING }
  }
  // What it holds is in the pool of all who wait, for which it must be among them.
  await keepInLine(tx, organizationId, { orderId, connectionId }, { waits: true, until, at })
  const destination = await findDestination(tx, organizationId, orderId)
  const { plan, toRoute, asked, senderOf, rules, world } = await decide(
    context,
    tx,
    hand,
    unrouted,
    destination,
  )
  await noteWouldServe(tx, organizationId, { plan, order: asked, world, at })
  const planned = toPlanned(plan, toRoute, { senderOf, rules })
  const made = await planShipments(tx, toStockContext(context), hand, { planned, actor: 'hub' })
  await keepInLine(
    tx,
    organizationId,
    { orderId, connectionId },
    { waits: plan.waiting.length > 0, until, at },
  )
  await tellOfWaiting(context, tx, hand, plan, destination)
  const locationOf = new Map(made.shipments.map(({ shipmentId, locationId }) => [shipmentId, locationId]))
  return {
    outcome: planned.length > 0 ? 'routed' : 'waits',
    movements: made.movements,
    itemIds: made.itemIds,
    waiting: plan.waiting,
    planned: hand.shipmentLines.flatMap(({ shipmentId, itemId }) => {
      const locationId = locationOf.get(shipmentId)
      return locationId === undefined ? [] : [{ itemId, locationId }]
    }),
  }
}

const NOTHING = { movements: [], itemIds: [], waiting: [], planned: [] }

async function decide(
  context: SyncContext,
  tx: Tx,
  hand: OrderInHand,
  unrouted: ReturnType<typeof unroutedOf>,
  destination: OrderDestination,
) {
  const { organizationId } = context
  const at = nowOf(context)
  const { orderId, placedAt } = hand.order
  const own = [...new Set(hand.reservations.map(({ itemId }) => itemId))].sort()
  const [assigned, avoid, senders, { rule }] = await Promise.all([
    findAssignedToday(tx, organizationId, at),
    findRejectedPlaces(tx, organizationId, orderId),
    findSenders(tx, context),
    findAllocationRule(tx, organizationId),
  ])
  const toRoute = toWaitingOrder(hand, unrouted, { destination, avoid })
  const [pooledOfOwn, world] = await Promise.all([
    findPooled(tx, organizationId, own),
    loadRouting(tx, organizationId, own, assigned),
  ])
  const ranked = { orderId, connectionId: hand.connectionId, placedAt, shipBy: destination.shipBy }
  // Where there is nothing of it, nobody need be asked who comes first.
  const ahead = isAnyThere(world.places, pooledOfOwn)
    ? await loadAhead(tx, organizationId, { order: ranked, itemIds: own, rule, at })
    : { orders: [], itemIds: own }
  const isMore = ahead.itemIds.length > own.length
  const { places, rules, items } = isMore
    ? await loadRouting(tx, organizationId, ahead.itemIds, assigned)
    : world
  const pooled = isMore ? await findPooled(tx, organizationId, ahead.itemIds) : pooledOfOwn
  const others = ahead.orders.filter((each) => each.orderId !== orderId)
  const orders = avoidingTheirChannels([...others, toRoute], senders)
  const sendable = placesToSendFrom(places, senders, undefined)
  const plans = decideAllocation({ places: sendable, rules, items }, pooled, { rule, orders, at })
  const asked = orders.find((each) => each.orderId === orderId)
  const plan = plans.find((each) => each.orderId === orderId)
  if (plan === undefined || asked === undefined) throw new Error('each order has a plan')
  const senderOf = new Map(senders.map((sender) => [sender.locationId, sender]))
  return {
    plan,
    toRoute,
    asked,
    senderOf,
    rules,
    world: { places: withPool(sendable, pooled), rules, items },
  }
}

function isAnyThere(places: readonly RoutingPlace[], pooled: readonly PooledUnits[]): boolean {
  const free = new Map<string, number>()
  const add = (key: string, units: number) => free.set(key, (free.get(key) ?? 0) + units)
  for (const { locationId, stock } of places)
    for (const each of stock) add(`${each.itemId} ${locationId}`, each.free)
  for (const { itemId, locationId, units } of pooled) add(`${itemId} ${locationId}`, units)
  return [...free.values()].some((units) => units > 0)
}

/** When the next of its pre-ordered lines may be sent; undefined: none waits for a date. */
function nextDateOf({ order, lines }: OrderInHand, at: Date): Date | undefined {
  if (order.state !== 'open') return undefined
  const dates = lines.flatMap(({ waitsUntil, current, shipped, committed }) =>
    waitsUntil != null && waitsUntil > at && current - shipped > committed ? [waitsUntil] : [],
  )
  return dates.sort((a, b) => a.getTime() - b.getTime())[0]
}

function toWaitingOrder(
  hand: OrderInHand,
  unrouted: ReturnType<typeof unroutedOf>,
  { destination, avoid }: { destination: OrderDestination; avoid: ReadonlySet<string> },
): WaitingOrder {
  const { order, connectionId } = hand
  const { connectionName, connectorId, shipBy, pinnedLocationId } = destination
  const lines = unrouted.flatMap(({ lineId, quantity }) => {
    const line = hand.lines.find((each) => each.lineId === lineId)
    const parts = [...new Map(rowsOf(hand, lineId).map((row) => [row.itemId, row.unitsEach]))]
    if (parts.length === 0 || line?.itemId === undefined) return []
    return [
      toRoutingLine(
        { lineId, itemId: line.itemId, quantity },
        parts.map(([itemId, unitsEach]) => ({ itemId, unitsEach })),
        pinnedLocationId,
      ),
    ]
  })
  return {
    orderId: order.orderId,
    connectionId,
    connectionName,
    connectorId,
    placedAt: order.placedAt,
    promisedAt: shipBy,
    shipBy,
    destination: destination.destination,
    avoid,
    lines,
  }
}

/** Base units of the plan in listing units of each line. */
function toPlanned(
  plan: RoutingPlan,
  { lines }: WaitingOrder,
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

const inWords: Record<RoutingPlan['waiting'][number]['because'], string> = {
  'no-stock': 'no whole unit of it is anywhere',
  'excluded-by-rules': 'the rules exclude the places that have it',
  'parcels-limit': 'it would be more parcels than allowed',
  'pinned-place': 'it is not at the place that was chosen',
  'whole-order': 'another line of the order waits',
  'no-whole-unit': 'what is there is less than one selling unit',
}

/** A person is told of what can be sent from nowhere; not of what they took knowing that it is not there yet. */
async function tellOfWaiting(
  context: SyncContext,
  tx: Tx,
  { order, connectionId }: OrderInHand,
  plan: RoutingPlan,
  { isByHand }: OrderDestination,
): Promise<void> {
  const { organizationId, uuid } = context
  const at = nowOf(context)
  const untold = plan.waiting.filter(
    ({ because }) => !isByHand || (because !== 'no-stock' && because !== 'pinned-place'),
  )
  const waiting = untold.reduce((sum, { units }) => sum + units, 0)
  if (waiting === 0) return await closeTasks(tx, organizationId, 'not-routed', [order.orderId], at)
  const because = [...new Set(untold.map((each) => each.because))]
  const why = because.map((each) => inWords[each]).join(', ')
  const detail = `${waiting} units of ${order.number} can be sent from nowhere: ${why}. They are sent as soon as they can be; or change the routing, or cancel them.`
  const told: ToldTask = { code: 'not-routed', facts: { units: waiting, order: order.number, because } }
  const about = {
    kind: 'not-routed' as const,
    subject: order.orderId,
    sku: null,
    units: waiting,
    detail,
    told,
  }
  await openTask(tx, organizationId, { ...about, connectionId }, { at, uuid })
}

/**
 * After the movements are written: what is to leave from these places is there, beyond all that is promised for good; what waiting
 * orders hold there is not, for they come after.
 * @throws TakenMeanwhile
 */
export async function assertCovered(
  tx: Tx,
  organizationId: string,
  planned: RoutedInHand['planned'],
): Promise<void> {
  if (planned.length === 0) return
  const pooled = await findPooled(tx, organizationId, [...new Set(planned.map(({ itemId }) => itemId))])
  const found = await sql<{ itemId: string; locationId: string; free: number }>`
    select item_id, location_id, sum(on_hand - reserved - held)::bigint as free from balance
    where organization_id = ${organizationId}
      and (item_id, location_id) in (
        select * from unnest(${sql.val(planned.map(({ itemId }) => itemId))}::uuid[],
          ${sql.val(planned.map(({ locationId }) => locationId))}::uuid[]))
    group by item_id, location_id
    order by item_id, location_id`.execute(tx)
  for (const { itemId, locationId, free } of found.rows) {
    const waiting = pooled.find((each) => each.itemId === itemId && each.locationId === locationId)
    if (free + (waiting?.units ?? 0) < 0) throw new TakenMeanwhile()
  }
}

async function isOnHold(tx: Tx, organizationId: string, orderId: string): Promise<boolean> {
  const held = await sql`
    select from order_hold where organization_id = ${organizationId} and order_id = ${orderId} and not partly limit 1`.execute(
    tx,
  )
  return held.rows.length > 0
}
