import {
  type Fulfillment,
  type Line,
  type Order,
  type Refund,
  type RestockType,
  refundedOf,
  shippedOf,
  type Tracking,
  unfulfilledOf,
} from './records.ts'
import type { Shop } from './shop.ts'

/** What happens to an order after checkout, and to its units. Each answers why not, or undefined. */

export function payOrder(shop: Shop, order: Order): string | undefined {
  if (order.cancelledAtMs !== undefined) return 'The order is cancelled.'
  if (order.financialStatus !== 'PENDING') return 'The order is paid already.'
  order.financialStatus = 'PAID'
  archiveWhenDone(shop, order)
  shop.touchOrder(order, ['orders/paid', 'orders/updated'])
  return undefined
}

/** Cancels; with `restock` the committed units are available again at their locations, without they are gone. */
export function cancelOrder(
  shop: Shop,
  order: Order,
  { restock, reason }: { restock: boolean; reason: string },
): string | undefined {
  if (order.cancelledAtMs !== undefined) return 'Order has already been cancelled'
  if (order.fulfillments.some((each) => each.status === 'SUCCESS')) return 'Cannot cancel a fulfilled order'
  const refund = releaseUnshipped(shop, order, restock ? 'CANCEL' : 'NO_RESTOCK')
  for (const site of order.fulfillmentOrders) site.status = 'CANCELLED'
  if (refund.lines.length > 0) order.refunds.push(refund)
  order.cancelledAtMs = shop.stampMs()
  order.cancelReason = reason
  order.financialStatus = order.financialStatus === 'PENDING' ? 'VOIDED' : 'REFUNDED'
  shop.touchOrder(order, ['orders/cancelled', 'orders/updated'])
  if (refund.lines.length > 0) shop.emit({ kind: 'refund', order, refund })
  return undefined
}

/** Refunds everything: unshipped units are cancelled and available again, shipped ones come back to where they left. */
export function refundOrder(shop: Shop, order: Order): string | undefined {
  if (order.cancelledAtMs !== undefined) return 'The order is cancelled.'
  const refund = releaseUnshipped(shop, order, 'CANCEL')
  for (const line of order.lines) {
    let missing = shippedOf(order, line) - refundedOf(order, line, 'RETURN')
    for (const fulfillment of order.fulfillments) {
      const shipped = fulfillment.lines.find((row) => row.lineId === line.id)?.quantity ?? 0
      const quantity = Math.min(missing, shipped)
      if (quantity <= 0) continue
      missing -= quantity
      const { locationId } = fulfillment
      refund.lines.push({ id: shop.nextId(), lineId: line.id, quantity, restockType: 'RETURN', locationId })
      shop.moveUnits(line.itemId, locationId, { available: quantity })
    }
  }
  if (refund.lines.length === 0) return 'Nothing is left to refund.'
  order.refunds.push(refund)
  order.financialStatus = 'REFUNDED'
  archiveWhenDone(shop, order)
  shop.touchOrder(order, ['orders/updated'])
  shop.emit({ kind: 'refund', order, refund })
  return undefined
}

function releaseUnshipped(shop: Shop, order: Order, restockType: 'CANCEL' | 'NO_RESTOCK'): Refund {
  const refund: Refund = { id: shop.nextId(), createdAtMs: shop.stampMs(), lines: [] }
  for (const site of order.fulfillmentOrders) {
    for (const row of site.lines) {
      if (row.remaining === 0) continue
      const quantity = row.remaining
      row.remaining = 0
      shop.moveUnits(row.itemId, site.locationId, {
        available: restockType === 'CANCEL' ? quantity : 0,
        committed: -quantity,
      })
      const { locationId } = site
      refund.lines.push({ id: shop.nextId(), lineId: row.lineId, quantity, restockType, locationId })
    }
    if (site.status !== 'CANCELLED') site.status = 'CLOSED'
  }
  return refund
}

type RefundRow = {
  lineId: number
  quantity: number
  restockType: RestockType
  locationId: number | undefined
}

/** Refunds units of lines without their money: unshipped ones will not ship, shipped ones come back. */
export function refundUnits(shop: Shop, order: Order, rows: readonly RefundRow[]): Refund | string {
  if (order.cancelledAtMs !== undefined) return 'The order is cancelled.'
  for (const row of rows) {
    const line = order.lines.find((each) => each.id === row.lineId)
    if (line === undefined) return 'Line item does not exist.'
    const asked = rows.reduce((sum, each) => sum + (each.lineId === row.lineId ? each.quantity : 0), 0)
    const left = row.restockType === 'RETURN' ? shippedOf(order, line) : unfulfilledOf(order, line)
    if (row.quantity <= 0 || asked > left) return 'Quantity cannot refund more items than were purchased.'
  }
  const refund: Refund = { id: shop.nextId(), createdAtMs: shop.stampMs(), lines: [] }
  for (const { lineId, quantity, restockType, locationId } of rows) {
    const line = order.lines.find((each) => each.id === lineId)
    if (line === undefined) continue
    refund.lines.push({ id: shop.nextId(), lineId, quantity, restockType, locationId })
    if (restockType === 'RETURN') {
      if (locationId !== undefined) shop.moveUnits(line.itemId, locationId, { available: quantity })
    } else {
      releaseUnits(shop, order, { line, quantity, restockType, locationId })
    }
  }
  order.refunds.push(refund)
  for (const site of order.fulfillmentOrders) {
    if (site.lines.every((each) => each.remaining === 0) && site.status !== 'CANCELLED')
      site.status = 'CLOSED'
  }
  archiveWhenDone(shop, order)
  shop.touchOrder(order, ['orders/updated'])
  shop.emit({ kind: 'refund', order, refund })
  return refund
}

/** Takes unshipped units out of the fulfilment orders, those of the named location first. */
function releaseUnits(
  shop: Shop,
  order: Order,
  { line, quantity, restockType, locationId }: Omit<RefundRow, 'lineId'> & { line: Line },
): void {
  let missing = quantity
  const isNamed = (site: { locationId: number }) => Number(site.locationId === locationId)
  const sites = [...order.fulfillmentOrders].sort((a, b) => isNamed(b) - isNamed(a))
  for (const site of sites) {
    for (const row of site.lines) {
      const taken = row.lineId === line.id ? Math.min(missing, row.remaining) : 0
      if (taken === 0) continue
      missing -= taken
      row.remaining -= taken
      shop.moveUnits(line.itemId, site.locationId, { committed: -taken })
      if (restockType !== 'NO_RESTOCK')
        shop.moveUnits(line.itemId, locationId ?? site.locationId, { available: taken })
    }
  }
}

export type ShipRequest = {
  fulfillmentOrderId: number
  /** Absent or empty: everything that is left. */
  lines: readonly { id: number; quantity: number }[]
}

/** Ships from fulfilment orders of one order and one location: their units are no longer committed. */
export function fulfillOrder(
  shop: Shop,
  requests: readonly ShipRequest[],
  tracking: Tracking,
):
  | { kind: 'shipped'; order: Order; fulfillment: Fulfillment }
  | { kind: 'refused'; field: string[]; why: string } {
  const field = ['fulfillment']
  const found = requests.map((request) => findFulfillmentOrder(shop, request.fulfillmentOrderId))
  const [first] = found
  if (first === undefined) return { kind: 'refused', field, why: 'Fulfillment order does not exist.' }
  const plan: { row: (typeof first.site)['lines'][number]; quantity: number }[] = []
  for (const [at, target] of found.entries()) {
    if (target === undefined) return { kind: 'refused', field, why: 'Fulfillment order does not exist.' }
    const { site, order } = target
    if (order !== first.order || site.locationId !== first.site.locationId) {
      return {
        kind: 'refused',
        field,
        why: 'All fulfillment orders must belong to the same order and location.',
      }
    }
    if (site.status !== 'OPEN' && site.status !== 'IN_PROGRESS') {
      return {
        kind: 'refused',
        field,
        why: `Fulfillment order ${site.id} has an unfulfillable status= ${site.status.toLowerCase()}.`,
      }
    }
    const asked = requests[at]?.lines ?? []
    const rows = asked.length > 0 ? asked : site.lines.map((row) => ({ id: row.id, quantity: row.remaining }))
    for (const { id, quantity } of rows) {
      const row = site.lines.find((each) => each.id === id)
      if (row === undefined || quantity <= 0 || quantity > row.remaining) {
        return { kind: 'refused', field, why: 'Invalid fulfillment order line item quantity requested.' }
      }
      plan.push({ row, quantity })
    }
  }

  const { order, site } = first
  const fulfillment: Fulfillment = {
    id: shop.nextId(),
    status: 'SUCCESS',
    locationId: site.locationId,
    createdAtMs: shop.stampMs(),
    tracking,
    lines: [],
  }
  for (const { row, quantity } of plan) {
    row.remaining -= quantity
    shop.moveUnits(row.itemId, site.locationId, { committed: -quantity })
    fulfillment.lines.push({ id: shop.nextId(), lineId: row.lineId, quantity })
  }
  order.fulfillments.push(fulfillment)
  for (const each of order.fulfillmentOrders) {
    if (each.status !== 'OPEN' && each.status !== 'IN_PROGRESS') continue
    if (each.lines.every((row) => row.remaining === 0)) each.status = 'CLOSED'
    else if (each.lines.some((row) => row.remaining < row.total)) each.status = 'IN_PROGRESS'
  }
  const done = archiveWhenDone(shop, order)
  shop.touchOrder(order, done ? ['orders/fulfilled', 'orders/updated'] : ['orders/updated'])
  return { kind: 'shipped', order, fulfillment }
}

function findFulfillmentOrder(shop: Shop, id: number) {
  // Orders of a test or demo are few enough; the newest are asked for most.
  for (const order of [...shop.orders.values()].reverse()) {
    const site = order.fulfillmentOrders.find((each) => each.id === id)
    if (site !== undefined) return { order, site }
  }
  return undefined
}

/** Shopify archives an order once it is paid and nothing is left to ship. */
function archiveWhenDone(shop: Shop, order: Order): boolean {
  const shipped = order.fulfillmentOrders.every((site) => site.lines.every((row) => row.remaining === 0))
  if (shipped && order.financialStatus !== 'PENDING') order.closedAtMs ??= shop.stampMs()
  return shipped
}
