import { type ExternalOrder, isConnectorError, type Page } from '@plimsoll/connector-kit'
import * as answers from './answers.ts'
import type { Reading } from './levels.ts'
import { toOrder } from './map.ts'
import { beginPages, isSince, nextPage, type OrderReading, versionOf } from './order-times.ts'
import { readOrdersV0, readOrderV0 } from './orders-v0.ts'

const PAGE_SIZE = 100

/** Without the one Amazon leaves the status out, without the other whether a buyer wants to cancel. No price is asked for. */
export const INCLUDED = 'FULFILLMENT,CANCELLATION'
/** Where it goes; with it come name and street, which are dropped as the answer is read. */
const WITH_RECIPIENT = `${INCLUDED},RECIPIENT`

/** What an order is read for. */
type OrderCall = 'order' | 'ship.order' | 'cancel.order'

/** Asks for the place too, where that is allowed: without the role the whole would be refused. */
async function withRecipient<T>({ buyers }: Reading, ask: (includedData: string) => Promise<T>): Promise<T> {
  if (!buyers.isTold) return await ask(INCLUDED)
  try {
    return await ask(WITH_RECIPIENT)
  } catch (error) {
    if (!isConnectorError(error) || error.kind !== 'forbidden') throw error
    const told = await ask(INCLUDED)
    buyers.isTold = false
    return told
  }
}

/**
 * Orders that the seller sends himself, changed since a moment. Those that Amazon sends are none of the hub's stock:
 * what they leave is in `counts`.
 */
export async function readOrders(
  { since, cursor }: { since: Date; cursor: string | undefined },
  reading: OrderReading,
): Promise<Page<ExternalOrder>> {
  if (reading.settings.ordersApi === 'v0') return await readOrdersV0({ since, cursor }, reading)
  const { transport, settings, signal } = reading
  const { after, token } = beginPages({ since, cursor }, reading)
  const { data, date } = await withRecipient(reading, (includedData) =>
    transport.ask(
      {
        operation: 'orders',
        method: 'GET',
        path: '/orders/2026-01-01/orders',
        query: {
          lastUpdatedAfter: after,
          marketplaceIds: settings.marketplaces,
          fulfilledBy: 'MERCHANT',
          maxResultsPerPage: String(PAGE_SIZE),
          includedData,
          paginationToken: token,
        },
        signal,
      },
      answers.orderPage,
    ),
  )
  const rows: ExternalOrder[] = []
  const unreadable: { externalId: string; version: number | undefined }[] = []
  for (const row of data.orders) {
    const order = readRow(row)
    if (order === undefined)
      unreadable.push({ externalId: row.orderId, version: versionOf(row.lastUpdatedTime) })
    else if (isSince(order, since)) rows.push(order)
  }
  return {
    rows,
    ...(unreadable.length > 0 && { unreadable }),
    next: nextPage(after, data.pagination?.nextToken),
    platformTime: date,
  }
}

/** Undefined where it cannot be read: the others of the page are not held up. */
function readRow(row: unknown): ExternalOrder | undefined {
  const order = answers.order.safeParse(row).data
  if (order === undefined) return undefined
  try {
    return toOrder(order)
  } catch {
    // Malformed, and told as such when it is read by itself.
    return undefined
  }
}

/** One order read directly. @param operation `order`, or the one that it is read for */
export async function readOrder(
  orderId: string,
  reading: Reading,
  operation: OrderCall = 'order',
): Promise<ExternalOrder> {
  if (reading.settings.ordersApi === 'v0') return (await readOrderV0(orderId, reading, operation)).order
  return toOrder((await askOrder(orderId, reading, operation)).order)
}

/** The marketplace that an order was placed in, with the order. */
export async function readOrderToShip(
  orderId: string,
  reading: Reading,
  operation: Exclude<OrderCall, 'order'> = 'ship.order',
): Promise<{ order: ExternalOrder; marketplaceId: string | undefined }> {
  if (reading.settings.ordersApi === 'v0') return await readOrderV0(orderId, reading, operation)
  const { order } = await askOrder(orderId, reading, operation)
  return { order: toOrder(order), marketplaceId: order.salesChannel.marketplaceId }
}

async function askOrder(orderId: string, reading: Reading, operation: OrderCall) {
  const { transport, signal } = reading
  const ask = async (includedData: string) => {
    const { data } = await transport.ask(
      {
        operation,
        method: 'GET',
        path: `/orders/2026-01-01/orders/${encodeURIComponent(orderId)}`,
        query: { includedData },
        signal,
      },
      answers.orderAnswer,
    )
    return data
  }
  // Of one that is told as shipped or cancelled the units are all there is to know.
  return operation === 'order' ? await withRecipient(reading, ask) : await ask(INCLUDED)
}
