import {
  type CallOptions,
  type ExternalListing,
  type HttpResponse,
  isConnectorError,
  Malformed,
  type Page,
  statusError,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { userErrorSchema } from './answers.ts'
import type { Api, Context } from './api.ts'
import { BULK_STATE, bulkQueryOf, LISTINGS_COUNT, START_BULK } from './bulk-documents.ts'
import { LISTING_FIELDS } from './documents.ts'
import { gidSchema } from './ids.ts'
import { linesIn } from './json-lines.ts'
import { listingNodeSchema, toListing } from './listing-map.ts'
import type { Settings } from './settings.ts'

/**
 * Reads a large catalogue from a file that Shopify writes for us (a bulk operation): that spends no query points, where
 * paging ten thousand variants takes minutes of them. The file is read in parts by byte range, so that any process goes
 * on where another stopped and nobody holds a catalogue in memory. The order of its lines is not promised, so what a
 * failed operation left behind (`partialDataUrl`) proves nothing about the rest: then the catalogue is paged instead.
 */

/** With fewer variants paging is over before a file would be ready. */
export const BULK_FROM = 2_000

/** Bytes of the file in one page: some 800 listings. */
const PART_BYTES = 256 * 1_024
const FILE_TIMEOUT_MS = 60_000

const countSchema = z.object({ productVariantsCount: z.object({ count: z.number().int() }).nullable() })

export async function isTooLargeToPage(api: Api, options: CallOptions = {}): Promise<boolean> {
  const { data } = await api.read(LISTINGS_COUNT, { limit: BULK_FROM + 1 }, countSchema, options)
  return (data.productVariantsCount?.count ?? 0) > BULK_FROM
}

/** Where a reading of the file stands. */
const bulkCursorSchema = z.object({
  bulk: gidSchema,
  /** Bytes read. */
  at: z.number().int().nonnegative(),
  /** How often it was asked for before it was ready. */
  asked: z.number().int().nonnegative(),
})
export type BulkCursor = z.infer<typeof bulkCursorSchema>

/** Undefined: a cursor of another kind, or none. */
export function readBulkCursor(text: string | undefined): BulkCursor | undefined {
  if (text === undefined || !text.includes('"bulk"')) return undefined
  try {
    return bulkCursorSchema.safeParse(JSON.parse(text)).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const startSchema = z.object({
  bulkOperationRunQuery: z
    .object({
      bulkOperation: z.object({ id: gidSchema }).nullable(),
      userErrors: z.array(userErrorSchema),
    })
    .nullable(),
})

/**
 * Has the file made. Undefined: Shopify will not now (five at a time and shop, or the token may not), so page.
 */
export async function startBulk(api: Api, options: CallOptions = {}): Promise<BulkCursor | undefined> {
  const { data } = await api.change(START_BULK, { query: bulkQueryOf(LISTING_FIELDS) }, startSchema, options)
  const started = data.bulkOperationRunQuery
  if (started?.bulkOperation == null || started.userErrors.length > 0) return undefined
  return { bulk: started.bulkOperation.id, at: 0, asked: 0 }
}

const stateSchema = z.object({
  bulkOperation: z
    .object({
      id: gidSchema,
      status: z.enum(['CANCELED', 'CANCELING', 'COMPLETED', 'CREATED', 'EXPIRED', 'FAILED', 'RUNNING']),
      errorCode: z.string().nullable(),
      /** Variants by now; an unsigned 64-bit number, as text (shopify.dev: objects/BulkOperation). */
      rootObjectCount: z.union([z.string(), z.number()]),
      url: z.string().nullable(),
    })
    .nullable(),
})

/** Answered instead of a page: there is no file to read (any more), page from the beginning. */
type NoFile = 'no-file'

export async function readBulkPage(
  { api, context }: { api: Api; context: Context },
  cursor: BulkCursor,
  options: CallOptions = {},
): Promise<Page<ExternalListing> | NoFile> {
  const { data, date } = await api.read(BULK_STATE, { id: cursor.bulk }, stateSchema, options)
  const state = data.bulkOperation
  // Kept for a week; or of another application.
  if (state === null) return 'no-file'
  switch (state.status) {
    case 'CREATED':
    case 'RUNNING':
    case 'CANCELING': {
      const next = JSON.stringify({ ...cursor, asked: cursor.asked + 1 } satisfies BulkCursor)
      const prepared = countOf(state.rootObjectCount)
      return {
        rows: [],
        next,
        againInMs: waitMs(cursor.asked),
        ...(prepared !== undefined && { prepared }),
        platformTime: date,
      }
    }
    case 'COMPLETED':
      // Without an address the file would be empty; a shop this large sells something.
      if (state.url === null) return 'no-file'
      return withTotal(
        await readPart(context, { url: state.url, cursor, date }, options),
        countOf(state.rootObjectCount),
      )
    case 'FAILED':
    case 'CANCELED':
    case 'EXPIRED':
      return 'no-file'
    default: {
      const never: never = state.status
      return never
    }
  }
}

/** One object at the root is one line. */
function withTotal(page: Page<ExternalListing> | NoFile, total: number | undefined) {
  return page === 'no-file' || total === undefined ? page : { ...page, total }
}

/** Undefined: no number that can be shown. */
function countOf(said: string | number): number | undefined {
  const count = Number(said)
  return Number.isSafeInteger(count) && count >= 0 ? count : undefined
}

/** A second at first, twice as long each time, half a minute at the most. */
export function waitMs(asked: number): number {
  return Math.min(30_000, 1_000 * 2 ** Math.min(asked, 5))
}

async function readPart(
  context: Context,
  { url, cursor, date }: { url: string; cursor: BulkCursor; date: Date | undefined },
  options: CallOptions,
): Promise<Page<ExternalListing> | NoFile> {
  if (!isFileAddress(url, context.settings)) throw new Malformed('Shopify named no address of a file', url)
  const part = await fetchPart(context, url, cursor.at, options)
  if (part === 'no-file') return part
  const { lines, bytes } = linesIn(part.bytes, part.isLast)
  const rows = lines.map((line) => toRow(line))
  const next = part.isLast
    ? undefined
    : JSON.stringify({ bulk: cursor.bulk, at: cursor.at + bytes, asked: 0 } satisfies BulkCursor)
  return { rows, next, platformTime: date }
}

type Part = { bytes: Uint8Array; isLast: boolean }

async function fetchPart(
  context: Context,
  url: string,
  at: number,
  { signal }: CallOptions,
): Promise<Part | NoFile> {
  let response: HttpResponse
  try {
    response = await context.http.send({
      operation: 'listings.file',
      method: 'GET',
      url,
      // Packed, a range of it would be no range of the lines.
      headers: { range: `bytes=${at}-${at + PART_BYTES - 1}`, 'accept-encoding': 'identity' },
      wantsBytes: true,
      timeoutMs: FILE_TIMEOUT_MS,
      // The file lies elsewhere: no query points.
      cost: 0,
      priority: 8,
      ...(signal !== undefined && { signal }),
    })
  } catch (error) {
    // A host that takes no ranges, and a file larger than is read at once.
    if (isConnectorError(error) && error.kind === 'malformed') return 'no-file'
    throw error
  }
  const { status, headers, bytes = new Uint8Array() } = response
  switch (status) {
    case 206: {
      const total = /^bytes \d+-\d+\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1]
      const isLast = total === undefined ? bytes.length < PART_BYTES : at + bytes.length >= Number(total)
      return { bytes, isLast }
    }
    case 200:
      // The host takes no ranges and sends it all.
      return { bytes: bytes.subarray(at, at + PART_BYTES), isLast: bytes.length <= at + PART_BYTES }
    case 416:
      // Nothing lies beyond what was read.
      return { bytes: new Uint8Array(), isLast: true }
    case 400:
    case 403:
    case 404:
    case 410:
      // The signed address has run out.
      return 'no-file'
    default:
      throw statusError(response, 'listings.file')
  }
}

/** Any host that speaks TLS (Shopify does not say whose storage it uses); of the simulator, only itself. */
function isFileAddress(text: string, { endpoint }: Settings): boolean {
  const url = URL.parse(text)
  if (url === null) return false
  return endpoint === undefined ? url.protocol === 'https:' : url.origin === new URL(endpoint).origin
}

function toRow(line: string): ExternalListing {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch (cause) {
    throw new Malformed('A line of the catalogue’s file is not JSON', line, true, { cause })
  }
  const parsed = listingNodeSchema.safeParse(json)
  if (parsed.success) return toListing(parsed.data)
  const issue = parsed.error.issues[0]
  throw new Malformed(`A line of the catalogue’s file has another shape at ${issue?.path.join('.')}`, line)
}
