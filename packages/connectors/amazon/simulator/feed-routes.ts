import { z } from 'zod'
import { carryOutAcknowledgement } from './acknowledgement-feed.ts'
import type { ApiRoute, Site } from './api.ts'
import { ApiError, checkMarketplaces, invalid, notFound } from './api.ts'
import type { Documents } from './documents.ts'
import { type Applied, aboutUnknown, type Issue, patches, readChange, submit } from './quantities.ts'

const LISTINGS = 'JSON_LISTINGS_FEED'
const ACKNOWLEDGEMENT = 'POST_ORDER_ACKNOWLEDGEMENT_DATA'
const MESSAGES_MAX = 25_000

const feedBody = z.object({
  feedType: z.string().min(1),
  marketplaceIds: z.array(z.string()).min(1).max(25),
  inputFeedDocumentId: z.string().min(1),
})
const content = z.object({
  header: z.object({ sellerId: z.string(), version: z.literal('2.0') }),
  messages: z
    .array(
      z.looseObject({
        messageId: z.int().min(1),
        sku: z.string().min(1),
        operationType: z.enum(['UPDATE', 'PARTIAL_UPDATE', 'PATCH', 'DELETE']),
      }),
    )
    .min(1)
    .max(MESSAGES_MAX),
})
type Message = z.infer<typeof content>['messages'][number]

type Feed = {
  id: string
  feedType: string
  marketplaceIds: string[]
  document: string
  createdAt: number
  beginsAt: number
  endsAt: number
  status: 'IN_QUEUE' | 'DONE' | 'FATAL' | 'CANCELLED'
  result: string | undefined
}

/** Feeds API 2021-06-30, with the listings feed: one after the other, later than what is patched meanwhile. */
export function feedRoutes(
  site: Site,
  {
    documents,
    onApplied,
    onFinished,
  }: {
    documents: Documents
    onApplied: Applied
    onFinished: (feed: { id: string; feedType: string; status: string; result: string | undefined }) => void
  },
): ApiRoute[] {
  const { account, traits, now } = site
  const feeds = new Map<string, Feed>()
  let freeFrom = 0

  const work = (feed: Feed): void => {
    if (feed.status !== 'IN_QUEUE') return
    const report = reportOf(feed)
    feed.status = report === undefined ? 'FATAL' : 'DONE'
    if (report !== undefined) feed.result = documents.keep(Buffer.from(report.text), report.contentType)
    onFinished(feed)
  }

  const reportOf = (feed: Feed): { text: string; contentType: string } | undefined => {
    if (feed.feedType === ACKNOWLEDGEMENT) {
      const xml = documents.find(feed.document)?.bytes?.toString('utf8') ?? ''
      const text = carryOutAcknowledgement(xml, { account, traits })
      return text === undefined ? undefined : { text, contentType: 'text/xml; charset=UTF-8' }
    }
    const listings = carryOut(feed)
    return listings === undefined
      ? undefined
      : { text: JSON.stringify(listings), contentType: 'application/json; charset=UTF-8' }
  }

  const carryOut = (feed: Feed): object | undefined => {
    const bytes = documents.find(feed.document)?.bytes
    // The XML and flat-file feeds for listings have ended.
    if (feed.feedType !== LISTINGS || bytes === undefined) return undefined
    const read = content.safeParse(parseOrUndefined(bytes.toString('utf8')))
    if (!read.success || read.data.header.sellerId !== traits.sellerId) return undefined
    const issues: ({ messageId: number; sku: string; attributeName: string } & Omit<Issue, 'attribute'>)[] =
      []
    const seen = new Set<number>()
    const bad = new Set<number>()
    for (const message of read.data.messages) {
      const { messageId, sku } = message
      const found = seen.has(messageId) ? [twice(messageId)] : carryOutRow(message, feed.endsAt)
      seen.add(messageId)
      for (const { attribute, ...issue } of found) {
        bad.add(messageId)
        issues.push({ messageId, sku, ...issue, attributeName: attribute })
      }
    }
    return {
      header: { sellerId: traits.sellerId, version: '2.0', feedId: feed.id },
      issues,
      summary: {
        errors: issues.length,
        warnings: 0,
        messagesProcessed: read.data.messages.length,
        messagesAccepted: read.data.messages.length - bad.size,
        messagesInvalid: bad.size,
      },
    }
  }

  const carryOutRow = (message: Message, at: number): Issue[] => {
    const listing = account.listings.get(message.sku)
    if (message.operationType === 'DELETE') {
      account.listings.delete(message.sku)
      return []
    }
    const given =
      message.operationType === 'PATCH'
        ? patches.safeParse(message.patches)
        : patches.safeParse(asPatches(message.attributes, message.operationType))
    if (!given.success) return [{ ...twice(message.messageId), message: 'The message has no valid content.' }]
    const change = readChange(given.data)
    if (Array.isArray(change)) return change
    if (listing === undefined) return aboutUnknown(message.sku, traits)
    submit(account, listing, change, { appliesAt: at, receivedAtNs: undefined, onApplied })
    return []
  }

  return [
    {
      method: 'POST',
      path: '/feeds/2021-06-30/documents',
      operation: 'createFeedDocument',
      role: 'listings',
      handle({ body }) {
        const read = z.object({ contentType: z.string().min(1) }).safeParse(body)
        if (!read.success) throw invalid("'contentType' is required.")
        const { id, url } = documents.expect(read.data.contentType)
        return { status: 201, body: { feedDocumentId: id, url } }
      },
    },
    {
      method: 'POST',
      path: '/feeds/2021-06-30/feeds',
      operation: 'createFeed',
      role: 'listings',
      handle({ body }) {
        const read = feedBody.safeParse(body)
        if (!read.success) throw invalid(read.error.issues[0]?.path.join('.') ?? 'body')
        const { feedType, marketplaceIds, inputFeedDocumentId: document } = read.data
        // A list in name alone (models issues 4726 and 5049).
        if (feedType === LISTINGS && marketplaceIds.length > 1)
          throw invalid("Too many 'marketplaceIds' values provided. Expected a maximum of 1.")
        checkMarketplaces(traits, marketplaceIds, 25)
        if (documents.find(document)?.bytes === undefined)
          throw invalid(`Document ${document} has no content.`)
        const recent = [...feeds.values()].filter(
          (feed) => feed.feedType === LISTINGS && feed.createdAt > now() - 300_000,
        )
        if (feedType === LISTINGS && recent.length >= 5 * traits.burstFactor)
          throw new ApiError(429, 'QuotaExceeded', 'You exceeded your quota for the requested resource.')
        const beginsAt = Math.max(now() + traits.feedQueueMs, freeFrom)
        freeFrom = beginsAt + traits.feedWorkMs
        const feed: Feed = {
          id: String(50_000_000_000 + account.fresh()),
          feedType,
          marketplaceIds,
          document,
          createdAt: now(),
          beginsAt,
          endsAt: freeFrom,
          status: 'IN_QUEUE',
          result: undefined,
        }
        feeds.set(feed.id, feed)
        account.schedule(feed.endsAt, () => work(feed))
        return { status: 202, body: { feedId: feed.id } }
      },
    },
    {
      method: 'GET',
      path: '/feeds/2021-06-30/feeds/:feedId',
      operation: 'getFeed',
      role: 'listings',
      handle({ params }) {
        const feed = feeds.get(params.feedId ?? '')
        if (feed === undefined) throw notFound(`Feed ${params.feedId} was not found.`)
        return { body: toFeed(feed, now()) }
      },
    },
    {
      method: 'DELETE',
      path: '/feeds/2021-06-30/feeds/:feedId',
      operation: 'cancelFeed',
      role: 'listings',
      handle({ params }) {
        const feed = feeds.get(params.feedId ?? '')
        if (feed === undefined) throw notFound(`Feed ${params.feedId} was not found.`)
        if (feed.status !== 'IN_QUEUE' || now() >= feed.beginsAt)
          throw invalid('The feed is not in the queue.')
        feed.status = 'CANCELLED'
        feed.endsAt = now()
        onFinished(feed)
        return {}
      },
    },
    {
      method: 'GET',
      path: '/feeds/2021-06-30/documents/:documentId',
      operation: 'getFeedDocument',
      role: 'listings',
      handle({ params }) {
        const id = params.documentId ?? ''
        const stored = documents.find(id)
        if (stored === undefined) throw notFound(`Document ${id} was not found.`)
        return {
          body: {
            feedDocumentId: id,
            url: documents.open(id),
            ...(stored.isPacked && { compressionAlgorithm: 'GZIP' }),
          },
        }
      },
    },
  ]
}

function toFeed(feed: Feed, now: number) {
  const isWorking = feed.status === 'IN_QUEUE' && now >= feed.beginsAt
  const isOver = feed.status !== 'IN_QUEUE'
  return {
    feedId: feed.id,
    feedType: feed.feedType,
    marketplaceIds: feed.marketplaceIds,
    createdTime: new Date(feed.createdAt).toISOString(),
    processingStatus: isWorking ? 'IN_PROGRESS' : feed.status,
    ...((isWorking || isOver) && { processingStartTime: new Date(feed.beginsAt).toISOString() }),
    ...(isOver && { processingEndTime: new Date(feed.endsAt).toISOString() }),
    ...(feed.result !== undefined && { resultFeedDocumentId: feed.result }),
  }
}

function twice(messageId: number): Issue {
  return {
    code: '4000001',
    message: `The message ${messageId} is there twice.`,
    severity: 'ERROR',
    attribute: 'messageId',
  }
}

/** An update says all attributes, or some, at once. */
function asPatches(attributes: unknown, operation: string): unknown {
  if (typeof attributes !== 'object' || attributes === null) return undefined
  return Object.entries(attributes).map(([name, value]) => ({
    op: operation === 'PARTIAL_UPDATE' ? 'merge' : 'replace',
    path: `/attributes/${name}`,
    value,
  }))
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Then the feed is FATAL.
  }
}
