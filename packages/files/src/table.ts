import { open } from 'node:fs/promises'
import type { Columns, RowOf } from './columns.ts'
import { readCsv } from './csv-read.ts'
import type { Encoding } from './encoding.ts'
import { type FileErrorCode, FileProblem, type RowProblem, rowProblem } from './errors.ts'
import { findHeader, HEADER_ROWS_LOOKED_AT, type Header } from './header.ts'
import type { TableRow } from './table-row.ts'
import { readXlsx } from './xlsx/read.ts'

export type FileFormat = 'csv' | 'xlsx'

/** Where a table is read from: the bytes of a CSV file, or an Excel file on this machine's disk. */
export type TableSource =
  | { format: 'csv'; bytes: AsyncIterable<Uint8Array>; encoding: Encoding }
  | { format: 'xlsx'; path: string; sheet: string | undefined }

export type ReadRow<C extends Columns> = {
  number: number
  /** As the file has it, for showing it again. */
  cells: string[]
} & ({ kind: 'good'; values: RowOf<C> } | { kind: 'bad'; problems: RowProblem[] })

export type Table<C extends Columns> = {
  header: Header
  rows: AsyncGenerator<ReadRow<C>>
}

/**
 * What the first bytes of a file say that it is.
 * @throws FileProblem file-old-excel, file-empty
 */
export function detectFormat(first: Uint8Array): FileFormat {
  if (first.length === 0) throw new FileProblem('file-empty', 'The file is empty.')
  const begins = (...bytes: number[]) => bytes.every((byte, index) => first[index] === byte)
  if (begins(0x50, 0x4b, 0x03, 0x04)) return 'xlsx'
  if (begins(0xd0, 0xcf, 0x11, 0xe0)) {
    throw new FileProblem(
      'file-old-excel',
      'The file is an old Excel workbook (.xls), or one with a password.',
    )
  }
  if (begins(0x25, 0x50, 0x44, 0x46))
    throw new FileProblem('file-unreadable', 'The file is a PDF and no table.')
  return 'csv'
}

/** The format of a file on this machine's disk. @throws FileProblem */
export async function detectFormatOf(path: string): Promise<FileFormat> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0)
    return detectFormat(buffer.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}

/** The rows of a file as they stand there, without a header that is understood. */
export function readRows(source: TableSource): AsyncGenerator<TableRow> {
  return source.format === 'csv'
    ? readCsv(source.bytes, source.encoding)
    : readXlsx(source.path, source.sheet)
}

/**
 * Opens a table: its header is found and judged, its rows are read and checked one by one as they are asked for.
 * @param ignored columns that are left out without a word
 * @throws FileProblem what hinders reading it as a whole
 */
export async function readTable<C extends Columns>(
  source: TableSource,
  columns: C,
  ignored: readonly string[] = [],
): Promise<Table<C>> {
  const rows = readRows(source)
  try {
    const first: TableRow[] = []
    while (first.length < HEADER_ROWS_LOOKED_AT) {
      const next = await rows.next()
      if (next.done === true) break
      first.push(next.value)
    }
    const header = findHeader(first, columns, ignored)
    const below = first.filter(({ number }) => number > header.row)
    if (below.length === 0) throw new FileProblem('file-empty', 'The file has no rows below its header.')
    return { header, rows: checkRows(header, below, rows) }
  } catch (error) {
    await rows.return(undefined)
    throw error
  }
}

async function* checkRows<C extends Columns>(
  header: Header,
  first: readonly TableRow[],
  rest: AsyncGenerator<TableRow>,
): AsyncGenerator<ReadRow<C>> {
  try {
    for (const row of first) yield checkRow(row, header)
    for await (const row of rest) yield checkRow(row, header)
  } finally {
    await rest.return(undefined)
  }
}

function checkRow<C extends Columns>(row: TableRow, header: Header): ReadRow<C> {
  const values: Record<string, unknown> = {}
  const problems: RowProblem[] = []
  const { number, cells } = row
  for (const { index, field, name, column } of header.columns) {
    const place = { row: number, column: name }
    const value = cells[index] ?? ''
    const bad = row.badCells?.find((each) => each.index === index)
    if (bad !== undefined) {
      problems.push(rowProblem(bad.code, { ...place, value }, badCellMessage(bad.code, bad.address, value)))
      continue
    }
    if (value.trim() === '') {
      if (column.required) problems.push(rowProblem('cell-empty', place, `${name} is empty`))
      continue
    }
    const parsed = column.schema.safeParse(value)
    if (parsed.success) {
      values[field] = parsed.data
      continue
    }
    for (const issue of parsed.error.issues) {
      // Ours carry their code; what Zod itself finds is an invalid cell.
      const params = 'params' in issue ? issue.params : undefined
      const code = (params?.code ?? 'cell-invalid') as FileErrorCode
      problems.push(rowProblem(code, { ...place, value }, `${name} ${issue.message}`))
    }
  }
  return problems.length > 0
    ? { kind: 'bad', number, cells, problems }
    : // Every column was just read by its own schema, and the required ones are there.
      { kind: 'good', number, cells, values: values as RowOf<C> }
}

function badCellMessage(
  code: 'formula-without-value' | 'formula-error' | 'digits-lost',
  address: string,
  value: string,
): string {
  switch (code) {
    case 'formula-without-value':
      return `${address} holds a formula without a value`
    case 'formula-error':
      return `${address} shows the error ${value}`
    case 'digits-lost':
      return `${address} is a number of more than 15 digits (${value}), the last of which are lost`
    default: {
      const never: never = code
      return never
    }
  }
}
