import type { Format } from '../definition.ts'
import { readCsv } from '../formats/csv.ts'

/** How the rows of a text lie in it, as far as the text itself tells; a person sees what comes of it. */
export type GuessedFormat = { format: Format; rows?: string }

const SEPARATORS = [';', '\t', '|', ','] as const
const LINES = 60

export function guessFormat(text: string, name: string): GuessedFormat {
  const start = text.trimStart()
  if (start.startsWith('<')) return { format: { kind: 'xml' }, rows: '$' }
  if (start.startsWith('{') || start.startsWith('[')) {
    const whole = parse(start)
    if (whole !== undefined) return { format: { kind: 'json' }, rows: pathToRows(whole) ?? '$' }
    const [first = ''] = start.split('\n')
    if (parse(first) !== undefined) return { format: { kind: 'ndjson' } }
  }
  const lines = start.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '')
  const separator = separatorOf(lines.slice(0, LINES))
  if (separator === undefined) {
    const columns = columnsBySpaces(lines.slice(0, LINES))
    if (columns !== undefined) return { format: { kind: 'fixed-width', columns } }
  }
  return { format: csvOf(lines, separator ?? ',', name) }
}

function csvOf(lines: readonly string[], separator: ',' | ';' | '\t' | '|', name: string): Format {
  const sample = lines.slice(0, LINES).join('\n')
  const quote = lines.some((line) => line.startsWith("'") || line.includes(`${separator}'`)) ? "'" : '"'
  const cells = lines.map((line) => line.split(separator).map((cell) => bare(cell)))
  const widths = cells.slice(0, LINES).map((row) => row.length)
  const usual = mode(widths)
  const at = cells.slice(0, 10).findIndex((row) => row.length === usual && isHeader(row))
  const trailer = trailerOf(cells, usual)
  const plain = {
    kind: 'csv' as const,
    separator,
    quote: quote as '"' | "'" | 'none',
    headerRow: at + 1,
    ...(at < 0 && { columns: Array.from({ length: usual }, (_, nth) => `C${nth + 1}`) }),
    ...(trailer !== undefined && { trailer }),
  }
  // A quotation mark that stands in a cell by chance makes the rest of the file one cell.
  return isReadable(sample, { ...plain, trailer: undefined }, name) ? plain : { ...plain, quote: 'none' }
}

function isReadable(text: string, terms: Parameters<typeof readCsv>[1], name: string): boolean {
  try {
    readCsv(text, terms, name)
    return true
  } catch {
    return false // Malformed: not so written
  }
}

/** The sign that cuts most lines into as many cells, and into more than one. */
function separatorOf(lines: readonly string[]): ',' | ';' | '\t' | '|' | undefined {
  const scored = SEPARATORS.map((separator) => {
    const counts = lines.map((line) => unquoted(line).split(separator).length - 1)
    const usual = mode(counts.filter((count) => count > 0))
    const fitting = counts.filter((count) => count === usual).length
    return { separator, score: usual === 0 ? 0 : fitting / lines.length, usual }
  })
  const [best] = scored.toSorted((one, other) => other.score - one.score || other.usual - one.usual)
  return best !== undefined && best.score >= 0.5 ? best.separator : undefined
}

/** Names: all there, all different, none a figure. */
function isHeader(cells: readonly string[]): boolean {
  return (
    cells.length > 0 &&
    cells.every((cell) => cell !== '' && !/^[\d.,:/+-]+$/.test(cell)) &&
    new Set(cells).size === cells.length
  )
}

/** A last line that is shorter than the others and begins with a word of its own. */
function trailerOf(cells: readonly (readonly string[])[], usual: number): string | undefined {
  const last = cells.at(-1)
  const first = last?.[0]
  if (last === undefined || first === undefined || cells.length < 3) return undefined
  const filled = last.filter((cell) => cell !== '').length
  const isWord = /^[#*]?(END|EOF|TOTAL|TRAILER|TRL|SUM|合计|总计|结束)/i.test(first)
  return isWord && filled < usual ? first.replace(/\d+$/, '') || undefined : undefined
}

/** Stretches that are blank in every line are what lies between two columns. */
function columnsBySpaces(
  lines: readonly string[],
): (Format & { kind: 'fixed-width' })['columns'] | undefined {
  if (lines.length < 2) return undefined
  const rows = lines.map((line) => [...line])
  const width = Math.max(...rows.map((row) => row.length))
  const isUsed = Array.from({ length: width }, (_, at) => rows.some((row) => (row[at] ?? ' ') !== ' '))
  const starts = isUsed.flatMap((used, at) => (used && isUsed[at - 1] !== true ? [at] : []))
  if (starts.length < 2) return undefined
  return Object.fromEntries(
    starts.map((from, nth) => {
      const next = starts[nth + 1] ?? width
      return [`C${nth + 1}`, { from: from + 1, length: Math.max(1, next - from), pad: 'right' as const }]
    }),
  )
}

/** Where the list of rows is in a document: the first list of objects on the way down. */
export function pathToRows(document: unknown, depth = 4): string | undefined {
  if (Array.isArray(document)) return '$'
  if (typeof document !== 'object' || document === null || depth === 0) return undefined
  const entries = Object.entries(document)
  for (const [key, value] of entries)
    if (Array.isArray(value) && value.some((each) => typeof each === 'object' && each !== null))
      return quoted(key)
  for (const [key, value] of entries) {
    const below = pathToRows(value, depth - 1)
    if (below !== undefined) return below === '$' ? quoted(key) : `${quoted(key)}.${below}`
  }
  return undefined
}

/** A name as JSONata takes it. */
export function quoted(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !/^(and|or|in|true|false|null|function)$/.test(name))
    return name
  return name.includes('`') ? `$lookup($, ${JSON.stringify(name)})` : `\`${name}\``
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // not whole, or no JSON
  }
}

function unquoted(line: string): string {
  return line.replaceAll(/"[^"]*"/g, '')
}

function bare(cell: string): string {
  return cell
    .trim()
    .replace(/^(["'])(.*)\1$/, '$2')
    .trim()
}

function mode(values: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].toSorted((one, other) => other[1] - one[1])[0]?.[0] ?? 0
}
