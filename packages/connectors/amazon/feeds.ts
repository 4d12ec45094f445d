import { gunzipSync } from 'node:zlib'
import {
  type ConnectorError,
  isConnectorError,
  type LevelWrite,
  Malformed,
  readJson,
  statusError,
  Unavailable,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import * as answers from './answers.ts'
import type { Writing } from './level-writes.ts'
import { quantityPatch } from './patches.ts'
import { toTicket } from './tickets.ts'

/** From so many increases on a feed is quicker than five a second, and one of the few that Amazon takes is well spent. */
export const FEED_FROM = 100
/** Rows in one call: a feed may hold 25,000, but what is recorded and settled at once should stay within seconds. */
export const FEED_MAX = 2_000

const REPORT_BYTES_MAX = 64 * 1024 * 1024

/**
 * Sends all rows as one JSON_LISTINGS_FEED: a document, its content, and the feed that names it. Each row is a message
 * with a number of its own, by which the report tells of it.
 * Source: developer-docs.amazon.com/sp-api/docs/feeds-api-v2021-06-30-use-case-guide; schemas/feeds/listings-feed-schema-v2
 */
export async function writeFeed(writes: readonly LevelWrite[], writing: Writing): Promise<WriteOutcome[]> {
  const { transport, settings, signal } = writing
  const sentAt = writing.now()
  const documentId = await surelyBefore(async () => {
    const { data } = await transport.ask(
      {
        operation: 'setLevels.feed.document',
        method: 'POST',
        path: '/feeds/2021-06-30/documents',
        body: { contentType: CONTENT_TYPE },
        signal,
      },
      answers.createdDocument,
    )
    await upload(data.url, toFeed(writes, settings.sellerId), writing)
    return data.feedDocumentId
  })
  const { data } = await transport.ask(
    {
      operation: 'setLevels.feed',
      method: 'POST',
      path: '/feeds/2021-06-30/feeds',
      body: {
        feedType: 'JSON_LISTINGS_FEED',
        marketplaceIds: settings.marketplaces,
        inputFeedDocumentId: documentId,
      },
      signal,
    },
    answers.createdFeed,
  )
  return writes.map(({ writeId, stockUnitId: sku, quantity, expected }, at) => ({
    writeId,
    kind: 'accepted',
    ticket: toTicket({
      kind: 'feed',
      feedId: data.feedId,
      messageId: at + 1,
      sentAt,
      sku,
      quantity,
      before: expected ?? null,
    }),
  }))
}

const CONTENT_TYPE = 'application/json; charset=UTF-8'

export function toFeed(writes: readonly LevelWrite[], sellerId: string) {
  return {
    header: { sellerId, version: '2.0', issueLocale: 'en_US' },
    messages: writes.map(({ stockUnitId: sku, quantity }, at) => ({
      messageId: at + 1,
      sku,
      operationType: 'PATCH',
      ...quantityPatch(quantity),
    })),
  }
}

/** The address carries its own proof and wants no token; it stands for five minutes. */
async function upload(url: string, feed: object, { http, signal }: Writing): Promise<void> {
  const response = await http.send({
    operation: 'setLevels.feed.upload',
    method: 'PUT',
    url,
    headers: { 'content-type': CONTENT_TYPE },
    body: JSON.stringify(feed),
    ...(signal !== undefined && { signal }),
  })
  if (response.status < 200 || response.status > 299) throw statusError(response, 'setLevels.feed.upload')
}

/** Before the feed itself is created nothing is carried out: what fails there surely changed nothing. */
async function surelyBefore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw isConnectorError(error) ? asNeverSent(error) : error
  }
}

function asNeverSent(error: ConnectorError): ConnectorError {
  switch (error.kind) {
    case 'rate-limited':
    case 'unauthorized':
    case 'forbidden':
      return error
    case 'unavailable':
    case 'malformed':
    // Nothing of it is about a row: another try may go through, and row by row it does not arise.
    case 'invalid':
    case 'not-found':
    case 'conflict':
      return new Unavailable(error.message, false, { ...error.platform, cause: error })
    default: {
      const never: never = error.kind
      return never
    }
  }
}

/** What Amazon found wrong with single rows of a feed that it is done with, by the number of the message. */
export type FeedVerdict = {
  errors: ReadonlyMap<number, FeedIssue>
  /** About the whole of it. */
  whole: FeedIssue | undefined
}
export type FeedIssue = { code?: string | undefined; message: string; attribute?: string | undefined }

/** Rows that no error names are not thereby applied: some keep their former number without a word (models issue 5327). */
export function toVerdict({ issues }: answers.FeedReport): FeedVerdict {
  const errors = new Map<number, FeedIssue>()
  let whole: FeedIssue | undefined
  for (const { messageId, severity, code, message, attributeName: attribute } of issues) {
    if (severity !== 'ERROR') continue
    const issue = { code, message, attribute }
    if (messageId === undefined) whole ??= issue
    else if (!errors.has(messageId)) errors.set(messageId, issue)
  }
  return { errors, whole }
}

/** Fetches the report of a feed that is done. */
export async function readFeedReport(documentId: string, writing: Writing): Promise<FeedVerdict> {
  const { transport, http, signal } = writing
  const { data } = await transport.ask(
    {
      operation: 'outcomes.report',
      method: 'GET',
      path: `/feeds/2021-06-30/documents/${encodeURIComponent(documentId)}`,
      signal,
    },
    answers.document,
  )
  const response = await http.send({
    operation: 'outcomes.download',
    method: 'GET',
    url: data.url,
    wantsBytes: true,
    ...(signal !== undefined && { signal }),
  })
  if (response.status !== 200) throw statusError(response, 'outcomes.download')
  const text = unpack(response.bytes ?? Buffer.from(response.text), data.compressionAlgorithm)
  return toVerdict(readJson({ ...response, text }, answers.feedReport, 'outcomes.download'))
}

function unpack(bytes: Uint8Array, algorithm: string | undefined): string {
  if (algorithm === undefined) return Buffer.from(bytes).toString('utf8')
  try {
    return gunzipSync(bytes, { maxOutputLength: REPORT_BYTES_MAX }).toString('utf8')
  } catch (cause) {
    throw new Malformed(`outcomes.download: the report is not ${algorithm}`, '', true, { cause })
  }
}
