import type { Db, Tx } from '@plimsoll/database'
import { assert } from '../assert.ts'
import type { StockContext } from '../context.ts'
import { type Refusal, refuse } from '../errors.ts'
import { comparableOf } from './barcodes.ts'
import {
  findBarcodeOwners,
  findCatalogueItems,
  findMovedItems,
  findSkusAmong,
  findVariants,
  lockCatalogue,
  lockFirstMovements,
} from './catalogue.store.ts'
import type { CatalogueItem, CatalogueRow, ItemChange } from './catalogue-item.ts'
import { type DecidedRow, decideCatalogueRow, type KnownCatalogue, noteDecided } from './catalogue-row.ts'
import { type SavedItem, writeCatalogueItems } from './catalogue-writes.store.ts'
import { findCustomFields } from './custom-fields.store.ts'
import { findProducts } from './products.store.ts'
import { variantKey } from './products.ts'

/** `actor`: who is noted as having changed an item. */
export type CatalogueContext = StockContext & { actor: string }

export type RowOutcome =
  | { kind: 'created' | 'changed' | 'unchanged'; item: CatalogueItem; changes: ItemChange[] }
  | ({ sku: string } & Refusal)

/**
 * Creates or changes items with all their parts, as one part of the caller's transaction: a handful of statements,
 * however many rows. Rows are decided in order, each on what the earlier ones left: one may take a barcode that an
 * earlier one gave up. A refused row changes nothing, the others stand; who wants all or nothing throws.
 * @returns an outcome per row, in the order of the rows
 */
export async function saveCatalogueItems(
  tx: Tx,
  context: CatalogueContext,
  rows: readonly CatalogueRow[],
): Promise<RowOutcome[]> {
  if (rows.length === 0) return []
  // Before anything is read: two writers would both find a barcode free.
  await lockCatalogue(tx, context.organizationId)
  const { outcomes, saved, at } = await decideRows(tx, context, rows, (itemIds) =>
    lockFirstMovements(tx, context.organizationId, itemIds),
  )
  await writeCatalogueItems(tx, { ...context, at }, saved)
  return outcomes
}

/**
 * What `saveCatalogueItems` would answer now. Nothing is locked and nothing is written, so it is for showing alone: by
 * the time that the rows are saved, a barcode may be taken.
 */
export async function previewCatalogueItems(
  db: Db,
  context: CatalogueContext,
  rows: readonly CatalogueRow[],
): Promise<RowOutcome[]> {
  const lockNothing = async () => undefined
  return rows.length === 0 ? [] : (await decideRows(db, context, rows, lockNothing)).outcomes
}

/** @param lockTracking keeps the items whose tracking is to change from being moved for the first time */
async function decideRows(
  db: Db,
  context: CatalogueContext,
  rows: readonly CatalogueRow[],
  lockTracking: (itemIds: readonly string[]) => Promise<void>,
) {
  const known = await readKnown(db, context.organizationId, rows, lockTracking)
  const before = new Map(known.items)
  const at = context.now()
  const seen = new Map<string, number>()
  const saved: SavedItem[] = []
  const outcomes = rows.map((row, index): RowOutcome => {
    const decided = decideOnce(row, index, seen, () =>
      decideCatalogueRow(row, known, { itemId: context.uuid(), at }),
    )
    if (decided.kind === 'refused') return { sku: row.sku, ...decided }
    const { item, changes } = decided
    if (changes.length === 0) return { kind: 'unchanged', item, changes }
    noteDecided(known, decided)
    const isNew = !before.has(row.sku)
    saved.push({ item, isNew, changes: changes.map((change) => ({ ...change, changeId: context.uuid() })) })
    return { kind: isNew ? 'created' : 'changed', item, changes }
  })
  return { outcomes, saved, at }
}

/**
 * Changes one item by what it is now: a barcode more, a unit less. Nobody else changes it in between.
 * @param toRow what is to change, or why nothing can
 */
export async function changeCatalogueItem(
  tx: Tx,
  context: CatalogueContext,
  sku: string,
  toRow: (item: CatalogueItem) => Omit<CatalogueRow, 'sku' | 'mode'> | Refusal,
): Promise<RowOutcome> {
  await lockCatalogue(tx, context.organizationId)
  const [item] = await findCatalogueItems(tx, context.organizationId, { skus: [sku] })
  const row = item === undefined ? {} : toRow(item)
  if (isRefusal(row)) return { sku, ...row }
  const [outcome] = await saveCatalogueItems(tx, context, [{ ...row, sku, mode: 'change' }])
  assert(outcome !== undefined, 'a row is answered')
  return outcome
}

function isRefusal(row: object): row is Refusal {
  return 'kind' in row && row.kind === 'refused'
}

/** Two rows of one SKU in one call: nobody could say which was meant. */
function decideOnce(
  { sku }: CatalogueRow,
  index: number,
  seen: Map<string, number>,
  decide: () => DecidedRow | Refusal,
): DecidedRow | Refusal {
  const first = seen.get(sku)
  if (first !== undefined) {
    return refuse('row-repeated', 'sku', `The SKU "${sku}" is on row ${first + 1} already.`)
  }
  seen.set(sku, index)
  return decide()
}

async function readKnown(
  db: Db,
  organizationId: string,
  rows: readonly CatalogueRow[],
  lockTracking: (itemIds: readonly string[]) => Promise<void>,
): Promise<KnownCatalogue> {
  const skus = rows.map((row) => row.sku)
  const given = rows.flatMap((row) => row.barcodes?.map(({ barcode }) => barcode.trim()) ?? [])
  const codes = rows.flatMap(({ product }) => (typeof product === 'string' ? [product] : []))
  const [found, owners, takenSkus, fields] = await Promise.all([
    findCatalogueItems(db, organizationId, { skus }),
    findBarcodeOwners(db, organizationId, [...given, ...skus].map(comparableOf)),
    findSkusAmong(db, organizationId, given),
    findCustomFields(db, organizationId),
  ])
  const items = new Map(found.map((item) => [item.sku, item]))
  const retracked = rows.flatMap(({ sku, tracking, serialCapture }) => {
    const item = items.get(sku)
    if (item === undefined) return []
    const isTracked = tracking !== undefined && tracking !== item.tracking
    const isCaptured = serialCapture !== undefined && serialCapture !== item.serialCapture
    return isTracked || isCaptured ? [item.itemId] : []
  })
  if (retracked.length > 0) await lockTracking(retracked)
  const products = await findProducts(db, organizationId, {
    codes: [...codes, ...found.flatMap(({ product }) => product ?? [])],
  })
  const [moved, variants] = await Promise.all([
    findMovedItems(db, organizationId, retracked),
    findVariants(
      db,
      organizationId,
      products.map(({ productId }) => productId),
    ),
  ])
  return {
    items,
    products: new Map(products.map((product) => [product.code, product])),
    customTypes: new Map(fields.map(({ key, type }) => [key, type])),
    barcodeOwners: new Map(owners.map(({ comparable, sku }) => [comparable, sku])),
    skus: new Set(takenSkus),
    variants: new Map(variants.flatMap((each) => [[variantKey(each) ?? '', each.sku] as const])),
    moved: new Set(moved),
  }
}
