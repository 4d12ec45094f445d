import { guardText } from './formula-guard.ts'

/** What a cell is written from; null is an empty cell. Numbers are whole. */
export type WrittenCell = string | number | boolean | Date | null

/** Excel takes a CSV file for UTF-8 only with a byte order mark. */
const MARK = '\uFEFF'
const PART_CHARACTERS = 65_536

/** Rows as CSV (RFC 4180, commas, CRLF), in parts of about 64 KB. */
export async function* writeCsv(
  header: readonly string[],
  rows: AsyncIterable<readonly WrittenCell[]>,
): AsyncGenerator<Buffer> {
  let part = `${MARK}${header.map(toCell).join(',')}\r\n`
  for await (const row of rows) {
    part += `${row.map(toCell).join(',')}\r\n`
    if (part.length < PART_CHARACTERS) continue
    yield Buffer.from(part)
    part = ''
  }
  if (part !== '') yield Buffer.from(part)
}

function toCell(value: WrittenCell): string {
  const text = typeof value === 'string' ? guardText(value.replace(/\r\n?/g, '\n')) : plainText(value)
  return /[",;|\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** How a value stands in a cell of text. */
export function plainText(value: WrittenCell): string {
  if (value === null) return ''
  return value instanceof Date ? value.toISOString() : String(value)
}
