import type { Db, Tx } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'
import { comparableOf } from './barcodes.ts'
import type { CatalogueItem } from './catalogue-item.ts'

/**
 * Waits until no other transaction changes this organization's catalogue, and keeps others waiting until the end of
 * this one. Whoever only refers to the organization (an item's foreign key) does not wait.
 */
export async function lockCatalogue(tx: Tx, organizationId: string): Promise<void> {
  await sql`
    select from organization where organization_id = ${organizationId} for no key update`.execute(tx)
}

export type CatalogueQuery =
  | { skus: readonly string[] }
  | { itemIds: readonly string[] }
  | { productId: string }

/** Whole items, archived ones too, in order of SKU. */
export async function findCatalogueItems(
  db: Db,
  organizationId: string,
  query: CatalogueQuery,
): Promise<CatalogueItem[]> {
  const found = await sql<CatalogueItem>`
    select item.item_id, item.sku, item.name, item.names, item.tracking, item.serial_capture, item.kit_kind, item.custom,
      item.base_unit,
      ${unitsSql} as units,
      coalesce((
        select json_agg(json_build_object('barcode', barcode, 'kind', kind, 'unit', unit_code) order by position)
        from barcode
        where barcode.organization_id = item.organization_id and barcode.item_id = item.item_id
      ), '[]') as barcodes,
      product.code as product, item.options, item.version, item.archived_at
    from item
    left join product on product.organization_id = item.organization_id and product.product_id = item.product_id
    where item.organization_id = ${organizationId} and ${toCondition(query)}
    order by item.sku`.execute(db)
  return found.rows
}

function toCondition(query: CatalogueQuery): RawBuilder<boolean> {
  if ('skus' in query) return sql`item.sku = any(${sql.val([...query.skus])}::text[])`
  if ('itemIds' in query) return sql`item.item_id = any(${sql.val([...query.itemIds])}::uuid[])`
  return sql`item.product_id = ${query.productId}`
}

/**
 * The items that have a code as SKU or as a barcode: it may be both, of two items. By itself and not within the
 * statement that reads them: there the planner at times read every item of the organization.
 */
export async function findItemIdsByCode(db: Db, organizationId: string, code: string): Promise<string[]> {
  const found = await sql<{ itemId: string }>`
    select item_id from item where organization_id = ${organizationId} and sku = ${code}
    union
    select item_id from barcode
    where organization_id = ${organizationId} and comparable = ${comparableOf(code)}`.execute(db)
  return found.rows.map((row) => row.itemId)
}

/** The units of an item in order of factor, as JSON; within a statement over `item`. */
export const unitsSql: RawBuilder<unknown> = sql`coalesce((
        select json_agg(json_build_object('code', code, 'factor', factor, 'rounding', rounding) order by factor, code)
        from unit_of_measure as unit
        where unit.organization_id = item.organization_id and unit.item_id = item.item_id
      ), '[]')`

/** By what barcodes are compared by: whose they are. */
export async function findBarcodeOwners(
  db: Db,
  organizationId: string,
  comparables: readonly string[],
): Promise<{ comparable: string; sku: string }[]> {
  if (comparables.length === 0) return []
  const found = await sql<{ comparable: string; sku: string }>`
    select comparable, sku
    from barcode join item using (organization_id, item_id)
    where organization_id = ${organizationId} and comparable = any(${sql.val([...comparables])}::text[])`.execute(
    db,
  )
  return found.rows
}

/** Which of these codes are SKUs. */
export async function findSkusAmong(
  db: Db,
  organizationId: string,
  codes: readonly string[],
): Promise<string[]> {
  if (codes.length === 0) return []
  const found = await sql<{ sku: string }>`
    select sku from item
    where organization_id = ${organizationId} and sku = any(${sql.val([...codes])}::text[])`.execute(db)
  return found.rows.map((row) => row.sku)
}

/**
 * Waits for whoever is recording a first movement of these items, and keeps others from it until the end of the
 * transaction: those that make a balance (see migration 0025), and those that find one which is still of nothing.
 */
export async function lockFirstMovements(
  tx: Tx,
  organizationId: string,
  itemIds: readonly string[],
): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtext('plimsoll tracking'), hashtext(${organizationId}::text))`.execute(
    tx,
  )
  await sql`
    select from balance
    where organization_id = ${organizationId} and item_id = any(${sql.val([...itemIds])}::uuid[])
    order by item_id, location_id, lot_id
    for update`.execute(tx)
}

/** Items that any movement is or was of: where they have gone into an archive, the balance still counts them. */
export async function findMovedItems(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<string[]> {
  if (itemIds.length === 0) return []
  const found = await sql<{ itemId: string }>`
    select item_id from unnest(${sql.val([...itemIds])}::uuid[]) as asked(item_id)
    where exists (
      select from balance
      where organization_id = ${organizationId} and balance.item_id = asked.item_id and version > 0
    )`.execute(db)
  return found.rows.map((row) => row.itemId)
}

type Variant = { sku: string; product: string; options: Record<string, string>; archivedAt: null }

/** The variants of these products that are told apart by options, archived ones left out. */
export async function findVariants(
  db: Db,
  organizationId: string,
  productIds: readonly string[],
): Promise<Variant[]> {
  if (productIds.length === 0) return []
  const found = await sql<Variant>`
    select sku, product.code as product, options, archived_at
    from item join product using (organization_id, product_id)
    where organization_id = ${organizationId} and product_id = any(${sql.val([...productIds])}::uuid[])
      and options <> '{}' and archived_at is null`.execute(db)
  return found.rows
}
