import { type Db, type LocationKind, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from './context.ts'

export type Item = { itemId: string; sku: string; name: string }
export type Location = { locationId: string; code: string; name: string; kind: LocationKind }

/** Creates what is missing and renames what differs; an item is known by its SKU. Returns all, in order of SKU. */
export async function saveItems(
  tx: Tx,
  context: StockContext,
  items: readonly { sku: string; name: string }[],
): Promise<Item[]> {
  const bySku = new Map(items.map((item) => [item.sku, { ...item, itemId: context.uuid() }]))
  const rows = [...bySku.values()].sort((a, b) => (a.sku < b.sku ? -1 : 1))
  const source = unnestRows('saved', rows, { itemId: 'uuid', sku: 'text', name: 'text' })
  const saved = await sql<Item>`
    insert into item (organization_id, item_id, sku, name, created_at)
    select ${context.organizationId}, item_id, sku, name, ${context.now()}
    from ${source}
    on conflict (organization_id, sku) do update set name = excluded.name
    returning item_id, sku, name`.execute(tx)
  return saved.rows
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
    returning location_id, code, name, kind`.execute(tx)
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
    select item_id, sku, name from item
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
    select item_id, sku, name from item
    where organization_id = ${organizationId} and item_id = any(${sql.val(itemIds)}::uuid[])`.execute(db)
  return found.rows
}

export async function findLocations(db: Db, organizationId: string): Promise<Location[]> {
  const found = await sql<Location>`
    select location_id, code, name, kind from location
    where organization_id = ${organizationId}
    order by code`.execute(db)
  return found.rows
}
