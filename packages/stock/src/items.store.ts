import type { Db, KitKind, LocationKind, SerialCapture, Tracking, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from './context.ts'
import { saveCatalogueItems } from './items/catalogue.ts'

export type Item = {
  itemId: string
  sku: string
  name: string
  tracking: Tracking
  serialCapture: SerialCapture
  kitKind: KitKind
  archivedAt: Date | null
}
export type Location = {
  locationId: string
  code: string
  name: string
  kind: LocationKind
  /** IANA name; what day it is there decides whether a lot has expired. */
  timeZone: string
  archivedAt: Date | null
}

/** What decides which movements an item may have: whether it is a kit, and how it is tracked. */
export type ItemNature = Pick<Item, 'kitKind' | 'tracking' | 'serialCapture'>

export const PLAIN_NATURE: ItemNature = { kitKind: 'none', tracking: 'plain', serialCapture: 'receipt' }

/** The items of these that are kits or tracked by lot or serial number. What is left out is plain. */
export async function findItemNatures(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<Map<string, ItemNature>> {
  const found = await sql<ItemNature & { itemId: string }>`
    select item_id, kit_kind, tracking, serial_capture from item
    where organization_id = ${organizationId} and item_id = any(${sql.val([...itemIds])}::uuid[])
      and (kit_kind <> 'none' or tracking <> 'plain')`.execute(db)
  return new Map(found.rows.map(({ itemId, ...nature }) => [itemId, nature]))
}

/** Of a row of `location`, as `location`. */
export const timeZoneOf = sql<string>`location.time_zone`

/**
 * Creates what is missing and renames what differs, as an import does; an item is known by its SKU.
 * @returns all, in order of SKU
 * @throws Error for a SKU or name that no item may have; `saveCatalogueItems` answers such a row by itself
 */
export async function saveItems(
  tx: Tx,
  context: StockContext,
  items: readonly { sku: string; name: string }[],
): Promise<Pick<Item, 'itemId' | 'sku' | 'name'>[]> {
  const rows = [...new Map(items.map((item) => [item.sku, item])).values()]
  const outcomes = await saveCatalogueItems(tx, { ...context, actor: 'import' }, rows)
  return outcomes
    .map((outcome) => {
      if (outcome.kind === 'refused') throw new Error(outcome.message)
      const { itemId, sku, name } = outcome.item
      return { itemId, sku, name }
    })
    .sort((a, b) => (a.sku < b.sku ? -1 : 1))
}

/** Creates a location or renames it; known by its code. */
export async function saveLocation(
  tx: Tx,
  context: StockContext,
  location: { code: string; name: string; kind: LocationKind },
): Promise<Location> {
  const saved = await sql<Location>`
    insert into location (organization_id, location_id, code, name, kind, created_at)
    values (${context.organizationId}, ${context.uuid()}, ${location.code}, ${location.name},
      ${location.kind}, ${context.now()})
    on conflict (organization_id, code) do update set name = excluded.name, kind = excluded.kind
    returning location_id, code, name, kind, time_zone, archived_at`.execute(tx)
  const [row] = saved.rows
  if (row === undefined) throw new Error('insert … returning answered no row')
  return row
}

export async function findItemsBySku(
  db: Db,
  organizationId: string,
  skus: readonly string[],
): Promise<Item[]> {
  if (skus.length === 0) return []
  const found = await sql<Item>`
    select item_id, sku, name, tracking, serial_capture, kit_kind, archived_at from item
    where organization_id = ${organizationId} and sku = any(${sql.val(skus)}::text[])`.execute(db)
  return found.rows
}

export async function findItemsById(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<Item[]> {
  if (itemIds.length === 0) return []
  const found = await sql<Item>`
    select item_id, sku, name, tracking, serial_capture, kit_kind, archived_at from item
    where organization_id = ${organizationId} and item_id = any(${sql.val(itemIds)}::uuid[])`.execute(db)
  return found.rows
}

export async function findLocations(db: Db, organizationId: string): Promise<Location[]> {
  const found = await sql<Location>`
    select location_id, code, name, kind, time_zone, archived_at from location
    where organization_id = ${organizationId}
    order by code`.execute(db)
  return found.rows
}
