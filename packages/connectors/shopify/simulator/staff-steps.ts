import { numberOf } from './mutations.ts'
import type { FulfillmentOrder, HoldReason, Order } from './records.ts'
import type { Shop } from './shop.ts'

/** What a shop's staff do to what is to be sent of an order. Source: shopify.dev, FulfillmentOrder, fulfillmentOrderMove, fulfillmentOrderHold. */

/**
 * Nothing of it can be shipped until it is released. Whether that updates the order is not documented: here it does not, so that
 * only those who ask for the fulfilment order learn of it.
 */
export function holdFulfillment(
  shop: Shop,
  order: Order,
  site: FulfillmentOrder,
  reason: HoldReason = 'OTHER',
): void {
  const isFirst = site.status !== 'ON_HOLD'
  site.status = 'ON_HOLD'
  site.holds = [...(site.holds ?? []), { id: shop.nextId(), reason }]
  site.holdChangedAtMs = shop.stampMs()
  const topics = [...(isFirst ? ['fulfillment_orders/placed_on_hold'] : []), 'fulfillment_holds/added']
  shop.emit({ kind: 'hold', topics, order, site })
}

/** Ends all of its holds. */
export function releaseFulfillment(shop: Shop, order: Order, site: FulfillmentOrder): void {
  site.status = site.lines.some((row) => row.remaining < row.total) ? 'IN_PROGRESS' : 'OPEN'
  site.holds = []
  site.holdChangedAtMs = shop.stampMs()
  const topics = ['fulfillment_holds/released', 'fulfillment_orders/hold_released']
  shop.emit({ kind: 'hold', topics, order, site })
}

/** The order step of the same: all that is open of it. Each answers why not, or undefined. */
export function holdOrder(shop: Shop, order: Order): string | undefined {
  const open = order.fulfillmentOrders.filter(({ status }) => status === 'OPEN' || status === 'IN_PROGRESS')
  if (open.length === 0) return 'Nothing is left to hold.'
  for (const site of open) holdFulfillment(shop, order, site, 'HIGH_RISK_OF_FRAUD')
  return undefined
}

export function releaseOrder(shop: Shop, order: Order): string | undefined {
  const held = order.fulfillmentOrders.filter(({ status }) => status === 'ON_HOLD')
  if (held.length === 0) return 'Nothing of it is on hold.'
  for (const site of held) releaseFulfillment(shop, order, site)
  return undefined
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
