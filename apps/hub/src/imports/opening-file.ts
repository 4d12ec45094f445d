import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { OpeningFile } from '@plimsoll/client'
import {
  code,
  detectFormat,
  EncodingDetector,
  FileProblem,
  optional,
  RowKeys,
  type RowProblem,
  readTable,
  required,
  rowProblem,
  type TableSource,
  whole,
} from '@plimsoll/files'
import { findStockItems } from '@plimsoll/stock'
import { locationOf, readLocations, stockProblem } from './locations-of-rows.ts'
import type { ImportContext } from './open-file.ts'
import { NAMES } from './sheet.ts'

/**
 * A spreadsheet of what was there at a moment, read into the lines of a proposal. Nothing of it is kept: whoever sent it
 * sees what is wrong with it and hands the lines on.
 */

/** So many lines may a proposal have; so many problems are told. */
const LINES_MAX = 100_000
const PROBLEMS_SHOWN = 100
const SKUS_AT_ONCE = 5_000

const columns = {
  sku: required('sku', NAMES.sku, code(200)),
  location: optional('location', NAMES.location, code(100)),
  quantity: required('quantity', ['counted', '盘点数量', ...NAMES.quantity], whole({ min: 0 })),
}
/** Of our own files, and of those that people keep: they say nothing here. */
const ignored = [...NAMES.name, 'name', ...NAMES.reason, 'reason', 'unit', 'barcode', '条码']

type Line = { sku: string; location: string; quantity: number }
type PlacedLine = Line & { row: number }

/** @throws FileProblem where it cannot be read as a whole */
export async function readOpeningFile(context: ImportContext, content: Uint8Array): Promise<OpeningFile> {
  return await withSource(context, content, async (source) => {
    const known = await readLocations(context)
    const { header, rows } = await readTable(source, columns, ignored)
    const problems: RowProblem[] = [...header.problems]
    const placed: PlacedLine[] = []
    const keys = new RowKeys()
    let count = 0
    for await (const row of rows) {
      count += 1
      if (count > LINES_MAX)
        throw new FileProblem('file-too-large', `The file has more than ${LINES_MAX} rows.`)
      if (row.kind === 'bad') {
        problems.push(...row.problems)
        continue
      }
      const { number, values } = row
      const place = locationOf({ number, location: values.location }, known)
      if ('problem' in place) {
        problems.push(place.problem)
        continue
      }
      const line = { sku: values.sku, location: place.code, quantity: values.quantity }
      const twin = keys.add(JSON.stringify([line.sku, line.location]), String(line.quantity), number)
      if (twin === undefined) placed.push({ ...line, row: number })
      else problems.push(twinProblem(line, number, twin))
    }
    const unknown = await findUnknown(context, placed)
    const missing = placed.filter(({ sku }) => unknown.has(sku))
    problems.push(...missing.map(skuProblem))
    const bad = new Set(problems.filter(({ level }) => level === 'error').map(({ row }) => row))
    return {
      lines: placed.filter(({ sku }) => !unknown.has(sku)).map(({ row: _, ...line }) => line),
      rows: count,
      rowsBad: bad.size,
      problems: problems.toSorted((one, other) => one.row - other.row).slice(0, PROBLEMS_SHOWN),
    }
  })
}

function twinProblem({ sku }: Line, row: number, twin: { row: number; isSame: boolean }): RowProblem {
  const place = { row, column: 'sku', value: sku }
  return twin.isSame
    ? rowProblem('row-repeated', { ...place, level: 'warning' }, `says the same as row ${twin.row}`)
    : rowProblem('row-twice', place, `row ${twin.row} says another quantity of it at this location`)
}

function skuProblem({ row, sku }: PlacedLine): RowProblem {
  return stockProblem('unknown-sku', { row, column: 'sku', value: sku }, `there is no item "${sku}"`)
}

async function findUnknown(
  { database, organizationId }: ImportContext,
  lines: readonly Line[],
): Promise<Set<string>> {
  const named = [...new Set(lines.map(({ sku }) => sku))]
  const unknown = new Set(named)
  for (let from = 0; from < named.length; from += SKUS_AT_ONCE) {
    const skus = named.slice(from, from + SKUS_AT_ONCE)
    for (const { sku } of await findStockItems(database.kysely, organizationId, { skus })) unknown.delete(sku)
  }
  return unknown
}

/** An Excel file is read from its end, so it lies on the disk meanwhile. */
async function withSource<T>(
  context: ImportContext,
  content: Uint8Array,
  read: (source: TableSource) => Promise<T>,
): Promise<T> {
  if (detectFormat(content) === 'csv') {
    const detector = new EncodingDetector()
    detector.push(content)
    return await read({ format: 'csv', bytes: one(content), encoding: detector.end() })
  }
  // Beside the files of imports: what a killed process leaves there is removed.
  const folder = join(context.dataFolder, 'imports')
  await mkdir(folder, { recursive: true })
  const path = join(folder, `opening-${context.uuid()}.xlsx`)
  try {
    await writeFile(path, content)
    return await read({ format: 'xlsx', path, sheet: undefined })
  } finally {
    await rm(path, { force: true })
  }
}

async function* one(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content
}
