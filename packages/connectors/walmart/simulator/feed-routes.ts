import { z } from 'zod'
import { invalid, notFound } from './api-error.ts'
import type { Marketplace } from './marketplace.ts'
import type { Route, RouteCall } from './server.ts'

const API = 'GMP_FEED_API'
const PAGE_MAX = 50
/** Five megabytes. */
const BYTES_MAX = 5 * 1024 * 1024

const quantity = z.object({ unit: z.string(), amount: z.number() })
const plain = z.object({
  InventoryHeader: z.object({ version: z.literal('1.4') }),
  Inventory: z.array(z.object({ sku: z.string(), quantity })),
})
const byNode = z.object({
  inventoryHeader: z.object({ version: z.literal('1.5') }),
  inventory: z.array(
    z.object({ sku: z.string(), shipNodes: z.array(z.object({ shipNode: z.string(), quantity })).min(1) }),
  ),
})

type FeedRow = { sku: string; levels: { node: string | undefined; amount: number }[] }
type RowResult = { status: 'SUCCESS' | 'DATA_ERROR'; error?: { code: string; description: string } }
type Feed = {
  id: string
  feedType: string
  takenMs: number
  /** Undefined: the file could not be read. */
  rows: FeedRow[] | undefined
  results: RowResult[] | undefined
}

export type FeedOptions = {
  now: () => number
  random: () => number
  /** From taking a feed to having worked on it. */
  delayMs: number
  /** What the market takes. */
  feedTypes: readonly string[]
  rowsMax: number
  /** How long it is known afterwards. */
  lifeMs: number
  onWrite: (write: { sku: string; node: string; amount: number; before: number | null }) => void
}

/** Files with many quantities, worked on later and in any order. */
export function createFeeds(marketplace: Marketplace, options: FeedOptions) {
  const feeds = new Map<string, Feed>()

  const writeRow = ({ sku, levels }: FeedRow): RowResult => {
    const item = marketplace.items.get(sku)
    if (item === undefined || item.isKept) {
      const description = `Item not found for SKU ${sku}.`
      return { status: 'DATA_ERROR', error: { code: 'ERR_INT_DATA_11001', description } }
    }
    const [first] = marketplace.nodes.keys()
    for (const { node = first, amount } of levels) {
      if (node === undefined || !marketplace.nodes.has(node) || !Number.isInteger(amount) || amount < 0) {
        const description = `Quantity ${amount} at ${node} is invalid.`
        return { status: 'DATA_ERROR', error: { code: 'ERR_INT_DATA_11002', description } }
      }
    }
    for (const { node = first, amount } of levels) {
      if (node === undefined) continue
      const before = marketplace.setInput(sku, node, amount) ?? null
      options.onWrite({ sku, node, amount, before })
    }
    return { status: 'SUCCESS' }
  }

  const work = (): void => {
    const now = options.now()
    for (const feed of feeds.values()) {
      if (now >= feed.takenMs + options.delayMs + options.lifeMs) feeds.delete(feed.id)
      if (feed.results !== undefined || feed.rows === undefined) continue
      // They stand in the order in which they came.
      if (now < feed.takenMs + options.delayMs) return
      const results: RowResult[] = []
      for (const at of shuffled(feed.rows.length, options.random)) {
        const row = feed.rows[at]
        if (row !== undefined) results[at] = writeRow(row)
      }
      feed.results = results
    }
  }

  const take = ({ query, request }: RouteCall) => {
    const { feedType = '' } = query
    if (!options.feedTypes.includes(feedType)) {
      throw invalid(API, 'feedType', `No feed is called ${feedType}.`)
    }
    const text = fileIn(request.rawBody, request.headers['content-type'] ?? '')
    const rows = rowsOf(feedType, text)
    const number = String(marketplace.nextId()).padStart(32, '0')
    const feed: Feed = {
      id: `${number}@AUoBAQA`,
      feedType,
      takenMs: options.now(),
      rows: rows !== undefined && rows.length > options.rowsMax ? undefined : rows,
      results: undefined,
    }
    feeds.set(feed.id, feed)
    return { feedId: feed.id }
  }

  const report = ({ params, query }: RouteCall) => {
    const feed = feeds.get(params.feedId ?? '')
    if (feed === undefined) throw notFound(API, `No feed ${params.feedId}.`)
    const offset = Number(query.offset ?? 0) || 0
    const limit = Math.min(PAGE_MAX, Number(query.limit ?? PAGE_MAX) || PAGE_MAX)
    return toReport(feed, { offset, limit, withDetails: query.includeDetails === 'true' })
  }

  const routes: Route[] = [
    { method: 'POST', path: '/v3/feeds', limit: 'feeds', handle: take },
    { method: 'GET', path: '/v3/feeds/:feedId', limit: 'feed-get', handle: report },
  ]
  return { work, routes }
}

function toReport(
  feed: Feed,
  { offset, limit, withDetails }: { offset: number; limit: number; withDetails: boolean },
) {
  const received = feed.rows?.length ?? 0
  const failed = feed.results?.filter(({ status }) => status !== 'SUCCESS').length ?? 0
  const done = feed.results?.length ?? 0
  return {
    feedId: feed.id,
    feedStatus: feed.rows === undefined ? 'ERROR' : feed.results === undefined ? 'INPROGRESS' : 'PROCESSED',
    feedSubmissionDate: feed.takenMs,
    ...(feed.rows === undefined && {
      ingestionErrors: {
        ingestionError: [
          { type: 'DATA_ERROR', code: 'ERR_INT_DATA_0801001', description: 'The file cannot be read.' },
        ],
      },
    }),
    itemsReceived: received,
    itemsSucceeded: done - failed,
    itemsFailed: failed,
    itemsProcessing: received - done,
    offset,
    limit,
    itemDetails: {
      itemIngestionStatus: withDetails
        ? (feed.rows ?? []).slice(offset, offset + limit).map(({ sku }, at) => {
            const result = feed.results?.[offset + at]
            return {
              martId: 0,
              sku,
              index: offset + at,
              ingestionStatus: result?.status ?? 'INPROGRESS',
              ...(result?.error !== undefined && {
                ingestionErrors: { ingestionError: [{ type: 'DATA_ERROR', ...result.error }] },
              }),
            }
          })
        : [],
    },
  }
}

/** Undefined for a file that cannot be read: the feed is taken all the same, and says so later. */
function rowsOf(feedType: string, text: string): FeedRow[] | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  if (feedType === 'inventory') {
    const parsed = plain.safeParse(json)
    return parsed.data?.Inventory.map(({ sku, quantity: { amount } }) => ({
      sku,
      levels: [{ node: undefined, amount }],
    }))
  }
  const parsed = byNode.safeParse(json)
  return parsed.data?.inventory.map(({ sku, shipNodes }) => ({
    sku,
    levels: shipNodes.map(({ shipNode, quantity: { amount } }) => ({ node: shipNode, amount })),
  }))
}

/** The file of a form with one. */
function fileIn(bytes: Buffer | undefined, contentType: string): string {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(contentType)?.[1]
  if (boundary === undefined || bytes === undefined) throw invalid(API, 'file', 'A file is needed.')
  if (bytes.length > BYTES_MAX) throw invalid(API, 'file', 'The file is too large.')
  const text = bytes.toString('utf8')
  const part = text.split(`--${boundary}`).find((each) => /content-disposition:.*name="file"/i.test(each))
  const start = part?.indexOf('\r\n\r\n') ?? -1
  if (part === undefined || start < 0) throw invalid(API, 'file', 'A file is needed.')
  return part.slice(start + 4).replace(/\r\n$/, '')
}

/** The numbers from 0 on in any order. */
function shuffled(count: number, random: () => number): number[] {
  const numbers = Array.from({ length: count }, (_, at) => at)
  for (let at = count - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1))
    const here = numbers[at] ?? 0
    numbers[at] = numbers[other] ?? 0
    numbers[other] = here
  }
  return numbers
}
