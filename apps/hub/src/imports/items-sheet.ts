import { RowKeys, type RowOf, type RowProblem, rowProblem } from '@plimsoll/files'
import {
  type CatalogueRow,
  comparableOf,
  digestOf,
  findEarlierCommands,
  lockCatalogue,
  previewCatalogueItems,
  type RowOutcome,
  saveCatalogueItems,
} from '@plimsoll/stock'
import { type SyncContext, toStockContext } from '@plimsoll/sync'
import { customColumn, itemColumns, readCustomColumns } from './item-columns.ts'
import { type KnownLocations, locationOf, readLocations, stockProblem } from './locations-of-rows.ts'
import { type Batch, defineSheet, type Effect, NO_EFFECT, type Placed, type SheetWork } from './sheet.ts'
import { applyCommands, type RowCommand, reusedProblem } from './stock-rows.ts'

type ItemsRow = RowOf<typeof itemColumns>

/** Items with all their parts, and with a quantity their opening stock: one row per location, where there are several. */
export const itemsSheet = defineSheet<typeof itemColumns>({
  what: 'items',
  title: 'items and their opening stock',
  columns: itemColumns,
  moreColumns: readCustomColumns,
  keyOf: ({ sku, location }) => [sku, location],
  open: async (context, batch) => workOf(context, batch, await readLocations(context)),
})

function workOf(context: SyncContext, batch: Batch, locations: KnownLocations): SheetWork<ItemsRow> {
  const catalogueContext = () => ({ ...toStockContext(context), actor: batch.actor })
  const contradictions = new Contradictions()
  return {
    check: async (rows) => {
      const problems = rows.flatMap((row) => contradictions.find(row))
      const { firsts, catalogueRows } = toCatalogueRows(rows)
      const outcomes = await previewCatalogueItems(context.database.kysely, catalogueContext(), catalogueRows)
      const receipts = toReceipts(rows, batch, locations)
      const { kysely } = context.database
      const commands = receipts.commands.map(({ command }) => command)
      const earlier = await findEarlierCommands(kysely, context.organizationId, commands)
      const reused = receipts.commands.filter(({ command }) => earlier.get(command.key) === 'reused')
      problems.push(...toProblems(firsts, outcomes), ...receipts.problems, ...reused.map(reusedProblem))
      // What is left out brings nothing, be it for its place alone.
      const wrong = new Set(problems.map(({ row }) => row))
      const brought = new Set(rows.flatMap(({ number, values }) => (wrong.has(number) ? [] : [values.sku])))
      const effect: Effect = { ...NO_EFFECT }
      for (const [index, { kind }] of outcomes.entries()) {
        if (kind !== 'refused' && brought.has(firsts[index]?.values.sku ?? '')) effect[kind] += 1
      }
      for (const { number, command } of receipts.commands) {
        if (!wrong.has(number) && !earlier.has(command.key)) effect.units += command.quantity
      }
      return { problems, effect, zeroed: 0 }
    },
    apply: async (tx, rows) => {
      const { firsts, catalogueRows } = toCatalogueRows(rows)
      const outcomes = await saveCatalogueItems(tx, catalogueContext(), catalogueRows)
      const refusedItems = toProblems(firsts, outcomes)
      const refusedSkus = new Set(outcomes.flatMap((each) => (each.kind === 'refused' ? [each.sku] : [])))
      const savedRows = rows.filter(({ values }) => !refusedSkus.has(values.sku))
      const receipts = toReceipts(savedRows, batch, locations)
      const received = await applyCommands(context, tx, receipts.commands, {
        known: locations,
        isLong: batch.isLong,
      })
      const refused = [...refusedItems, ...receipts.problems, ...received.refused]
      const unchanged = outcomes.filter(({ kind }) => kind === 'unchanged').length
      const left = rows.length - new Set(refused.map(({ row }) => row)).size
      // A row that changes no item may still bring stock.
      const idle = Math.max(0, Math.min(unchanged, left - received.applied))
      return { applied: left - idle, unchanged: idle, units: received.units, refused }
    },
    begin: (tx) => lockCatalogue(tx, context.organizationId),
    placesOf: (rows) =>
      rows.flatMap(({ values: { sku, quantity = 0, location = locations.usual } }) =>
        quantity === 0 || location === undefined ? [] : [{ sku, locationCode: location, lot: undefined }],
      ),
  }
}

/** Rows of one SKU that disagree about the item itself, and barcodes that two SKUs claim, over the whole file. */
class Contradictions {
  readonly #bySku = new RowKeys()
  readonly #byBarcode = new RowKeys()

  find({ number, values }: Placed<ItemsRow>): RowProblem[] {
    const { sku, name = null, barcodes = [] } = values
    const problems: RowProblem[] = []
    const first = this.#bySku.add(sku, JSON.stringify(toCatalogueRow(values)), number)
    if (first !== undefined && !first.isSame) {
      const message = `the SKU "${sku}" is described in another way on row ${first.row}`
      problems.push(rowProblem('contradiction', { row: number, column: 'name', value: name }, message))
    }
    for (const { barcode } of barcodes) {
      const owner = this.#byBarcode.add(comparableOf(barcode), sku, number)
      if (owner === undefined || owner.isSame) continue
      const message = `the barcode "${barcode}" belongs to another SKU on row ${owner.row}`
      problems.push(rowProblem('contradiction', { row: number, column: 'barcodes', value: barcode }, message))
    }
    return problems
  }
}

/** One row per SKU: the others bring stock to further locations. */
function toCatalogueRows(rows: readonly Placed<ItemsRow>[]): {
  firsts: Placed<ItemsRow>[]
  catalogueRows: CatalogueRow[]
} {
  const bySku = new Map<string, Placed<ItemsRow>>()
  for (const row of rows) if (!bySku.has(row.values.sku)) bySku.set(row.values.sku, row)
  const firsts = [...bySku.values()]
  return { firsts, catalogueRows: firsts.map(({ values }) => toCatalogueRow(values)) }
}

function toCatalogueRow(row: ItemsRow): CatalogueRow {
  const { location: _, quantity: _quantity, nameZh, nameEn, names, ...rest } = row
  const { sku, name, barcodes, baseUnit, units, product, options, tracking, archived } = rest
  const byLanguage = {
    ...names,
    ...(nameZh !== undefined && { 'zh-CN': nameZh }),
    ...(nameEn !== undefined && { en: nameEn }),
  }
  return {
    ...{ sku, name, barcodes, baseUnit, units, product, options, tracking, archived },
    ...(Object.keys(byLanguage).length > 0 && { names: byLanguage }),
    custom: customOf(row),
  }
}

/** Fields of the brand's own; their columns were added by `readCustomColumns`, which also checked their types. */
function customOf(row: object): CatalogueRow['custom'] {
  const prefix = customColumn('')
  const fields = Object.entries(row as Record<string, string | number | boolean>).filter(([field]) =>
    field.startsWith(prefix),
  )
  return fields.length === 0
    ? undefined
    : Object.fromEntries(fields.map(([field, value]) => [field.slice(prefix.length), value]))
}

function toProblems(rows: readonly Placed<ItemsRow>[], outcomes: readonly RowOutcome[]): RowProblem[] {
  return outcomes.flatMap((outcome, index) => {
    const row = rows[index]
    if (outcome.kind !== 'refused' || row === undefined) return []
    const { code, field, message } = outcome
    return [stockProblem(code, { row: row.number, column: field, value: row.values.sku }, message)]
  })
}

function toReceipts(
  rows: readonly Placed<ItemsRow>[],
  batch: Batch,
  locations: KnownLocations,
): { commands: RowCommand[]; problems: RowProblem[] } {
  const problems: RowProblem[] = []
  const commands = rows.flatMap(({ number, values }): RowCommand[] => {
    const { sku, quantity, location } = values
    // Nothing to receive where no quantity is given, or none.
    if (quantity === undefined || quantity === 0) return []
    const place = locationOf({ number, location }, locations)
    if ('problem' in place) {
      problems.push(place.problem)
      return []
    }
    return [
      {
        number,
        command: {
          kind: 'receive',
          key: `import:${digestOf([batch.name, sku, place.code])}`,
          actor: batch.actor,
          sku,
          locationCode: place.code,
          quantity,
          reason: 'opening stock',
          effectiveAt: undefined,
        },
      },
    ]
  })
  return { commands, problems }
}
