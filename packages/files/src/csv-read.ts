import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CsvError, parse } from 'csv-parse'
import { declaredDelimiter, findDelimiter } from './delimiter.ts'
import { decodeText, type Encoding } from './encoding.ts'
import { FileProblem } from './errors.ts'
import { unguardText } from './formula-guard.ts'
import { COLUMNS_MAX, isBlank, ROWS_MAX, type TableRow } from './table-row.ts'

/** One cell may hold a page of text; a quotation mark left open would swallow the file. */
const ROW_CHARACTERS_MAX = 1_000_000
const HEAD_CHARACTERS = 65_536

/**
 * The rows of a CSV file, blank ones left out, with the line that each starts on.
 * @throws FileProblem not this encoding, a quotation mark left open, more rows or columns than are taken
 */
export async function* readCsv(
  bytes: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<TableRow> {
  const text = decodeText(bytes, encoding)
  let head = ''
  for await (const part of { [Symbol.asyncIterator]: () => keepOpen(text) }) {
    head += part
    if (head.length >= HEAD_CHARACTERS) break
  }
  const delimiter = findDelimiter(head)
  // Left out as text, so that lines are still counted from the first.
  const rest = declaredDelimiter(head) === undefined ? head : head.replace(/^[^\n]*/, '')

  const parser = parse({
    delimiter,
    info: true,
    relax_column_count: true,
    // `12" ruler` is a name and no mistake.
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: ROW_CHARACTERS_MAX,
  })
  const fed = pipeline(Readable.from(concat(rest, text)), parser)
  // Heard of below, as the error of the parser’s own iteration.
  fed.catch(() => undefined)
  let rows = 0
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[]
      info: { lines: number }
    }>) {
      rows += 1
      if (rows > ROWS_MAX) throw tooManyRows()
      if (record.length > COLUMNS_MAX) throw tooManyColumns(info.lines)
      const row = { number: info.lines - lineBreaks(record), cells: record.map(unguardText) }
      if (!isBlank(row)) yield row
    }
  } catch (error) {
    throw toFileProblem(error)
  } finally {
    // Whoever stops early must not leave the file open.
    parser.destroy()
    await fed.catch(() => undefined)
    await text.return(undefined)
  }
}

export function tooManyRows(): FileProblem {
  return new FileProblem('file-too-large', `The file has more than ${ROWS_MAX.toLocaleString('en')} rows.`)
}

export function tooManyColumns(row: number): FileProblem {
  return new FileProblem('file-too-large', `Row ${row} has more than ${COLUMNS_MAX} columns.`)
}

/** The parser says on which line a record ends. */
function lineBreaks(record: readonly string[]): number {
  let breaks = 0
  for (const cell of record) if (cell.includes('\n')) breaks += cell.split('\n').length - 1
  return breaks
}

function toFileProblem(error: unknown): unknown {
  if (!(error instanceof CsvError)) return error
  const lines = typeof error.lines === 'number' ? error.lines : 0
  if (error.code === 'CSV_MAX_RECORD_SIZE' || error.code === 'CSV_QUOTE_NOT_CLOSED') {
    return new FileProblem(
      'quote-open',
      `A quotation mark is opened at or before line ${lines} and not closed.`,
      {
        cause: error,
      },
    )
  }
  return new FileProblem('file-unreadable', `The file is not CSV: ${error.message}.`, { cause: error })
}

/** The same iterator, not ended by a loop that leaves early. */
function keepOpen<T>(iterator: AsyncGenerator<T>): AsyncIterator<T> {
  return { next: () => iterator.next() }
}

async function* concat(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  if (first !== '') yield first
  yield* rest
}
