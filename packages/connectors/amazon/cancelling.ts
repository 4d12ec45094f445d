import { type Cancellation, Conflict, Invalid, Malformed, Unavailable } from '@plimsoll/connector-kit'
import { cancellationFeed, errorInReport } from './cancellation-feed.ts'
import { downloadReport, submitFeed } from './feeds.ts'
import { AMAZON_STOCK } from './ids.ts'
import type { Writing } from './level-writes.ts'
import { readOrderToShip } from './orders.ts'
import { askFeed } from './outcomes.ts'

/** Feeds that cancel an order and whose end this process has not seen, by the order. */
export type OpenCancellations = Map<string, string>

/** What a feed did shows in the order within this; the hub asks again until then. */
const SHOWS_WITHIN_MS = 60 * 60_000
const OPEN_MAX = 1_000

/**
 * Cancels an order that nothing of has shipped. There is no operation for it: it goes as a feed, which Amazon works on
 * later. Until the order shows it this is Unavailable, and the hub tells it again: then it is looked at, and only asked anew
 * where this process knows of no feed. Asked twice, a cancelled order stays one.
 * Source: developer-docs.amazon.com/sp-api/docs/order-feed-type-values, POST_ORDER_ACKNOWLEDGEMENT_DATA
 * @throws Unavailable while Amazon works on it
 */
export async function cancel(
  { orderExternalId: orderId, lines, reason }: Cancellation,
  open: OpenCancellations,
  writing: Writing,
): Promise<void> {
  if (lines !== undefined) throw new Invalid('Amazon cancels orders as a whole.', 'lines')
  const known = open.get(orderId)
  if (known !== undefined) {
    await followFeed({ orderId, feedId: known }, open, writing)
    return
  }
  const { order, marketplaceId } = await readOrderToShip(orderId, writing, 'cancel.order')
  if (order.state === 'cancelled') return
  const why = whyNot(order)
  if (why !== undefined) throw new Invalid(why, 'orderExternalId')
  const { sellerId, marketplaces } = writing.settings
  const itemIds = order.lines.map(({ externalId }) => externalId)
  const feedId = await submitFeed(
    {
      feedType: 'POST_ORDER_ACKNOWLEDGEMENT_DATA',
      marketplaceIds: marketplaceId === undefined ? marketplaces : [marketplaceId],
      contentType: 'text/xml; charset=UTF-8',
      text: cancellationFeed({ sellerId, orderId, itemIds, reason }),
      operation: 'cancel',
    },
    writing,
  )
  remember(open, orderId, feedId)
  await followFeed({ orderId, feedId }, open, writing)
}

/** Why a seller cannot cancel it; undefined where he can. Pure. */
export function whyNot(order: {
  state: string
  locationId: string | undefined
  lines: readonly { shipped: number }[]
}): string | undefined {
  if (order.locationId === AMAZON_STOCK)
    return 'Amazon sends this order itself: only the customer can cancel it.'
  // The feed would give the customer all of the money back, and the goods are on their way.
  if (order.state === 'closed' || order.lines.some(({ shipped }) => shipped > 0)) {
    return 'Some of the order has shipped: what is left can only be refunded, in Seller Central.'
  }
  if (order.state === 'pending') return 'Its payment is pending: Amazon lets nobody cancel it before.'
  return undefined
}

async function followFeed(
  { orderId, feedId }: { orderId: string; feedId: string },
  open: OpenCancellations,
  writing: Writing,
): Promise<void> {
  const told = await askFeed(feedId, writing, { feed: 'cancel.feed' })
  switch (told.kind) {
    case 'working':
      throw working()
    case 'unknown':
    case 'cancelled':
      // It came to nothing: told again, it is asked anew.
      open.delete(orderId)
      throw working()
    case 'ended':
      break
    default: {
      const never: never = told
      throw new Malformed('a feed that is nothing', String(never))
    }
  }
  if ((await readOrderToShip(orderId, writing, 'cancel.order')).order.state === 'cancelled') {
    open.delete(orderId)
    return
  }
  const error =
    told.reportId === undefined
      ? undefined
      : errorInReport((await downloadReport(told.reportId, 'cancel.report', writing)).text)
  if (error !== undefined) {
    open.delete(orderId)
    throw new Invalid(`Amazon does not cancel the order: ${error}`, 'orderExternalId')
  }
  if (writing.now() - (told.endedAt ?? writing.now()) < SHOWS_WITHIN_MS) throw working()
  open.delete(orderId)
  throw new Conflict(
    'Amazon is done with the cancellation, and the order is not cancelled: see Seller Central.',
  )
}

function working(): Unavailable {
  return new Unavailable('Amazon works on the cancellation: ask again in some minutes.', true)
}

function remember(open: OpenCancellations, orderId: string, feedId: string): void {
  const [oldest] = open.keys()
  if (open.size >= OPEN_MAX && oldest !== undefined) open.delete(oldest)
  open.set(orderId, feedId)
}
