import type { Db } from '@plimsoll/database'
import {
  code,
  date,
  instant,
  optional,
  type RowOf,
  type RowProblem,
  required,
  text,
  whole,
} from '@plimsoll/files'
import {
  digestOf,
  findStockItems,
  type Refusal,
  refuse,
  refuseArchived,
  type StockItem,
  toBaseUnits,
} from '@plimsoll/stock'
import type { SyncContext } from '@plimsoll/sync'
import { type KnownLocations, locationOf, readLocations, stockProblem } from './locations-of-rows.ts'
import {
  type Batch,
  defineSheet,
  NAMES,
  NO_EFFECT,
  type Placed,
  type Sheet,
  type SheetWork,
} from './sheet.ts'
import { applyCommands, foreseeCommands, type RowCommand } from './stock-rows.ts'

const shared = {
  sku: required('sku', NAMES.sku, code(200)),
  location: optional('location', NAMES.location, code(100)),
  /** Of the quantity; base units, unless given. */
  unit: optional('unit', ['uom', '单位', '计量单位'], code(30)),
  reference: optional('reference', NAMES.reference, text(100)),
  reason: optional('reason', NAMES.reason, text(300)),
  /** Of items that are tracked by lot. */
  lot: optional('lot', ['批号', '批次', 'batch', 'lot number'], code(100)),
}

/** Units that arrived: opening stock, receipts. Under one name of import nothing is received twice. */
export const stockSheet: Sheet = stockSheetOf('stock', 'units received', {
  ...shared,
  expiresOn: optional(
    'expires on',
    ['expiry', 'expiry date', 'best before', '有效期', '有效期至', '到期日'],
    date(),
  ),
  manufacturedOn: optional('manufactured on', ['manufacture date', '生产日期'], date()),
  supplierLot: optional('supplier lot', ['供应商批号'], text(100)),
  quantity: required('quantity', NAMES.quantity, whole({ min: 1 })),
  effectiveAt: optional('effective at', ['received at', '入库时间', '到货时间', '日期', 'date'], instant()),
})

/** Differences, of either sign. */
export const adjustSheet: Sheet = stockSheetOf('adjust', 'differences', {
  ...shared,
  quantity: required(
    'quantity',
    [...NAMES.quantity, 'difference', '调整数量', '差异'],
    quantityOtherThanZero(),
  ),
  effectiveAt: optional('effective at', ['调整时间', '日期', 'date'], instant()),
})

/** What was counted. Without a moment it is true for now; with one, later movements stay on top of it. */
export const countSheet: Sheet = stockSheetOf('count', 'counted figures', {
  ...shared,
  quantity: required('quantity', ['counted', '盘点数量', ...NAMES.quantity], whole({ min: 0 })),
  effectiveAt: optional('counted at', ['盘点时间', '日期', 'date'], instant()),
})

function quantityOtherThanZero() {
  return whole({ min: -Number.MAX_SAFE_INTEGER }).refine((quantity) => quantity !== 0, {
    message: 'is 0, which changes nothing',
    params: { code: 'number-out-of-range' },
  })
}

type StockWhat = 'stock' | 'adjust' | 'count'

type StockColumns = typeof shared & {
  quantity: ReturnType<typeof required<number>>
  effectiveAt: ReturnType<typeof optional<Date>>
  /** Printed on a lot that is received. */
  expiresOn?: ReturnType<typeof optional<string>>
  manufacturedOn?: ReturnType<typeof optional<string>>
  supplierLot?: ReturnType<typeof optional<string>>
}
type StockRow = RowOf<Omit<StockColumns, keyof LotColumns>> & {
  [Field in keyof LotColumns]?: string | undefined
}
type LotColumns = Pick<StockColumns, 'expiresOn' | 'manufacturedOn' | 'supplierLot'>

function stockSheetOf(what: StockWhat, title: string, columns: StockColumns): Sheet {
  return defineSheet<StockColumns>({
    what,
    title,
    columns,
    ignored: ['name', 'reserved', 'held', 'incoming', 'available'],
    // The location is looked up later; two spellings of one place are one command, and refused there.
    keyOf: ({ sku, location, lot, reference, effectiveAt }) => [sku, location, lot, reference, effectiveAt],
    open: async (context, batch) => workOf(what, context, batch, await readLocations(context)),
  })
}

function workOf(
  what: StockWhat,
  context: SyncContext,
  batch: Batch,
  locations: KnownLocations,
): SheetWork<StockRow> {
  const { database, organizationId } = context
  /** Rows as commands in base units, and what is wrong with the others. */
  const toCommands = async (db: Db, rows: readonly Placed<StockRow>[]) => {
    const skus = [...new Set(rows.map(({ values }) => values.sku))]
    const items = await findStockItems(db, organizationId, { skus })
    const known = { items: new Map(items.map((item) => [item.sku, item])), locations }
    const made = rows.map((row) => toCommand(what, row, batch, known))
    return {
      commands: made.flatMap((each) => ('command' in each ? [each] : [])),
      problems: made.flatMap((each) => ('problem' in each ? [each.problem] : [])),
    }
  }
  return {
    check: async (rows) => {
      const { commands, problems } = await toCommands(database.kysely, rows)
      const { units, unchanged, zeroed } = await foreseeCommands(context, commands)
      const changed = commands.length - unchanged
      return { problems, effect: { ...NO_EFFECT, changed, unchanged, units }, zeroed }
    },
    apply: async (tx, rows) => {
      const { commands, problems } = await toCommands(tx, rows)
      const result = await applyCommands(context, tx, commands, { known: locations, isLong: batch.isLong })
      return { ...result, refused: [...problems, ...result.refused] }
    },
    placesOf: (rows) =>
      rows.map(({ values }) => ({
        sku: values.sku,
        // Without one it is refused when it is applied.
        locationCode: values.location ?? locations.usual ?? '',
        lot: values.lot,
      })),
  }
}

function toCommand(
  what: StockWhat,
  { number, values }: Placed<StockRow>,
  batch: Batch,
  known: { items: ReadonlyMap<string, StockItem>; locations: KnownLocations },
): RowCommand | { problem: RowProblem } {
  const { sku, location, quantity, unit, reference, reason, effectiveAt } = values
  const wrong = (refusal: Refusal, column: string, value: string) => ({
    problem: stockProblem(refusal.code, { row: number, column, value }, refusal.message),
  })
  const item = known.items.get(sku)
  if (item === undefined) {
    return wrong(refuse('unknown-sku', 'sku', `there is no item with the SKU "${sku}"`), 'sku', sku)
  }
  const place = locationOf({ number, location }, known.locations)
  if ('problem' in place) return place
  const { lot, expiresOn, manufacturedOn, supplierLot } = values
  const untracked = findWrongLot(item, lot)
  if (untracked !== undefined) return wrong(untracked, 'lot', lot ?? '')
  const converted = toBaseUnits(item, quantity, unit)
  if (converted.kind === 'refused') return wrong(converted, 'unit', unit ?? String(quantity))
  // What a count of an archived item does is known when it is applied; a count down is taken.
  const archived =
    what === 'count' ? undefined : refuseArchived(item, { kind: what, onHandDelta: converted.baseUnits })
  if (archived !== undefined) return wrong(archived, 'sku', sku)
  // A count of another day is another count: its figures come in a file of other content.
  const name = what === 'count' ? [batch.name, batch.digest] : [batch.name]
  const key = digestOf([what, ...name, sku, place.code, lot ?? null, reference ?? null, effectiveAt ?? null])
  const said = [reference, reason].filter((each) => each !== undefined).join(': ')
  return {
    number,
    command: {
      ...(what === 'stock'
        ? { kind: 'receive' as const, expiresOn, manufacturedOn, supplierLot }
        : { kind: what }),
      lot,
      key: `import:${key}`,
      actor: batch.actor,
      sku,
      locationCode: place.code,
      quantity: converted.baseUnits,
      reason: said === '' ? `import ${batch.name}` : said,
      effectiveAt,
    },
  }
}

/** What the ledger would refuse, said before anything is written. */
function findWrongLot({ sku, tracking }: StockItem, lot: string | undefined): Refusal | undefined {
  if (tracking === 'lot' && lot === undefined) {
    return refuse('lot-missing', 'lot', `the item "${sku}" is tracked by lot`)
  }
  return tracking !== 'lot' && lot !== undefined
    ? refuse('lot-not-tracked', 'lot', `the item "${sku}" is not tracked by lot`)
    : undefined
}
