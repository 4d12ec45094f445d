import { arrayOf, type Db, type Tx, unnestRows } from '@plimsoll/database'
import type { Part } from '@plimsoll/stock'
import { sql } from 'kysely'
import type { ListingMapping } from '../intake/inbox.ts'

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
 * @returns the stock units of those that were tied
 */
export async function mapBySku(tx: Tx, organizationId: string, connectionId: string): Promise<string[]> {
  const mapped = await sql<{ stockUnitId: string }>`
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
      and listing.mapped_by is null and listing.doubt is null
    returning listing.stock_unit_id`.execute(tx)
  return mapped.rows.map(({ stockUnitId }) => stockUnitId)
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
