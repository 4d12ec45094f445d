import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** What a warehouse calls an item of ours, and how many base units one of its stock units is. */
export type WarehouseUnit = {
  itemId: string
  /** As the warehouse names it. */
  sku: string
  stockUnitId: string
  title: string
  unitsEach: number
}

/** The warehouse's stock units of these items: what its listings are tied to. The smallest first. */
export async function findWarehouseUnits(
  db: Db,
  organizationId: string,
  warehouseId: string,
  itemIds: readonly string[],
): Promise<WarehouseUnit[]> {
  const found = await sql<WarehouseUnit>`
    select item_id, coalesce(listing.sku, external_id) as sku, stock_unit_id, title, units_per_listing as units_each
    from listing
    where organization_id = ${organizationId} and connection_id = ${warehouseId} and state = 'active'
      and item_id = any(${sql.val([...itemIds])}::uuid[])
    order by item_id, units_per_listing, external_id`.execute(db)
  return found.rows
}

/** Which items the warehouse's SKUs are, by SKU; those tied to nothing are left out. */
export async function findUnitsBySku(
  db: Db,
  organizationId: string,
  warehouseId: string,
  skus: readonly string[],
): Promise<Map<string, WarehouseUnit>> {
  if (skus.length === 0) return new Map()
  const found = await sql<WarehouseUnit>`
    select item_id, coalesce(listing.sku, external_id) as sku, stock_unit_id, title, units_per_listing as units_each
    from listing
    where organization_id = ${organizationId} and connection_id = ${warehouseId} and item_id is not null
      and coalesce(listing.sku, external_id) = any(${sql.val([...skus])}::text[])
    order by sku, external_id desc`.execute(db)
  return new Map(found.rows.map((unit) => [unit.sku, unit]))
}

/** The warehouse's own name of a facility, by the location of ours that stands for it. */
export async function findFacility(
  db: Db,
  organizationId: string,
  warehouseId: string,
  locationId: string,
): Promise<string | undefined> {
  const found = await sql<{ externalId: string }>`
    select external_id from counted_place
    where organization_id = ${organizationId} and connection_id = ${warehouseId} and location_id = ${locationId}`.execute(
    db,
  )
  return found.rows[0]?.externalId
}

/** Which warehouses send from which of our locations: those that count them, and are live. */
export async function findSenders(
  db: Db,
  organizationId: string,
): Promise<{ locationId: string; warehouseId: string; connector: string }[]> {
  const found = await sql<{ locationId: string; warehouseId: string; connector: string }>`
    select location_id, connection_id as warehouse_id, connection.connector
    from counted_place
    join connection using (organization_id, connection_id)
    where organization_id = ${organizationId}
    order by location_id`.execute(db)
  return found.rows
}
