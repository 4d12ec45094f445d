import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { sendsForOthers } from '../connections/sends-for-others.ts'
import type { SyncContext } from '../context.ts'

/** What a warehouse calls an item of ours, and how many base units one of its stock units is. */
export type WarehouseUnit = {
  itemId: string
  /** As the warehouse names it. */
  sku: string
  stockUnitId: string
  title: string
  unitsEach: number
}

/**
 * The warehouse's stock units of these items: what its listings are tied to, of a channel those that it keeps. The smallest
 * first.
 */
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
      and fulfilled_by = 'platform' and item_id = any(${sql.val([...itemIds])}::uuid[])
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

/** A location that a connection counts. `linesMax` and `unitsMax` of one request, where it sends for others. */
export type Sender = {
  locationId: string
  warehouseId: string
  /** False: what lies there its platform sells and sends, and nobody else. */
  sends: boolean
  linesMax: number | undefined
  unitsMax: number | undefined
}

/** Who sends from which of our locations: the connections that count them. */
export async function findSenders(
  db: Db,
  context: Pick<SyncContext, 'organizationId' | 'connectors'>,
): Promise<Sender[]> {
  const found = await sql<{ locationId: string; warehouseId: string; connector: string; settings: unknown }>`
    select location_id, connection_id as warehouse_id, connection.connector, connection.settings
    from counted_place
    join connection using (organization_id, connection_id)
    where organization_id = ${context.organizationId}
    order by location_id`.execute(db)
  return found.rows.map(({ locationId, warehouseId, connector: id, settings }) => {
    const connector = context.connectors.get(id)
    const { linesMax, unitsMax } = connector?.manifest.warehouse ?? {}
    return { locationId, warehouseId, sends: sendsForOthers(connector, settings), linesMax, unitsMax }
  })
}
