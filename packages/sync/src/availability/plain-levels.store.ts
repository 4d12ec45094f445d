import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'
import { onQueuedAlready } from '../lanes/lane-entries.store.ts'
import { policiesAt } from '../policies/policies-in-force.store.ts'
import { decided, type PlainTerms, placesOf } from './plain-decision.store.ts'
import { hasSetAside } from './set-aside.store.ts'

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
  options: { at: Date; withParts: boolean },
): Promise<string[]> {
  const ids = sql.val([...itemIds])
  const found = await sql<{ itemId: string }>`
    ${specialItems(organizationId, (column) => sql`${column} = any(${ids}::uuid[])`, options)}
    order by item_id`.execute(db)
  return found.rows.map((row) => row.itemId)
}

/** The same of the items that a condition on the column with their id lets through, as a select of `item_id`. */
export function specialItems(
  organizationId: string,
  isWanted: (itemId: RawBuilder<unknown>) => RawBuilder<unknown>,
  { at, withParts }: { at: Date; withParts: boolean },
): RawBuilder<unknown> {
  const isItem = (column: string) => isWanted(sql.ref(column))
  return sql`
    select kit_item_id as item_id from kit_part where organization_id = ${organizationId} and ${isItem('kit_item_id')}
    union
    select part_item_id from kit_part
    where ${withParts} and organization_id = ${organizationId} and ${isItem('part_item_id')}
    union
    select item_id from lot
    where organization_id = ${organizationId} and ${isItem('item_id')} and (status <> 'released' or expires_on is not null)
    union
    select scope_id from ${policiesAt(organizationId, at)} where scope = 'item' and ${isItem('scope_id')}
    union
    select listing.item_id from ${policiesAt(organizationId, at)}
    join listing on listing.organization_id = ${organizationId} and listing.listing_id = policy.scope_id
    where policy.scope = 'listing' and ${isItem('listing.item_id')}
    union
    select item_id from item_depth where organization_id = ${organizationId} and ${isItem('item_id')}
    union
    select item_id from item_protection where organization_id = ${organizationId} and ${isItem('item_id')}
    union
    select scope_id from protection
    where organization_id = ${organizationId} and scope = 'item' and mode in ('buffered', 'guaranteed')
      and ${isItem('scope_id')}
    union
    -- Until they are given back they show what they were granted.
    select item_id from level
    where organization_id = ${organizationId} and ${isItem('item_id')} and protection <> 'open'`
}

/** Joins over hundreds of items that are planned for just these, and their sums made in memory. */
export async function planForThese(tx: Tx): Promise<void> {
  await sql`
    select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('work_mem', '64MB', true),
      set_config('jit', 'off', true)`.execute(tx)
}

export type PlainWork = PlainTerms & { items: readonly { itemId: string; causedAt: Date }[]; at: Date }

/**
 * Works out what the levels of plain items should show, writes where that differs (with the next version, and noted in
 * the log) and queues what its platform does not show, all as one statement under the availability lock. Only levels
 * that are written or queued are locked, all of them in order of their ids before the first is changed.
 */
export async function writePlainLevels(
  tx: Tx,
  organizationId: string,
  { items, at, ...terms }: PlainWork,
): Promise<{ changed: number; connectionIds: string[] }> {
  const found = await sql<{ changed: number; connectionIds: string[] | null }>`
    with changed_item as materialized (
      select * from ${unnestRows('changed', items, { itemId: 'uuid', causedAt: 'timestamptz' })}
    ), stock as materialized (
      select stock_key, item_id, sum(on_hand - reserved - held)::bigint as available, sum(incoming)::bigint as incoming
      from changed_item
      join balance using (item_id)
      join ${placesOf(terms)} using (location_id)
      where organization_id = ${organizationId}
      group by stock_key, item_id
    ), locked as materialized (
      select level.level_id, level.connection_id, changed_item.caused_at, level.desired as before, level.desired_version,
        decided.quantity, decided.because, step.priority, step.is_different, step.is_to_write
      from changed_item
      join level on level.organization_id = ${organizationId} and level.item_id = changed_item.item_id
      ${decided(organizationId, terms)}
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
      insert into desired_log
        (organization_id, level_id, version, before, desired, because, caused_at, at, protection, kept_back)
      select ${organizationId}, level_id, desired_version, before, quantity, because, caused_at, ${at}, 'open', 0
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
