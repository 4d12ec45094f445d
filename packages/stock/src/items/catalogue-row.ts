import { isDeepStrictEqual } from 'node:util'
import { type Refusal, refuse } from '../errors.ts'
import { comparableOf } from './barcodes.ts'
import { type CatalogueItem, type CatalogueRow, type ItemChange, NOTED_FIELDS } from './catalogue-item.ts'
import { type CustomFieldType, mergeCustom } from './custom-fields.ts'
import { readBarcodes, readUnits } from './item-parts.ts'
import { findBadCode, findBadName, mergeNames, SKU_MAX } from './names.ts'
import { findBadOptions, variantKey } from './products.ts'
import { UNIT_CODE_MAX } from './units.ts'

/** What a row is decided on. Rows are decided in order, each on what the earlier ones left. */
export type KnownCatalogue = {
  /** By SKU: every item that a row names. */
  items: Map<string, CatalogueItem>
  /** By code: option names. */
  products: ReadonlyMap<string, { optionNames: readonly string[] }>
  customTypes: ReadonlyMap<string, CustomFieldType>
  /** By what barcodes are compared by, to the SKU of the item that has it. */
  barcodeOwners: Map<string, string>
  /** Which of the barcodes given are SKUs. */
  skus: Set<string>
  /** By product and options, to the SKU of the variant, archived ones left out. */
  variants: Map<string, string>
  /** Ids of the items, of those whose tracking is to change, that have movements. */
  moved: ReadonlySet<string>
}

export type DecidedRow = { kind: 'decided'; item: CatalogueItem; changes: ItemChange[] }

/**
 * Decides one row: what its item is afterwards, and what changed. Nothing is changed by it.
 * @param fresh id and moment for what has to be made
 */
export function decideCatalogueRow(
  row: CatalogueRow,
  known: KnownCatalogue,
  fresh: { itemId: string; at: Date },
): DecidedRow | Refusal {
  const before = known.items.get(row.sku)
  const stop = findWrongMode(row, before, known)
  if (stop !== undefined) return stop

  const base = before ?? blankItem(fresh.itemId, row.sku)
  const names = mergeNames(base.names, row.names)
  if (names.kind === 'refused') return names
  const custom = mergeCustom(base.custom, row.custom, known.customTypes)
  if (custom.kind === 'refused') return custom
  const baseUnit = row.baseUnit ?? base.baseUnit
  const units = readUnits(baseUnit, row.units ?? base.units)
  if (units.kind === 'refused') return units
  const barcodes = readBarcodes(row, base, { baseUnit, units: units.units })
  if (barcodes.kind === 'refused') return barcodes
  const product = row.product === undefined ? base.product : row.product
  const item: CatalogueItem = {
    ...base,
    name: row.name ?? base.name,
    names: names.names,
    tracking: row.tracking ?? base.tracking,
    serialCapture: row.serialCapture ?? base.serialCapture,
    custom: custom.custom,
    baseUnit,
    units: units.units,
    barcodes: barcodes.barcodes,
    product,
    options: row.options ?? (product === base.product ? base.options : {}),
    archivedAt:
      row.archived === undefined ? base.archivedAt : row.archived ? (base.archivedAt ?? fresh.at) : null,
  }
  const refusal = findBadItem(item, before, known)
  if (refusal !== undefined) return refusal
  const changes = before === undefined ? [CREATED] : changesOf(before, item)
  return { kind: 'decided', item: { ...item, version: base.version + (changes.length > 0 ? 1 : 0) }, changes }
}

const CREATED: ItemChange = { what: 'created', before: null, after: null }

/** Lets the rows that follow see what this one left. */
export function noteDecided(known: KnownCatalogue, { item }: DecidedRow): void {
  const before = known.items.get(item.sku)
  for (const { barcode } of before?.barcodes ?? []) known.barcodeOwners.delete(comparableOf(barcode))
  for (const { barcode } of item.barcodes) known.barcodeOwners.set(comparableOf(barcode), item.sku)
  const [old, now] = [before, item].map((each) => each && variantKey(each))
  if (old !== undefined) known.variants.delete(old)
  if (now !== undefined) known.variants.set(now, item.sku)
  known.items.set(item.sku, item)
  known.skus.add(item.sku)
}

function findWrongMode(
  row: CatalogueRow,
  before: CatalogueItem | undefined,
  known: KnownCatalogue,
): Refusal | undefined {
  if (before !== undefined && row.mode === 'create') {
    const archived = before.archivedAt === null ? '' : ', archived'
    return refuse('sku-taken', 'sku', `There is an item with the SKU "${row.sku}" already${archived}.`)
  }
  if (before === undefined && (row.mode === 'change' || row.version !== undefined)) {
    return refuse('unknown-sku', 'sku', `There is no item with the SKU "${row.sku}".`)
  }
  if (before !== undefined && row.version !== undefined && row.version !== before.version) {
    return refuse(
      'version-changed',
      'version',
      `The item "${row.sku}" is at version ${before.version}, not ${row.version}.`,
    )
  }
  if (before !== undefined) return undefined
  const bad = findBadCode(row.sku, 'sku', SKU_MAX)
  if (bad !== undefined) return bad
  const owner = known.barcodeOwners.get(comparableOf(row.sku))
  return owner === undefined
    ? undefined
    : refuse('sku-taken', 'sku', `"${row.sku}" is a barcode of the item "${owner}".`)
}

function blankItem(itemId: string, sku: string): CatalogueItem {
  return {
    itemId,
    sku,
    name: '',
    names: {},
    tracking: 'plain',
    serialCapture: 'receipt',
    kitKind: 'none',
    custom: {},
    baseUnit: 'each',
    units: [],
    barcodes: [],
    product: null,
    options: {},
    version: 0,
    archivedAt: null,
  }
}

/** What stands against the item as a whole, and against its neighbours. */
function findBadItem(
  item: CatalogueItem,
  before: CatalogueItem | undefined,
  known: KnownCatalogue,
): Refusal | undefined {
  const bad = findBadName(item.name, 'name') ?? findBadCode(item.baseUnit, 'baseUnit', UNIT_CODE_MAX)
  if (bad !== undefined) return bad
  if (before !== undefined && item.tracking !== before.tracking && known.moved.has(item.itemId)) {
    return refuse(
      'tracking-fixed',
      'tracking',
      `The item "${item.sku}" has movements as ${before.tracking}, so it cannot become ${item.tracking}.`,
    )
  }
  if (isCapturedAnew(item, before) && known.moved.has(item.itemId)) {
    return refuse(
      'tracking-fixed',
      'serialCapture',
      `The item "${item.sku}" has movements, so when its serials are told cannot change.`,
    )
  }
  return (
    item.barcodes.map(({ barcode }) => findTakenBarcode(barcode, item.sku, known)).find(Boolean) ??
    findBadVariant(item, known)
  )
}

function isCapturedAnew(item: CatalogueItem, before: CatalogueItem | undefined): boolean {
  return before?.tracking === 'serial' && item.serialCapture !== before.serialCapture
}

function findTakenBarcode(barcode: string, sku: string, known: KnownCatalogue): Refusal | undefined {
  const owner = known.barcodeOwners.get(comparableOf(barcode))
  if (owner !== undefined && owner !== sku) {
    return refuse('barcode-taken', 'barcodes', `"${barcode}" is a barcode of the item "${owner}".`)
  }
  return barcode !== sku && known.skus.has(barcode)
    ? refuse('barcode-taken', 'barcodes', `"${barcode}" is the SKU of another item.`)
    : undefined
}

function findBadVariant(item: CatalogueItem, known: KnownCatalogue): Refusal | undefined {
  const product = item.product === null ? undefined : known.products.get(item.product)
  if (item.product !== null && product === undefined) {
    return refuse('unknown-product', 'product', `There is no product with the code "${item.product}".`)
  }
  const bad = findBadOptions(item.options, product?.optionNames ?? [])
  if (bad !== undefined) return bad
  const key = variantKey(item)
  const sister = key === undefined ? undefined : known.variants.get(key)
  return sister === undefined || sister === item.sku
    ? undefined
    : refuse(
        'variant-taken',
        'options',
        `"${sister}" is the variant of "${item.product}" with these options.`,
      )
}

function changesOf(before: CatalogueItem, after: CatalogueItem): ItemChange[] {
  const changes: ItemChange[] = NOTED_FIELDS.filter(
    (field) => !isDeepStrictEqual(before[field], after[field]),
  ).map((field) => ({ what: field, before: before[field], after: after[field] }))
  if ((before.archivedAt === null) !== (after.archivedAt === null)) {
    changes.push({ what: 'archived', before: before.archivedAt !== null, after: after.archivedAt !== null })
  }
  return changes
}
