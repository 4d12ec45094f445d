import type { OrderDetail, OrderPage, OrderRecipient, OrderRow } from '@plimsoll/client'
import {
  BY_HAND,
  explainWaits,
  findByHand,
  findConnectionId,
  nowOf,
  readRecipient,
  resolveOrderId,
  type SyncContext,
  syncProblem,
} from '@plimsoll/sync'
import { mergeMoments } from './order-moments.ts'
import {
  findCancelling,
  findOrderCalls,
  findOrderEvents,
  findOrderHead,
  findOrderHolds,
  findOrderLines,
  findOrderReservations,
} from './order-page.store.ts'
import { getOrderTimeline } from './order-timeline.ts'
import { findOrderPage, findOrderRow, type OrderQuery, type StoredOrder } from './orders.store.ts'
import { listShipmentsOf } from './shipments.ts'

/** @param query.connection id or name of the channel's connection. @throws SyncProblem for one that is not known */
export async function listOrders(
  context: SyncContext,
  { connection, ...query }: Omit<OrderQuery, 'now' | 'connectionId'> & { connection?: string | undefined },
): Promise<OrderPage> {
  const { database, organizationId } = context
  const connectionId = await findChannel(context, connection)
  const page = await findOrderPage(database.kysely, organizationId, {
    ...query,
    connectionId,
    now: nowOf(context),
  })
  return { rows: page.rows.map(toRow), next: page.next }
}

/** @param channel id or name of a connection; `by-hand`: of orders that people made */
async function findChannel(context: SyncContext, channel: string | undefined): Promise<string | undefined> {
  if (channel === undefined) return undefined
  if (channel !== BY_HAND) return await findConnectionId(context, channel)
  const made = await findByHand(context.database.kysely, context.organizationId)
  // Nobody has made one yet: no order is of it.
  return made?.connectionId ?? NO_CONNECTION
}
const NO_CONNECTION = '00000000-0000-0000-0000-000000000000'

/** One order with all that is known of it, but to whom it goes. @throws SyncProblem */
export async function getOrder(context: SyncContext, idOrNumber: string): Promise<OrderDetail> {
  const { database, organizationId } = context
  const db = database.kysely
  const orderId = await resolveOrderId(context, idOrNumber)
  const [row, head, lines, holds, events, calls, shipments, timeline, waits, cancelling] = await Promise.all([
    findOrderRow(db, organizationId, orderId, nowOf(context)),
    findOrderHead(db, organizationId, orderId),
    findOrderLines(db, organizationId, orderId),
    findOrderHolds(db, organizationId, orderId),
    findOrderEvents(db, organizationId, orderId),
    findOrderCalls(db, organizationId, orderId),
    listShipmentsOf(context, orderId),
    getOrderTimeline(context, orderId),
    explainWaits(context, orderId),
    findCancelling(db, organizationId, orderId),
  ])
  if (row === undefined || head === undefined)
    throw syncProblem('unknown-order', 'order', `There is no order ${idOrNumber}.`)
  const lineIds = lines.map(({ lineId }) => lineId)
  const reservations = await findOrderReservations(db, organizationId, lineIds)
  const { destination, connector, ...said } = head
  const takes = context.connectors.get(connector)?.manifest.capabilities.cancel ?? false
  return {
    ...toRow(row),
    ...said,
    destination:
      destination === null
        ? null
        : {
            country: destination.country,
            region: destination.region ?? null,
            postalCode: destination.postalCode ?? null,
            city: destination.city ?? null,
          },
    lines: lines.map(({ waitsUntil, ...line }) => ({
      ...line,
      waitsUntil: waitsUntil?.toISOString() ?? null,
      base: sumOf(reservations, line.lineId),
    })),
    takesCancel: takes === false ? null : takes,
    cancelling:
      cancelling === undefined ? null : { ...cancelling, askedAt: cancelling.askedAt.toISOString() },
    waits: waits.map(({ until, ...wait }) => ({ ...wait, until: until?.toISOString() ?? null })),
    reservations,
    shipmentDetails: shipments,
    holdDetails: holds.map((hold) => ({ ...hold, placedAt: hold.placedAt.toISOString() })),
    timeline: mergeMoments(timeline, events, calls),
  }
}

/** To whom an order goes; that somebody asked is noted. @throws SyncProblem */
export async function getRecipient(
  context: SyncContext,
  order: string,
  actor: string,
): Promise<OrderRecipient> {
  const { recipient } = await readRecipient(context, order, actor)
  const { name, addressLines, city, country } = recipient
  return {
    name,
    addressLines,
    city,
    country,
    company: recipient.company ?? null,
    region: recipient.region ?? null,
    postalCode: recipient.postalCode ?? null,
    phone: recipient.phone ?? null,
    email: recipient.email ?? null,
  }
}

function toRow({ placedAt, shipBy, ...row }: StoredOrder): OrderRow {
  return { ...row, placedAt: placedAt.toISOString(), shipBy: shipBy?.toISOString() ?? null }
}

function sumOf(reservations: OrderDetail['reservations'], lineId: string) {
  const base = { reserved: 0, shipped: 0, returned: 0 }
  for (const row of reservations) {
    if (row.lineId !== lineId) continue
    base.reserved += row.reserved
    base.shipped += row.shipped
    base.returned += row.returned
  }
  return base
}
