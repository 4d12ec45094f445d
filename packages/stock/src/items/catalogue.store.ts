import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'
import { comparableOf } from './barcodes.ts'
import type { CatalogueItem, ItemChange } from './catalogue-item.ts'

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

/** Items that any movement is of. */
export async function findMovedItems(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<string[]> {
  if (itemIds.length === 0) return []
  const found = await sql<{ itemId: string }>`
    select item_id from unnest(${sql.val([...itemIds])}::uuid[]) as asked(item_id)
    where exists (
      select from movement where organization_id = ${organizationId} and movement.item_id = asked.item_id
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

export type SavedItem = {
  item: CatalogueItem
  isNew: boolean
  changes: (ItemChange & { changeId: string })[]
}

/** Writes items as they were decided, with their parts and what is noted of them. */
export async function writeCatalogueItems(
  tx: Tx,
  context: { organizationId: string; actor: string; at: Date },
  saved: readonly SavedItem[],
): Promise<void> {
  if (saved.length === 0) return
  await giveUpOptions(tx, context.organizationId, saved)
  await writeItems(
    tx,
    context,
    saved.map(({ item }) => item),
  )
  await writeParts(
    tx,
    context.organizationId,
    partsOf(saved, 'units').map(({ itemId, units }) => ({ itemId, parts: units })),
    partsOf(saved, 'barcodes').map(({ itemId, barcodes }) => ({ itemId, parts: barcodes })),
  )
  const changes = saved.flatMap(({ item, changes }) =>
    changes.map((each) => ({ itemId: item.itemId, ...each })),
  )
  const noted = unnestRows('noted', changes, {
    itemId: 'uuid',
    changeId: 'uuid',
    what: 'text',
    before: 'jsonb',
    after: 'jsonb',
  })
  await sql`
    insert into item_change (organization_id, item_id, change_id, what, before, after, actor, changed_at)
    select ${context.organizationId}, item_id, change_id, what, before, after, ${context.actor}, ${context.at}
    from ${noted}`.execute(tx)
}

/** Two variants may change places, and a unique index is checked row by row: both leave theirs first. */
async function giveUpOptions(tx: Tx, organizationId: string, saved: readonly SavedItem[]): Promise<void> {
  const moving = saved.filter(
    ({ isNew, changes }) => !isNew && changes.some(({ what }) => VARIANT_FIELDS.includes(what)),
  )
  if (moving.length === 0) return
  await sql`
    update item set options = '{}'
    where organization_id = ${organizationId}
      and item_id = any(${sql.val(moving.map(({ item }) => item.itemId))}::uuid[])`.execute(tx)
}
const VARIANT_FIELDS = ['product', 'options', 'archived']

/** Items whose units, or barcodes, are to be written anew. */
function partsOf(saved: readonly SavedItem[], part: 'units' | 'barcodes'): CatalogueItem[] {
  return saved
    .filter(({ item, isNew, changes }) =>
      isNew ? item[part].length > 0 : changes.some(({ what }) => what === part),
    )
    .map(({ item }) => item)
}

async function writeItems(
  tx: Tx,
  { organizationId, at }: { organizationId: string; at: Date },
  items: readonly CatalogueItem[],
): Promise<void> {
  // In order of SKU: whoever locks items of the catalogue some other way does so in that order.
  const rows = [...items].sort((a, b) => (a.sku < b.sku ? -1 : 1))
  const source = unnestRows('saved', rows, {
    itemId: 'uuid',
    sku: 'text',
    name: 'text',
    names: 'jsonb',
    tracking: 'text',
    serialCapture: 'text',
    custom: 'jsonb',
    baseUnit: 'text',
    product: 'text',
    options: 'jsonb',
    version: 'bigint',
    archivedAt: 'timestamptz',
  })
  await sql`
    insert into item (organization_id, item_id, sku, name, names, tracking, serial_capture, custom,
      base_unit, product_id, options, version, archived_at, created_at)
    select ${organizationId}, saved.item_id, saved.sku, saved.name, saved.names, saved.tracking, saved.serial_capture,
      saved.custom, saved.base_unit, product.product_id, saved.options, saved.version, saved.archived_at, ${at}
    from ${source}
    left join product on product.organization_id = ${organizationId} and product.code = saved.product
    on conflict (organization_id, item_id) do update set
      name = excluded.name, names = excluded.names, tracking = excluded.tracking,
      serial_capture = excluded.serial_capture, custom = excluded.custom,
      base_unit = excluded.base_unit, product_id = excluded.product_id,
      options = excluded.options, version = excluded.version, archived_at = excluded.archived_at`.execute(tx)
}

type PartsOf<Part> = readonly { itemId: string; parts: readonly Part[] }[]

/** Barcodes leave before the units that they are of, and come after them. */
async function writeParts(
  tx: Tx,
  organizationId: string,
  units: PartsOf<CatalogueItem['units'][number]>,
  barcodes: PartsOf<CatalogueItem['barcodes'][number]>,
): Promise<void> {
  if (barcodes.length > 0) {
    await sql`
      delete from barcode
      where organization_id = ${organizationId}
        and item_id = any(${sql.val(barcodes.map(({ itemId }) => itemId))}::uuid[])`.execute(tx)
  }
  if (units.length > 0) await writeUnits(tx, organizationId, units)
  const rows = barcodes.flatMap(({ itemId, parts }) =>
    parts.map(({ barcode, kind, unit: unitCode }, position) => {
      return { itemId, comparable: comparableOf(barcode), barcode, kind, unitCode, position }
    }),
  )
  if (rows.length === 0) return
  const source = unnestRows('saved', rows, {
    itemId: 'uuid',
    comparable: 'text',
    barcode: 'text',
    kind: 'text',
    unitCode: 'text',
    position: 'int',
  })
  await sql`
    insert into barcode (organization_id, item_id, comparable, barcode, kind, unit_code, position)
    select ${organizationId}, item_id, comparable, barcode, kind, unit_code, position from ${source}`.execute(
    tx,
  )
}

async function writeUnits(
  tx: Tx,
  organizationId: string,
  units: PartsOf<CatalogueItem['units'][number]>,
): Promise<void> {
  const rows = units.flatMap(({ itemId, parts }) => parts.map((unit) => ({ itemId, ...unit })))
  const columns = { itemId: 'uuid', code: 'text', factor: 'bigint', rounding: 'text' } as const
  await sql`
    delete from unit_of_measure
    where organization_id = ${organizationId}
      and item_id = any(${sql.val(units.map(({ itemId }) => itemId))}::uuid[])
      and (item_id, code) not in (select item_id, code from ${unnestRows('kept', rows, columns)})`.execute(tx)
  if (rows.length === 0) return
  await sql`
    insert into unit_of_measure (organization_id, item_id, code, factor, rounding)
    select ${organizationId}, item_id, code, factor, rounding from ${unnestRows('saved', rows, columns)}
    on conflict (organization_id, item_id, code) do update set
      factor = excluded.factor, rounding = excluded.rounding`.execute(tx)
}
