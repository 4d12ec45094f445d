import { type OrderRow, ROUTING_TAKES_MS } from '@plimsoll/client'
import { arrayOf, type Db } from '@plimsoll/database'
import { BY_HAND } from '@plimsoll/sync'
import { type RawBuilder, sql } from 'kysely'

export type OrderStanding = 'waiting' | 'held' | 'not-routed' | 'shipped' | 'late'

export type OrderQuery = {
  state?: OrderRow['state'] | undefined
  connectionId?: string | undefined
  standing?: OrderStanding | undefined
  /** How its number begins, or the platform's whole id. */
  search?: string | undefined
  cursor?: string | undefined
  limit: number
  now: Date
}

export type StoredOrder = Omit<OrderRow, 'placedAt' | 'shipBy'> & { placedAt: Date; shipBy: Date | null }

/** Newest first; the cursor is the last order's id of the page before. */
export async function findOrderPage(
  db: Db,
  organizationId: string,
  query: OrderQuery,
): Promise<{ rows: StoredOrder[]; next: string | null }> {
  const { state, connectionId, standing, search, cursor, limit, now } = query
  const searched = search === undefined ? undefined : await searchOrders(db, organizationId, search)
  const found = await sql<StoredOrder>`
    ${selectOrders(now)}
    where sales_order.organization_id = ${organizationId}
      ${state === undefined ? sql`` : sql`and sales_order.state = ${state}`}
      ${connectionId === undefined ? sql`` : sql`and sales_order.connection_id = ${connectionId}`}
      ${standing === undefined ? sql`` : sql`and ${STANDINGS[standing](now)}`}
      ${searched === undefined ? sql`` : sql`and (${searched} or external_id = ${search})`}
      ${
        cursor === undefined
          ? sql``
          : sql`and (placed_at, sales_order.order_id) < (
              select placed_at, order_id from sales_order where organization_id = ${organizationId} and order_id = ${cursor}
            )`
      }
    order by placed_at desc, sales_order.order_id desc
    limit ${limit + 1}`.execute(db)
  const rows = found.rows.slice(0, limit)
  return { rows, next: found.rows.length > limit ? (rows.at(-1)?.orderId ?? null) : null }
}

export async function findOrderRow(
  db: Db,
  organizationId: string,
  orderId: string,
  now: Date,
): Promise<StoredOrder | undefined> {
  const found = await sql<StoredOrder>`
    ${selectOrders(now)}
    where sales_order.organization_id = ${organizationId} and sales_order.order_id = ${orderId}`.execute(db)
  return found.rows[0]
}

/** Orders of one number are found by their ids; where so many begin like it, the newest are met soon enough. */
const NUMBERED_MAX = 1_000

async function searchOrders(db: Db, organizationId: string, search: string): Promise<RawBuilder<boolean>> {
  const beginnings = [search.toLowerCase(), `#${search.toLowerCase()}`]
  const found = await sql<{ orderId: string }>`
    select order_id from orders_numbered(${organizationId}, ${arrayOf(beginnings, 'text')}, ${NUMBERED_MAX + 1}) as order_id`.execute(
    db,
  )
  if (found.rows.length <= NUMBERED_MAX) {
    const ids = found.rows.map(({ orderId }) => orderId)
    return sql`sales_order.order_id = any(${arrayOf(ids, 'uuid')})`
  }
  const number = likePrefix(search)
  return sql`(lower(number) like ${number} or lower(number) like ${`#${number}`})`
}

function likePrefix(text: string): string {
  return `${text.toLowerCase().replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`
}

const isOpen = sql`sales_order.state in ('pending', 'open')`
const toShip = sql`coalesce(sold.to_ship, 0)`
const isHeld = sql`exists (
  select from order_hold
  where order_hold.organization_id = sales_order.organization_id and order_hold.order_id = sales_order.order_id
)`
const isUnrouted = sql`(
  sales_order.state = 'open' and not test and coalesce(placed_at >= ships_orders_from, false)
  and coalesce(sold.to_route, 0) > 0
)`
const isLate = (now: Date) =>
  sql`(${isOpen} and ${toShip} > 0 and coalesce(ship_by < ${now}::timestamptz, false))`

/**
 * Nothing is known to be wrong yet: it was placed just now, and no task says that it can be sent from nowhere. One made by
 * hand was routed as it was made.
 */
const isBeingRouted = (now: Date) => sql`(
  placed_at > ${new Date(now.getTime() - ROUTING_TAKES_MS)}::timestamptz
  and coalesce(problem.detail, sent.problem) is null and connection.connector <> ${BY_HAND}
)`

const STANDINGS: Record<OrderStanding, (now: Date) => ReturnType<typeof sql>> = {
  waiting: () => sql`(${isOpen} and ${toShip} > 0)`,
  held: () => sql`(${isHeld} or exists (
    select from shipment
    where shipment.organization_id = sales_order.organization_id and shipment.order_id = sales_order.order_id
      and shipment.state = 'held'
  ))`,
  'not-routed': (now) => sql`(${isUnrouted} and not (${isBeingRouted(now)}))`,
  shipped: () =>
    sql`(sales_order.state <> 'cancelled' and coalesce(sold.shipped, 0) > 0 and coalesce(sold.left_over, 0) = 0)`,
  late: isLate,
}

/** What a person must see to about an order or a shipment of it. */
const TASKS = [
  'not-routed',
  'shipment-refused',
  'shipment-stuck',
  'shipment-held',
  'shipment-short',
  'shipped-anyway',
  'parcel-unexpected',
  'not-told',
  'not-cancelled',
  'cancel-asked',
]

const selectOrders = (now: Date) => sql`
  select sales_order.order_id, number, sales_order.connection_id, connection.name as channel,
    connection.connector = ${BY_HAND} as is_by_hand, sales_order.state, placed_at,
    ship_by, destination ->> 'country' as country, coalesce(sold.units, 0)::bigint as units,
    case when ${isOpen} then ${toShip} else 0 end::bigint as to_ship,
    array(
      select reason from order_hold
      where order_hold.organization_id = sales_order.organization_id and order_hold.order_id = sales_order.order_id
      order by reason
    ) as holds,
    ${isLate(now)} as is_late, ${isUnrouted} as is_unrouted, sent.shipments, coalesce(problem.detail, sent.problem) as problem,
    problem.told as problem_told
  from sales_order
  join connection on connection.organization_id = sales_order.organization_id
    and connection.connection_id = sales_order.connection_id
  left join lateral (
    select sum(current) as units, sum(order_line.shipped) as shipped,
      sum(greatest(0, current - order_line.shipped)) as left_over,
      sum(greatest(0, current - order_line.shipped)) as to_ship,
      sum(greatest(0, current - order_line.shipped - committed)) filter (where item_id is not null) as to_route
    from order_line
    where order_line.organization_id = sales_order.organization_id and order_line.order_id = sales_order.order_id
  ) as sold on true
  left join lateral (
    select
      coalesce(jsonb_agg(jsonb_build_object('shipmentId', shipment_id, 'number', shipment.number, 'location', location.code,
        'state', shipment.state) order by shipment.created_at, shipment.number), '[]') as shipments,
      coalesce(array_agg(shipment_id::text), '{}') as ids,
      min(shipment.problem) filter (where shipment.state in ('held', 'rejected')) as problem
    from shipment
    join location on location.organization_id = shipment.organization_id and location.location_id = shipment.location_id
    where shipment.organization_id = sales_order.organization_id and shipment.order_id = sales_order.order_id
  ) as sent on true
  left join lateral (
    select detail, told from task
    where task.organization_id = sales_order.organization_id and closed_at is null
      and kind = any(${sql.val(TASKS)}::text[]) and subject = any(sales_order.order_id::text || sent.ids)
    order by opened_at, task_id
    limit 1
  ) as problem on true`
