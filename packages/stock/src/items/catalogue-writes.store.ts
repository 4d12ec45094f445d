import { refreshStatistics, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import { comparableOf } from './barcodes.ts'
import type { CatalogueItem, ItemChange } from './catalogue-item.ts'

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
  // A check of a foreign key that was planned on a few items reads all of the organization's: 20,000 barcodes took 80 s.
  if (saved.filter(({ isNew }) => isNew).length >= MANY_ITEMS) await refreshStatistics(tx)
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

const MANY_ITEMS = 5_000

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
    insert into item (organization_id, item_id, sku, name, names, tracking, serial_capture, custom, base_unit, product_id,
      options, version, archived_at, created_at)
    select ${organizationId}, saved.item_id, saved.sku, saved.name, saved.names, saved.tracking,
      saved.serial_capture, saved.custom, saved.base_unit, product.product_id, saved.options, saved.version, saved.archived_at, ${at}
    from ${source}
    left join product on product.organization_id = ${organizationId} and product.code = saved.product
    on conflict (organization_id, item_id) do update set
      name = excluded.name, names = excluded.names, tracking = excluded.tracking,
      serial_capture = excluded.serial_capture, custom = excluded.custom, base_unit = excluded.base_unit, product_id = excluded.product_id,
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
