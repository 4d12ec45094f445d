import type { ExternalOrder, Page } from '@plimsoll/connector-kit'
import { latestOf, type OrderState } from '../invariants/books.ts'
import { createRandom } from '../world/random.ts'
import type { Order, Platform } from './platform.ts'

const ROWS_PER_PAGE = 5

/**
 * The platform's list of orders: changed since a moment, oldest change first, page by page. Where it lags, each
 * change shows a little later than it happened, until then the order as it was before.
 */
export function listOrders(
  platform: Platform,
  seed: string,
  query: { since: number; cursor: string | undefined; now: number; isUnreadable(orderId: string): boolean },
): Page<ExternalOrder> {
  const [cursorAt = 0, cursorId = ''] = query.cursor === undefined ? [] : splitCursor(query.cursor)
  const changed = [...platform.orders.values()]
    .flatMap((order) => {
      const shown = shownState(platform, seed, order, query.now)
      return shown === undefined ? [] : [{ order, shown }]
    })
    .filter(({ shown }) => shown.at + platform.clockMs >= query.since)
    .sort((a, b) => a.shown.at - b.shown.at || (a.order.id < b.order.id ? -1 : 1))
    .filter(
      ({ order, shown }) =>
        query.cursor === undefined || shown.at > cursorAt || (shown.at === cursorAt && order.id > cursorId),
    )
  const rows = changed.slice(0, ROWS_PER_PAGE)
  const last = rows.at(-1)
  return {
    rows: rows
      .filter(({ order }) => !query.isUnreadable(order.id))
      .map(({ order, shown }) => showOrder(platform, order, shown)),
    unreadable: rows
      .filter(({ order }) => query.isUnreadable(order.id))
      .map(({ order, shown }) => ({ externalId: order.id, version: shown.version })),
    next:
      changed.length > rows.length && last !== undefined ? `${last.shown.at} ${last.order.id}` : undefined,
    // A Date header has whole seconds.
    platformTime: new Date(Math.floor((query.now + platform.clockMs) / 1_000) * 1_000),
  }
}

function splitCursor(cursor: string): [number, string] {
  const [at = '0', id = ''] = cursor.split(' ')
  return [Number(at), id]
}

function shownState(platform: Platform, seed: string, order: Order, now: number): OrderState | undefined {
  const { visibilityLagMs } = platform.kind
  return order.states.findLast((state, nth) => {
    if (visibilityLagMs === 0) return true
    // Mostly late, sometimes quick, never later than declared.
    const lag = Math.floor(visibilityLagMs * Math.sqrt(createRandom(`${seed}/lag/${order.id}/${nth}`).next()))
    return state.at + lag <= now
  })
}

/** An order as the platform shows it in one of its states. */
export function showOrder(
  platform: Platform,
  order: Order,
  shown: OrderState = latestOf(order),
): ExternalOrder {
  const { subtractsAt } = platform.kind
  const isSubtracted = subtractsAt === 'order' || (subtractsAt === 'payment' && shown.state !== 'pending')
  const subtracted = platform.neverFalls ? 'never' : isSubtracted ? 'yes' : 'no'
  return {
    externalId: order.id,
    number: `#${order.id}`,
    state: shown.state,
    placedAt: new Date(order.placedAt + platform.clockMs),
    version: shown.version,
    currency: 'EUR',
    test: false,
    locationId: 'default',
    lines: [
      {
        externalId: `${order.id}-1`,
        listingExternalId: order.listingId,
        sku: platform.listings.get(order.listingId)?.sku,
        title: order.listingId,
        ordered: order.ordered,
        current: shown.current,
        shipped: shown.shipped,
        returned: shown.returned,
        subtracted,
      },
    ],
  }
}
