import { isConnectorError, type TicketOutcome } from '@plimsoll/connector-kit'
import * as answers from './answers.ts'
import { type FeedVerdict, readFeedReport } from './feeds.ts'
import { goneError, toShown, type Writing } from './level-writes.ts'
import { readLevelsOf } from './levels.ts'
import { toIssueError } from './refusals.ts'
import { decideProof, fromTicket, type Shown, type Ticket } from './tickets.ts'

/** Longer than this nothing waits for its turn here: the lane does one thing after the other. */
const WAIT_MS_MAX = 2_000
const FEEDS_KEPT = 50

/** What a feed says of itself. Of one that is done neither the status nor the report ever changes. */
type Told =
  | { kind: 'unknown' }
  | { kind: 'working' }
  | { kind: 'cancelled' }
  | { kind: 'done'; verdict: FeedVerdict | undefined; endedAt: number | undefined }

/** Feeds that are done, remembered as long as the connection is open: their reports may be fetched once in 45 seconds. */
export type FinishedFeeds = Map<string, Told>

/**
 * What became of accepted writes. A feed's report names the rows that it refused; whether any other was carried out,
 * only the number that Amazon shows can tell.
 */
export async function readOutcomes(
  tickets: readonly string[],
  finished: FinishedFeeds,
  writing: Writing,
): Promise<TicketOutcome[]> {
  const asked = tickets.map((text) => ({ text, ticket: fromTicket(text) }))
  const feedIds = new Set(asked.flatMap(({ ticket }) => (ticket?.kind === 'feed' ? [ticket.feedId] : [])))
  const feeds = new Map<string, Told>()
  for (const feedId of feedIds) feeds.set(feedId, await readFeed(feedId, finished, writing))

  const decided = asked.map(({ text, ticket }) => ({
    text,
    ticket,
    verdict: ticket === undefined ? UNKNOWN : decideByReport(ticket, feeds),
  }))
  const toProve = decided.flatMap(({ ticket, verdict }) =>
    ticket !== undefined && verdict.kind === 'read-back' ? [ticket.sku] : [],
  )
  const shown = await readShown([...new Set(toProve)], writing)
  return decided.map(({ text, ticket, verdict }): TicketOutcome => {
    if (verdict.kind !== 'read-back') return { ticket: text, ...verdict }
    const found = ticket === undefined ? undefined : shown?.(ticket.sku)
    if (ticket === undefined || found === undefined) return { ticket: text, kind: 'accepted' }
    const proof = decideProof(ticket, found, { from: verdict.from, now: writing.now() })
    switch (proof) {
      case 'applied':
        return { ticket: text, kind: 'applied', quantity: ticket.quantity }
      case 'gone':
        return { ticket: text, kind: 'refused', error: goneError(ticket.sku) }
      case 'waiting':
        return { ticket: text, kind: 'accepted' }
      case 'unknown':
        return { ticket: text, kind: 'unknown' }
      default: {
        const never: never = proof
        return never
      }
    }
  })
}

type Verdict =
  | { kind: 'accepted' }
  | { kind: 'untouched' }
  | { kind: 'unknown' }
  | { kind: 'refused'; error: ReturnType<typeof toIssueError> }
  | { kind: 'read-back'; from: number }

const UNKNOWN: Verdict = { kind: 'unknown' }

function decideByReport(ticket: Ticket, feeds: ReadonlyMap<string, Told>): Verdict {
  if (ticket.kind === 'patch') return { kind: 'read-back', from: ticket.sentAt }
  const told = feeds.get(ticket.feedId) ?? { kind: 'unknown' }
  switch (told.kind) {
    case 'unknown':
      return UNKNOWN
    case 'working':
      return { kind: 'accepted' }
    case 'cancelled':
      // Only what waits in line can be cancelled: Amazon never came to a row of it.
      return { kind: 'untouched' }
    case 'done': {
      const issue = told.verdict?.errors.get(ticket.messageId) ?? told.verdict?.whole
      if (issue !== undefined) return { kind: 'refused', error: toIssueError(issue, ticket.sku) }
      return { kind: 'read-back', from: told.endedAt ?? ticket.sentAt }
    }
    default: {
      const never: never = told
      return never
    }
  }
}

async function readFeed(feedId: string, finished: FinishedFeeds, writing: Writing): Promise<Told> {
  const known = finished.get(feedId)
  if (known !== undefined) return known
  if (!isSoon('outcomes', writing)) return { kind: 'working' }
  const told = await toldOf(feedId, writing)
  if (told.kind === 'done' || told.kind === 'cancelled') {
    const [oldest] = finished.keys()
    if (finished.size >= FEEDS_KEPT && oldest !== undefined) finished.delete(oldest)
    finished.set(feedId, told)
  }
  return told
}

async function toldOf(feedId: string, writing: Writing): Promise<Told> {
  const told = await askFeed(feedId, writing, { feed: 'outcomes' })
  if (told.kind !== 'ended') return told
  const { reportId, endedAt } = told
  // Of one that is FATAL some, none or all rows may have been carried out: each is read back.
  if (reportId === undefined) return { kind: 'done', verdict: undefined, endedAt }
  if (!isSoon('outcomes.report', writing)) return { kind: 'working' }
  return { kind: 'done', verdict: await readFeedReport(reportId, writing), endedAt }
}

/** `ended`: it is DONE or FATAL; the report, where there is one, says of what. */
export async function askFeed(
  feedId: string,
  writing: Writing,
  { feed: operation }: { feed: 'outcomes' | 'cancel.feed' },
): Promise<
  | { kind: 'unknown' }
  | { kind: 'working' }
  | { kind: 'cancelled' }
  | { kind: 'ended'; reportId: string | undefined; endedAt: number | undefined }
> {
  const { transport, signal } = writing
  let feed: answers.Feed
  try {
    const { data } = await transport.ask(
      {
        operation,
        method: 'GET',
        path: `/feeds/2021-06-30/feeds/${encodeURIComponent(feedId)}`,
        signal,
      },
      answers.feed,
    )
    feed = data
  } catch (error) {
    // Feeds are kept for 28 days.
    if (isConnectorError(error) && (error.kind === 'not-found' || error.kind === 'invalid'))
      return { kind: 'unknown' }
    throw error
  }
  const endedAt = feed.processingEndTime === undefined ? undefined : Date.parse(feed.processingEndTime)
  switch (feed.processingStatus) {
    case 'CANCELLED':
      return { kind: 'cancelled' }
    case 'FATAL':
      return { kind: 'ended', reportId: undefined, endedAt }
    case 'DONE':
      return { kind: 'ended', reportId: feed.resultFeedDocumentId, endedAt }
    default:
      // IN_QUEUE, IN_PROGRESS, or a word that is new: it is not done as far as we know.
      return { kind: 'working' }
  }
}

async function readShown(
  skus: readonly string[],
  writing: Writing,
): Promise<((sku: string) => Shown) | undefined> {
  if (skus.length === 0 || !isSoon('outcomes.proof', writing)) return undefined
  const levels = await readLevelsOf(skus, 'outcomes.proof', writing)
  return (sku) => toShown(levels.get(sku))
}

function isSoon(operation: string, { http }: Writing): boolean {
  return http.budgets.readyInMs({ cost: 1, priority: 3, operation }) <= WAIT_MS_MAX
}
