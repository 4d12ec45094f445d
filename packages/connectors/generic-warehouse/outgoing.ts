import {
  type Folder,
  type InboundNotice,
  Invalid,
  joinPath,
  type LoggedFile,
  Malformed,
  type ReturnNotice,
  type ShipmentRequest,
  type WithdrawnNotice,
} from '@plimsoll/connector-kit'
import type { Definition, OutFeed, Outgoing } from './definition.ts'
import { writeCsv } from './formats/csv.ts'
import { encode } from './formats/encodings.ts'
import { writeFixed } from './formats/fixed-width.ts'
import { writeMoment } from './formats/moments.ts'
import { writeXml } from './formats/xml.ts'
import { run } from './read-file.ts'
import { tell } from './rest.ts'
import { type Context, filesIn } from './source.ts'

export type Told = {
  feed: OutFeed
  /** The hub's id: with the feed it names the file. */
  id: string
  about:
    | ShipmentRequest
    | InboundNotice
    | ReturnNotice
    | WithdrawnNotice
    | { shipmentId: string; externalId: string }
  externalId?: string
}

export type Telling = {
  context: Context
  definition: Definition
  folder: Folder | undefined
  operation: string
  signal: AbortSignal | undefined
}

/**
 * Tells the warehouse something, once however often it is asked: what was told first is kept under the name of its file,
 * and told again as it was, until it is known to have arrived. Where there is no folder, it lies ready to be fetched.
 */
export async function say(told: Told, telling: Telling): Promise<{ externalId: string } | 'too-late'> {
  const { context, definition, folder, operation, signal } = telling
  const terms = definition.out[told.feed]
  if (terms === undefined)
    throw new Invalid(
      `The definition does not say how it is told: \`out.${told.feed}\` is missing.`,
      `out.${told.feed}`,
    )
  const { log } = filesIn(context)
  const name = nameOf(told, terms)
  const [known] = await log.list({ direction: 'out', name })
  const made = known === undefined ? await render(told, terms, context) : await log.read(known.position)
  const file = known ?? (await log.keep(newFile(told, name, made))).file
  if (terms.call !== undefined && definition.rest !== undefined) {
    const sent = {
      body: made,
      contentType: contentTypeOf(terms),
      id: told.id,
      ...(told.externalId !== undefined && { externalId: told.externalId }),
    }
    // Asked again it is told again: by its key the warehouse knows it, and its own id is in the answer alone.
    const answer = await tell(terms.call, sent, { context, rest: definition.rest, operation, signal })
    await log.noteDelivered(file.position)
    return answer
  }
  if (file.deliveredAt !== undefined) return { externalId: told.id }
  if (folder !== undefined) await folder.write(joinPath(terms.folder, name), made, { signal })
  await log.noteDelivered(file.position)
  return { externalId: told.id }
}

/** What was told under this id, if anything was. */
export async function findTold(
  feed: OutFeed,
  id: string,
  { context, definition }: Pick<Telling, 'context' | 'definition'>,
): Promise<LoggedFile | undefined> {
  const terms = definition.out[feed]
  if (terms === undefined) return undefined
  const [found] = await filesIn(context).log.list({ direction: 'out', name: nameOf({ feed, id }, terms) })
  return found
}

function newFile({ feed }: Told, name: string, content: Buffer) {
  return { direction: 'out' as const, feed, name, content, sequence: undefined, saidAt: undefined }
}

export function nameOf({ feed, id }: Pick<Told, 'feed' | 'id'>, { file }: Outgoing): string {
  return file === undefined ? `${feed} ${id}` : file.replaceAll('{id}', id)
}

/** @throws Invalid where it cannot be said: the warehouse has not been asked */
async function render({ feed, about }: Told, terms: Outgoing, context: Context): Promise<Buffer> {
  return encode(await renderText({ feed, about }, terms, context.now()), terms.encoding)
}

/** The text of what is told. @throws Invalid, naming the field */
export async function renderText(
  { feed, about }: Pick<Told, 'feed' | 'about'>,
  terms: Outgoing,
  now: number,
): Promise<string> {
  const field = `out.${feed}.content`
  try {
    const [found] = await run(field, terms.content, [forExpressions(about, terms)], now)
    if (found === undefined || 'problem' in found)
      throw new Invalid(`${field}: ${found?.problem ?? 'nothing came'}.`, field)
    const text = write(found.value, terms)
    // What cannot be written in its encoding is refused here, where its field is known.
    encode(text, terms.encoding)
    return text
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    throw new Invalid(error.message, field, { cause: error })
  }
}

function write(value: unknown, { format, encoding }: Outgoing): string {
  switch (format.kind) {
    case 'csv':
      return writeCsv(rowsOf(value), format)
    case 'fixed-width':
      return writeFixed(rowsOf(value), format)
    case 'xml': {
      if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1)
        throw new Malformed('Of XML it makes an object with the one outermost element.', '', false)
      return writeXml(value, encoding)
    }
    case 'json':
      if (value === undefined) throw new Malformed('It says nothing.', '', false)
      return JSON.stringify(value)
    case 'ndjson':
      return rowsOf(value)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join('')
    default: {
      const never: never = format
      return never
    }
  }
}

function rowsOf(value: unknown): Record<string, unknown>[] {
  const list = Array.isArray(value) ? value : [value]
  return list.map((row: unknown) => {
    if (typeof row !== 'object' || row === null) throw new Malformed('It makes no list of rows.', '', false)
    return { ...row }
  })
}

/** Moments as the format writes them; the rest as it is. What is not known is not there. */
export function forExpressions(value: unknown, { dates, zone }: Pick<Outgoing, 'dates' | 'zone'>): unknown {
  if (value instanceof Date)
    return dates === undefined ? value.toISOString() : writeMoment(value, dates, zone)
  if (Array.isArray(value)) return value.map((each) => forExpressions(each, { dates, zone }))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([key, each]) => [key, forExpressions(each, { dates, zone })]),
  )
}

function contentTypeOf({ format: { kind }, encoding }: Outgoing): string {
  const type = {
    csv: 'text/csv',
    'fixed-width': 'text/plain',
    xml: 'application/xml',
    json: 'application/json',
    ndjson: 'application/x-ndjson',
  }[kind]
  return `${type}; charset=${encoding}`
}
