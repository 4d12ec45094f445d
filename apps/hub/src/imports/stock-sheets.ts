import { code, instant, optional, type RowOf, type RowProblem, required, text, whole } from '@plimsoll/files'
import { digestOf } from '@plimsoll/stock'
import type { SyncContext } from '@plimsoll/sync'
import { type KnownLocations, locationOf, readLocations } from './locations-of-rows.ts'
import {
  type Batch,
  defineSheet,
  NAMES,
  NO_EFFECT,
  type Placed,
  type Sheet,
  type SheetWork,
} from './sheet.ts'
import { applyCommands, checkCommands, type RowCommand } from './stock-rows.ts'

const shared = {
  sku: required('sku', NAMES.sku, code(200)),
  location: optional('location', NAMES.location, code(100)),
  reference: optional('reference', NAMES.reference, text(100)),
  reason: optional('reason', NAMES.reason, text(300)),
  /** Stock of a lot is not taken for stock without one. */
  lot: optional('lot', ['批号', '批次', 'batch', 'lot number'], noLot()),
}

/** Units that arrived: opening stock, receipts. Under one name of import nothing is received twice. */
export const stockSheet: Sheet = stockSheetOf('stock', 'units received', {
  ...shared,
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

function noLot() {
  return text(100).refine(() => false, {
    message: 'names a lot, and stock of lots cannot be imported yet',
    params: { code: 'cell-invalid' },
  })
}

function quantityOtherThanZero() {
  return whole({ min: -Number.MAX_SAFE_INTEGER }).refine((quantity) => quantity !== 0, {
    message: 'is 0, which changes nothing',
    params: { code: 'number-out-of-range' },
  })
}

type StockColumns = typeof shared & {
  quantity: ReturnType<typeof required<number>>
  effectiveAt: ReturnType<typeof optional<Date>>
}
type StockRow = RowOf<StockColumns>

function stockSheetOf(what: 'stock' | 'adjust' | 'count', title: string, columns: StockColumns): Sheet {
  return defineSheet<StockColumns>({
    what,
    title,
    columns,
    ignored: ['name', 'reserved', 'held', 'incoming', 'available'],
    // The location is looked up later; two spellings of one place are one command, and refused there.
    keyOf: ({ sku, location, reference, effectiveAt }) => [sku, location, reference, effectiveAt],
    open: async (context, batch) => workOf(what, context, batch, await readLocations(context)),
  })
}

function workOf(
  what: 'stock' | 'adjust' | 'count',
  context: SyncContext,
  batch: Batch,
  locations: KnownLocations,
): SheetWork<StockRow> {
  return {
    check: async (rows) => {
      const { commands, problems } = toCommands(what, rows, batch, locations)
      const found = await checkCommands(context, commands)
      const { units, unchanged, zeroed } = found
      const changed = commands.length - found.problems.length - unchanged
      return {
        problems: [...problems, ...found.problems],
        effect: { ...NO_EFFECT, changed, unchanged, units },
        zeroed,
      }
    },
    apply: async (tx, rows) => {
      const { commands, problems } = toCommands(what, rows, batch, locations)
      const result = await applyCommands(context, tx, commands, locations)
      return { ...result, refused: [...problems, ...result.refused] }
    },
  }
}

function toCommands(
  what: 'stock' | 'adjust' | 'count',
  rows: readonly Placed<StockRow>[],
  batch: Batch,
  locations: KnownLocations,
): { commands: RowCommand[]; problems: RowProblem[] } {
  const problems: RowProblem[] = []
  const commands = rows.flatMap(({ number, values }): RowCommand[] => {
    const { sku, location, quantity, reference, reason, effectiveAt } = values
    const place = locationOf({ number, location }, locations)
    if ('problem' in place) {
      problems.push(place.problem)
      return []
    }
    // A count of another day is another count: its figures come in a file of other content.
    const name = what === 'count' ? [batch.name, batch.digest] : [batch.name]
    const key = digestOf([what, ...name, sku, place.code, reference ?? null, effectiveAt ?? null])
    const said = [reference, reason].filter((each) => each !== undefined).join(': ')
    return [
      {
        number,
        command: {
          kind: what === 'stock' ? 'receive' : what,
          key: `import:${key}`,
          actor: batch.actor,
          sku,
          locationCode: place.code,
          quantity,
          reason: said === '' ? `import ${batch.name}` : said,
          effectiveAt,
        },
      },
    ]
  })
  return { commands, problems }
}
