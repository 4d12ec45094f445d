import type { OverviewFlow } from '@plimsoll/client'
import type { Connector } from '@plimsoll/connector-kit'
import type { Db } from '@plimsoll/database'
import { BY_HAND } from '@plimsoll/sync'
import { sql } from 'kysely'

const WINDOW_MINUTES = 5

type Row = Omit<
  OverviewFlow['connections'][number],
  'connectorName' | 'colour' | 'kind' | 'ordersKnownUntil' | 'ordersPerMinute' | 'writesPerMinute'
> & { ordersKnownUntil: Date | null; orders: number; writes: number }

/**
 * The brand's systems and what flows between them. Reads what waits and what happened in the last minutes, never a level or
 * a listing: as cheap with a million of them as with ten.
 */
export async function getOverviewFlow(
  db: Db,
  organizationId: string,
  { now, connectors }: { now: Date; connectors: ReadonlyMap<string, Connector> },
): Promise<OverviewFlow> {
  const from = new Date(now.getTime() - WINDOW_MINUTES * 60_000)
  const found = await sql<Row>`
    with ordered as (
      select connection_id, count(*) as orders from sales_order
      where organization_id = ${organizationId} and applied_at >= ${from} and changed_at >= ${from}
      group by 1
    ),
    written as (
      select connection_id, count(*) as writes,
        percentile_cont(0.5) within group (order by extract(epoch from settled_at - caused_at)::float8 * 1000)
          filter (where direction in ('zero', 'decrease')) as delay_ms
      from write
      where organization_id = ${organizationId} and settled_at >= ${from} and state = 'applied' group by 1
    ),
    lane as (
      select connection_id, count(*) as writes from lane_entry where organization_id = ${organizationId} group by 1
    ),
    inbox_of as (
      select connection_id, count(*) filter (where state <> 'parked' and topic <> 'level') as waiting,
        count(*) filter (where state = 'parked') as parked
      from inbox
      where organization_id = ${organizationId} and state in ('pending', 'fetch', 'parked') group by 1
    ),
    sending as (
      select warehouse_id as connection_id, count(*) as shipments from shipment
      where organization_id = ${organizationId} and state not in ('shipped', 'cancelled', 'rejected') group by 1
    )
    select connection.connection_id, connector, name, state, problem as error,
      pause_reasons && '{unauthorized,forbidden}' or coalesce(problem_code in ('unauthorized', 'forbidden'), false)
        as is_refused,
      coalesce(ordered.orders, 0) as orders, coalesce(written.writes, 0) as writes, delay_ms,
      (coalesce(lane.writes, 0) + coalesce(inbox_of.waiting, 0))::bigint as waiting,
      coalesce(inbox_of.parked, 0) as parked, coalesce(sending.shipments, 0) as shipments_open,
      (
        select fence_at from stream_cursor
        where stream_cursor.organization_id = connection.organization_id
          and stream_cursor.connection_id = connection.connection_id and stream = 'orders'
      ) as orders_known_until
    from connection
    left join ordered using (connection_id)
    left join written using (connection_id)
    left join lane using (connection_id)
    left join inbox_of using (connection_id)
    left join sending using (connection_id)
    where connection.organization_id = ${organizationId} and connection.connector <> ${BY_HAND}
    order by connection.created_at, connection.connection_id`.execute(db)
  const places = await sql<OverviewFlow['locations'][number]>`
    select location_id, code, name, kind, counted_by,
      (
        select on_hand from stock_sample
        where stock_sample.organization_id = location.organization_id
          and stock_sample.location_id = location.location_id
        order by at desc limit 1
      ) as on_hand
    from location
    where organization_id = ${organizationId} and archived_at is null
    order by code`.execute(db)
  return {
    connections: found.rows.map(({ orders, writes, ...row }) => {
      const manifest = connectors.get(row.connector)?.manifest
      return {
        ...row,
        connectorName: manifest?.name ?? row.connector,
        colour: manifest?.colour ?? '#808080',
        kind: manifest?.kind ?? 'channel',
        ordersPerMinute: orders / WINDOW_MINUTES,
        writesPerMinute: writes / WINDOW_MINUTES,
        ordersKnownUntil: row.ordersKnownUntil?.toISOString() ?? null,
      }
    }),
    locations: places.rows,
    now: now.toISOString(),
  }
}
