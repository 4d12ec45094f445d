import { arrayOf, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import { lockLevels } from '../lanes/level-locks.store.ts'
import { exposureLostWhere } from '../load-line/exposure.store.ts'
/**
 * One level per stock unit and external location, taking item, units and tracking from the listings
 * that share it. A level is written only where a merchant fulfils it, the location is active, and
 * something stands behind it or a person wants it at zero.
 * @param stockUnitIds only of these; all unless given
 * @returns the items whose levels changed, those that they sold before among them, and the parts of those that are kits
 */
export async function rebuildLevels(
  tx: Tx,
  place: { organizationId: string; connectionId: string; uuid(): string },
  stockUnitIds?: readonly string[],
): Promise<string[]> {
  const wanted = await sql<WantedLevel>`
    select unit.stock_unit_id, external_location.external_id as external_location_id, unit.item_id,
      unit.units_per_listing, unit.tracked, unit.doubted_at,
      unit.writable and external_location.active and place.is_kept as writable
    from (
      select stock_unit_id, (array_agg(item_id order by item_id))[1] as item_id,
        coalesce(max(units_per_listing) filter (where item_id is not null), 1) as units_per_listing,
        bool_or(tracked) as tracked,
        min(doubted_at) filter (where item_id is not null and state <> 'gone') as doubted_at,
        bool_and(fulfilled_by = 'merchant') and bool_or(state <> 'gone') as writable
      from listing
      where organization_id = ${place.organizationId} and connection_id = ${place.connectionId}
        ${stockUnitIds === undefined ? sql`` : sql`and stock_unit_id = any(${arrayOf(stockUnitIds, 'text')})`}
      group by stock_unit_id
    ) as unit
    join external_location on external_location.organization_id = ${place.organizationId}
      and external_location.connection_id = ${place.connectionId}
      -- What the platform counts itself is read, and never written.
      and not external_location.counted_by_platform
    cross join lateral (
      select emptied_at is not null or exists (
        select from pool_location
        where pool_location.organization_id = external_location.organization_id
          and pool_location.connection_id = external_location.connection_id
          and pool_location.external_id = external_location.external_id
      ) as is_kept
      offset 0
    ) as place
    where place.is_kept or exists (
      -- Left as it is from now on; what it may sell still counts.
      select from level
      where level.organization_id = external_location.organization_id
        and level.connection_id = external_location.connection_id
        and level.stock_unit_id = unit.stock_unit_id
        and level.external_location_id = external_location.external_id
    )
    order by unit.stock_unit_id, external_location.external_id`.execute(tx)
  const rows = (await findDiffering(tx, place, wanted.rows)).map((row) => ({ ...row, levelId: place.uuid() }))
  if (rows.length === 0) return []
  const source = unnestRows('wanted', rows, { levelId: 'uuid', ...WANTED })
  const before = await sql<{ itemId: string }>`
    select distinct level.item_id
    from ${source}
    join level on level.organization_id = ${place.organizationId} and level.connection_id = ${place.connectionId}
      and level.stock_unit_id = wanted.stock_unit_id and level.external_location_id = wanted.external_location_id
    where level.item_id <> wanted.item_id or (level.item_id is not null and wanted.item_id is null)
    order by level.item_id`.execute(tx)
  const changed = await sql<{ itemId: string | null }>`
    insert into level
      (organization_id, level_id, connection_id, stock_unit_id, external_location_id, item_id, units_per_listing,
       tracked, writable, doubted_at, desired_version, acknowledged_subtracted, subtracted)
    select ${place.organizationId}, level_id, ${place.connectionId}, stock_unit_id, external_location_id, item_id,
       units_per_listing, tracked, writable, doubted_at, 0, 0, 0
    from ${source}
    on conflict (organization_id, connection_id, stock_unit_id, external_location_id) do update set
      item_id = excluded.item_id,
      -- Where stock is counted by SKU another listing may have taken it over, and brought its number along: it is read first.
      acknowledged = case when level.item_id <> excluded.item_id then null else level.acknowledged end,
      units_per_listing = excluded.units_per_listing,
      -- What kept it from being written is over; with the problem left on it no difference would be healed.
      problem_code = case when (level.problem_code = 'untracked' and excluded.tracked)
        or (level.problem_code = 'gone' and excluded.writable) then null else level.problem_code end,
      problem = case when (level.problem_code = 'untracked' and excluded.tracked)
        or (level.problem_code = 'gone' and excluded.writable) then null else level.problem end,
      problem_told = case when (level.problem_code = 'untracked' and excluded.tracked)
        or (level.problem_code = 'gone' and excluded.writable) then null else level.problem_told end,
      tracked = excluded.tracked,
      writable = excluded.writable,
      doubted_at = excluded.doubted_at,${exposureLostWhere(sql`level.tracked <> excluded.tracked`)}
    where (level.item_id, level.units_per_listing, level.tracked, level.writable, level.doubted_at)
      is distinct from
        (excluded.item_id, excluded.units_per_listing, excluded.tracked, excluded.writable, excluded.doubted_at)
    returning item_id`.execute(tx)
  // What was set aside for a level of the item that it sold before, others may show now.
  const itemIds = [...new Set([...before.rows, ...changed.rows].flatMap((row) => row.itemId ?? []))]
  if (itemIds.length === 0) return []
  // Of a kit that is what is set aside of its parts, which others sell too.
  const parts = await sql<{ itemId: string }>`
    select distinct part_item_id as item_id from kit_part
    where organization_id = ${place.organizationId} and kit_item_id = any(${arrayOf(itemIds, 'uuid')})
    order by part_item_id`.execute(tx)
  return [...new Set([...itemIds, ...parts.rows.map(({ itemId }) => itemId)])]
}

/** A connection's stock units, page by page in their order. @param page.after the last of the page before */
export async function findStockUnits(
  tx: Tx,
  { organizationId, connectionId }: { organizationId: string; connectionId: string },
  { after, limit }: { after: string | undefined; limit: number },
): Promise<string[]> {
  const found = await sql<{ stockUnitId: string }>`
    select distinct stock_unit_id from listing
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      ${after === undefined ? sql`` : sql`and stock_unit_id > ${after}`}
    order by stock_unit_id limit ${limit}`.execute(tx)
  return found.rows.map(({ stockUnitId }) => stockUnitId)
}

/** What the platform counts again, or sells no more, is nothing for a person to look at. */
export async function closeCountedAgain(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  at: Date,
): Promise<void> {
  await sql`
    update task set closed_at = ${at}
    from level
    where task.organization_id = ${organizationId} and task.kind = 'untracked' and task.closed_at is null
      and task.connection_id = ${connectionId}
      and level.organization_id = task.organization_id and level.level_id::text = task.subject
      and (level.tracked or level.problem_code = 'gone')`.execute(tx)
}

/** Stock units of some of its listings, as they are stored now. */
export async function findStockUnitsOf(
  tx: Tx,
  { organizationId, connectionId }: { organizationId: string; connectionId: string },
  externalIds: readonly string[],
): Promise<string[]> {
  const found = await sql<{ stockUnitId: string }>`
    select distinct stock_unit_id from listing
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and external_id = any(${arrayOf(externalIds, 'text')})
    order by stock_unit_id`.execute(tx)
  return found.rows.map(({ stockUnitId }) => stockUnitId)
}

/**
 * Those that are not there yet, or are otherwise; what is there is locked in order of ids, as by everybody else. An upsert of all
 * would lock all, and each that shows something of theirs would wait.
 */
async function findDiffering(
  tx: Tx,
  { organizationId, connectionId }: { organizationId: string; connectionId: string },
  wanted: readonly WantedLevel[],
): Promise<WantedLevel[]> {
  if (wanted.length === 0) return []
  const source = unnestRows('wanted', wanted, WANTED)
  const found = await sql<{ stockUnitId: string; externalLocationId: string; levelId: string | null }>`
    select wanted.stock_unit_id, wanted.external_location_id, level.level_id
    from ${source}
    left join level on level.organization_id = ${organizationId} and level.connection_id = ${connectionId}
      and level.stock_unit_id = wanted.stock_unit_id and level.external_location_id = wanted.external_location_id
    where level.level_id is null
      or (level.item_id, level.units_per_listing, level.tracked, level.writable, level.doubted_at) is distinct from
        (wanted.item_id, wanted.units_per_listing, wanted.tracked, wanted.writable, wanted.doubted_at)`.execute(
    tx,
  )
  if (found.rows.length === 0) return []
  await lockLevels(
    tx,
    organizationId,
    found.rows.flatMap(({ levelId }) => levelId ?? []),
  )
  const differing = new Set(found.rows.map((row) => keyOf(row)))
  return wanted.filter((row) => differing.has(keyOf(row)))
}

function keyOf({ stockUnitId, externalLocationId }: Pick<WantedLevel, 'stockUnitId' | 'externalLocationId'>) {
  return JSON.stringify([stockUnitId, externalLocationId])
}

const WANTED = {
  stockUnitId: 'text',
  externalLocationId: 'text',
  itemId: 'uuid',
  unitsPerListing: 'bigint',
  tracked: 'boolean',
  writable: 'boolean',
  doubtedAt: 'timestamptz',
} as const

type WantedLevel = {
  stockUnitId: string
  externalLocationId: string
  itemId: string | null
  unitsPerListing: number
  tracked: boolean
  writable: boolean
  doubtedAt: Date | null
}
