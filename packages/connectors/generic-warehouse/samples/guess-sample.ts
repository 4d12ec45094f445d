import { isConnectorError, type Sample, type SampleGuess } from '@plimsoll/connector-kit'
import type { Feed, Format, InFeed } from '../definition.ts'
import { decode, type Encoding } from '../formats/encodings.ts'
import { readXml } from '../formats/xml.ts'
import { rowsOf } from '../read-file.ts'
import { suggestColumns } from './field-names.ts'
import { guessDates, guessName } from './guess-dates.ts'
import { guessEncoding } from './guess-encoding.ts'
import { guessFormat, pathToRows } from './guess-format.ts'

/** Fields that hold a moment: how these are written is how the file writes moments. */
const MOMENTS = ['countedAt', 'shippedAt', 'receivedAt', 'at', 'expiresOn']
const ROWS = 50

/** What a sample says of itself: format, encoding, signs, and which of our fields its columns seem to be. */
export async function guessSample(feed: InFeed, { name, content }: Sample): Promise<SampleGuess> {
  const { files, sequence, stamp } = guessName(name)
  const isExcel = content[0] === 0x50 && content[1] === 0x4b
  const encoding = isExcel ? 'utf-8' : guessEncoding(content)
  const { format, rows: path = '$' } = isExcel
    ? { format: { kind: 'excel', headerRow: 1 } as Format }
    : formatOf(content, encoding, name)
  const terms = { format, encoding, rows: path, map: '{}', decimal: '.', zone: 'Z' } as Feed
  const rows = await cellsOf(content, terms, name)
  const columns = suggestColumns(feed, namesOf(rows))
  const textsOf = (field: string) => rows.map((row) => String(row[columns[field] ?? ''] ?? ''))
  // A figure with a comma before one or two digits is no thousand.
  const hasComma = rows.some((row) => Object.values(row).some((cell) => /^-?\d+,\d{1,2}$/.test(String(cell))))
  const moments = MOMENTS.filter((field) => columns[field] !== undefined).map(textsOf)
  const dates =
    moments.map(guessDates).find((pattern) => pattern !== undefined) ??
    (stamp === undefined ? undefined : guessDates([stamp]))
  return {
    description: {
      files,
      format,
      ...(!isExcel && { encoding }),
      ...(path !== '$' && { rows: path }),
      ...(hasComma && { decimal: ',' }),
      ...(dates !== undefined && { dates }),
      ...(sequence !== undefined && { sequence }),
    },
    columns,
  }
}

function formatOf(content: Buffer, encoding: Encoding, name: string): { format: Format; rows?: string } {
  const text = decode(content, encoding, name)
  const guessed = guessFormat(text, name)
  if (guessed.format.kind !== 'xml') return guessed
  try {
    return { format: guessed.format, rows: pathToRows(readXml(text, name)) ?? '$' }
  } catch (error) {
    // It says that it is XML, and is none to its end: reading it will say so with its line.
    if (isConnectorError(error)) return guessed
    throw error
  }
}

async function cellsOf(content: Buffer, terms: Feed, name: string): Promise<Record<string, unknown>[]> {
  try {
    const rows = await rowsOf(content, terms, { name, field: 'rows', now: 0 })
    return rows.slice(0, ROWS).map(({ values }) => values)
  } catch (error) {
    // What is wrong is said when it is read by what was guessed.
    if (isConnectorError(error)) return []
    throw error
  }
}

/** In the order in which they are met. */
export function namesOf(rows: readonly Record<string, unknown>[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))]
}
