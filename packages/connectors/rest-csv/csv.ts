import { type HttpResponse, Malformed } from '@plimsoll/connector-kit'
import type { Evaluated } from '@plimsoll/connector-kit/expressions'
import { parse } from 'csv-parse/sync'
import type { Csv } from './definition.ts'

/** An object for each row, under the names of the header row. Every cell is a text, an empty one is left out (I12). */
export function readCsv(
  response: HttpResponse,
  { separator, endsWithLineBreak }: Csv,
  operation: string,
): Record<string, string>[] {
  const fail = (why: string, cause?: unknown): never => {
    throw new Malformed(`${operation}: the answer is no CSV: ${why}.`, response.text, true, {
      status: response.status,
      ...(cause !== undefined && { cause }),
    })
  }
  // A page that a proxy shows instead is one column wide and never short of rows.
  const isJson =
    /^\s*(\{|\[|null\b|")/.test(response.text) && !response.headers['content-type']?.includes('csv')
  if (isJson || /^\s*</.test(response.text)) fail('it is a web page or JSON')
  if (endsWithLineBreak && !/[\r\n]$/.test(response.text)) fail('it is cut off: its last line does not end')
  let rows: string[][]
  try {
    rows = parse(response.text, { bom: true, delimiter: separator, skip_empty_lines: true })
  } catch (cause) {
    return fail(cause instanceof Error ? cause.message : String(cause), cause)
  }
  const [header, ...lines] = rows
  if (header === undefined) return fail('it has no header row')
  const names = header.map((name) => name.trim())
  if (new Set(names).size !== names.length) fail('two columns have the same name')
  return lines.map((cells) => {
    const present = names.flatMap((name, at): [string, string][] => {
      const cell = cells[at] ?? ''
      return cell === '' ? [] : [[name, cell]]
    })
    return Object.fromEntries(present)
  })
}

/** @throws Malformed where a cell cannot be written: then nothing is sent */
export function writeCsv(columns: readonly string[], rows: readonly Evaluated[], separator: string): string {
  const lines = rows.map((row) => {
    if ('problem' in row) throw new Malformed(`A row cannot be written: ${row.problem}.`, '', false)
    const cells = typeof row.value === 'object' && row.value !== null ? row.value : {}
    return columns.map((column) =>
      toCell(Object.hasOwn(cells, column) ? Reflect.get(cells, column) : undefined, separator),
    )
  })
  return `${[columns.map((column) => toCell(column, separator)), ...lines].map((cells) => cells.join(separator)).join('\r\n')}\r\n`
}

function toCell(value: unknown, separator: string): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.includes(separator) || /["\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
