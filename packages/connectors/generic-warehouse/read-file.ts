import { isConnectorError, type LoggedFile, Malformed } from '@plimsoll/connector-kit'
import { ExpressionProblem, evaluate } from '@plimsoll/connector-kit/expressions'
import type { Feed, Format, InFeed } from './definition.ts'
import { type FileRow, readCsv } from './formats/csv.ts'
import { decode } from './formats/encodings.ts'
import { readExcel } from './formats/excel.ts'
import { readFixed } from './formats/fixed-width.ts'
import { readXml } from './formats/xml.ts'
import { type ReadRow, rowReader } from './rows.ts'

/** One file of a feed, as far as it is understood. */
export type ReadFile<Name extends InFeed, File = LoggedFile> = {
  file: File
  rows: ReadRow<Name>[]
  /** It could not be read at all, and says nothing. */
  problem?: string
}

/**
 * Reads and maps a file. What is wrong with the whole of it is said in `problem`, what is wrong with a row beside the row.
 * @throws what is wrong with the connection: an expression that cannot be run
 */
export async function readFile<Name extends InFeed, File extends { name: string }>(
  name: Name,
  feed: Feed,
  { file, content, now }: { file: File; content: Buffer; now: number },
): Promise<ReadFile<Name, File>> {
  let rows: FileRow[]
  try {
    rows = await rowsOf(content, feed, { name: file.name, field: `feeds.${name}.rows`, now })
  } catch (error) {
    if (!isConnectorError(error) || error.kind !== 'malformed') throw error
    return { file, rows: [], problem: error.message }
  }
  const mapped = await run(
    `feeds.${name}.map`,
    feed.map,
    rows.map(({ values }) => values),
    now,
  )
  const readMapped = rowReader(name, feed)
  return {
    file,
    rows: rows.map(({ number, problem }, at) => {
      const found = mapped[at] ?? { problem: 'nothing came' }
      if (problem !== undefined) return { number, problem }
      return { number, ...('problem' in found ? found : readMapped(found.value)) }
    }),
  }
}

/** The rows of a file as they stand in it, before any map. @throws Malformed */
export async function rowsOf(
  content: Buffer,
  feed: Feed,
  { name, field, now }: { name: string; field: string; now: number },
): Promise<FileRow[]> {
  const { format, encoding } = feed
  if (content.length === 0) throw new Malformed(`${name} is empty.`, '')
  if (format.kind === 'excel') return await readExcel(content, format, name)
  const text = decode(content, encoding, name)
  switch (format.kind) {
    case 'csv':
      return readCsv(text, format, name)
    case 'fixed-width':
      return readFixed(text, format, name)
    case 'xml':
      return await pick(readXml(text, name), feed.rows, { name, field, now, isJson: false })
    case 'json':
      return await pick(parseJson(text, name), feed.rows, { name, field, now, isJson: true })
    case 'ndjson':
      return text
        .split('\n')
        .map((line, at) => ({ number: at + 1, line: line.trim() }))
        .filter(({ line }) => line !== '')
        .map(({ number, line }) => ({ number, values: asObject(parseJson(line, `${name}, line ${number}`)) }))
    default: {
      const never: never = format
      return never
    }
  }
}

async function pick(
  document: unknown,
  expression: string,
  { name, field, now, isJson }: { name: string; field: string; now: number; isJson: boolean },
): Promise<FileRow[]> {
  const [found] = await run(field, expression, [document], now)
  if (found === undefined || 'problem' in found)
    throw new Malformed(`${name}: ${field}: ${found?.problem ?? 'nothing came'}.`, '')
  if (isJson && !Array.isArray(found.value))
    throw new Malformed(`${name}: ${field}: it has no list there.`, '')
  // One alone is no list in XML; none at all is none.
  const list = found.value === undefined ? [] : Array.isArray(found.value) ? found.value : [found.value]
  return list.map((each, at) => ({ number: at + 1, values: asObject(each) }))
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : { value }
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What JSON.parse says repeats the text, and there is personal data in it.
    throw new Malformed(`${name} is not whole JSON.`, '')
  }
}

/** @throws Malformed where an expression cannot be run, naming its field */
export async function run(field: string, expression: string, inputs: readonly unknown[], now: number) {
  try {
    return await evaluate({ expression, inputs, now })
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error
    throw new Malformed(`${field}: ${error.message}.`, '', false, { cause: error })
  }
}

/** Whether a format is text that a person can look at. */
export function endingOf({ kind }: Format): string {
  switch (kind) {
    case 'csv':
      return 'csv'
    case 'excel':
      return 'xlsx'
    case 'xml':
      return 'xml'
    case 'json':
      return 'json'
    case 'ndjson':
      return 'ndjson'
    default:
      return 'txt'
  }
}
