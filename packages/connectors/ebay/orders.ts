import { type ExternalOrder, Malformed, type Page } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { type EbayOrder, order as orderSchema } from './answers.ts'
import { type FulfillmentApi, ordersOnPage } from './fulfillment.ts'
import { needsFulfillments, toOrder } from './order-map.ts'

export type OrderReading = {
  fulfillment: FulfillmentApi
  now(): number
  /** What answers tell of eBay's clock. */
  clock: { behindMs: number }
  signal?: AbortSignal | undefined
}

const cursorSchema = z.object({
  offset: z.int().nonnegative(),
  /** The last order of the page before, which the next one begins with again. */
  anchor: z.string().optional(),
  /** How often a page had to be read again from further up. */
  returns: z.int().nonnegative(),
})
export type OrderCursor = z.infer<typeof cursorSchema>

const returnsMax = 10
/** eBay keeps two years; a filter that reaches back further is refused. */
const reachMs = 728 * 24 * 3_600_000
/** eBay refuses a filter that begins in the future, by its own clock. */
const nowMarginMs = 5_000

/** One page of the orders changed at or after `since`. */
export async function readOrders(
  { since, cursor: text }: { since: Date; cursor: string | undefined },
  reading: OrderReading,
): Promise<Page<ExternalOrder>> {
  const { fulfillment, clock, signal } = reading
  const cursor: OrderCursor =
    text === undefined ? { offset: 0, returns: 0 } : cursorSchema.parse(JSON.parse(text))
  const from = sinceWithin(since, reading)
  const { data, date, response } = await fulfillment.orders(
    { since: from, offset: cursor.offset },
    { signal },
  )
  if (date !== undefined) clock.behindMs = Math.max(0, reading.now() - date.getTime())
  const rows = data.orders ?? []
  // Taken for the end it would prove that there is nothing more: a fence would pass orders that nobody has seen.
  if (rows.length === 0 && cursor.offset < data.total)
    throw new Malformed(
      `orders: eBay has ${data.total} and shows none from ${cursor.offset} on`,
      response.text,
    )
  const wanted = rows.filter(
    ({ lastModifiedDate }) =>
      lastModifiedDate === undefined || !(new Date(lastModifiedDate).getTime() < since.getTime()),
  )
  const read = await Promise.all(wanted.map((row) => readRow(row, reading)))
  const next = nextOrderCursor(cursor, { ids: rows.map(({ orderId }) => orderId), total: data.total })
  return {
    rows: read.filter((row) => 'lines' in row),
    unreadable: read.filter((row) => !('lines' in row)),
    next: next && JSON.stringify(next),
    platformTime: date,
  }
}

function sinceWithin(since: Date, { now, clock }: OrderReading): Date {
  const latest = now() - clock.behindMs - nowMarginMs
  return new Date(Math.min(latest, Math.max(since.getTime(), now() - reachMs)))
}

/**
 * Where to go on. How the list is sorted is not documented, so a page begins with the last order of the one before: if
 * that has moved down, orders came twice, which is harmless; if it has moved up, some may have slipped through, and the
 * reading goes back by a page.
 */
export function nextOrderCursor(
  { offset, anchor, returns }: OrderCursor,
  page: { ids: readonly string[]; total: number },
): OrderCursor | undefined {
  const { ids, total } = page
  if (anchor !== undefined && !ids.includes(anchor) && offset > 0 && returns < returnsMax)
    return { offset: Math.max(0, offset - ordersOnPage), returns: returns + 1 }
  const read = offset + ids.length
  if (ids.length === 0 || read >= total) return undefined
  // A page of the anchor alone would never get on.
  if (ids.length === 1) return { offset: read, returns }
  const last = ids.at(-1)
  return { offset: read - 1, returns, ...(last !== undefined && { anchor: last }) }
}

type UnreadableOrder = { externalId: string; version: number | undefined }

/** One order that cannot be read must not hold up the others on its page. */
async function readRow(
  row: { orderId: string; lastModifiedDate?: string | undefined },
  reading: OrderReading,
): Promise<ExternalOrder | UnreadableOrder> {
  const changed = new Date(row.lastModifiedDate ?? '').getTime()
  const unreadable = { externalId: row.orderId, version: Number.isNaN(changed) ? undefined : changed }
  const parsed = orderSchema.safeParse(row)
  if (!parsed.success) return unreadable
  try {
    return await toWholeOrder(parsed.data, 'orders', reading)
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return unreadable
  }
}

/** @throws NotFound */
export async function readOrder(externalId: string, reading: OrderReading): Promise<ExternalOrder> {
  const { data, response } = await reading.fulfillment.order(externalId, reading)
  if (data.orderId !== externalId)
    throw new Malformed(`order: eBay answered ${externalId} with ${data.orderId}`, response.text)
  return await toWholeOrder(data, 'order', reading)
}

async function toWholeOrder(
  order: EbayOrder,
  operation: string,
  { fulfillment, signal }: OrderReading,
): Promise<ExternalOrder> {
  const fulfillments = needsFulfillments(order)
    ? await fulfillment.fulfillments(order.orderId, operation, { signal })
    : []
  return toOrder(order, fulfillments)
}
