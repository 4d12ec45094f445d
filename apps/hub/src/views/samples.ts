import type { SampleRead, SampleWritten } from '@plimsoll/client'
import {
  isConnectorError,
  SAMPLE_BYTES_MAX,
  type SampleReading,
  type SampleTools,
  type SampleWriting,
  type SampleWrong,
} from '@plimsoll/connector-kit'
import { readConnectionFile, type SyncContext, syncProblem } from '@plimsoll/sync'
import { ApiProblem } from '../http/problem.ts'

type Terms = { description: unknown; places: unknown }
type Given = { feed: string; fileName: string; content: string }

/** @throws SyncProblem where there is no such connector, or it describes nothing */
export function sampleToolsOf({ connectors }: SyncContext, id: string): SampleTools<unknown> {
  const connector = connectors.get(id)
  if (connector === undefined)
    throw syncProblem('unknown-connector', 'connector', `There is no connector "${id}".`)
  if (connector.samples === undefined)
    throw syncProblem('wrong-state', 'connector', `${connector.manifest.name} has no description to try.`)
  return connector.samples
}

/** What a sample says of itself. @throws ApiProblem naming what is wrong with the sample */
export async function guessSample(tools: SampleTools<unknown>, given: Given) {
  return await inWords(tools.guess(toSample(given)))
}

export async function readSample(
  context: SyncContext,
  tools: SampleTools<unknown>,
  given: Given & Terms,
): Promise<SampleRead> {
  const terms = { description: given.description, places: given.places, now: context.clock.now() }
  return toReadView(await inWords(tools.read(toSample(given), terms)))
}

export async function writeExample(
  context: SyncContext,
  tools: SampleTools<unknown>,
  { feed, ...terms }: { feed: string } & Terms,
): Promise<SampleWritten> {
  return toWriteView(await inWords(tools.write(feed, { ...terms, now: context.clock.now() })))
}

/** A file that a connection keeps, read by its description or by another one that is being written. */
export async function readKeptFile(
  context: SyncContext,
  given: {
    connector: string
    settings: unknown
    connectionId: string
    position: number
    terms: Terms | undefined
  },
): Promise<SampleRead> {
  const tools = sampleToolsOf(context, given.connector)
  const { file, content } = await readConnectionFile(context, given.connectionId, given.position)
  if (file.direction === 'out')
    throw syncProblem('wrong-state', 'position', `${file.name} went out: it is not read.`)
  const terms = given.terms ?? tools.describedIn(given.settings, file.feed)
  const sample = { feed: file.feed, name: file.name, content }
  return toReadView(await inWords(tools.read(sample, { ...terms, now: context.clock.now() })))
}

/** A whole description tried on a sample of one of its feeds. @throws ApiProblem, SyncProblem */
export async function tryDescription(
  context: SyncContext,
  connector: string,
  { settings, sample }: { settings: { definition: string }; sample: Given },
): Promise<SampleRead> {
  const tools = sampleToolsOf(context, connector)
  let described: Terms
  try {
    described = tools.describedIn(settings, sample.feed)
  } catch (cause) {
    // What JSON.parse says names the place.
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new ApiProblem('invalid-request', `The description is not JSON: ${said}`, 'description')
  }
  if (described.description === undefined)
    throw new ApiProblem('invalid-request', `The description says nothing of ${sample.feed}.`, 'feed')
  return await readSample(context, tools, { ...sample, ...described })
}

function toSample({ feed, fileName, content }: Given) {
  const bytes = Buffer.from(content, 'base64')
  if (bytes.length === 0) throw new ApiProblem('invalid-request', 'content: the file is empty.', 'content')
  if (bytes.length > SAMPLE_BYTES_MAX)
    throw new ApiProblem(
      'too-large',
      `A sample has at most ${SAMPLE_BYTES_MAX / 1024 / 1024} MB: a piece of the file tells as much.`,
      'content',
    )
  return { feed, name: fileName, content: bytes }
}

/** What a connector says is wrong with what it was given is the caller's to correct. */
async function inWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!isConnectorError(error)) throw error
    const field = 'field' in error && typeof error.field === 'string' ? error.field : 'content'
    throw new ApiProblem('invalid-request', error.message, field)
  }
}

function toReadView(read: SampleReading): SampleRead {
  return {
    problem: read.problem ?? null,
    ...inChinese(read),
    wrong: read.wrong.map(toWrong),
    columns: read.columns,
    ...{ total: read.total, lookedAt: read.lookedAt, understood: read.understood },
    rows: read.rows.map(({ number, cells, meaning, problem, problemInChinese }) => ({
      ...{ number, cells },
      meaning: meaning ?? null,
      problem: problem ?? null,
      ...inChinese({ problemInChinese }),
    })),
    fields: read.fields.map(({ name, value, problem, problemInChinese }) => ({
      name,
      value: value ?? null,
      problem: problem ?? null,
      ...inChinese({ problemInChinese }),
    })),
    sequence: read.sequence ?? null,
    saidAt: read.saidAt?.toISOString() ?? null,
  }
}

function inChinese({ problemInChinese }: { problemInChinese?: string | undefined }) {
  return problemInChinese === undefined ? {} : { problemInChinese }
}

function toWrong({ field, message, messageInChinese }: SampleWrong): SampleRead['wrong'][number] {
  return { field, message, ...(messageInChinese !== undefined && { messageInChinese }) }
}

function toWriteView(written: SampleWriting): SampleWritten {
  const { name, text, problem, wrong, example } = written
  return {
    name: name ?? null,
    text: text ?? null,
    problem: problem ?? null,
    ...inChinese(written),
    wrong: wrong.map(toWrong),
    example,
  }
}
