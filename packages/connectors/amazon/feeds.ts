import { gunzipSync } from 'node:zlib'
import {
  type ConnectorError,
  type HttpResponse,
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
import { homeMarketplace } from './settings.ts'
import { toTicket } from './tickets.ts'

/** From so many increases on a feed is quicker than five a second, and one of the few that Amazon takes is well spent. */
export const FEED_FROM = 100
/**
 * Rows in one call: a feed may hold 25,000, but what is recorded and settled at once should stay within seconds (5,000:
 * two on a busy machine). Amazon works on feeds one after the other, so that fewer and fuller ones are done sooner.
 */
export const FEED_MAX = 5_000

const REPORT_BYTES_MAX = 64 * 1024 * 1024

/**
 * Sends all rows as one JSON_LISTINGS_FEED: a document, its content, and the feed that names it. Each row is a message
 * with a number of its own, by which the report tells of it.
 * Source: developer-docs.amazon.com/sp-api/docs/feeds-api-v2021-06-30-use-case-guide; schemas/feeds/listings-feed-schema-v2
 */
export async function writeFeed(writes: readonly LevelWrite[], writing: Writing): Promise<WriteOutcome[]> {
  const { settings } = writing
  const sentAt = writing.now()
  const feedId = await submitFeed(
    {
      feedType: 'JSON_LISTINGS_FEED',
      // Amazon takes one here (models issues 4726, 5049); a quantity is the SKU's in all of them (docs issue 3167).
      marketplaceIds: [homeMarketplace(settings)],
      contentType: 'application/json; charset=UTF-8',
      text: JSON.stringify(toFeed(writes, settings.sellerId)),
      operation: 'setLevels.feed',
    },
    writing,
  )
  return writes.map(({ writeId, stockUnitId: sku, quantity, expected }, at) => ({
    writeId,
    kind: 'accepted',
    ticket: toTicket({
      kind: 'feed',
      feedId,
      messageId: at + 1,
      sentAt,
      sku,
      quantity,
      before: expected ?? null,
    }),
  }))
}

/**
 * A document, its content, and the feed that names it. @returns the feed's id
 * @param operation as which it is counted; `.document` and `.upload` behind it for what comes before
 */
export async function submitFeed(
  feed: {
    feedType: string
    marketplaceIds: readonly string[]
    contentType: string
    text: string
    operation: 'setLevels.feed' | 'cancel'
  },
  writing: Writing,
): Promise<string> {
  const { feedType, marketplaceIds, contentType, operation } = feed
  const { transport, signal } = writing
  const documentId = await surelyBefore(async () => {
    const { data } = await transport.ask(
      {
        operation: `${operation}.document`,
        method: 'POST',
        path: '/feeds/2021-06-30/documents',
        body: { contentType },
        signal,
      },
      answers.createdDocument,
    )
    await upload(data.url, feed, writing)
    return data.feedDocumentId
  })
  const { data } = await transport.ask(
    {
      operation,
      method: 'POST',
      path: '/feeds/2021-06-30/feeds',
      body: { feedType, marketplaceIds, inputFeedDocumentId: documentId },
      signal,
    },
    answers.createdFeed,
  )
  return data.feedId
}

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
async function upload(
  url: string,
  { contentType, text, operation: whole }: { contentType: string; text: string; operation: string },
  { http, signal }: Writing,
): Promise<void> {
  const operation = `${whole}.upload`
  const response = await http.send({
    operation,
    method: 'PUT',
    url,
    headers: { 'content-type': contentType },
    body: text,
    ...(signal !== undefined && { signal }),
  })
  if (response.status < 200 || response.status > 299) throw statusError(response, operation)
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

/** Reads the report of a feed of listings that is done. */
export async function readFeedReport(documentId: string, writing: Writing): Promise<FeedVerdict> {
  const report = await downloadReport(documentId, 'outcomes.report', writing)
  return toVerdict(readJson(report, answers.feedReport, 'outcomes.report'))
}

/** Fetches the report of a feed that is done, unpacked. */
export async function downloadReport(
  documentId: string,
  operation: 'outcomes.report' | 'cancel.report',
  writing: Writing,
): Promise<HttpResponse> {
  const { transport, http, signal } = writing
  const { data } = await transport.ask(
    {
      operation,
      method: 'GET',
      path: `/feeds/2021-06-30/documents/${encodeURIComponent(documentId)}`,
      signal,
    },
    answers.document,
  )
  const response = await http.send({
    operation: `${operation}.download`,
    method: 'GET',
    url: data.url,
    wantsBytes: true,
    ...(signal !== undefined && { signal }),
  })
  if (response.status !== 200) throw statusError(response, `${operation}.download`)
  return {
    ...response,
    text: unpack(response.bytes ?? Buffer.from(response.text), data.compressionAlgorithm),
  }
}

function unpack(bytes: Uint8Array, algorithm: string | undefined): string {
  if (algorithm === undefined) return Buffer.from(bytes).toString('utf8')
  try {
    return gunzipSync(bytes, { maxOutputLength: REPORT_BYTES_MAX }).toString('utf8')
  } catch (cause) {
    throw new Malformed(`the report of a feed: it is not ${algorithm}`, '', true, { cause })
  }
}
