import type { Tx } from '@plimsoll/database'
import type { Columns, RowOf, RowProblem } from '@plimsoll/files'
import type { AsksFirst, SyncContext } from '@plimsoll/sync'
import type { Hold } from './imports.store.ts'
import type { NamedPlace } from './lock-places.store.ts'
import type { ImportContext } from './open-file.ts'

/** What an import may bring. */
export const IMPORTS = [
  'items',
  'kits',
  'lots',
  'serials',
  'stock',
  'adjust',
  'count',
  'locations',
  'mappings',
  'orders',
] as const
export type ImportWhat = (typeof IMPORTS)[number]

/** A row of a file with its number there. */
export type Placed<Row> = { number: number; values: Row }

/** What the rows would do, or did. `units`: base units that come in, less those that go. */
export type Effect = { created: number; changed: number; unchanged: number; units: number }

/** What a file of mappings leads to, over all its listings. */
export type MappingsForeseen = {
  changed: number
  /** False: there are so many that their numbers were not worked out; the other counts say nothing then. */
  isForeseen: boolean
  conflicts: number
  /** Numbers that would change, of those that are written; `toZero`: that show something now. */
  toZero: number
  raised: number
  lowered: number
  asksFirst: (AsksFirst & { connectionName: string })[]
}

export type SheetCheck = {
  problems: RowProblem[]
  effect: Effect
  /** Places (an item at a location) that have stock now and would have none. */
  zeroed: number
}

export type SheetResult = {
  /** Rows that changed something, and rows that were so already, repeated ones too. */
  applied: number
  unchanged: number
  units: number
  /** Rows that the ledger refused; nothing of them was written. */
  refused: RowProblem[]
}

/** Checks and applies chunks of rows, which it is given in the order of the file. */
export type SheetWork<Row> = {
  check(rows: readonly Placed<Row>[]): Promise<SheetCheck>
  /** Keeps what the rows just checked would change, beside what is wrong with them. */
  keep?(tx: Tx, hold: Hold): Promise<void>
  /** After all rows were checked: what they would lead to together. @throws ImportTakenOver */
  foresee?(hold: Hold): Promise<MappingsForeseen>
  /** Set-based, as a part of the caller's transaction. */
  apply(tx: Tx, rows: readonly Placed<Row>[]): Promise<SheetResult>
  /** What is to be done once for all rows of a transaction, after them. */
  finish?(tx: Tx): Promise<void>
  /** Before a long transaction: takes the locks that come before those of places. */
  begin?(tx: Tx): Promise<void>
  /** Places whose stock the rows may change: a long transaction locks them all before it begins. */
  placesOf?(rows: readonly Placed<Row>[]): NamedPlace[]
}

/** Which import a row belongs to: what keys of its commands are made of, and who is noted. */
export type Batch = {
  name: string
  digest: string
  actor: string
  /** Its transaction is so long that nothing may be locked in it that orders need, but the stock of its own rows. */
  isLong: boolean
}

/** One kind of table that can be imported: its columns, what makes two rows the same, and what is done with them. */
export type SheetDefinition<C extends Columns> = {
  what: ImportWhat
  /** For people: what one row is. */
  title: string
  columns: C
  /** Columns that this brand has besides. */
  moreColumns?(context: SyncContext): Promise<Columns>
  /** Columns of our own exports that say nothing here. */
  ignored?: readonly string[]
  keyOf(row: RowOf<C>): readonly unknown[]
  /** Rows with the same value in this column are taken together or not at all, and must stand together. */
  groupBy?: string
  /** Columns that say who somebody is: what stands in them is in no preview and no problem. */
  personal?: readonly string[]
  open(context: ImportContext, batch: Batch): Promise<SheetWork<RowOf<C>>>
}

/** A sheet whose rows are of whatever columns it has. */
export type Sheet = SheetDefinition<Columns>

/** A definition as one of many. Its rows are read by its own columns alone, which makes them what it expects. */
export function defineSheet<C extends Columns>(definition: SheetDefinition<C>): Sheet {
  return definition as unknown as Sheet
}

/** All columns of a sheet, those of the brand's own among them. */
export async function columnsOf(sheet: Sheet, context: SyncContext): Promise<Columns> {
  return { ...sheet.columns, ...(await sheet.moreColumns?.(context)) }
}

export const NO_EFFECT: Effect = { created: 0, changed: 0, unchanged: 0, units: 0 }

/** Columns that several sheets have, and what they are called in the files that people bring. */
export const NAMES = {
  sku: [
    '货号',
    '商品编码',
    '商家编码',
    'SKU编码',
    '物料编码',
    'item number',
    'item code',
    'article number',
    'part number',
  ],
  name: ['名称', '商品名称', '品名', '物料名称', 'title', 'item name', 'product name', 'description'],
  location: ['仓库', '仓库编码', '库位', '地点', 'warehouse', 'location code', 'warehouse code', 'site'],
  quantity: ['数量', '库存', '库存数量', 'on hand', 'stock', 'quantity on hand', '实盘数量'],
  reason: ['原因', '备注', 'note', 'remark', 'comment'],
  reference: ['单号', '单据号', 'reference number', 'document', 'purchase order', 'po'],
} as const
