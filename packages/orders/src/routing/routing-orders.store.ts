import { arrayOf, type Db } from '@plimsoll/database'
import { findKitParts } from '@plimsoll/stock'
import { sql } from 'kysely'
import type { OwnUnits, RoutingLine, RoutingOrder } from './routing-plan.ts'
import type { Destination } from './routing-rules.ts'

/** An order as it can be routed, with what people call it. */
export type StoredRoutingOrder = RoutingOrder & { number: string }

/**
 * Which units of an order are routed: those still open, with what is reserved for them as the order's own; or, for a trial
 * of rules on orders that are long gone, all that were ordered, with all that was ever kept or sent for them given back.
 */
export type UnitsRouted = 'open' | 'ordered'

/** Orders by id, as they can be routed, in the order in which they were placed. Lines without an item are left out. */
export async function loadRoutingOrders(
  db: Db,
  organizationId: string,
  orderIds: readonly string[],
  routed: UnitsRouted,
): Promise<StoredRoutingOrder[]> {
  if (orderIds.length === 0) return []
  const [orders, lines, own] = await Promise.all([
    findOrders(db, organizationId, orderIds),
    findLines(db, organizationId, orderIds, routed),
    findOwnUnits(db, organizationId, orderIds, routed),
  ])
  const parts = await findKitParts(db, organizationId, [...new Set(lines.map(({ itemId }) => itemId))])
  const linesOf = Map.groupBy(lines, ({ orderId }) => orderId)
  const ownOf = Map.groupBy(own, ({ orderId }) => orderId)
  return orders.map(({ destination, ...order }) => ({
    ...order,
    promisedAt: null,
    destination: destination ?? undefined,
    lines: (linesOf.get(order.orderId) ?? []).map(({ orderId: _, ...line }): RoutingLine => {
      const kit = parts.get(line.itemId)
      return kit === undefined
        ? line
        : { ...line, parts: kit.map(({ itemId, quantity }) => ({ itemId, unitsEach: quantity })) }
    }),
    own: (ownOf.get(order.orderId) ?? []).map(({ orderId: _, ...units }): OwnUnits => units),
  }))
}

/** Orders placed since a moment, test orders and what was never paid left out: the newest so many. */
export async function findOrdersToTry(
  db: Db,
  organizationId: string,
  { since, limit }: { since: Date | undefined; limit: number },
): Promise<string[]> {
  const found = await sql<{ orderId: string }>`
    select order_id from sales_order
    where organization_id = ${organizationId} and not test and state in ('open', 'closed')
      ${since === undefined ? sql`` : sql`and placed_at >= ${since}`}
    order by placed_at desc, order_id
    limit ${limit}`.execute(db)
  return found.rows.map(({ orderId }) => orderId)
}

type OrderRow = Pick<StoredRoutingOrder, 'orderId' | 'connectionId' | 'number' | 'placedAt'> & {
  connectionName: string
  connectorId: string
  destination: Destination | null
}

/** A destination is read where there is one: orders from before it was kept have none. */
async function findOrders(db: Db, organizationId: string, orderIds: readonly string[]): Promise<OrderRow[]> {
  const found = await sql<OrderRow>`
    select sales_order.order_id, sales_order.connection_id, number, placed_at, connection.name as connection_name,
      connection.connector as connector_id, to_jsonb(sales_order) -> 'destination' as destination
    from sales_order
    join connection on connection.organization_id = sales_order.organization_id
      and connection.connection_id = sales_order.connection_id
    where sales_order.organization_id = ${organizationId}
      and sales_order.order_id = any(${arrayOf(orderIds, 'uuid')})
    order by placed_at, sales_order.order_id`.execute(db)
  return found.rows.map((row) => ({ ...row, destination: toDestination(row.destination) }))
}

/** As it is kept, without what routing does not go by; without a country it is none. */
function toDestination(kept: Partial<Destination> | null): Destination | null {
  if (typeof kept?.country !== 'string') return null
  const { country, region, postalCode, latitude, longitude } = kept
  return { country, region: region ?? null, postalCode: postalCode ?? null, latitude, longitude }
}

async function findLines(
  db: Db,
  organizationId: string,
  orderIds: readonly string[],
  routed: UnitsRouted,
): Promise<(RoutingLine & { orderId: string })[]> {
  const found = await sql<RoutingLine & { orderId: string }>`
    select order_id, line_id, item_id, units_per_listing,
      units_per_listing * (case when ${routed} = 'open' then greatest(0, current - shipped - committed) else ordered end) as units
    from order_line
    where organization_id = ${organizationId} and order_id = any(${arrayOf(orderIds, 'uuid')})
      and item_id is not null
    order by order_id, line_id`.execute(db)
  return found.rows.filter(({ units }) => units > 0)
}

/** What is reserved for their lines, by item and place; of a lot that may not leave nothing can be given back. */
async function findOwnUnits(
  db: Db,
  organizationId: string,
  orderIds: readonly string[],
  routed: UnitsRouted,
): Promise<(OwnUnits & { orderId: string })[]> {
  const found = await sql<OwnUnits & { orderId: string }>`
    select order_line.order_id, reservation.item_id, reservation.location_id, lot.expires_on::text as expires_on,
      sum(reservation.reserved - reservation.released
        - case when ${routed} = 'open' then reservation.shipped else reservation.returned end)::bigint as units
    from order_line
    join reservation on reservation.organization_id = order_line.organization_id
      and reservation.owner_id = order_line.line_id
    left join lot on lot.organization_id = reservation.organization_id and lot.lot_id = reservation.lot_id
    where order_line.organization_id = ${organizationId}
      and order_line.order_id = any(${arrayOf(orderIds, 'uuid')})
      and (lot.status is null or lot.status = 'released')
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4`.execute(db)
  return found.rows.filter(({ units }) => units > 0)
}
