import type { Db, KitKind, SerialCapture } from '@plimsoll/database'
import { sql } from 'kysely'
import { assert } from '../assert.ts'
import { type Refusal, refuse } from '../errors.ts'
import { comparableOf } from './barcodes.ts'
import { findCatalogueItems, findItemIdsByCode, unitsSql } from './catalogue.store.ts'
import type { CatalogueItem, Tracking } from './catalogue-item.ts'
import { findUnit, type ItemUnits } from './units.ts'

/** What a command must know of an item. */
export type StockItem = ItemUnits & {
  itemId: string
  sku: string
  name: string
  tracking: Tracking
  serialCapture: SerialCapture
  kitKind: KitKind
  archivedAt: Date | null
}

/** Items by SKU, by id, or by both, in one statement; archived ones too, in no order. */
export async function findStockItems(
  db: Db,
  organizationId: string,
  { skus = [], itemIds = [] }: { skus?: readonly string[]; itemIds?: readonly string[] },
): Promise<StockItem[]> {
  if (skus.length + itemIds.length === 0) return []
  const found = await sql<StockItem>`
    select item_id, sku, name, tracking, serial_capture, kit_kind, archived_at, base_unit, ${unitsSql} as units
    from item
    where organization_id = ${organizationId}
      and (sku = any(${sql.val([...skus])}::text[]) or item_id = any(${sql.val([...itemIds])}::uuid[]))`.execute(
    db,
  )
  return found.rows
}

/** What a scanner read: an item, and how many base units one scan of it means. */
export type FoundCode = {
  kind: 'found'
  item: CatalogueItem
  /** The unit's code; the base unit's where the code is of the item itself. */
  unit: string
  factor: number
  matched: 'sku' | 'barcode'
}

/**
 * Finds what a code means: a SKU as it is, or a barcode. Never a guess: a code that means two items is refused.
 * An archived item is found, too, so that a scanner can say so.
 */
export async function findItemByCode(
  db: Db,
  organizationId: string,
  code: string,
): Promise<FoundCode | Refusal> {
  const comparable = comparableOf(code)
  const itemIds = await findItemIdsByCode(db, organizationId, code)
  const found = itemIds.length === 0 ? [] : await findCatalogueItems(db, organizationId, { itemIds })
  // Looked at again: a barcode may have gone from one item to another in between.
  const isScanned = ({ barcode }: { barcode: string }) => comparableOf(barcode) === comparable
  const [item, other] = found.filter(({ sku, barcodes }) => sku === code || barcodes.some(isScanned))
  if (item === undefined) return refuse('unknown-code', 'code', `No item has the SKU or barcode "${code}".`)
  if (other !== undefined) {
    const [named, scanned] = item.sku === code ? [item, other] : [other, item]
    return refuse(
      'ambiguous-code',
      'code',
      `"${code}" is the SKU of the item "${named.name}" and a barcode of the item "${scanned.sku}".`,
    )
  }
  // The barcode says more: a SKU that is also the barcode of its case means the case.
  const scanned = item.barcodes.find(isScanned)
  const unit = findUnit(item, scanned?.unit ?? undefined)
  assert(unit.kind === 'unit', 'a barcode is of a unit that its item has')
  const matched = scanned === undefined ? 'sku' : 'barcode'
  return { kind: 'found', item, unit: unit.code, factor: unit.factor, matched }
}

export type NotedChange = {
  changeId: string
  what: string
  before: unknown
  after: unknown
  actor: string
  changedAt: Date
}

/** What was noted of an item, newest first. @param query `cursor`: the last change of the page before */
export async function findItemChanges(
  db: Db,
  organizationId: string,
  itemId: string,
  query: { cursor: string | undefined; limit: number },
): Promise<NotedChange[]> {
  const before = query.cursor === undefined ? sql`true` : sql`change_id < ${query.cursor}::uuid`
  const found = await sql<NotedChange>`
    select change_id, what, before, after, actor, changed_at from item_change
    where organization_id = ${organizationId} and item_id = ${itemId} and ${before}
    order by change_id desc
    limit ${query.limit}`.execute(db)
  return found.rows
}
