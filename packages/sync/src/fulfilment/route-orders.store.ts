import type { Db } from '@plimsoll/database'
import {
  findRoutingItems,
  findRoutingRules,
  loadRoutingPlaces,
  type RoutingItem,
  type RoutingOrder,
  type RoutingPlace,
  type RoutingRules,
} from '@plimsoll/orders'
import { sql } from 'kysely'

export type OrderDestination = {
  destination: RoutingOrder['destination']
  connectionName: string | undefined
  connectorId: string | undefined
  shipBy: Date | null
}

/** Where an order goes, and by when. */
export async function findDestination(
  db: Db,
  organizationId: string,
  orderId: string,
): Promise<OrderDestination> {
  type Row = {
    /** As `OrderFacts` says it: what is not known is left out. */
    destination: { country: string; region?: string; postalCode?: string } | null
    connectionName: string | null
    connectorId: string | null
    shipBy: Date | null
  }
  const found = await sql<Row>`
    select destination, ship_by, connection.name as connection_name, connection.connector as connector_id
    from sales_order
    left join connection using (organization_id, connection_id)
    where organization_id = ${organizationId} and order_id = ${orderId}`.execute(db)
  const [row] = found.rows
  return {
    destination:
      row?.destination == null
        ? undefined
        : {
            country: row.destination.country,
            region: row.destination.region ?? null,
            postalCode: row.destination.postalCode ?? null,
          },
    connectionName: row?.connectionName ?? undefined,
    connectorId: row?.connectorId ?? undefined,
    shipBy: row?.shipBy ?? null,
  }
}

/** Shipments that were routed to each location today (by its own day), for those that take only so many. */
export async function findAssignedToday(
  db: Db,
  organizationId: string,
  now: Date,
): Promise<Map<string, number>> {
  const found = await sql<{ locationId: string; shipments: number }>`
    select shipment.location_id, count(*) as shipments
    from shipment
    join location using (organization_id, location_id)
    where organization_id = ${organizationId} and capacity_per_day is not null
      and shipment.created_at > ${new Date(now.getTime() - 2 * DAY_MS)}
      and shipment.state not in ('cancelled', 'rejected')
      and (shipment.created_at at time zone time_zone)::date = (${now}::timestamptz at time zone time_zone)::date
    group by shipment.location_id
    order by shipment.location_id`.execute(db)
  return new Map(found.rows.map(({ locationId, shipments }) => [locationId, shipments]))
}
const DAY_MS = 86_400_000

/** Where an order was refused, or stopped by a person: it is sent from elsewhere. */
export async function findRejectedPlaces(
  db: Db,
  organizationId: string,
  orderId: string,
): Promise<Set<string>> {
  const found = await sql<{ locationId: string }>`
    select distinct location_id from shipment
    where organization_id = ${organizationId} and order_id = ${orderId}
      and (state = 'rejected' or (state = 'cancelled' and cancel_reason = 'send-from-elsewhere'))
    order by location_id`.execute(db)
  return new Set(found.rows.map(({ locationId }) => locationId))
}

export async function loadRouting(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  assigned: ReadonlyMap<string, number>,
): Promise<{ places: RoutingPlace[]; rules: RoutingRules; items: RoutingItem[] }> {
  const [places, { rules }, items] = await Promise.all([
    loadRoutingPlaces(db, organizationId, itemIds, assigned),
    findRoutingRules(db, organizationId),
    findRoutingItems(db, organizationId, itemIds),
  ])
  return { places, rules, items }
}

/** Orders of a channel that may have something to route or to stop, the oldest first. */
export async function findOrdersToRoute(
  db: Db,
  organizationId: string,
  connectionId: string,
  { limit, after }: { limit: number; after: Date | null },
): Promise<string[]> {
  const found = await sql<{ orderId: string }>`
    select distinct sales_order.placed_at, sales_order.order_id
    from sales_order
    join order_line using (organization_id, order_id)
    where organization_id = ${organizationId} and sales_order.connection_id = ${connectionId} and not test
      and placed_at >= coalesce(${after}::timestamptz, '-infinity')
      and (
        (state = 'open' and order_line.item_id is not null
          and order_line.current - order_line.shipped > order_line.committed
          and not exists (
            select from order_hold
            where order_hold.organization_id = sales_order.organization_id and order_hold.order_id = sales_order.order_id
          ))
        or order_line.committed
          > case when state in ('pending', 'open') then greatest(0, order_line.current - order_line.shipped) else 0 end
      )
    order by placed_at, order_id
    limit ${limit}`.execute(db)
  return found.rows.map(({ orderId }) => orderId)
}
