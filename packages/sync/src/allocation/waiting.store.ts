import { arrayOf, type Db, type Tx } from '@plimsoll/database'
import type { AllocationRule, PooledUnits, Ranked, WaitingOrder } from '@plimsoll/orders'
import { sql } from 'kysely'
import { toRoutingLine } from './routing-line.ts'

/**
 * Orders that wait: all of which something is to be routed (`order_to_route`) that are open, that the hub sends, and that nobody
 * holds. Those of which nobody has tried yet are among them: they too were placed when they were placed.
 */
const waiting = sql`
  order_to_route as noted
  join sales_order on sales_order.organization_id = noted.organization_id and sales_order.order_id = noted.order_id
  join connection on connection.organization_id = sales_order.organization_id
    and connection.connection_id = sales_order.connection_id`

const isWaiting = (organizationId: string) => sql`
  noted.organization_id = ${organizationId} and sales_order.state = 'open' and not test and placed_at >= ships_orders_from
  and not exists (
    select from order_hold
    where order_hold.organization_id = noted.organization_id and order_hold.order_id = noted.order_id and not partly
  )`

/** Units of an order line that its channel holds: what it says, less what a person lets go. */
const heldByChannel = sql`greatest(0, order_line.channel_held - order_line.let_go)`

/** Of an order line: promised, not held by its channel, and in no shipment. */
const isUnrouted = sql`order_line.item_id is not null
  and order_line.current - order_line.shipped - ${heldByChannel} > order_line.committed`

/** As `rankOf` in `packages/orders`; a property test holds the two equal. */
const rankSql = (rule: AllocationRule) => {
  switch (rule.kind) {
    case 'first-come':
      return sql`0::numeric`
    case 'channel-priority': {
      const ids = sql`${sql.val([...rule.connectionIds])}::uuid[]`
      return sql`coalesce(array_position(${ids}, sales_order.connection_id) - 1, ${rule.connectionIds.length}::int)::numeric`
    }
    case 'promise-date':
      return sql`coalesce(round(extract(epoch from ship_by) * 1000), ${Number.MAX_SAFE_INTEGER}::numeric)`
    default: {
      const never: never = rule
      return never
    }
  }
}

/**
 * Everybody who may give units of these items to waiting orders takes turns, item by item: what one of them takes the next must
 * see. Taken before any lock of an order, so that whoever takes orders in never waits for it.
 */
export async function lockItemsToAllot(
  tx: Tx,
  organizationId: string,
  itemIds: readonly string[],
): Promise<void> {
  if (itemIds.length === 0) return
  await sql`
    select pg_advisory_xact_lock(key)
    from (
      select distinct hashtextextended('allot ' || ${organizationId} || ' ' || item_id, 0) as key
      from unnest(${arrayOf(itemIds, 'text')}) as item(item_id)
      order by key
      offset 0
    ) as ordered`.execute(tx)
}

/** The items that an order's lines hold, or held. */
export async function findItemsOfOrder(db: Db, organizationId: string, orderId: string): Promise<string[]> {
  const found = await sql<{ itemId: string }>`
    select distinct reservation.item_id
    from order_line
    join reservation on reservation.organization_id = order_line.organization_id
      and reservation.owner_id = order_line.line_id
    where order_line.organization_id = ${organizationId} and order_line.order_id = ${orderId}
    order by reservation.item_id`.execute(db)
  return found.rows.map(({ itemId }) => itemId)
}

/**
 * Base units of these items that waiting orders hold and that are in no shipment, pre-orders among them. What a channel holds is
 * not: it stays its order's own, wherever the first of it lies.
 */
export async function findPooled(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<PooledUnits[]> {
  if (itemIds.length === 0) return []
  const found = await sql<PooledUnits>`
    with held as (
      select order_line.line_id, reservation.item_id, reservation.location_id,
        sum(reservation.reserved - reservation.released - reservation.shipped) as open,
        max(${heldByChannel} * reservation.units_each) as kept
      from ${waiting}
      join order_line on order_line.organization_id = noted.organization_id and order_line.order_id = noted.order_id
      join reservation on reservation.organization_id = order_line.organization_id
        and reservation.owner_id = order_line.line_id
      where ${isWaiting(organizationId)} and ${isUnrouted}
        and reservation.item_id = any(${arrayOf(itemIds, 'uuid')})
        and reservation.released + reservation.shipped < reservation.reserved
      group by order_line.line_id, reservation.item_id, reservation.location_id
    )
    select item_id, location_id, sum(units)::bigint as units
    from (
      select item_id, location_id, greatest(0, free - greatest(0, kept - coalesce(sum(free) over (
        partition by line_id, item_id order by location_id rows between unbounded preceding and 1 preceding), 0))) as units
      from (
        select line_id, item_id, location_id, kept, greatest(0, open - (
        select coalesce(sum(units - shipment_line.shipped - given_up), 0)
        from shipment_line
        join shipment using (organization_id, shipment_id)
        where shipment_line.organization_id = ${organizationId} and shipment_line.line_id = held.line_id
          and shipment_line.item_id = held.item_id and shipment.location_id = held.location_id
          and shipment.state not in ('shipped', 'cancelled', 'rejected')
        )) as free
        from held
      ) as of_line
    ) as each_line
    group by item_id, location_id
    having sum(units) > 0
    order by item_id, location_id`.execute(db)
  return found.rows
}

/** A waiting order, with all items that it holds. */
export type QueuedOrder = WaitingOrder & { number: string; itemIds: string[] }

/** Whose turn is asked for. `before`: only those whose rank is before this one; undefined: all. */
export type WhoseTurn = {
  rule: AllocationRule
  rank: number | undefined
  before: Ranked | undefined
  at: Date
}

const isBefore = ({ rule, rank, before }: WhoseTurn) =>
  before === undefined
    ? sql`true`
    : sql`(${rankSql(rule)}, placed_at, noted.order_id) < (${rank ?? 0}::numeric, ${before.placedAt}, ${before.orderId}::uuid)`

/** What each waiting order wants now: an entry for each item of each. */
export async function findWants(
  db: Db,
  organizationId: string,
  which: WhoseTurn,
): Promise<{ orderId: string; itemId: string }[]> {
  const found = await sql<{ orderId: string; itemId: string }>`
    select distinct noted.order_id, reservation.item_id
    from ${waiting}
    join order_line on order_line.organization_id = noted.organization_id and order_line.order_id = noted.order_id
    join reservation on reservation.organization_id = order_line.organization_id
      and reservation.owner_id = order_line.line_id
    where ${isWaiting(organizationId)} and ${isUnrouted} and coalesce(waits_until <= ${which.at}, true)
      and ${isBefore(which)}`.execute(db)
  return found.rows
}

/** Waiting orders that want any of these items now, with all of their lines that may be sent by then. */
export async function findQueue(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  which: WhoseTurn,
): Promise<QueuedOrder[]> {
  if (itemIds.length === 0) return []
  const { rule, at } = which
  type Head = Omit<QueuedOrder, 'lines' | 'itemIds' | 'avoid' | 'destination' | 'promisedAt'> & {
    destination: { country: string; region?: string; postalCode?: string } | null
    avoided: string[]
    pinnedLocationId: string | null
  }
  const heads = await sql<Head>`
    select noted.order_id, number, sales_order.connection_id, connection.name as connection_name,
      connection.connector as connector_id, placed_at, ship_by, destination, hand_order.location_id as pinned_location_id,
      array(
        select distinct location_id::text from shipment
        where shipment.organization_id = noted.organization_id and shipment.order_id = noted.order_id
          and (shipment.state = 'rejected' or (shipment.state = 'cancelled' and cancel_reason = 'send-from-elsewhere'))
        order by location_id::text
      ) as avoided
    from ${waiting}
    left join hand_order on hand_order.organization_id = noted.organization_id and hand_order.order_id = noted.order_id
    where ${isWaiting(organizationId)}
      and ${isBefore(which)}
      and exists (
        select from order_line
        join reservation on reservation.organization_id = order_line.organization_id
          and reservation.owner_id = order_line.line_id
        where order_line.organization_id = noted.organization_id and order_line.order_id = noted.order_id and ${isUnrouted}
          and coalesce(waits_until <= ${at}, true) and reservation.item_id = any(${arrayOf(itemIds, 'uuid')})
      )
    order by ${rankSql(rule)}, placed_at, noted.order_id`.execute(db)
  const orderIds = heads.rows.map(({ orderId }) => orderId)
  if (orderIds.length === 0) return []
  const linesOf = Map.groupBy(
    await findWaitingLines(db, organizationId, orderIds, at),
    (line) => line.orderId,
  )
  return heads.rows.map(({ destination, avoided, pinnedLocationId, ...head }) => {
    const own = linesOf.get(head.orderId) ?? []
    return {
      ...head,
      promisedAt: head.shipBy,
      destination:
        destination === null
          ? undefined
          : {
              country: destination.country,
              region: destination.region ?? null,
              postalCode: destination.postalCode ?? null,
            },
      avoid: new Set(avoided),
      lines: own.map(({ parts, ...line }) => toRoutingLine(line, parts, pinnedLocationId ?? undefined)),
      itemIds: [...new Set(own.flatMap(({ parts }) => parts.map(({ itemId }) => itemId)))],
    } satisfies QueuedOrder
  })
}

type WaitingLine = {
  orderId: string
  lineId: string
  itemId: string
  /** Listing units. */
  quantity: number
  parts: { itemId: string; unitsEach: number }[]
}

async function findWaitingLines(
  db: Db,
  organizationId: string,
  orderIds: readonly string[],
  at: Date,
): Promise<WaitingLine[]> {
  const found = await sql<WaitingLine>`
    select order_id, line_id, order_line.item_id, current - shipped - committed - ${heldByChannel} as quantity, (
      select jsonb_agg(jsonb_build_object('itemId', part.item_id, 'unitsEach', part.units_each) order by part.item_id)
      from (
        select distinct reservation.item_id, units_each from reservation
        where reservation.organization_id = order_line.organization_id and reservation.owner_id = order_line.line_id
      ) as part
    ) as parts
    from order_line
    where order_line.organization_id = ${organizationId} and order_id = any(${arrayOf(orderIds, 'uuid')})
      and ${isUnrouted} and coalesce(waits_until <= ${at}, true)
      and exists (
        select from reservation
        where reservation.organization_id = order_line.organization_id and reservation.owner_id = order_line.line_id
      )
    order by line_id`.execute(db)
  return found.rows
}

/** How many orders wait for an item, and how many of them come before one. */
export type PlaceInLine = { itemId: string; ahead: number; waiting: number }

export async function findPlacesInLine(
  db: Db,
  organizationId: string,
  order: Ranked,
  { itemIds, rule, rank, at }: { itemIds: readonly string[]; rule: AllocationRule; rank: number; at: Date },
): Promise<PlaceInLine[]> {
  const found = await sql<PlaceInLine>`
    select reservation.item_id, count(distinct noted.order_id) as waiting,
      count(distinct noted.order_id) filter (
        where (${rankSql(rule)}, placed_at, noted.order_id) < (${rank}::numeric, ${order.placedAt}, ${order.orderId}::uuid)
      ) as ahead
    from ${waiting}
    join order_line on order_line.organization_id = noted.organization_id and order_line.order_id = noted.order_id
    join reservation on reservation.organization_id = order_line.organization_id
      and reservation.owner_id = order_line.line_id
    where ${isWaiting(organizationId)} and ${isUnrouted} and coalesce(waits_until <= ${at}, true)
      and reservation.item_id = any(${arrayOf(itemIds, 'uuid')})
    group by reservation.item_id
    order by reservation.item_id`.execute(db)
  return found.rows
}
