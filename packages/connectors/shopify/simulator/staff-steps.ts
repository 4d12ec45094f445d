import { numberOf } from './mutations.ts'
import type { FulfillmentOrder, Order } from './records.ts'
import type { Shop } from './shop.ts'

/** What a shop's staff do to what is to be sent of an order. Source: shopify.dev, FulfillmentOrder, fulfillmentOrderMove, fulfillmentOrderHold. */

/** Nothing of it can be shipped until it is released. */
export function holdFulfillment(shop: Shop, order: Order, site: FulfillmentOrder): void {
  site.status = 'ON_HOLD'
  shop.touchOrder(order, ['orders/updated'])
}

export function releaseFulfillment(shop: Shop, order: Order, site: FulfillmentOrder): void {
  site.status = site.lines.some((row) => row.remaining < row.total) ? 'IN_PROGRESS' : 'OPEN'
  shop.touchOrder(order, ['orders/updated'])
}

/**
 * What is left of an order is sent from another location: the units are committed there and no longer where they were. One
 * of which nothing has left is given the location; of one that is in progress the rest becomes one of its own.
 */
export function moveOrder(shop: Shop, order: Order, toLocation: string): void {
  const locationId = numberOf('Location', toLocation)
  for (const site of [...order.fulfillmentOrders]) {
    const rest = site.lines.filter((row) => row.remaining > 0)
    if ((site.status !== 'OPEN' && site.status !== 'IN_PROGRESS') || site.locationId === locationId) continue
    for (const { itemId, remaining } of rest) {
      shop.putLevel(itemId, locationId)
      shop.moveUnits(itemId, site.locationId, { available: remaining, committed: -remaining })
      shop.moveUnits(itemId, locationId, { available: -remaining, committed: remaining })
    }
    if (site.status === 'OPEN') {
      site.locationId = locationId
      continue
    }
    order.fulfillmentOrders.push({
      id: shop.nextId(),
      locationId,
      status: 'OPEN',
      requestStatus: 'UNSUBMITTED',
      lines: rest.map((row) => ({ ...row, id: shop.nextId(), total: row.remaining })),
    })
    for (const row of rest) row.remaining = 0
    site.status = 'CLOSED'
  }
  shop.touchOrder(order, ['orders/updated'])
}
