import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import { onQueuedAlready } from './lane-entries.store.ts'
import { policiesAt } from './policies-in-force.store.ts'
import type { Policy } from './policy.ts'
import { hasSetAside } from './set-aside.store.ts'

/** A connection with the policy that all of its plain levels share. */
export type PlainChannel = {
  connectionId: string
  policy: Policy
  /** The most that the platform accepts. */
  quantityMax: number
  isZeroed: boolean
  /** Whether it is written to, now or once it is no longer paused. */
  isQueued: boolean
}

/** The locations that an external location sells from, by policy. */
export type PlainPool = { connectionId: string; externalLocationId: string; locationIds: readonly string[] }

/** Whether something reaches so many items that none counts as plain: set aside for some, orders unknown, protected. */
export async function isAnythingShared(db: Db, organizationId: string, at: Date): Promise<boolean> {
  const [isSetAside, found] = await Promise.all([
    hasSetAside(db, organizationId, at),
    sql<{ isAny: boolean }>`
      select exists (
        select from stale_orders where organization_id = ${organizationId} and kind <> 'notice'
      ) or exists (
        select from protection
        where organization_id = ${organizationId} and scope <> 'item' and mode in ('buffered', 'guaranteed')
      ) as is_any`.execute(db),
  ])
  return isSetAside || found.rows[0]?.isAny === true
}

/**
 * Those of these items whose levels show more than sums say: of kits, lots, policies of their own, or protected.
 * @param options.withParts what kits are made of too: who changes a part changes its kits
 */
export async function findSpecialItems(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  { at, withParts }: { at: Date; withParts: boolean },
): Promise<string[]> {
  const ids = sql`any(${sql.val([...itemIds])}::uuid[])`
  const found = await sql<{ itemId: string }>`
    select kit_item_id as item_id from kit_part where organization_id = ${organizationId} and kit_item_id = ${ids}
    union
    select part_item_id from kit_part
    where ${withParts} and organization_id = ${organizationId} and part_item_id = ${ids}
    union
    select item_id from lot
    where organization_id = ${organizationId} and item_id = ${ids} and (status <> 'released' or expires_on is not null)
    union
    select scope_id from ${policiesAt(organizationId, at)} where scope = 'item' and scope_id = ${ids}
    union
    select listing.item_id from ${policiesAt(organizationId, at)}
    join listing on listing.organization_id = ${organizationId} and listing.listing_id = policy.scope_id
    where policy.scope = 'listing' and listing.item_id = ${ids}
    union
    select item_id from item_buffer where organization_id = ${organizationId} and item_id = ${ids}
    union
    select item_id from item_protection where organization_id = ${organizationId} and item_id = ${ids}
    union
    select scope_id from protection
    where organization_id = ${organizationId} and scope = 'item' and mode <> 'open' and scope_id = ${ids}
    union
    -- Until they are given back they show what they were granted.
    select item_id from level
    where organization_id = ${organizationId} and item_id = ${ids} and protection <> 'open'
    order by item_id`.execute(db)
  return found.rows.map((row) => row.itemId)
}

/** Joins over hundreds of items that are planned for just these, and their sums made in memory. */
export async function planForThese(tx: Tx): Promise<void> {
  await sql`
    select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('work_mem', '64MB', true),
      set_config('jit', 'off', true)`.execute(tx)
}

export type PlainWork = {
  items: readonly { itemId: string; causedAt: Date }[]
  channels: readonly PlainChannel[]
  pools: readonly PlainPool[]
  at: Date
}

/**
 * Works out what the levels of plain items should show, writes where that differs (with the next version, and noted in
 * the log) and queues what its platform does not show, all as one statement under the availability lock. It decides as
 * `desired.ts`, `set-aside.ts` and `expected.ts` do, which `plain-levels.test.ts` holds it to. Only levels that are
 * written or queued are locked, all of them in order of their ids before the first is changed. Sums are made once for
 * each set of locations and not for each level: measured on a million levels, that is what makes it fast.
 */
export async function writePlainLevels(
  tx: Tx,
  organizationId: string,
  { items, channels, pools, at }: PlainWork,
): Promise<{ changed: number; connectionIds: string[] }> {
  const keys = new Map<string, number>()
  const pool = pools.map(({ locationIds, ...each }) => {
    const text = locationIds.join(' ')
    const stockKey = keys.get(text) ?? keys.size
    keys.set(text, stockKey)
    return { ...each, stockKey }
  })
  const places = [...keys].flatMap(([text, stockKey]) =>
    text === '' ? [] : text.split(' ').map((locationId) => ({ stockKey, locationId })),
  )
  const channel = channels.map(({ policy, ...each }) => ({ ...each, ...toColumns(policy) }))
  const found = await sql<{ changed: number; connectionIds: string[] | null }>`
    with changed_item as materialized (
      select * from ${unnestRows('changed', items, { itemId: 'uuid', causedAt: 'timestamptz' })}
    ), stock as materialized (
      select stock_key, item_id, sum(on_hand - reserved - held)::bigint as available, sum(incoming)::bigint as incoming
      from changed_item
      join balance using (item_id)
      join ${unnestRows('place', places, { stockKey: 'int', locationId: 'uuid' })} using (location_id)
      where organization_id = ${organizationId}
      group by stock_key, item_id
    ), locked as materialized (
      select level.level_id, level.connection_id, changed_item.caused_at, level.desired as before, level.desired_version,
        decided.quantity, decided.because, step.priority, step.is_different, step.is_to_write
      from changed_item
      join level on level.organization_id = ${organizationId} and level.item_id = changed_item.item_id
      join ${unnestRows('channel', channel, {
        connectionId: 'uuid',
        quantityMax: 'bigint',
        isZeroed: 'boolean',
        isQueued: 'boolean',
        sharePercent: 'bigint',
        bufferUnits: 'bigint',
        bufferPercent: 'bigint',
        cap: 'bigint',
        floor: 'bigint',
        fixed: 'bigint',
        paused: 'boolean',
        incomingPercent: 'bigint',
      })} on channel.connection_id = level.connection_id
      left join ${unnestRows('pool', pool, {
        connectionId: 'uuid',
        externalLocationId: 'text',
        stockKey: 'int',
      })} on pool.connection_id = level.connection_id and pool.external_location_id = level.external_location_id
      left join stock on stock.stock_key = pool.stock_key and stock.item_id = level.item_id
      cross join lateral (
        select
          case when coalesce(stock.available, 0) <= 0 then coalesce(stock.available, 0)
            else stock.available * share_percent / 100 end as available,
          coalesce(stock.available, 0) > 0 and stock.available * share_percent / 100 < stock.available as is_part,
          coalesce(stock.incoming * share_percent / 100 * incoming_percent / 100, 0) as incoming,
          -- Nearly always nothing waits for any platform, and not one level need look for its own.
          case
            when exists (select from order_line where organization_id = ${organizationId} and unsubtracted > 0) then (
              select coalesce(sum(unsubtracted), 0)::bigint from order_line
              where order_line.organization_id = ${organizationId} and order_line.connection_id = level.connection_id
                and order_line.stock_unit_id = level.stock_unit_id and unsubtracted > 0
            )
            else 0
          end as unsubtracted,
          acknowledged - (subtracted - acknowledged_subtracted) as expected
        offset 0
      ) as figure
      cross join lateral (
        select greatest(0, figure.available + figure.incoming - greatest(
          buffer_units, (greatest(0, figure.available + figure.incoming) * buffer_percent + 99) / 100
        )) / level.units_per_listing as units
      ) as whole
      cross join lateral (
        select unsubtracted + case when paused then 0 when fixed is not null then fixed when units < floor then 0
          else least(units, cap) end as shown
      ) as promised
      cross join lateral (
        select
          case when is_zeroed then 0 else least(shown, quantity_max) end as quantity,
          case when is_zeroed then 'zeroed' when shown > quantity_max then 'platform-maximum' when paused then 'paused'
            when fixed is not null then 'fixed' when units < floor then 'below-floor' when units > cap then 'capped'
            when is_part then 'share' else 'available' end as because,
          greatest(expected, open_greatest, 0) as most_shown
        offset 0
      ) as decided
      cross join lateral (
        select
          desired is distinct from quantity or desired_because is distinct from because as is_different,
          is_queued and tracked and writable and case
            when expected is null then true
            when open_since is null then expected <> quantity
            else quantity < most_shown and quantity is distinct from open_last
              and (expected <> quantity or acknowledged_at is null or acknowledged_at <= open_since)
          end as is_to_write,
          case when quantity = 0 or (expected is not null and quantity < most_shown) then 0 else 1 end as priority
        offset 0
      ) as step
      where step.is_different or (step.is_to_write and not exists (
        select from lane_entry
        where lane_entry.organization_id = ${organizationId} and lane_entry.connection_id = level.connection_id
          and lane_entry.level_id = level.level_id and lane_entry.priority = step.priority
          and lane_entry.desired_version >= level.desired_version
      ))
      order by level.level_id
      for update of level
    ), changed as (
      update level set
        desired = locked.quantity,
        desired_because = locked.because,
        desired_version = level.desired_version + 1,
        desired_at = ${at},
        raised_at = case when locked.quantity > coalesce(level.desired, -1) then ${at}::timestamptz else level.raised_at end
      from locked
      where level.organization_id = ${organizationId} and level.level_id = locked.level_id and locked.is_different
        -- Counted first: the last is locked before the first is changed.
        and (select count(*) from locked) > 0
      returning level.level_id, level.desired_version, locked.before, locked.quantity, locked.because, locked.caused_at
    ), logged as (
      insert into desired_log (organization_id, level_id, version, before, desired, because, caused_at, at)
      select ${organizationId}, level_id, desired_version, before, quantity, because, caused_at, ${at}
      from changed
    ), queued as (
      insert into lane_entry
        (organization_id, connection_id, level_id, priority, desired_version, caused_at, not_before, attempts)
      select ${organizationId}, connection_id, level_id, priority,
        desired_version + case when is_different then 1 else 0 end, caused_at, null, 0
      from locked
      where is_to_write and (select count(*) from locked) > 0
      order by level_id
      ${onQueuedAlready}
    )
    select count(*) filter (where is_different) as changed,
      array_agg(distinct connection_id::text order by connection_id::text) filter (where is_to_write) as connection_ids
    from locked`.execute(tx)
  const [row] = found.rows
  return { changed: row?.changed ?? 0, connectionIds: row?.connectionIds ?? [] }
}

function toColumns(policy: Policy) {
  return {
    sharePercent: policy.sharePercent ?? 100,
    bufferUnits: policy.bufferUnits ?? 0,
    bufferPercent: policy.bufferPercent ?? 0,
    cap: policy.cap ?? null,
    floor: policy.floor ?? null,
    fixed: policy.fixed ?? null,
    paused: policy.paused,
    // What is coming and may not be promised is none of it.
    incomingPercent: policy.promiseIncoming ? (policy.incomingPercent ?? 100) : 0,
  }
}
