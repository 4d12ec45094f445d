import { parse as parseCsv } from 'csv-parse/sync'
import { z } from 'zod'
import { ImportProblem, type RowProblem, toImportProblem } from './import-problem.ts'

/** A list of items to import, as JSON over the API or as a CSV file. */
const row = z.object({
  sku: z.string().trim().min(1, 'is empty').max(200, 'has more than 200 characters'),
  name: z.string().trim().min(1, 'is empty').max(500, 'has more than 500 characters'),
  location: z.string().trim().min(1).max(100, 'has more than 100 characters').optional(),
  /** Opening stock in base units; absent is not zero: nothing is received then. */
  quantity: z.int('is not a whole number').min(0, 'is negative').optional(),
})
export type ItemRow = z.infer<typeof row>

export const itemFile = z.object({
  /** Names this import: done again under the same name it receives nothing twice. */
  name: z.string().min(1).max(100),
  items: z.array(row).min(1, 'has no rows').max(200_000, 'has more than 200,000 rows'),
})

/** Where a row came from, so that what is wrong with it can be found: `line 7` of a file, `items.6` of a request. */
export type PlacedRow = ItemRow & { place: string }

/**
 * Finds rows that contradict each other: one SKU and location twice, or one SKU under two names.
 * @param defaultLocation what a row without a location means
 */
export function findContradictions(
  rows: readonly PlacedRow[],
  defaultLocation: string | undefined,
): RowProblem[] {
  const byPlace = new Map<string, PlacedRow>()
  const bySku = new Map<string, PlacedRow>()
  return rows.flatMap((row) => {
    const { place, sku, name } = row
    const key = JSON.stringify([sku, row.location ?? defaultLocation])
    const twin = byPlace.get(key)
    if (twin !== undefined) {
      return [{ place, field: 'sku', message: `the SKU "${sku}" is on ${twin.place} already` }]
    }
    byPlace.set(key, row)
    const first = bySku.get(sku)
    bySku.set(sku, first ?? row)
    if (first === undefined || first.name === name) return []
    return [{ place, field: 'name', message: `the SKU "${sku}" has another name on ${first.place}` }]
  })
}

/** Reads a CSV file with the columns sku, name and, if wanted, location and quantity. Every bad row is named. */
export function readItemCsv(text: string): PlacedRow[] {
  const records = parseRecords(text)
  const [head] = records
  if (head === undefined) throw new ImportProblem('The file has no rows below its header.')
  for (const column of ['sku', 'name']) {
    if (!(column in head.record)) {
      throw new ImportProblem(
        `The file has no column "${column}". Its first line must be sku,name[,location][,quantity], separated by commas.`,
      )
    }
  }
  const problems: RowProblem[] = []
  const rows = records.flatMap(({ record, line }) => {
    const { sku, name, quantity, location } = record
    const parsed = row.safeParse({
      sku,
      name,
      ...(location !== undefined && location !== '' && { location }),
      ...(quantity !== undefined && quantity !== '' && { quantity: toQuantity(quantity) }),
    })
    if (parsed.success) return [{ ...parsed.data, place: `line ${line}` }]
    for (const { path, message } of parsed.error.issues) {
      const field = path.join('.')
      problems.push({ place: `line ${line}`, field, message: `${field} ${message}` })
    }
    return []
  })
  problems.push(...findContradictions(rows, undefined))
  if (problems.length > 0) throw toImportProblem(problems)
  return rows
}

/** Only digits: `Number` would also take 0x10 and 1e3, which nobody means in a stock file. */
function toQuantity(text: string): number {
  return /^[+-]?\d+(\.0+)?$/.test(text) ? Number(text) : Number.NaN
}

type NumberedRecord = { record: Record<string, string>; line: number }

/** Records with the line that each starts on, counted as an editor does. */
function parseRecords(text: string): NumberedRecord[] {
  try {
    const parsed: { record: Record<string, string>; info: { lines: number }; raw: string }[] = parseCsv(
      // The parser counts a line break of two characters within quotes as two lines.
      text.replace(/\r\n?/g, '\n'),
      {
        columns: (header: string[]) => header.map((each) => each.trim().toLowerCase()),
        bom: true,
        skip_empty_lines: true,
        trim: true,
        info: true,
        raw: true,
      },
    )
    // It says on which line a record ends; `raw` also holds the empty lines before it.
    return parsed.map(({ record, info, raw }) => ({
      record,
      line: info.lines - (raw.trim().match(/\n/g)?.length ?? 0),
    }))
  } catch (error) {
    throw new ImportProblem(`The file is not CSV: ${error instanceof Error ? error.message : String(error)}.`)
  }
}
