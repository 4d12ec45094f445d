import {
  CALL_CLASSES,
  type ConnectorError,
  type Http,
  Invalid,
  isConnectorError,
  type LevelWrite,
  NotFound,
  type TicketOutcome,
  Unavailable,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { type FeedReport, ingestionErrors } from './answers.ts'
import { type Options, PAGE_FEED, type WalmartApi } from './api.ts'
import { DEFAULT_LOCATION } from './ids.ts'

/** Rows of one feed: far below its five megabytes, and what became of them fits into forty pages. */
export const FEED_MAX = 2_000
/** Fewer are written singly within a minute, which no feed ever is. */
export const FEED_FROM = 200

/** A ticket is all that another process needs to ask what became of one row. */
const ticketSchema = z.tuple([z.string().min(1), z.string().min(1), z.string().min(1), z.int().min(0)])
type Ticket = { feedId: string; sku: string; locationId: string; quantity: number }

export function toTicket({ feedId, sku, locationId, quantity }: Ticket): string {
  return JSON.stringify([feedId, sku, locationId, quantity])
}

/** Undefined for what this connector never gave out. */
export function fromTicket(ticket: string): Ticket | undefined {
  let json: unknown
  try {
    json = JSON.parse(ticket)
  } catch {
    return undefined
  }
  const parsed = ticketSchema.safeParse(json)
  if (!parsed.success) return undefined
  const [feedId, sku, locationId, quantity] = parsed.data
  return { feedId, sku, locationId, quantity }
}

/** Ten an hour: where none is left the writes go another way rather than wait for one. */
export function isFeedOpen({ budgets }: Http): boolean {
  return budgets.isReady({ cost: 1, ...CALL_CLASSES.increase, operation: 'setLevels.feed' })
}

/**
 * Sends many quantities as one file, which Walmart works on later.
 * @param writes of the default location alone, or of fulfilment centres alone: they go by different feeds
 */
export async function writeFeed(
  writes: readonly LevelWrite[],
  { api, options }: { api: WalmartApi; options: Options },
): Promise<WriteOutcome[]> {
  const isDefault = writes.every(({ locationId }) => locationId === DEFAULT_LOCATION)
  const { data } = await api.sendFeed(
    isDefault ? 'inventory' : 'MP_INVENTORY',
    isDefault ? toPlainFeed(writes) : toNodeFeed(writes),
    options,
  )
  return writes.map(({ writeId, stockUnitId: sku, locationId, quantity }) => ({
    writeId,
    kind: 'accepted',
    ticket: toTicket({ feedId: data.feedId, sku, locationId, quantity }),
  }))
}

/** Inventory feed 1.4, for an account without fulfilment centres of its own. */
export function toPlainFeed(writes: readonly LevelWrite[]) {
  return {
    InventoryHeader: { version: '1.4' },
    Inventory: writes.map(({ stockUnitId, quantity }) => ({
      sku: stockUnitId,
      quantity: toQuantity(quantity),
    })),
  }
}

/** Inventory feed 1.5: each SKU once, with its nodes. */
export function toNodeFeed(writes: readonly LevelWrite[]) {
  const bySku = Map.groupBy(writes, ({ stockUnitId }) => stockUnitId)
  return {
    inventoryHeader: { version: '1.5' },
    inventory: [...bySku].map(([sku, levels]) => ({
      sku,
      shipNodes: levels.map(({ locationId, quantity }) => ({
        shipNode: locationId,
        quantity: toQuantity(quantity),
      })),
    })),
  }
}

function toQuantity(amount: number) {
  return { unit: 'EACH', amount }
}

/** What became of accepted rows by now. Feeds that Walmart does not know any more say nothing. */
export async function readOutcomes(
  tickets: readonly string[],
  reading: { api: WalmartApi; options: Options },
): Promise<TicketOutcome[]> {
  const known: { ticket: string; row: Ticket }[] = []
  const outcomes: TicketOutcome[] = []
  for (const ticket of tickets) {
    const row = fromTicket(ticket)
    if (row === undefined) outcomes.push({ ticket, kind: 'unknown' })
    else known.push({ ticket, row })
  }
  const byFeed = Map.groupBy(known, ({ row }) => row.feedId)
  const asked = [...byFeed].map(async ([feedId, own]) => {
    const wanted = new Set(own.map(({ row }) => row.sku))
    const report = await readReport(feedId, wanted, reading)
    return own.map(({ ticket, row }) => ({ ticket, ...toOutcome(row, report) }))
  })
  return [...outcomes, ...(await Promise.all(asked)).flat()]
}

type Row = { status: string; error: ConnectorError | undefined }
export type Report =
  | { kind: 'gone' }
  | { kind: 'working' }
  | { kind: 'all-applied' }
  /** The file as a whole was not taken. */
  | { kind: 'failed'; error: ConnectorError }
  | { kind: 'rows'; rows: ReadonlyMap<string, Row> }

async function readReport(
  feedId: string,
  wanted: ReadonlySet<string>,
  { api, options }: { api: WalmartApi; options: Options },
): Promise<Report> {
  const rows = new Map<string, Row>()
  for (let offset = 0; ; ) {
    const page = await readPage(feedId, offset, { api, options })
    if (page === undefined) return { kind: 'gone' }
    const whole = judgeFeed(page)
    if (whole !== undefined) return whole
    const details = page.itemDetails?.itemIngestionStatus ?? []
    for (const { sku, ingestionStatus, ingestionErrors: errors } of details) {
      if (sku && wanted.has(sku)) rows.set(sku, { status: ingestionStatus, error: errorOf(errors) })
    }
    offset += details.length
    const isEnd = details.length < PAGE_FEED || offset >= (page.itemsReceived ?? Number.POSITIVE_INFINITY)
    if (isEnd || rows.size === wanted.size) return { kind: 'rows', rows }
  }
}

async function readPage(
  feedId: string,
  offset: number,
  { api, options }: { api: WalmartApi; options: Options },
): Promise<FeedReport | undefined> {
  try {
    return (await api.feed(feedId, offset, options)).data
  } catch (error) {
    if (isConnectorError(error) && error.kind === 'not-found') return undefined
    throw error
  }
}

/** What the feed as a whole says of every row; undefined where each row must be looked at. Pure. */
export function judgeFeed(report: FeedReport): Report | undefined {
  const { feedStatus, itemsReceived, itemsSucceeded, itemsFailed, itemsProcessing } = report
  switch (feedStatus) {
    case 'RECEIVED':
    case 'INPROGRESS':
      return { kind: 'working' }
    case 'ERROR':
      return {
        kind: 'failed',
        error: errorOf(report.ingestionErrors) ?? new Invalid('Walmart could not read the feed.', 'feed'),
      }
    case 'PROCESSED': {
      // Processed says nothing of the rows. Where none failed their pages need not be read.
      const isAll = itemsReceived != null && itemsReceived > 0 && itemsSucceeded === itemsReceived
      return isAll && itemsFailed === 0 && !itemsProcessing ? { kind: 'all-applied' } : undefined
    }
    default:
      // A state that nobody documented is not one of the final ones.
      return { kind: 'working' }
  }
}

type Outcome = TicketOutcome extends infer O ? (O extends TicketOutcome ? Omit<O, 'ticket'> : never) : never

/** Pure. */
export function toOutcome({ sku, quantity }: Pick<Ticket, 'sku' | 'quantity'>, report: Report): Outcome {
  switch (report.kind) {
    case 'gone':
      return { kind: 'unknown' }
    case 'working':
      return { kind: 'accepted' }
    case 'all-applied':
      return { kind: 'applied', quantity }
    case 'failed':
      return report.error.kind === 'unavailable'
        ? { kind: 'untouched' }
        : { kind: 'refused', error: report.error }
    case 'rows':
      return toRowOutcome(report.rows.get(sku), quantity)
    default: {
      const never: never = report
      return never
    }
  }
}

function toRowOutcome(row: Row | undefined, quantity: number): Outcome {
  if (row === undefined) return { kind: 'unknown' }
  switch (row.status) {
    case 'SUCCESS':
      return { kind: 'applied', quantity }
    case 'INPROGRESS':
      return { kind: 'accepted' }
    case 'DATA_ERROR':
      return { kind: 'refused', error: row.error ?? new Invalid('Walmart refused the row.', 'request') }
    case 'SYSTEM_ERROR':
    case 'TIMEOUT_ERROR':
      // It may have been carried out all the same: the level is read back.
      return { kind: 'refused', error: new Unavailable(`feed: ${row.status}`, true, row.error?.platform) }
    default:
      return { kind: 'unknown' }
  }
}

/** The first error of a feed or a row, as one of the closed classes. */
function errorOf(said: unknown): ConnectorError | undefined {
  const parsed = ingestionErrors.safeParse(said)
  const first = parsed.success ? parsed.data.ingestionError[0] : undefined
  if (first === undefined) return undefined
  const code = first.code || first.type || 'DATA_ERROR'
  const message = `feed: Walmart answered ${code}${first.description ? `: ${first.description.slice(0, 300)}` : ''}`
  if (first.type === 'SYSTEM_ERROR' || first.type === 'TIMEOUT_ERROR') {
    return new Unavailable(message, true, { code })
  }
  if (/NOT_FOUND|NOT FOUND|not found/i.test(`${code} ${first.description ?? ''}`)) {
    return new NotFound(message, { code })
  }
  return new Invalid(message, first.field || 'request', { code })
}
