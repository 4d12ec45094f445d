import { assertPublicUrl, callAuthentication, headerName, isConnectorError } from '@plimsoll/connector-kit'
import { expression, mapping } from '@plimsoll/connector-kit/expressions'
import { z } from 'zod'
import { ENCODINGS } from './formats/encodings.ts'
import { isPattern, isZone } from './formats/moments.ts'

/**
 * A warehouse, described in a file: what its files and calls look like and what they mean. What is wrong in it is named by
 * its field, with the cure.
 */

export const IN_FEEDS = ['levels', 'items', 'shipments', 'receipts', 'returns', 'adjustments'] as const
export type InFeed = (typeof IN_FEEDS)[number]
export const OUT_FEEDS = [
  'shipment-requests',
  'cancels',
  'inbound-notices',
  'return-notices',
  'return-withdrawals',
] as const
export type OutFeed = (typeof OUT_FEEDS)[number]

const folderPath = z
  .string()
  .max(500)
  .refine(
    (text) => !text.split('/').includes('..') && !/[\\\0]/.test(text),
    'give a path below the folder of the connection',
  )
  .transform((text) => text.replaceAll(/^\/+|\/+$/g, ''))

const separator = z.enum([',', ';', '\t', '|'])
const trailer = z.string().min(1).max(40).optional()
const csv = z.strictObject({
  kind: z.literal('csv'),
  separator: separator.default(','),
  quote: z.enum(['"', "'", 'none']).default('"'),
  headerRow: z.int().min(0).max(100).default(1),
  columns: z.array(z.string()).min(1).max(500).optional(),
  trailer,
})
const fixed = z.strictObject({
  kind: z.literal('fixed-width'),
  columns: z.record(
    z.string().min(1),
    z.strictObject({
      from: z.int().min(1).max(10_000),
      length: z.int().min(1).max(2_000),
      pad: z.enum(['right', 'left', 'zeros']).default('right'),
    }),
  ),
  only: z.string().min(1).max(40).optional(),
  trailer,
})
const excel = z.strictObject({
  kind: z.literal('excel'),
  sheet: z.string().min(1).max(100).optional(),
  headerRow: z.int().min(1).max(100).default(1),
})
const xml = z.strictObject({ kind: z.literal('xml') })
const json = z.strictObject({ kind: z.literal('json') })
const ndjson = z.strictObject({ kind: z.literal('ndjson') })

const format = z.discriminatedUnion('kind', [csv, fixed, excel, xml, json, ndjson])
export type Format = z.infer<typeof format>
const writtenFormat = z.discriminatedUnion('kind', [csv, fixed, xml, json, ndjson])

const encoding = z.enum(ENCODINGS).default('utf-8')
const zone = z
  .string()
  .refine(isZone, 'give +08:00 or the name of a zone, such as Europe/Berlin')
  .default('Z')
const dates = z
  .string()
  .max(40)
  .refine(isPattern, 'write it of YYYY, MM, DD, HH, mm, ss, such as YYYYMMDDHHmmss')
  .optional()

/** `STOCK_*.csv`: one star for whatever stands there. */
const filePattern = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => !/[/\\]/.test(text), 'name a file, not a folder')

const feed = z.strictObject({
  /** Where its files come to, below the connection's folder. */
  folder: folderPath.default(''),
  files: filePattern.optional(),
  format,
  encoding,
  /** Over the whole file, where that is XML or JSON: the list of its rows. */
  rows: expression.default('$'),
  map: mapping,
  decimal: z.enum(['.', ',']).default('.'),
  dates,
  zone,
  /**
   * Which of two files is the newer one: by what stands in the name (a regular expression with one group; what it finds is
   * compared as text), or as they come.
   */
  sequence: z
    .string()
    .max(200)
    .refine(isGroup, 'write a regular expression with one group, such as STOCK_(\\d{14})')
    .optional(),
})
export type Feed = z.infer<typeof feed>

const levels = feed.extend({
  /** Each file is all that there is, or only what has changed. */
  says: z.enum(['snapshot', 'delta']).default('snapshot'),
  /** What a SKU is that a snapshot does not name. */
  absent: z.enum(['unchanged', 'zero']).default('unchanged'),
  /** A snapshot with fewer rows than this share of the one before is held back until a person has looked at it. */
  smallestShare: z.number().min(0).max(1).default(0.5),
})
export type LevelsFeed = z.infer<typeof levels>

const SHIPMENT_STATES = ['received', 'working', 'held', 'rejected', 'shipped', 'cancelled'] as const
const shipments = feed.extend({
  /** The warehouse's own words for a state. One that is not here parks its row. */
  states: z.record(z.string(), z.enum(SHIPMENT_STATES)).default({}),
})

const conditions = z.record(z.string(), z.enum(['sellable', 'damaged', 'disposed', 'waiting'])).default({})

const address = z.string().superRefine((text, context) => {
  const fail = (message: string) => context.addIssue({ code: 'custom', message })
  try {
    const url = assertPublicUrl(text, { allowLoopback: true })
    if (url.protocol !== 'https:' && !isLoopback(url)) fail('use https://')
    if (url.search !== '' || url.hash !== '') fail('leave out what begins with ? or #')
  } catch (error) {
    if (!isConnectorError(error)) throw error
    fail(error.message)
  }
})

/** A simulator on this machine; everything else has to be public. */
export function isLoopback(url: URL): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
}

const path = z
  .string()
  .max(2_000)
  .regex(/^\/(?!\/)/, 'begin it with one slash: it stands below baseUrl')

/** A call by which something is told, instead of a file. */
const call = z.strictObject({
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
  /** `{id}` is the hub's id of it, `{externalId}` the warehouse's (only where it is cancelled or taken back). */
  path,
  /** Over the answer: the warehouse's own id of it; absent: the hub's counts. */
  externalId: expression.optional(),
  /** Answers of these statuses mean that it had been told before. */
  known: z.array(z.int().min(200).max(499)).default([]),
  /** Where it is cancelled: an answer means that it is, or only that it was asked for. */
  means: z.enum(['asked', 'cancelled']).default('asked'),
  /** Where it is cancelled or taken back: statuses that mean that it was too late. */
  tooLate: z.array(z.int().min(400).max(499)).default([]),
})
export type RestCall = z.infer<typeof call>

export const outgoing = z
  .strictObject({
    folder: folderPath.default(''),
    /** `{id}` is the hub's id of it, so that one request is one file however often it is written. */
    file: z
      .string()
      .max(150)
      .refine((text) => text.includes('{id}'), 'put {id} in it: one request is one file')
      .refine((text) => !/[/\\\0]/.test(text), 'name a file, not a folder')
      .optional(),
    call: call.optional(),
    format: writtenFormat,
    encoding,
    /** Over what is asked (README.md shows it): a list of rows; of XML and JSON, all of the document. */
    content: expression,
    dates,
    zone,
  })
  .refine(({ file, call: rest }) => (file === undefined) !== (rest === undefined), {
    message: 'give `file` or `call`: how it gets there',
    path: ['file'],
  })
export type Outgoing = z.infer<typeof outgoing>

const rest = z.strictObject({
  baseUrl: address.transform((url) => url.replace(/\/+$/, '')),
  authentication: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('bearer') }),
    z.strictObject({ kind: z.literal('basic') }),
    z.strictObject({ kind: z.literal('header'), name: headerName, prefix: z.string().max(40).default('') }),
  ]),
  headers: z.record(headerName, z.string().max(500)).default({}),
  /** What is asked for again and again: each answer is a file of its feed. */
  polls: z
    .array(
      z.strictObject({
        feed: z.enum(IN_FEEDS),
        path,
        everyMinutes: z.number().min(1).max(1_440).default(15),
      }),
    )
    .default([]),
})
export type Rest = z.infer<typeof rest>

const webhook = z.strictObject({
  authentication: callAuthentication,
  /** The header that says what it is about, and which feed each of its values means; absent: the address says `?feed=`. */
  topic: z.strictObject({ header: headerName, feeds: z.record(z.string(), z.enum(IN_FEEDS)) }).optional(),
})
export type Webhook = z.infer<typeof webhook>

const received = feed.extend({ conditions })
/** Each feed by itself: how one is tried before there is a whole definition. */
export const feedSchemas = {
  levels,
  items: feed,
  shipments,
  receipts: received,
  returns: received,
  adjustments: feed,
} as const satisfies Record<InFeed, z.ZodType>

export const locations = z
  .array(z.strictObject({ id: z.string().min(1).max(200), name: z.string().min(1).max(200) }))
  .min(1)
  .max(200)
  .default([{ id: 'default', name: 'Warehouse' }])

export const definition = z
  .strictObject({
    locations,
    feeds: z.strictObject({
      levels,
      items: feed.optional(),
      shipments: shipments.optional(),
      receipts: received.optional(),
      returns: received.optional(),
      adjustments: feed.optional(),
    }),
    out: z
      .strictObject({
        'shipment-requests': outgoing,
        cancels: outgoing.optional(),
        'inbound-notices': outgoing.optional(),
        /** Of returns before they come, and of those that will not: each absent where the warehouse takes no such word. */
        'return-notices': outgoing.optional(),
        'return-withdrawals': outgoing.optional(),
      })
      .partial()
      .default({}),
    folders: z
      .strictObject({
        /** Where files go that are read; below the connection's folder. */
        archive: folderPath.default('archive'),
        /** How a file is known to be whole. */
        whole: z.enum(['unchanged', 'done-file']).default('unchanged'),
      })
      .default({ archive: 'archive', whole: 'unchanged' }),
    rest: rest.optional(),
    webhook: webhook.optional(),
    /** How far back its files are looked through: what was sent in parts is put together over so many days. */
    memoryDays: z.int().min(1).max(90).default(60),
  })
  .superRefine((given, context) => {
    const fail = (field: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path: field, message })
    if (given.rest === undefined)
      for (const [name, out] of Object.entries(given.out))
        if (out?.call !== undefined) fail(['out', name, 'call'], 'say in `rest` where it goes')
    for (const [name, one] of Object.entries(given.feeds))
      if (one?.format.kind === 'csv' && one.format.headerRow === 0 && one.format.columns === undefined)
        fail(['feeds', name, 'format', 'columns'], 'without a row of names, name them here')
  })
export type Definition = z.infer<typeof definition>

function isGroup(text: string): boolean {
  try {
    // One that matches nothing as well tells how many groups there are.
    return new RegExp(`${text}|`).exec('')?.length === 2 && !/(\(\?[=!<]|[+*}]\)[+*{])/.test(text)
  } catch {
    return false
  }
}

/** @returns the definition, or what is wrong with it: the field and the cure */
export function readDefinition(text: string): { definition: Definition } | { problems: string[] } {
  const known = cache.get(text)
  if (known !== undefined) return known
  const read = parseDefinition(text)
  // Connections are opened again and again with the same text.
  if (cache.size >= 50) cache.clear()
  cache.set(text, read)
  return read
}

const cache = new Map<string, ReturnType<typeof parseDefinition>>()

function parseDefinition(text: string): { definition: Definition } | { problems: string[] } {
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch (error) {
    return { problems: [`it is not JSON: ${error instanceof Error ? error.message : String(error)}`] }
  }
  const parsed = definition.safeParse(given)
  if (parsed.success) return { definition: parsed.data }
  return { problems: parsed.error.issues.map(inWords) }
}

function inWords(issue: z.core.$ZodIssue): string {
  const { field, message } = toWrong(issue)
  return `${field === '' ? 'the whole' : field}: ${message}`
}

/** What is wrong, by its field. @param say how each message is put */
export function toWrong(
  issue: z.core.$ZodIssue,
  say: (message: string) => string = String,
): { field: string; message: string } {
  const field = issue.path.map(String).join('.')
  const nearest =
    issue.code === 'invalid_union'
      ? issue.errors.toSorted(
          (one, other) => (other[0]?.path.length ?? 0) - (one[0]?.path.length ?? 0),
        )[0]?.[0]
      : undefined
  const message =
    nearest === undefined
      ? say(issue.message)
      : `${nearest.path.map(String).join('.')} ${say(nearest.message)}`.trim()
  return { field, message }
}

/** `STOCK_*.csv` fits `STOCK_20261126.csv`; without a pattern every file fits. */
export function isNamed(name: string, pattern: string | undefined): boolean {
  if (pattern === undefined) return true
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(name)
}

/** What the name of a file says about its place among the others of its feed. */
export function sequenceOf(name: string, { sequence }: Pick<Feed, 'sequence'>): string | undefined {
  return sequence === undefined ? undefined : new RegExp(sequence).exec(name)?.[1]
}
