import { arrayOf, type Db, type Tx, unnestRows } from '@plimsoll/database'
import type { Part } from '@plimsoll/stock'
import { sql } from 'kysely'
import type { ListingMapping } from '../intake/inbox.ts'
import { exposureLostWhere } from '../load-line/exposure.store.ts'

/** What these listings sell, by external id. Listings the hub does not know are left out. */
export async function findMappings(
  db: Db,
  organizationId: string,
  connectionId: string,
  listingExternalIds: readonly string[],
): Promise<Map<string, ListingMapping>> {
  if (listingExternalIds.length === 0) return new Map()
  type Row = Omit<ListingMapping, 'itemId' | 'parts'> & {
    itemId: string | null
    /** Each as its item's id, a blank and how many; null of what is no virtual kit. */
    parts: string[] | null
  }
  const found = await sql<Row>`
    select listing.external_id as listing_external_id, listing.stock_unit_id, listing.item_id,
      listing.units_per_listing, coalesce(item.tracking, 'plain') as tracking,
      -- Only of kits: a join would look for the parts of every item.
      case item.kit_kind when 'virtual' then array(
        select part_item_id || ' ' || quantity
        from kit_part
        where kit_part.organization_id = item.organization_id and kit_part.kit_item_id = item.item_id
        order by part_item_id
      ) end as parts
    from listing
    left join item on item.organization_id = listing.organization_id and item.item_id = listing.item_id
    where listing.organization_id = ${organizationId} and listing.connection_id = ${connectionId}
      and listing.external_id = any(${arrayOf(listingExternalIds, 'text')})`.execute(db)
  return new Map(
    found.rows.map(({ itemId, parts, ...row }) => {
      const mapping = {
        ...row,
        itemId: itemId ?? undefined,
        ...(parts !== null && { parts: parts.map(toPart) }),
      }
      return [row.listingExternalId, mapping]
    }),
  )
}

function toPart(text: string): Part {
  const [itemId = '', quantity] = text.split(' ')
  return { itemId, unitsEach: Number(quantity) }
}

/**
 * Ties listings to items where the SKU is the same and unique on both sides; anything less certain is
 * left to a person.
 * @returns how many were tied
 */
export async function mapBySku(tx: Tx, organizationId: string, connectionId: string): Promise<number> {
  const mapped = await sql`
    with lone as (
      select min(listing_id::text)::uuid as listing_id, sku
      from listing
      where organization_id = ${organizationId} and connection_id = ${connectionId}
        and sku is not null and state <> 'gone'
      group by sku
      having count(*) = 1
    )
    update listing set item_id = item.item_id, mapped_by = 'sku', mapped_sku = lone.sku
    from lone
    join item on item.organization_id = ${organizationId} and item.sku = lone.sku and item.archived_at is null
    where listing.organization_id = ${organizationId} and listing.listing_id = lone.listing_id
      and listing.item_id is null and listing.ignored_at is null
      -- A person wants it tied to nothing, or is asked what it sells.
      and listing.mapped_by is null and listing.doubt is null`.execute(tx)
  return Number(mapped.numAffectedRows ?? 0n)
}

export type ListingRow = {
  externalId: string
  stockUnitId: string
  sku: string | undefined
  barcode: string | undefined
  title: string
  tracked: boolean
  fulfilledBy: 'merchant' | 'platform'
  sellsBeyondZero: boolean
  state: 'active' | 'inactive' | 'gone'
}

/** Inserts listings or brings them up to date; what a person or the matcher tied stays tied. */
export async function saveListings(
  tx: Tx,
  place: { organizationId: string; connectionId: string; at: Date; uuid(): string },
  listings: readonly ListingRow[],
): Promise<void> {
  if (listings.length === 0) return
  const rows = listings.map((listing) => ({ ...listing, listingId: place.uuid() }))
  const source = unnestRows('saved', rows, {
    listingId: 'uuid',
    externalId: 'text',
    stockUnitId: 'text',
    sku: 'text',
    barcode: 'text',
    title: 'text',
    tracked: 'boolean',
    fulfilledBy: 'text',
    sellsBeyondZero: 'boolean',
    state: 'text',
  })
  await sql`
    insert into listing
      (organization_id, connection_id, listing_id, external_id, stock_unit_id, sku, barcode, title, tracked,
       fulfilled_by, sells_beyond_zero, state, item_id, units_per_listing, imported_at)
    select ${place.organizationId}, ${place.connectionId}, listing_id, external_id, stock_unit_id, sku, barcode,
       title, tracked, fulfilled_by, sells_beyond_zero, state, null, 1, ${place.at}
    from ${source}
    on conflict (organization_id, connection_id, external_id) do update set
      stock_unit_id = excluded.stock_unit_id,
      sku = excluded.sku,
      barcode = excluded.barcode,
      title = excluded.title,
      tracked = excluded.tracked,
      fulfilled_by = excluded.fulfilled_by,
      sells_beyond_zero = excluded.sells_beyond_zero,
      state = excluded.state,
      -- What it says of itself is what was compared with the items: then it is looked at anew.
      suggested = case when (listing.sku, listing.barcode, listing.title)
        is distinct from (excluded.sku, excluded.barcode, excluded.title) then -1 else listing.suggested end,
      imported_at = excluded.imported_at`.execute(tx)
}

/** @returns the items that are not sold there any more, with the parts of those that are kits: others may show more of them */
export async function markListingGone(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  externalId: string,
): Promise<string[]> {
  await sql`
    update listing set state = 'gone'
    where organization_id = ${organizationId} and connection_id = ${connectionId} and external_id = ${externalId}`.execute(
    tx,
  )
  const closed = await sql<{ itemIds: string[] | null }>`
    with closed as (
    update level set writable = false, problem_code = 'gone',
      problem = 'The listing no longer exists on the platform.',
      problem_told = '{"code": "level-gone", "facts": {}}'
    from listing
    where level.organization_id = ${organizationId} and level.connection_id = ${connectionId}
      and listing.organization_id = level.organization_id and listing.connection_id = level.connection_id
      and listing.stock_unit_id = level.stock_unit_id and listing.external_id = ${externalId}
      and not exists (
        select from listing as other
        where other.organization_id = level.organization_id and other.connection_id = level.connection_id
          and other.stock_unit_id = level.stock_unit_id and other.state <> 'gone'
      )
    returning level.item_id
    )
    select array_agg(item_id order by item_id) as item_ids from (
      select item_id from closed where item_id is not null
      union
      select part_item_id from kit_part join closed on kit_part.kit_item_id = closed.item_id
      where kit_part.organization_id = ${organizationId}
    ) as sold`.execute(tx)
  return closed.rows[0]?.itemIds ?? []
}

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
  if (wanted.rows.length === 0) return []
  const rows = wanted.rows.map((row) => ({ ...row, levelId: place.uuid() }))
  const source = unnestRows('wanted', rows, {
    levelId: 'uuid',
    stockUnitId: 'text',
    externalLocationId: 'text',
    itemId: 'uuid',
    unitsPerListing: 'bigint',
    tracked: 'boolean',
    writable: 'boolean',
    doubtedAt: 'timestamptz',
  })
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

type WantedLevel = {
  stockUnitId: string
  externalLocationId: string
  itemId: string | null
  unitsPerListing: number
  tracked: boolean
  writable: boolean
  doubtedAt: Date | null
}

export async function saveExternalLocations(
  tx: Tx,
  place: { organizationId: string; connectionId: string },
  locations: readonly { externalId: string; name: string; active: boolean; countedByPlatform?: boolean }[],
): Promise<void> {
  if (locations.length === 0) return
  const rows = locations.map(({ countedByPlatform = false, ...each }) => ({ ...each, countedByPlatform }))
  const source = unnestRows('saved', rows, {
    externalId: 'text',
    name: 'text',
    active: 'boolean',
    countedByPlatform: 'boolean',
  })
  await sql`
    insert into external_location (organization_id, connection_id, external_id, name, active, counted_by_platform)
    select ${place.organizationId}, ${place.connectionId}, external_id, name, active, counted_by_platform
    from ${source}
    on conflict (organization_id, connection_id, external_id) do update set
      name = excluded.name, active = excluded.active, counted_by_platform = excluded.counted_by_platform`.execute(
    tx,
  )
}

/** The items that a connection's levels show. */
export async function findItemsOf(
  tx: Tx,
  place: { organizationId: string; connectionId: string },
): Promise<string[]> {
  const found = await sql<{ itemId: string }>`
    select distinct item_id from level
    where organization_id = ${place.organizationId} and connection_id = ${place.connectionId}
      and item_id is not null
    order by item_id`.execute(tx)
  return found.rows.map((row) => row.itemId)
}
