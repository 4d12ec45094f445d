import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockEvent } from './beyond.ts'
import type { ShownNumber } from './shown.ts'

/** Items with an oversold task that still moves: opened or closed since then, or open with stock that moved. */
export async function findItemsToJudge(
  db: Db,
  organizationId: string,
  { since, limit }: { since: Date; limit: number },
): Promise<{ itemId: string; openedAt: Date }[]> {
  const found = await sql<{ itemId: string; openedAt: Date }>`
    select item.item_id, min(task.opened_at) as opened_at
    from task
    join item on item.organization_id = task.organization_id and item.item_id::text = task.subject
    where task.organization_id = ${organizationId} and task.kind = 'oversold'
      and (task.opened_at >= ${since} or task.closed_at >= ${since} or task.closed_at is null and exists (
        select from balance
        where balance.organization_id = item.organization_id and balance.item_id = item.item_id
          and balance.updated_at >= ${since}
      ) or exists (
        select from oversell
        where oversell.organization_id = item.organization_id and oversell.item_id = item.item_id and not final
      ))
    group by item.item_id
    order by min(task.opened_at) desc, item.item_id
    limit ${limit}`.execute(db)
  return found.rows
}

/** Units of an item that an order line, or a caller of the API, took. */
export type Take = {
  takeId: string
  itemId: string
  units: number
  /** Base units of the item in one unit of the line's listing. */
  unitsEach: number
  at: Date
  /** Null: a claim of an API caller. */
  orderId: string | null
  orderNumber: string | null
  connectionId: string | null
  connectionName: string | null
  connector: string | null
  stockUnitId: string | null
  seenAt: Date
  appliedAt: Date
}

/** What was taken of an item by orders and callers since then, as they were recorded. */
export async function findTakes(
  db: Db,
  organizationId: string,
  itemId: string,
  since: Date,
): Promise<Take[]> {
  const found = await sql<Take>`
    with taken as (
      select owner_id, order_id, max(units_each) as units_each, sum(reserved)::bigint as units,
        min(created_at) as created_at
      from reservation
      where organization_id = ${organizationId} and item_id = ${itemId} and created_at >= ${since}
      group by owner_id, order_id
    )
    select taken.owner_id as take_id, ${itemId}::uuid as item_id, taken.units,
      taken.units_each,
      coalesce(placed_at, taken.created_at) as at, sales_order.order_id, number as order_number,
      connection.connection_id, connection.name as connection_name, connection.connector, order_line.stock_unit_id,
      coalesce(sales_order.seen_at, taken.created_at) as seen_at, taken.created_at as applied_at
    from taken
    left join sales_order on sales_order.organization_id = ${organizationId} and sales_order.order_id = taken.order_id
    left join order_line on order_line.organization_id = ${organizationId} and order_line.line_id = taken.owner_id
    left join connection on connection.organization_id = ${organizationId}
      and connection.connection_id = sales_order.connection_id
    where taken.units > 0
    order by at, take_id`.execute(db)
  return found.rows
}

/** Everything else that changed what is there of an item since then; `units` of all movements, for the opening. */
export async function findOtherEvents(
  db: Db,
  organizationId: string,
  itemId: string,
  since: Date,
): Promise<{ events: Extract<StockEvent, { kind: 'other' }>[]; moved: number }> {
  const found = await sql<{ at: Date; units: number; by: string; isTake: boolean }>`
    select recorded_at as at, (on_hand_delta - reserved_delta - held_delta) as units, movement.kind as by,
      movement.kind = 'reserve' and exists (
        select from reservation
        where reservation.organization_id = ${organizationId} and reservation.item_id = ${itemId}
          and reservation.created_at >= ${since}
          and (reservation.order_id = movement.reference_id or reservation.owner_id = movement.reference_id
            or reservation.reservation_id = movement.reference_id)
      ) as is_take
    from movement
    where organization_id = ${organizationId} and item_id = ${itemId} and recorded_at >= ${since}
      and on_hand_delta - reserved_delta - held_delta <> 0
    order by recorded_at, movement_id`.execute(db)
  return {
    events: found.rows
      .filter(({ isTake }) => !isTake)
      .map(({ at, units, by }) => ({ kind: 'other', at, units, by })),
    moved: found.rows.reduce((sum, { units }) => sum + units, 0),
  }
}

/** A listing's stock unit of which an order was placed. */
export type SoldUnit = { connectionId: string; stockUnitId: string; placedAt: Date }

export type SoldLevel = {
  levelId: string
  because: string | null
  isGuaranteed: boolean
  sellsBeyondZero: boolean
}

/** The levels of the listing, with what each wanted, and why, when the order was placed. */
export async function findSoldLevels(
  db: Db,
  organizationId: string,
  { connectionId, stockUnitId, placedAt }: SoldUnit,
): Promise<SoldLevel[]> {
  const found = await sql<SoldLevel>`
    select level.level_id, coalesce(wish.because, level.desired_because) as because,
      level.protection = 'guaranteed'
        and coalesce(item_protection.state = 'guaranteed' and item_protection.since <= ${placedAt}, false)
        as is_guaranteed,
      exists (
        select from listing
        where listing.organization_id = level.organization_id and listing.connection_id = level.connection_id
          and listing.stock_unit_id = level.stock_unit_id and sells_beyond_zero
      ) as sells_beyond_zero
    from level
    left join item_protection on item_protection.organization_id = level.organization_id
      and item_protection.item_id = level.item_id
    left join lateral (
      select because from desired_log
      where desired_log.organization_id = level.organization_id and desired_log.level_id = level.level_id
        and desired_log.at <= ${placedAt}
      order by version desc
      limit 1
    ) as wish on true
    where level.organization_id = ${organizationId} and level.connection_id = ${connectionId}
      and level.stock_unit_id = ${stockUnitId}
    order by level.level_id`.execute(db)
  return found.rows
}

/**
 * What each level may have had about a moment: by its writes, those in flight included, and by what was last confirmed
 * where no write says.
 */
export async function findShownNumbers(
  db: Db,
  organizationId: string,
  levelIds: readonly string[],
  at: Date,
): Promise<ShownNumber[]> {
  const found = await sql<ShownNumber>`
    select level.level_id, number.quantity, number."from", number.until
    from level
    cross join lateral (
      (
        select quantity, sent_at as "from", min(settled_at) filter (where state = 'applied') over (
          order by sent_at, write_id rows between 1 following and unbounded following
        ) as until
        from write
        where write.organization_id = level.organization_id and write.level_id = level.level_id
          and state in ('sent', 'accepted', 'applied', 'unknown')
          and sent_at between ${at}::timestamptz - interval '30 days' and ${at}::timestamptz + interval '1 second'
      )
      union all
      (
        -- What the first of them found there stood until it was carried out.
        select expected, sent_at, case when state = 'applied' then settled_at end
        from write
        where write.organization_id = level.organization_id and write.level_id = level.level_id
          and state in ('sent', 'accepted', 'applied', 'unknown')
          and sent_at between ${at}::timestamptz - interval '30 days' and ${at}::timestamptz + interval '1 second'
        order by sent_at, write_id
        limit 1
      )
      union all
      select acknowledged, acknowledged_at, null
      where acknowledged is not null and acknowledged_at <= ${at} and not exists (
        select from write
        where write.organization_id = level.organization_id and write.level_id = level.level_id
          and sent_at <= ${at}
      )
    ) as number
    where level.organization_id = ${organizationId} and level.level_id = any(${sql.val([...levelIds])}::uuid[])
    order by level.level_id, number."from"`.execute(db)
  return found.rows
}

/** What the platform itself sold of the listing before the order, since then. */
export async function findOwnSales(
  db: Db,
  organizationId: string,
  { connectionId, stockUnitId, placedAt }: SoldUnit,
  { since, orderId }: { since: Date; orderId: string },
): Promise<{ at: Date; units: number }[]> {
  const found = await sql<{ at: Date; units: number }>`
    select placed_at as at, sum(ordered)::bigint as units
    from order_line
    join sales_order on sales_order.organization_id = order_line.organization_id
      and sales_order.order_id = order_line.order_id
    where order_line.organization_id = ${organizationId} and order_line.connection_id = ${connectionId}
      and stock_unit_id = ${stockUnitId}
      -- Never earlier than it was placed but for the clocks, and indexed.
      and changed_at >= ${since}::timestamptz - interval '1 hour'
      and placed_at >= ${since} and (placed_at, sales_order.order_id) < (${placedAt}::timestamptz, ${orderId}::uuid)
    group by placed_at
    order by placed_at`.execute(db)
  return found.rows
}

/** How much edits on the platform, made since its last write and not undone, had raised the levels, in listing units. */
export async function findEditedUp(
  db: Db,
  organizationId: string,
  levelIds: readonly string[],
  { since, until }: { since: Date; until: Date },
): Promise<number> {
  const found = await sql<{ units: number }>`
    select coalesce(sum(units), 0)::bigint as units from (
      select distinct on (level_id) greatest(0, observed - greatest(0, coalesce(expected, observed))) as units
      from drift
      where organization_id = ${organizationId} and level_id = any(${sql.val([...levelIds])}::uuid[])
        and cause = 'edited-on-platform' and found_at >= ${since} and found_at <= ${until}
      order by level_id, found_at desc, drift_id
    ) as newest`.execute(db)
  return found.rows[0]?.units ?? 0
}

/** Since when and why a person had stopped writes to the connection at a moment. */
export async function findStop(
  db: Db,
  organizationId: string,
  { connectionId, placedAt }: SoldUnit,
): Promise<{ since: Date; reason: string } | undefined> {
  const found = await sql<{ since: Date; reason: string; what: string }>`
    select distinct on (scope) changed_at as since, reason, what
    from pause_change
    where organization_id = ${organizationId} and changed_at <= ${placedAt}
      and (connection_id is null or connection_id = ${connectionId}) and what in ('paused', 'resumed', 'went-live')
    order by scope, changed_at desc, change_id`.execute(db)
  return found.rows.find(({ what }) => what === 'paused')
}

/** When the first wish of a level at or after each moment was sent, and when its platform had it. */
export async function findTold(
  db: Db,
  organizationId: string,
  levelIds: readonly string[],
  moments: readonly Date[],
): Promise<Map<number, { sentAt: Date | null; shownAt: Date | null; isWanted: boolean }>> {
  if (moments.length === 0) return new Map()
  const found = await sql<{ moment: Date; sentAt: Date | null; shownAt: Date | null; isWanted: boolean }>`
    select moment, max(sent.sent_at) as sent_at,
      case when bool_and(wish.version is null or sent.state = 'applied') then max(sent.settled_at) end as shown_at,
      bool_or(wish.version is not null) as is_wanted
    from unnest(${sql.val([...moments])}::timestamptz[]) as asked(moment)
    cross join unnest(${sql.val([...levelIds])}::uuid[]) as of_level(level_id)
    left join lateral (
      select version from desired_log
      where desired_log.organization_id = ${organizationId} and desired_log.level_id = of_level.level_id
        and at >= moment
      order by version
      limit 1
    ) as wish on true
    left join lateral (
      select sent_at, settled_at, state from write
      where write.organization_id = ${organizationId} and write.level_id = of_level.level_id
        and write.desired_version >= wish.version and state in ('sent', 'accepted', 'applied')
      order by write.desired_version, write.sent_at
      limit 1
    ) as sent on true
    group by moment
    order by moment`.execute(db)
  return new Map(found.rows.map(({ moment, ...told }) => [moment.getTime(), told]))
}
