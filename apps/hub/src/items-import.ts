import { inTransaction, type LocationKind } from '@plimsoll/database'
import { digestOf, findLocations, type StockCommand, saveCatalogueItems, saveLocation } from '@plimsoll/stock'
import { changeStock, type SyncContext, toStockContext } from '@plimsoll/sync'
import { type RowProblem, toImportProblem } from './import-problem.ts'
import { toCatalogueContext } from './item-catalogue.ts'
import { findContradictions, type ItemRow, type PlacedRow } from './item-file.ts'

/** Rows that say `received`, `repeated` and `refused` are those with a quantity; `units` counts the received alone. */
export type ImportReport = {
  items: number
  received: number
  units: number
  repeated: number
  refused: { sku: string; location: string; message: string }[]
}

const RECEIPTS_PER_BATCH = 500

/**
 * Creates or renames items and receives their opening stock. Running it again under the same name
 * changes nothing twice: each receipt has a key of its own. A wrong row is refused before anything is
 * written; a receipt that the ledger itself refuses is reported and leaves the others be.
 * @throws ImportProblem naming every wrong row
 */
export async function importItems(
  context: SyncContext,
  file: { name: string; items: readonly (ItemRow | PlacedRow)[] },
): Promise<ImportReport> {
  const codes = (await findLocations(context.database.kysely, context.organizationId)).map(({ code }) => code)
  const rows = file.items.map((row, index) => ({ place: `items.${index}`, ...row }))
  const problems = [...findUnplaced(rows, codes), ...findContradictions(rows, codes[0])]
  if (problems.length > 0) throw toImportProblem(problems)

  const items = await saveNames(context, rows)
  const report: ImportReport = { items, received: 0, units: 0, repeated: 0, refused: [] }
  const receipts = rows.flatMap((row) => toReceipt(file.name, row, codes[0]) ?? [])
  for (let from = 0; from < receipts.length; from += RECEIPTS_PER_BATCH) {
    const batch = receipts.slice(from, from + RECEIPTS_PER_BATCH)
    const outcomes = await changeStock(context, batch)
    for (const [index, { sku, locationCode, quantity }] of batch.entries()) {
      const outcome = outcomes[index]
      if (outcome === undefined) throw new Error('a receipt was not answered')
      if (outcome.kind === 'repeated') report.repeated += 1
      else if (outcome.kind === 'refused') {
        const message =
          outcome.code === 'key-reused'
            ? `An import called "${file.name}" received another quantity of it before. Import under another name to receive more, or count it.`
            : outcome.message
        report.refused.push({ sku, location: locationCode, message })
      } else {
        report.received += 1
        report.units += quantity
      }
    }
  }
  return report
}

/** All or none. @returns how many items are known by these rows */
async function saveNames(context: SyncContext, rows: readonly PlacedRow[]): Promise<number> {
  const bySku = new Map(rows.map((row) => [row.sku, row]))
  await inTransaction(context.database, async (tx) => {
    const outcomes = await saveCatalogueItems(
      tx,
      toCatalogueContext(context, 'import'),
      [...bySku.values()].map(({ sku, name }) => ({ sku, name })),
    )
    const problems = outcomes.flatMap((outcome): RowProblem[] => {
      if (outcome.kind !== 'refused') return []
      const { sku, field, message } = outcome
      return [{ place: bySku.get(sku)?.place ?? sku, field, message }]
    })
    if (problems.length > 0) throw toImportProblem(problems)
  })
  return bySku.size
}

type Receipt = Extract<StockCommand, { kind: 'receive' }>

/** Nothing to receive where no quantity is given, or none: absent is not zero, and zero receives nothing. */
function toReceipt(name: string, row: ItemRow, defaultLocation: string | undefined): Receipt | undefined {
  const { sku, quantity, location = defaultLocation } = row
  if (quantity === undefined || quantity === 0 || location === undefined) return undefined
  return {
    kind: 'receive',
    // A digest: names and SKUs may be long and hold any character that could part them.
    key: `import:${digestOf([name, sku, location])}`,
    actor: 'import',
    sku,
    locationCode: location,
    quantity,
    reason: 'opening stock',
    effectiveAt: undefined,
  }
}

/** Rows whose quantity has no place to go to. */
function findUnplaced(rows: readonly PlacedRow[], codes: readonly string[]): RowProblem[] {
  return rows.flatMap(({ place, quantity, location }) => {
    if (quantity === undefined || quantity === 0) return []
    if (location === undefined && codes.length === 0) {
      const message = 'it has a quantity, but there is no location yet; name one, or make one first'
      return [{ place, field: 'location', message }]
    }
    if (location === undefined || codes.includes(location)) return []
    const known = codes.length === 0 ? 'there is none yet' : `use one of: ${codes.join(', ')}`
    return [
      { place, field: 'location', message: `there is no location with the code "${location}"; ${known}` },
    ]
  })
}

/** Makes a location where there is none of that code yet. */
export async function ensureLocation(
  context: SyncContext,
  location: { code: string; name: string; kind: LocationKind },
): Promise<void> {
  await inTransaction(context.database, (tx) => saveLocation(tx, toStockContext(context), location))
}
