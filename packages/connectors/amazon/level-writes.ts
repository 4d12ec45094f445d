import {
  type ConnectorContext,
  type ConnectorError,
  Invalid,
  isConnectorError,
  type LevelWrite,
  NotFound,
  type WriteOptions,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import * as answers from './answers.ts'
import { FEED_FROM, writeFeed } from './feeds.ts'
import { OWN_STOCK } from './ids.ts'
import { listingsPath, type Reading, readLevelsOf } from './levels.ts'
import { quantityPatch } from './patches.ts'
import { toIssueError } from './refusals.ts'
import { type Credentials, homeMarketplace, type Settings } from './settings.ts'
import { decideProof, type Shown, toTicket } from './tickets.ts'

/** Rows that are written one by one in one call: at five a second they leave within four. */
export const BATCH_MAX = 20
/** Commonly the most; the schemas of product types say less for some. */
export const QUANTITY_MAX = 999_999

export type Writing = Reading & Pick<ConnectorContext<Settings, Credentials>, 'http' | 'now'>

/**
 * Sends quantities: many increases as one feed where Amazon takes one now, everything else row by row, at five a second.
 * A status proves nothing here (`ACCEPTED` means that Amazon will try): what was sent row by row is read back at once,
 * and what does not show yet is accepted, to be read back later.
 */
export async function setLevels(
  writes: readonly LevelWrite[],
  { urgency = 'decrease' }: Pick<WriteOptions, 'urgency'>,
  writing: Writing,
): Promise<WriteOutcome[]> {
  const impossible = writes.flatMap((write): WriteOutcome[] => {
    const error = whyImpossible(write)
    return error === undefined ? [] : [{ writeId: write.writeId, kind: 'refused', error }]
  })
  const possible = writes.filter((write) => whyImpossible(write) === undefined)
  if (possible.length === 0) return impossible
  if (urgency === 'increase' && possible.length >= FEED_FROM && mayFeed(writing)) {
    return [...impossible, ...(await writeFeed(possible, writing))]
  }
  const now = possible.slice(0, BATCH_MAX)
  const later = possible.slice(BATCH_MAX)
  return [
    ...impossible,
    ...(await writeRows(now, writing)),
    ...later.map(({ writeId }): WriteOutcome => ({ writeId, kind: 'untouched' })),
  ]
}

/** A feed that had to wait two minutes for its turn would hold everything else up. */
function mayFeed({ http }: Writing): boolean {
  return ['setLevels.feed.document', 'setLevels.feed'].every((operation) =>
    http.budgets.isReady({ cost: 1, priority: 3, operation }),
  )
}

function whyImpossible({ quantity, locationId }: LevelWrite): ConnectorError | undefined {
  if (locationId !== OWN_STOCK) {
    return new Invalid(`What lies at "${locationId}" is counted by Amazon and is never written`, 'locationId')
  }
  if (!Number.isSafeInteger(quantity) || quantity < 0 || quantity > QUANTITY_MAX) {
    return new Invalid(`${quantity} is no quantity: 0 to ${QUANTITY_MAX}`, 'quantity')
  }
  return undefined
}

type Taken = { write: LevelWrite; submissionId: string; sentAt: number }
type Row = { kind: 'taken'; taken: Taken } | { kind: 'failed'; write: LevelWrite; error: ConnectorError }

/** Calls at once: as many as Amazon takes in a burst. Those behind have not left yet when one meets trouble. */
const AT_ONCE = 5

async function writeRows(writes: readonly LevelWrite[], writing: Writing): Promise<WriteOutcome[]> {
  const rows: Row[] = []
  const waiting = [...writes]
  // What stops one of them stops all (a refused token, a platform that is away), but for those that are on their way.
  let isStopped = false
  const work = async (): Promise<void> => {
    for (let write = waiting.shift(); write !== undefined; write = waiting.shift()) {
      try {
        rows.push({ kind: 'taken', taken: await patch(write, writing) })
      } catch (error) {
        if (!isConnectorError(error)) throw error
        rows.push({ kind: 'failed', write, error })
        if (!isAboutOneRow(error)) isStopped = true
      }
      if (isStopped) return
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const failed = rows.flatMap((row) => (row.kind === 'failed' ? [row] : []))
  const [first] = failed
  if (
    first !== undefined &&
    rows.length === failed.length &&
    !failed.some(({ error }) => isAboutOneRow(error))
  )
    throw (failed.find(({ error }) => mayHaveActed(error)) ?? first).error
  const taken = rows.flatMap((row) => (row.kind === 'taken' ? [row.taken] : []))
  return [
    ...failed.map(({ write, error }) => toFailedOutcome(write, error)),
    ...waiting.map(({ writeId }): WriteOutcome => ({ writeId, kind: 'untouched' })),
    ...(await prove(taken, writing)),
  ]
}

async function patch(write: LevelWrite, writing: Writing): Promise<Taken> {
  const { transport, settings, signal } = writing
  const sku = write.stockUnitId
  const sentAt = writing.now()
  const { data } = await transport.ask(
    {
      operation: 'setLevels',
      method: 'PATCH',
      path: `${listingsPath(settings)}/${encodeURIComponent(sku)}`,
      query: { marketplaceIds: homeMarketplace(settings), includedData: 'issues' },
      body: quantityPatch(write.quantity),
      signal,
    },
    answers.submission,
  )
  // Refused with status 200: the body alone says so.
  if (data.status !== 'ACCEPTED') {
    const issue = data.issues.find(({ severity }) => severity === 'ERROR') ?? data.issues[0]
    throw issue === undefined
      ? new Invalid(`${sku}: Amazon answered ${data.status} and no reason`, 'quantity')
      : toIssueError({ ...issue, attribute: issue.attributeNames?.[0] }, sku)
  }
  return { write, submissionId: data.submissionId, sentAt }
}

/** Reads back what was taken, if that costs no waiting; what does not show yet gets a ticket. */
async function prove(taken: readonly Taken[], writing: Writing): Promise<WriteOutcome[]> {
  if (taken.length === 0) return []
  const shown = await readBack(taken, writing)
  return taken.map(({ write, submissionId, sentAt }): WriteOutcome => {
    const { writeId, stockUnitId: sku, quantity, expected } = write
    const ticket = { kind: 'patch' as const, submissionId, sentAt, sku, quantity, before: expected ?? null }
    const found = shown?.(sku)
    const proof =
      found === undefined ? 'waiting' : decideProof(ticket, found, { from: sentAt, now: writing.now() })
    if (proof === 'applied') return { writeId, kind: 'applied', quantity }
    if (proof === 'gone') return { writeId, kind: 'refused', error: goneError(sku) }
    return { writeId, kind: 'accepted', ticket: toTicket(ticket) }
  })
}

/** Amazon takes a quantity for a SKU that it does not have, without a word (selling-partner-api-models issue 2797). */
export function goneError(sku: string): ConnectorError {
  return new NotFound(`${sku}: Amazon has no such listing of the seller’s own stock`)
}

async function readBack(
  taken: readonly Taken[],
  writing: Writing,
): Promise<((sku: string) => Shown) | undefined> {
  const skus = [...new Set(taken.map(({ write }) => write.stockUnitId))]
  if (!writing.http.budgets.isReady({ cost: 1, priority: 0, operation: 'setLevels.proof' })) return undefined
  try {
    const levels = await readLevelsOf(skus, 'setLevels.proof', writing)
    return (sku) => toShown(levels.get(sku))
  } catch (error) {
    // The writes are taken, whatever became of the question: they are asked about again by their tickets.
    if (isConnectorError(error)) return undefined
    throw error
  }
}

export function toShown(level: { quantity: number | undefined } | undefined): Shown {
  if (level === undefined) return { kind: 'gone' }
  return level.quantity === undefined ? { kind: 'not-counted' } : { kind: 'number', quantity: level.quantity }
}

/** A row among others that were taken: what surely changed nothing waits again, what may have is unknown. */
function toFailedOutcome({ writeId }: LevelWrite, error: ConnectorError): WriteOutcome {
  if (isAboutOneRow(error) || mayHaveActed(error)) return { writeId, kind: 'refused', error }
  return { writeId, kind: 'untouched' }
}

function isAboutOneRow({ kind }: ConnectorError): boolean {
  return kind === 'invalid' || kind === 'not-found' || kind === 'conflict'
}

function mayHaveActed(error: ConnectorError): boolean {
  return (error.kind === 'unavailable' || error.kind === 'malformed') && !isKeptBack(error)
}

/** It surely never left. */
function isKeptBack(error: ConnectorError): boolean {
  return 'sent' in error && error.sent === false
}
