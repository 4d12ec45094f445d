import { inTransaction, type LocationKind } from '@plimsoll/database'
import { findLocations, type StockCommand, saveItems, saveLocation } from '@plimsoll/stock'
import { changeStock, type SyncContext, toStockContext } from '@plimsoll/sync'
import { parse as parseCsv } from 'csv-parse/sync'
import { z } from 'zod'
import { ImportProblem } from './import-problem.ts'

const row = z.object({
  sku: z.string().trim().min(1, 'is empty').max(200, 'has more than 200 characters'),
  name: z.string().trim().min(1, 'is empty').max(500, 'has more than 500 characters'),
  location: z.string().trim().min(1).optional(),
  /** Opening stock in base units; absent is not zero: nothing is received then. */
  quantity: z.int('is not a whole number').min(0, 'is negative').optional(),
})

export const itemFile = z.object({
  /** Names this import: done again under the same name it receives nothing twice. */
  name: z.string().min(1).max(100),
  items: z.array(row).min(1, 'has no rows').max(200_000),
})
export type ItemFile = z.infer<typeof itemFile>

export type ImportReport = { items: number; received: number; units: number; repeated: number }

const RECEIPTS_PER_BATCH = 500

/**
 * Creates or renames items and receives their opening stock. Running it again under the same name
 * changes nothing twice: each receipt has a key of its own.
 */
export async function importItems(context: SyncContext, file: ItemFile): Promise<ImportReport> {
  const [first, ...known] = await findLocations(context.database.kysely, context.organizationId)
  assertLocations(
    file,
    [first, ...known].flatMap((location) => location?.code ?? []),
  )
  const items = await inTransaction(context.database, (tx) =>
    saveItems(tx, toStockContext(context), file.items),
  )
  const report: ImportReport = { items: items.length, received: 0, units: 0, repeated: 0 }
  const commands: StockCommand[] = file.items.flatMap(({ sku, location, quantity }) => {
    const locationCode = location ?? first?.code
    if (quantity === undefined || quantity === 0 || locationCode === undefined) return []
    return [
      {
        kind: 'receive' as const,
        key: `import:${file.name}:${sku}:${locationCode}`,
        actor: 'import',
        sku,
        locationCode,
        quantity,
        reason: 'opening stock',
        effectiveAt: undefined,
      },
    ]
  })
  for (let from = 0; from < commands.length; from += RECEIPTS_PER_BATCH) {
    const batch = commands.slice(from, from + RECEIPTS_PER_BATCH)
    for (const outcome of await changeStock(context, batch)) {
      if (outcome.kind === 'refused')
        throw new ImportProblem(`${outcome.key.split(':').at(2)}: ${outcome.message}`)
      if (outcome.kind === 'repeated') report.repeated += 1
      else report.received += 1
    }
    report.units += batch.reduce((sum, command) => sum + command.quantity, 0)
  }
  return report
}

/** Checked before anything is written, so that a wrong row leaves nothing half done. */
function assertLocations(file: ItemFile, codes: readonly string[]): void {
  for (const { sku, location, quantity } of file.items) {
    if (quantity === undefined || quantity === 0) continue
    if (location === undefined && codes.length === 0) {
      throw new ImportProblem(
        `${sku} has a quantity, but there is no location yet. Name one, or make one first.`,
      )
    }
    if (location !== undefined && !codes.includes(location)) {
      throw new ImportProblem(
        `${sku}: there is no location with the code "${location}". Use one of: ${codes.join(', ') || 'none yet'}.`,
      )
    }
  }
}

/** Reads a CSV file with the columns sku, name and, if wanted, location and quantity. Every bad row is named. */
export function readItemCsv(name: string, text: string): ItemFile {
  let records: Record<string, string>[]
  try {
    records = parseCsv(text, {
      columns: (header: string[]) => header.map((each) => each.trim().toLowerCase()),
      bom: true,
      skip_empty_lines: true,
      trim: true,
    })
  } catch (error) {
    throw new ImportProblem(`The file is not CSV: ${error instanceof Error ? error.message : String(error)}`)
  }
  const [head] = records
  if (head === undefined) throw new ImportProblem('The file has no rows below its header.')
  for (const column of ['sku', 'name']) {
    if (!(column in head)) {
      throw new ImportProblem(
        `The file has no column "${column}". Its header must be: sku,name[,location][,quantity].`,
      )
    }
  }
  const problems: string[] = []
  const seen = new Map<string, number>()
  const items = records.flatMap((record, index) => {
    const line = index + 2
    const { quantity, location, ...rest } = record
    const parsed = row.safeParse({
      ...rest,
      ...(location !== undefined && location !== '' && { location }),
      ...(quantity !== undefined && quantity !== '' && { quantity: Number(quantity) }),
    })
    if (!parsed.success) {
      problems.push(
        ...parsed.error.issues.map((issue) => `line ${line}: ${issue.path.join('.')} ${issue.message}`),
      )
      return []
    }
    const key = `${parsed.data.sku} ${parsed.data.location ?? ''}`
    const earlier = seen.get(key)
    if (earlier !== undefined)
      problems.push(`line ${line}: the SKU "${parsed.data.sku}" is on line ${earlier} already`)
    seen.set(key, line)
    return [parsed.data]
  })
  if (problems.length > 0) {
    const shown = problems.slice(0, 20).join('; ')
    const more = problems.length > 20 ? `; and ${problems.length - 20} more` : ''
    throw new ImportProblem(`Nothing was imported. ${shown}${more}.`)
  }
  return { name, items }
}

/** Makes a location where there is none of that code yet. */
export async function ensureLocation(
  context: SyncContext,
  location: { code: string; name: string; kind: LocationKind },
): Promise<void> {
  await inTransaction(context.database, (tx) => saveLocation(tx, toStockContext(context), location))
}
