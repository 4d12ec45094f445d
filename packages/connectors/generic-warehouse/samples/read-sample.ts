import { isConnectorError, type Sample, type SampleReading, type SampleRow } from '@plimsoll/connector-kit'
import { ExpressionProblem, evaluate, expression } from '@plimsoll/connector-kit/expressions'
import { type Feed, feedSchemas, type InFeed, locations, sequenceOf } from '../definition.ts'
import type { FileRow } from '../formats/csv.ts'
import { readMoment } from '../formats/moments.ts'
import { rowsOf } from '../read-file.ts'
import { type ReadRow, rowReader } from '../rows.ts'
import { inChinese } from '../said-in-chinese.ts'
import { judge } from '../source.ts'
import { namesOf } from './guess-sample.ts'
import { readPart } from './wrong-in-both.ts'

/** So many rows of a sample are run through its map, and so many shown. */
export const ROWS_LOOKED_AT = 200
const ROWS_SHOWN = 50
const FIELDS_MAX = 60
/** For the whole map over all those rows, and for one field of it. */
const MAP_MS = 1_000
const FIELD_MS = 300
const CELL_MAX = 200

/** Reads a sample by a description that may be unfinished: whatever can be said already is said. */
export async function readSample(
  feed: InFeed,
  sample: Sample,
  terms: Parameters<typeof readInEnglish>[2],
): Promise<SampleReading> {
  const reading = await readInEnglish(feed, sample, terms)
  return { ...inBoth(reading), rows: reading.rows.map(inBoth), fields: reading.fields.map(inBoth) }
}

/** What is told, in both languages. */
export function inBoth<Told extends { problem: string | undefined }>(
  told: Told,
): Told & { problemInChinese?: string } {
  return told.problem === undefined ? told : { ...told, problemInChinese: inChinese(told.problem) }
}

async function readInEnglish(
  feed: InFeed,
  { name, content }: Sample,
  { description, places, now }: { description: unknown; places: unknown; now: number },
): Promise<SampleReading> {
  const given = isRecord(description) ? description : {}
  const { fields, whole, faults } = mapOf(given.map)
  const good = Object.entries(fields).filter(([field]) => faults[field] === undefined)
  const map = whole ?? { fields: Object.fromEntries(good) }
  const parsed = readPart(feedSchemas[feed], { ...given, map })
  const nothing: SampleReading = {
    problem: undefined,
    wrong: 'wrong' in parsed ? parsed.wrong : [],
    columns: [],
    total: 0,
    lookedAt: 0,
    understood: 0,
    rows: [],
    fields: Object.entries(faults).map(([field, problem]) => ({ name: field, value: undefined, problem })),
    sequence: undefined,
    saidAt: undefined,
  }
  if ('wrong' in parsed) return nothing
  const terms: Feed = parsed.data
  const sequence = sequenceOf(name, terms)
  const saidAt =
    sequence === undefined || terms.dates === undefined
      ? undefined
      : readMoment(sequence, terms.dates, terms.zone)
  const named = { ...nothing, sequence, saidAt }

  let all: FileRow[]
  try {
    all = await rowsOf(content, terms, { name, field: `feeds.${feed}.rows`, now })
  } catch (error) {
    if (!isConnectorError(error)) throw error
    return { ...named, problem: error.message }
  }
  const rows = all.slice(0, ROWS_LOOKED_AT)
  const known = locations.safeParse(places)
  const mapped = await mapRows(terms.map, rows, now)
  const reader = rowReader(feed, terms)
  const around = {
    feeds: { [feed]: terms },
    locations: known.success ? known.data : [{ id: 'default', name: '' }],
  }
  const read = rows.map(({ number, problem }, at): ReadRow<InFeed> => {
    const found = mapped.values[at] ?? { problem: mapped.problem ?? 'nothing came' }
    if (problem !== undefined) return { number, problem }
    return judge(feed, { number, ...('problem' in found ? found : reader(found.value)) }, around)
  })
  const each = await fieldsOf(good, rows, now)
  return {
    ...named,
    problem: mapped.problem,
    columns: namesOf(all.slice(0, ROWS_LOOKED_AT).map(({ values }) => values)),
    total: all.length,
    lookedAt: rows.length,
    understood: read.filter((row) => 'row' in row).length,
    rows: rows.slice(0, ROWS_SHOWN).map((row, at) => toShown(row, read[at])),
    fields: [...nothing.fields, ...each],
  }
}

/** The expressions of a map, each by itself; `whole` where it is one expression that makes them all. */
function mapOf(map: unknown): {
  fields: Record<string, string>
  whole: string | undefined
  faults: Record<string, string>
} {
  if (typeof map === 'string') {
    const problem = problemIn(map)
    return problem === undefined
      ? { fields: {}, whole: map, faults: {} }
      : { fields: {}, whole: '{}', faults: { map: problem } }
  }
  const { fields, columns } = isRecord(map) ? map : {}
  const written = isRecord(fields)
    ? Object.entries(fields).map(([field, text]): [string, string] => [field, String(text)])
    : Object.entries(isRecord(columns) ? columns : {}).map(([field, column]): [string, string] => [
        field,
        `$lookup($, ${JSON.stringify(String(column))})`,
      ])
  const some = written.slice(0, FIELDS_MAX)
  const faults = some.flatMap(([field, text]): [string, string][] => {
    const problem = problemIn(text)
    return problem === undefined ? [] : [[field, problem]]
  })
  return { fields: Object.fromEntries(some), whole: undefined, faults: Object.fromEntries(faults) }
}

function problemIn(text: string): string | undefined {
  const parsed = expression.safeParse(text)
  return parsed.success ? undefined : (parsed.error.issues[0]?.message ?? 'it is no expression')
}

async function mapRows(map: string, rows: readonly FileRow[], now: number) {
  const inputs = rows.map(({ values }) => values)
  try {
    const values = await evaluate({ expression: map, inputs, now, timeoutMs: MAP_MS })
    return { values, problem: undefined }
  } catch (error) {
    if (!(error instanceof ExpressionProblem)) throw error
    return { values: [], problem: `The map cannot be run: ${error.message}.` }
  }
}

/** What each field finds. After one that does not end the others are not tried: it would take too long. */
async function fieldsOf(fields: readonly [string, string][], rows: readonly FileRow[], now: number) {
  const inputs = rows.slice(0, ROWS_SHOWN).map(({ values }) => values)
  const found: SampleReading['fields'] = []
  for (const [name, text] of fields) {
    try {
      const results = await evaluate({ expression: text, inputs, now, timeoutMs: FIELD_MS })
      const values = results.flatMap((each) =>
        'value' in each && each.value !== undefined ? [each.value] : [],
      )
      const problem = results.flatMap((each) => ('problem' in each ? [each.problem] : []))[0]
      found.push({ name, value: values.length === 0 ? undefined : shown(values[0]), problem })
    } catch (error) {
      if (!(error instanceof ExpressionProblem)) throw error
      found.push({ name, value: undefined, problem: error.message })
      break
    }
  }
  return found
}

function toShown({ number, values }: FileRow, read: ReadRow<InFeed> | undefined): SampleRow {
  const texts = (object: object) =>
    Object.fromEntries(
      Object.entries(object).flatMap(([key, value]): [string, string][] =>
        value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [[key, shown(value)]],
      ),
    )
  return {
    number,
    cells: texts(values),
    meaning: read !== undefined && 'row' in read ? texts(read.row) : undefined,
    problem: read !== undefined && 'problem' in read ? read.problem : undefined,
  }
}

function shown(value: unknown): string {
  const text =
    value instanceof Date
      ? value.toISOString()
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value)
  return text.length > CELL_MAX ? `${text.slice(0, CELL_MAX)}…` : text
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
