import {
  type ExternalOrder,
  Invalid,
  isConnectorError,
  Malformed,
  NotFound,
  type Page,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { isOrderId } from './addresses.ts'
import { orderName, order as orderSchema, type WalmartOrder } from './answers.ts'
import { type Options, PAGE_ORDERS, REACH_MS, type WalmartApi } from './api.ts'
import { toOrder } from './map.ts'
import type { Market } from './markets.ts'
import { toQuery, toSeconds } from './transport.ts'

type Reading = { api: WalmartApi; market: Market; now: () => number; options: Options }

/**
 * Where a reading stands: the changes from one moment on (up to another, where the whole would be too many for one query),
 * and Walmart's own query for the page after the last one.
 */
const cursorSchema = z.strictObject({
  from: z.int(),
  to: z.int().optional(),
  next: z.string().startsWith('?').optional(),
})
type Cursor = z.infer<typeof cursorSchema>

/** One query goes through 10,000 orders at the most. */
const WINDOW_MAX = 9_000
const WINDOW_MIN_MS = 60_000
/** Whether a moment that is asked for is itself among the answers is not documented, and seconds are the finest there are. */
const EDGE_MS = 1_000

export async function readOrders(
  query: { since: Date; cursor: string | undefined },
  reading: Reading,
): Promise<Page<ExternalOrder>> {
  const cursor = readCursor(query, reading.now())
  const { data, date, detail } = await reading.api.orders(
    cursor.next ?? firstQuery(cursor, reading.now()),
    reading.options,
  )
  const { meta, elements } = data.list
  if (cursor.next === undefined) {
    const half = halfOf(cursor, { total: meta.totalCount ?? 0, now: reading.now() })
    if (half !== undefined) return { rows: [], next: JSON.stringify(half), platformTime: date }
  }
  const next = meta.nextCursor || undefined
  if (next !== undefined && (!next.startsWith('?') || next === cursor.next)) {
    throw new Malformed(`orders: the next page would be ${next}`, next, true, detail)
  }
  return {
    ...toRows(elements?.order ?? [], reading.market),
    next: writeCursor(nextCursor(cursor, next)),
    platformTime: date,
  }
}

function nextCursor({ from, to }: Cursor, next: string | undefined): Cursor | undefined {
  if (next !== undefined) return { from, ...(to !== undefined && { to }), next }
  // What was cut off for being too many is read afterwards.
  return to === undefined ? undefined : { from: to }
}

/** Half of the time, where it holds more orders than one query goes through. Pure. */
export function halfOf({ from, to }: Cursor, found: { total: number; now: number }): Cursor | undefined {
  const end = to ?? found.now
  if (found.total <= WINDOW_MAX || end - from < 2 * WINDOW_MIN_MS) return undefined
  return { from, to: Math.floor((from + end) / 2) }
}

/** Every order that changed; without a moment of creation Walmart would leave out those older than a week. */
function firstQuery({ from, to }: Cursor, now: number): string {
  return `?${toQuery({
    createdStartDate: toSeconds(now - REACH_MS),
    lastModifiedStartDate: toSeconds(from - EDGE_MS),
    ...(to !== undefined && { lastModifiedEndDate: toSeconds(to + EDGE_MS) }),
    limit: String(PAGE_ORDERS),
    shipNodeType: 'SellerFulfilled',
  })}`
}

function readCursor({ since, cursor }: { since: Date; cursor: string | undefined }, now: number): Cursor {
  if (cursor === undefined) return { from: Math.max(since.getTime(), now - REACH_MS) }
  try {
    return cursorSchema.parse(JSON.parse(cursor))
  } catch (cause) {
    throw new Invalid('The cursor is none of this connector.', 'cursor', { cause })
  }
}

function writeCursor(cursor: Cursor | undefined): string | undefined {
  return cursor === undefined ? undefined : JSON.stringify(cursor)
}

/** Read one by one: one that cannot be read is named, the others are told. */
function toRows(
  rows: readonly unknown[],
  market: Market,
): Required<Pick<Page<ExternalOrder>, 'rows' | 'unreadable'>> {
  const page: Required<Pick<Page<ExternalOrder>, 'rows' | 'unreadable'>> = { rows: [], unreadable: [] }
  for (const row of rows) {
    const named = orderName.safeParse(row)
    if (!named.success) throw new Malformed('orders: an order without a number', '')
    const externalId = named.data.purchaseOrderId
    const parsed = orderSchema.safeParse(row)
    try {
      if (parsed.success) page.rows.push(toOrder(parsed.data, market))
      else page.unreadable.push({ externalId, version: undefined })
    } catch (error) {
      if (!isConnectorError(error) || error.kind !== 'malformed') throw error
      page.unreadable.push({ externalId, version: undefined })
    }
  }
  return page
}

/** @throws NotFound */
export async function readOrder(externalId: string, reading: Reading): Promise<ExternalOrder> {
  return toOrder((await fetchOrder(externalId, reading)).order, reading.market)
}

/** The order as Walmart shows it, with Walmart's clock. @throws NotFound */
export async function fetchOrder(
  externalId: string,
  { api, options }: Pick<Reading, 'api' | 'options'>,
): Promise<{ order: WalmartOrder; date: Date | undefined }> {
  if (!isOrderId(externalId)) throw new NotFound(`"${externalId}" is no purchase order`)
  const { data, date, detail } = await api.order(externalId, options)
  const { order } = data
  if (order.purchaseOrderId !== externalId) {
    const answered = order.purchaseOrderId
    throw new Malformed(`Walmart answered order ${externalId} with ${answered}`, answered, true, detail)
  }
  return { order, date }
}
