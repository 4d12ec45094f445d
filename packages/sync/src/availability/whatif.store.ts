import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** A level as a person knows it. */
export type LevelNames = {
  levelId: string
  sku: string
  connectionId: string
  connectionName: string
  stockUnitId: string
  externalLocation: string
  /** Of a listing that shows it. */
  title: string | null
}

export async function findNamesOf(
  db: Db,
  organizationId: string,
  levelIds: readonly string[],
): Promise<Map<string, LevelNames>> {
  const found = await sql<LevelNames>`
    select level.level_id, item.sku, level.connection_id, connection.name as connection_name, level.stock_unit_id,
      external_location.name as external_location,
      (
        select min(title) from listing
        where listing.organization_id = level.organization_id and listing.connection_id = level.connection_id
          and listing.stock_unit_id = level.stock_unit_id
      ) as title
    from level
    join item on item.organization_id = level.organization_id and item.item_id = level.item_id
    join connection on connection.organization_id = level.organization_id
      and connection.connection_id = level.connection_id
    join external_location on external_location.organization_id = level.organization_id
      and external_location.connection_id = level.connection_id
      and external_location.external_id = level.external_location_id
    where level.organization_id = ${organizationId} and level.level_id = any(${sql.val([...levelIds])}::uuid[])
    order by level.level_id`.execute(db)
  return new Map(found.rows.map((row) => [row.levelId, row]))
}

type Which = {
  itemIds: readonly string[] | undefined
  connectionId: string | undefined
  after: string | undefined
  limit: number
}

/** Items that some level shows, in order of their ids. */
export async function findItemsToLook(
  db: Db,
  organizationId: string,
  { itemIds, connectionId, after, limit }: Which,
): Promise<string[]> {
  const ids = itemIds === undefined ? null : [...itemIds]
  const found = await sql<{ itemId: string }>`
    select item_id from item
    where organization_id = ${organizationId}
      and (${sql.val(ids)}::uuid[] is null or item_id = any(${sql.val(ids)}::uuid[]))
      and (${after ?? null}::uuid is null or item_id > ${after ?? null})
      and exists (
        select from level
        where level.organization_id = item.organization_id and level.item_id = item.item_id
          and (${connectionId ?? null}::uuid is null or level.connection_id = ${connectionId ?? null})
      )
    order by item_id
    limit ${limit}`.execute(db)
  return found.rows.map((row) => row.itemId)
}

/** The stock unit of a listing and how many listings sell the same of it. */
export async function findListingUnit(
  db: Db,
  organizationId: string,
  listingId: string,
): Promise<{ connectionId: string; stockUnitId: string; itemId: string | null; listings: number }> {
  const found = await sql<{
    connectionId: string
    stockUnitId: string
    itemId: string | null
    listings: number
  }>`
    select connection_id, stock_unit_id, item_id, (
        select count(*) from listing as other
        where other.organization_id = listing.organization_id and other.connection_id = listing.connection_id
          and other.stock_unit_id = listing.stock_unit_id and other.item_id = listing.item_id
      ) as listings
    from listing
    where organization_id = ${organizationId} and listing_id = ${listingId}`.execute(db)
  const [row] = found.rows
  if (row === undefined) throw new Error('the listing was known a moment ago')
  return row
}

/**
 * These items and all that share a level with one of them: the parts of the kits that contain it, those of the kits that
 * contain these, and so on.
 * @returns at most one more than the greatest number, these first
 */
export async function findItemsBeside(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  max: number,
): Promise<string[]> {
  const found = await sql<{ itemId: string }>`
    with recursive beside as (
      select unnest(${sql.val([...itemIds])}::uuid[]) as item_id
      union
      select unnest(array[other.part_item_id, other.kit_item_id])
      from beside
      join kit_part on kit_part.organization_id = ${organizationId}
        and (kit_part.part_item_id = beside.item_id or kit_part.kit_item_id = beside.item_id)
      join kit_part as other on other.organization_id = kit_part.organization_id
        and other.kit_item_id = kit_part.kit_item_id
    )
    select item_id from (select item_id from beside limit ${max + itemIds.length + 1}) as found
    order by item_id = any(${sql.val([...itemIds])}::uuid[]) desc, item_id
    limit ${max + 1}`.execute(db)
  return found.rows.map((row) => row.itemId)
}
