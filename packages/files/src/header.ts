import type { Column, Columns } from './columns.ts'
import { FileProblem, type RowProblem, rowProblem } from './errors.ts'
import type { TableRow } from './table-row.ts'

export type Header = {
  /** What every column of the file is called, known or not. */
  names: string[]
  /** Of each column of the file: the field that it fills, and how the file calls it. */
  columns: { index: number; field: string; name: string; column: Column<unknown> }[]
  /** Rows up to and including this one are no data. */
  row: number
  problems: RowProblem[]
}

/** So many rows from the top may be titles before the header. */
export const HEADER_ROWS_LOOKED_AT = 15

/**
 * Finds the header among the first rows: the one that names most of the columns. Where the header has several rows
 * (merged cells), the lowest name of each column counts, and rows above it are titles.
 * @param ignored columns that are left out without a word
 * @throws FileProblem header-missing, column-missing, column-twice, file-empty
 */
export function findHeader(
  first: readonly TableRow[],
  columns: Columns,
  ignored: readonly string[] = [],
): Header {
  const known = knownNames(columns)
  if (first.length === 0) throw new FileProblem('file-empty', 'The file is empty.')
  const candidates = first.slice(0, HEADER_ROWS_LOOKED_AT).map((row, index) => {
    const names = lowestNames(first.slice(0, index + 1), known)
    const own = row.cells.filter((cell) => known.has(normalizeName(cell))).length
    // Each field once: a value that happens to be called like a column must not make its row the header.
    const fields = new Set(names.map((name) => known.get(normalizeName(name))?.field))
    fields.delete(undefined)
    return { row, names, own, found: fields.size }
  })
  const best = candidates.reduce((a, b) => (b.own > 0 && b.found > a.found ? b : a))
  const { row, names } = best
  if (best.found === 0) throw headerMissing(first, columns)

  const header: Header = { names, columns: [], row: row.number, problems: [] }
  const unknown: string[] = []
  for (const [index, name] of names.entries()) {
    const entry = known.get(normalizeName(name))
    if (entry !== undefined) header.columns.push({ index, name: name.trim(), ...entry })
    else if (name.trim() !== '') unknown.push(name.trim())
  }
  refuseTwins(header)
  refuseMissing(header, names, columns)
  const quiet = new Set(ignored.map(normalizeName))
  for (const name of unknown.filter((each) => !quiet.has(normalizeName(each)))) {
    const message = `The column "${name}" is not known and was not read.`
    header.problems.push(
      rowProblem('column-unknown', { row: row.number, column: name, level: 'warning' }, message),
    )
  }
  const titles = first.filter((each) => each.number < row.number)
  for (const title of titles) {
    const value = title.cells.find((cell) => cell.trim() !== '') ?? null
    const message = 'This row stands above the names of the columns and was taken for a title.'
    header.problems.push(rowProblem('title-skipped', { row: title.number, value, level: 'warning' }, message))
  }
  return header
}

/** Upper and lower case, spaces, marks for required columns and units in brackets make no other name. */
export function normalizeName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\([^)]*\)|\[[^\]]*\]|【[^】]*】/g, '')
    .replace(/[\s_\-.*:'"/#]+/g, '')
}

/** What a column is called itself comes before what another may be called, too. */
function knownNames(columns: Columns): Map<string, { field: string; column: Column<unknown> }> {
  const known = new Map<string, { field: string; column: Column<unknown> }>()
  const add = (name: string, field: string, column: Column<unknown>) => {
    const normal = normalizeName(name)
    if (!known.has(normal)) known.set(normal, { field, column })
  }
  const all = Object.entries(columns)
  for (const [field, column] of all) for (const name of [column.header, field]) add(name, field, column)
  for (const [field, column] of all) for (const name of column.aliases) add(name, field, column)
  return known
}

/** Of each column the lowest name that is known, else the lowest at all. */
function lowestNames(rows: readonly TableRow[], known: ReadonlyMap<string, unknown>): string[] {
  const names: string[] = []
  const width = Math.max(...rows.map(({ cells }) => cells.length))
  for (let index = 0; index < width; index += 1) {
    const above = rows.map(({ cells }) => cells[index] ?? '').toReversed()
    names.push(
      above.find((name) => known.has(normalizeName(name))) ?? above.find((name) => name.trim() !== '') ?? '',
    )
  }
  return names
}

function refuseTwins({ columns, row }: Header): void {
  for (const [position, { field, name }] of columns.entries()) {
    const twin = columns.slice(0, position).find((each) => each.field === field)
    if (twin === undefined) continue
    const message = `The header on row ${row} names one column twice: "${twin.name}" and "${name}".`
    throw new FileProblem('column-twice', message)
  }
}

function refuseMissing(header: Header, names: readonly string[], columns: Columns): void {
  const missing = Object.entries(columns).find(
    ([field, { required }]) => required && !header.columns.some((each) => each.field === field),
  )
  if (missing === undefined) return
  const [, { header: name, aliases }] = missing
  const others = aliases.length === 0 ? '' : ` (also called ${aliases.slice(0, 4).join(', ')})`
  const found = names
    .filter((each) => each.trim() !== '')
    .slice(0, 12)
    .map((each) => `"${each.trim()}"`)
  throw new FileProblem(
    'column-missing',
    `The file has no column "${name}"${others}. Row ${header.row} names ${found.join(', ')}.`,
  )
}

function headerMissing(first: readonly TableRow[], columns: Columns): FileProblem {
  const wanted = Object.values(columns)
    .filter(({ required }) => required)
    .map(({ header }) => header)
  const seen =
    first[0]?.cells
      .filter((cell) => cell !== '')
      .slice(0, 6)
      .join(', ') ?? ''
  return new FileProblem(
    'header-missing',
    `No row names the columns ${wanted.join(', ')}. Row ${first[0]?.number ?? 1} holds: ${seen.slice(0, 120)}.`,
  )
}
