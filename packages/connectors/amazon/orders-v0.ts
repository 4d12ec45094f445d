import type { ExternalOrder, Page } from '@plimsoll/connector-kit'
import * as answers from './answers.ts'
import type { Reading } from './levels.ts'
import { toOrderV0 } from './map.ts'
import { beginPages, isSince, nextPage, type OrderReading, versionOf } from './order-times.ts'

/**
 * The older Orders API, for accounts that have no other: it names the lines of each order only in a call of its own,
 * one in two seconds. Removed on 2027-03-27 (developer-docs.amazon.com/sp-api/docs/orders-api-migration-guide).
 */
const PAGE_SIZE = 20
/** What would have to wait longer for its lines is told as a hint, and read by itself. */
const WAIT_MS_MAX = 500

export async function readOrdersV0(
  { since, cursor }: { since: Date; cursor: string | undefined },
  reading: OrderReading,
): Promise<Page<ExternalOrder>> {
  const { transport, settings, signal } = reading
  const { after, token } = beginPages({ since, cursor }, reading)
  const { data, date } = await transport.ask(
    {
      operation: 'orders',
      method: 'GET',
      path: '/orders/v0/orders',
      query: {
        MarketplaceIds: settings.marketplaces,
        LastUpdatedAfter: after,
        FulfillmentChannels: 'MFN',
        MaxResultsPerPage: String(PAGE_SIZE),
        NextToken: token,
      },
      signal,
    },
    answers.orderPageV0,
  )
  const rows: ExternalOrder[] = []
  const unreadable: { externalId: string; version: number | undefined }[] = []
  for (const row of data.payload.Orders) {
    const order = answers.orderV0.safeParse(row).data
    const version = versionOf(row.LastUpdateDate)
    if (version !== undefined && version < since.getTime()) continue
    const read = order !== undefined && isSoon(reading) ? await readRow(order, reading) : undefined
    if (read === undefined) unreadable.push({ externalId: row.AmazonOrderId, version })
    else if (isSince(read, since)) rows.push(read)
  }
  return {
    rows,
    ...(unreadable.length > 0 && { unreadable }),
    next: nextPage(after, data.payload.NextToken),
    platformTime: date,
  }
}

function isSoon({ http }: OrderReading): boolean {
  return http.budgets.readyInMs({ cost: 1, priority: 1, operation: 'orders.items' }) <= WAIT_MS_MAX
}

async function readRow(order: answers.OrderV0, reading: Reading): Promise<ExternalOrder | undefined> {
  const items = await readItems(order.AmazonOrderId, reading)
  try {
    return toOrderV0(order, items)
  } catch {
    // Malformed, and told as such when it is read by itself.
    return undefined
  }
}

export async function readOrderV0(
  orderId: string,
  reading: Reading,
  operation: string,
): Promise<{ order: ExternalOrder; marketplaceId: string | undefined }> {
  const { transport, signal } = reading
  const { data } = await transport.ask(
    { operation, method: 'GET', path: `/orders/v0/orders/${encodeURIComponent(orderId)}`, signal },
    answers.orderAnswerV0,
  )
  return {
    order: toOrderV0(data.payload, await readItems(orderId, reading)),
    marketplaceId: data.payload.MarketplaceId,
  }
}

async function readItems(orderId: string, { transport, signal }: Reading): Promise<answers.OrderItemV0[]> {
  const items: answers.OrderItemV0[] = []
  for (let token: string | undefined; ; ) {
    const { data } = await transport.ask(
      {
        operation: 'orders.items',
        method: 'GET',
        path: `/orders/v0/orders/${encodeURIComponent(orderId)}/orderItems`,
        query: { NextToken: token },
        signal,
      },
      answers.orderItemsV0,
    )
    items.push(...data.payload.OrderItems)
    if (data.payload.NextToken === undefined) return items
    token = data.payload.NextToken
  }
}
