import type { Db, Tx } from '@plimsoll/database'
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
  /** A person made it: to be sent from there and nowhere else, where they said so. */
  isByHand: boolean
  pinnedLocationId: string | undefined
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
    isByHand: boolean
    pinnedLocationId: string | null
  }
  const found = await sql<Row>`
    select destination, ship_by, connection.name as connection_name, connection.connector as connector_id,
      hand_order.order_id is not null as is_by_hand, hand_order.location_id as pinned_location_id
    from sales_order
    left join connection using (organization_id, connection_id)
    left join hand_order using (organization_id, order_id)
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
    isByHand: row?.isByHand ?? false,
    pinnedLocationId: row?.pinnedLocationId ?? undefined,
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

/** Notes orders of which something may be to route or to stop. Noted again, one is looked at at once. */
export async function noteOrdersToRoute(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  orderIds: readonly string[],
  at: Date,
): Promise<void> {
  if (orderIds.length === 0) return
  await sql`
    insert into order_to_route (organization_id, order_id, connection_id, not_before)
    select ${organizationId}, order_id, ${connectionId}, ${at}
    from unnest(${sql.val([...new Set(orderIds)].sort())}::uuid[]) as noted(order_id)
    on conflict (organization_id, order_id) do update set not_before = excluded.not_before`.execute(tx)
}

export async function findOrdersToRoute(
  db: Db,
  organizationId: string,
  connectionId: string,
  { now, limit }: { now: Date; limit: number },
): Promise<{ orderId: string; notBefore: Date }[]> {
  const found = await sql<{ orderId: string; notBefore: Date }>`
    select order_id, not_before from order_to_route
    where organization_id = ${organizationId} and connection_id = ${connectionId} and not_before <= ${now}
    order by not_before, order_id
    limit ${limit}`.execute(db)
  return found.rows
}

/**
 * An order was looked at, and its row is kept as long as it is to be looked at again. Under the order's lock: what notes it again
 * waits until then.
 * @param standing.waits it can be sent from nowhere now: its turn comes when something that it waits for does
 * @param standing.until when the next of its lines may be sent; undefined: none waits for a date
 */
export async function keepInLine(
  tx: Tx,
  organizationId: string,
  { orderId, connectionId }: { orderId: string; connectionId: string },
  { waits, until, at }: { waits: boolean; until: Date | undefined; at: Date },
): Promise<void> {
  if (!waits && until === undefined) {
    await sql`
      delete from order_to_route where organization_id = ${organizationId} and order_id = ${orderId}`.execute(
      tx,
    )
    return
  }
  // What makes it due is that something came; this is for what nobody noted.
  const again = waits ? new Date(at.getTime() + LOOKED_AGAIN_MS) : until
  const notBefore = until !== undefined && again !== undefined && until < again ? until : again
  await sql`
    insert into order_to_route (organization_id, order_id, connection_id, not_before, waits_since, tried_at)
    values (${organizationId}, ${orderId}, ${connectionId}, ${notBefore}, ${waits ? at : null}, ${waits ? at : null})
    on conflict (organization_id, order_id) do update set not_before = excluded.not_before,
      waits_since = case when ${waits} then coalesce(order_to_route.waits_since, excluded.waits_since) end,
      tried_at = excluded.tried_at`.execute(tx)
}
const LOOKED_AGAIN_MS = 3_600_000

/** It could not be decided just now: it is looked at again. What noted it meanwhile is not forgotten. */
export async function putOff(
  db: Db,
  organizationId: string,
  { orderId, notBefore }: { orderId: string; notBefore: Date },
  again: Date,
): Promise<void> {
  await sql`
    update order_to_route set not_before = ${again}
    where organization_id = ${organizationId} and order_id = ${orderId} and not_before <= ${notBefore}`.execute(
    db,
  )
}

/** Looks at all orders of a channel, for what nobody noted. @returns how many were */
export async function sweepOrdersToRoute(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  { from, at }: { from: Date; at: Date },
): Promise<number> {
  const noted = await sql`
    insert into order_to_route (organization_id, order_id, connection_id, not_before)
    select distinct ${organizationId}::uuid, sales_order.order_id, ${connectionId}::uuid, ${at}::timestamptz
    from sales_order
    join order_line using (organization_id, order_id)
    where organization_id = ${organizationId} and sales_order.connection_id = ${connectionId} and not test
      and placed_at >= ${from}
      and (
        (state = 'open' and order_line.item_id is not null
          and order_line.current - order_line.shipped > order_line.committed)
        or order_line.committed
          > case when state in ('pending', 'open') then greatest(0, order_line.current - order_line.shipped) else 0 end
      )
    on conflict do nothing`.execute(tx)
  return Number(noted.numAffectedRows ?? 0n)
}
