import { Malformed } from '@plimsoll/connector-kit'
import { parse } from 'csv-parse/sync'

/** A row as it stands in a file: what has a name under it, and where it stands. */
export type FileRow = {
  number: number
  values: Record<string, unknown>
  /** Why it is not what the person meant. */
  problem?: string
}

export type CsvTerms = {
  separator: ',' | ';' | '\t' | '|'
  quote: '"' | "'" | 'none'
  /** The row with the names; 0: there is none, and `columns` names them from the left. */
  headerRow: number
  columns?: readonly string[] | undefined
  /** A line that begins so ends the rows, and says after it how many there were; absent: none does. */
  trailer?: string | undefined
}

/** Every cell is a text; an empty one is left out (I12). @throws Malformed where it is no CSV, or cut off */
export function readCsv(text: string, terms: CsvTerms, name: string): FileRow[] {
  // Files hold personal data: no error repeats what stands in one.
  const fail = (why: string): never => {
    throw new Malformed(`${name} is not read: ${why}.`, '')
  }
  let records: { record: string[]; info: { lines: number } }[]
  try {
    records = parse(text, {
      bom: true,
      delimiter: terms.separator,
      quote: terms.quote === 'none' ? false : terms.quote,
      relax_column_count: true,
      skip_empty_lines: true,
      info: true,
    }) as unknown as typeof records // with `info`, as csv-parse documents it
  } catch (cause) {
    return fail(csvProblem(cause))
  }
  let rows = records.map(({ record, info }) => ({
    number: info.lines,
    cells: record.map((cell) => cell.trim()),
  }))
  if (terms.trailer !== undefined) {
    const at = rows.findIndex(({ cells }) => cells[0]?.startsWith(terms.trailer ?? '') === true)
    const trailer = rows[at]
    if (trailer === undefined) return fail(`it does not end with ${terms.trailer}: it was cut off`)
    rows = rows.slice(0, at)
    const told = trailer.cells.join(' ').slice(terms.trailer.length).match(/\d+/)?.[0]
    const there = rows.length - terms.headerRow
    if (told !== undefined && Number(told) !== there)
      return fail(`it says ${Number(told)} rows and has ${there}`)
  }
  const header = terms.headerRow === 0 ? terms.columns : rows[terms.headerRow - 1]?.cells
  if (header === undefined) return fail('it has no row with names')
  const names = header.map((each) => each.trim())
  const named = names.filter((each) => each !== '')
  if (new Set(named).size !== named.length) return fail('two columns have one name')
  return rows.slice(terms.headerRow).map(({ number, cells }) => {
    const present = names.flatMap((column, at): [string, string][] => {
      const cell = cells[at] ?? ''
      return cell === '' || column === '' ? [] : [[column, cell]]
    })
    return { number, values: Object.fromEntries(present) }
  })
}

/** @throws Malformed, not sent, where quotes are off and a cell holds a separator or a line break */
export function writeCsv(rows: readonly Record<string, unknown>[], terms: CsvTerms): string {
  const columns = terms.columns ?? [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const lines = rows.map((row) =>
    columns.map((column) => toCell(Object.hasOwn(row, column) ? row[column] : undefined, terms)),
  )
  const all = terms.headerRow === 0 ? lines : [columns.map((column) => toCell(column, terms)), ...lines]
  const body = all.map((cells) => `${cells.join(terms.separator)}\r\n`).join('')
  return terms.trailer === undefined ? body : `${body}${terms.trailer}${terms.separator}${rows.length}\r\n`
}

function toCell(value: unknown, { separator, quote }: CsvTerms): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  if (
    !text.includes(separator) &&
    !/[\r\n]|^\s|\s$/.test(text) &&
    (quote === 'none' || !text.includes(quote))
  )
    return text
  if (quote === 'none')
    throw new Malformed(
      'A cell holds a separator or a line break, and this format has no quotation marks.',
      '',
      false,
    )
  return `${quote}${text.replaceAll(quote, quote + quote)}${quote}`
}

/** csv-parse tells the kind by a code and the place by a line; its message may repeat the cell. */
function csvProblem(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no CSV'
  const line = cause instanceof Error && 'lines' in cause ? ` at line ${Number(cause.lines)}` : ''
  return `it is no CSV (${code}${line})`
}
