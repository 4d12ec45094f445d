import type { Recipient } from '@plimsoll/connector-kit'
import { type Catalogue, createCatalogue } from './catalogue.ts'
import { createHolds, type Holds } from './holds.ts'
import { createOrderBook, type OrderBook, type OrderStatus, type ShopOrder } from './order-book.ts'

/** What a shop's owner may set, and what its WordPress is like. All may change while it runs. */
export type ShopSettings = {
  name: string
  /** ISO 4217. */
  currency: string
  /** Hours that the site's time is ahead of UTC. */
  siteOffsetHours: number
  /** The global switch: off, quantities are neither counted nor written. */
  managesStock: boolean
  /** How long an unpaid order keeps its units; 0: for ever, and nothing is held. */
  holdStockMinutes: number
  /** High-performance order storage; false: orders are posts. */
  hpos: boolean
  /** `paid`: a checkout ends in `processing`; `pending`: it waits for the control API's `pay`. */
  checkout: 'paid' | 'pending'
}

/** Something that webhooks tell: the body is built when it is delivered. */
export type ShopEvent = { topic: string; id: number }

export type Shop = {
  settings: ShopSettings
  catalogue: Catalogue
  orders: OrderBook
  holds: Holds
  /** A shopper's checkout: all lines or none. */
  checkout(
    lines: readonly { sku: string; quantity: number }[],
    to?: Recipient,
  ): { kind: 'placed'; order: ShopOrder } | { kind: 'refused'; skus: string[] }
  setStatus(order: ShopOrder, status: OrderStatus): void
  /** @param restock puts the units back, if the line had taken them */
  refund(
    order: ShopOrder,
    refund: {
      lines: { lineId: number; quantity: number }[]
      restock: boolean
      reason: string
      /** Undefined: what the lines cost. */
      amount?: number | undefined
    },
  ): number
  /** As if so many posts had been made before: of a shop that is opened again, whose orders must not be taken for its old ones. */
  skipIds(count: number): void
  /** What WP-Cron does: checkouts that stay unpaid longer than they are held are cancelled; staff's orders are not. */
  cancelUnpaid(): void
}

/**
 * The rules by which WooCommerce moves stock. Sources: wc-stock-functions.php and ReserveStock.php (read 2026-08).
 * Time comes from `now`, milliseconds since the epoch.
 */
export function createShop(
  settings: ShopSettings,
  now: () => number,
  tell: (event: ShopEvent) => void,
): Shop {
  let nextId = 10
  // Products, orders and refunds are all posts: one number space.
  const newId = () => ++nextId
  const catalogue = createCatalogue({ newId, now, tell, managesStock: () => settings.managesStock })
  const orders = createOrderBook({ newId, now })
  const holds = createHolds(now)

  /** Once for each line: it remembers what it took. */
  const takeUnits = (order: ShopOrder) => {
    for (const line of order.lines) {
      const holder = catalogue.holderOf(line.variationId || line.productId)
      if (line.reduced > 0 || holder === undefined) continue
      catalogue.move(holder, -line.quantity)
      line.reduced = line.quantity
    }
  }
  const putBack = (order: ShopOrder) => {
    for (const line of order.lines) {
      const holder = catalogue.holderOf(line.variationId || line.productId)
      if (line.reduced === 0 || holder === undefined) continue
      catalogue.move(holder, line.reduced)
      line.reduced = 0
    }
  }

  const hold = (order: ShopOrder) => {
    if (!settings.managesStock || settings.holdStockMinutes === 0) return
    const units = new Map<number, number>()
    for (const line of order.lines) {
      const holder = catalogue.holderOf(line.variationId || line.productId)
      if (holder === undefined || holder.backorders !== 'no') continue
      units.set(holder.id, (units.get(holder.id) ?? 0) + line.quantity)
    }
    holds.set(order.id, { units, expiresMs: now() + settings.holdStockMinutes * 60_000 })
  }

  const setStatus = (order: ShopOrder, status: OrderStatus) => {
    const isNew = order.status !== status
    order.status = status
    if (isNew) {
      switch (status) {
        case 'processing':
        case 'on-hold':
        case 'completed':
          takeUnits(order)
          holds.release(order.id)
          break
        case 'cancelled':
          putBack(order)
          holds.release(order.id)
          break
        case 'pending':
          putBack(order)
          break
        default:
          // failed, refunded, trash and what plugins add move nothing.
          break
      }
    }
    if (status === 'processing' || status === 'completed') order.paidMs ??= now()
    if (status === 'completed') order.completedMs ??= now()
    orders.touch(order)
    tell({ topic: 'order.updated', id: order.id })
  }

  return {
    settings,
    catalogue,
    orders,
    holds,
    skipIds(count) {
      nextId += count
    },
    setStatus,
    checkout(lines, to) {
      const wanted = new Map<number, number>()
      const refused = new Set<string>()
      const bought = lines.flatMap(({ sku, quantity }) => {
        const product = catalogue.findSellable(sku)
        if (product === undefined) {
          refused.add(sku)
          return []
        }
        const holder = catalogue.holderOf(product.id)
        if (holder !== undefined && holder.backorders === 'no') {
          const total = (wanted.get(holder.id) ?? 0) + quantity
          wanted.set(holder.id, total)
          if (total > (holder.stock ?? 0) - holds.heldOf(holder.id)) refused.add(sku)
        }
        return [{ product, quantity }]
      })
      if (refused.size > 0) return { kind: 'refused', skus: [...refused] }

      const order = orders.create(
        bought.map(({ product, quantity }) => ({
          productId: product.parentId || product.id,
          variationId: product.parentId === 0 ? 0 : product.id,
          quantity,
          sku: product.sku,
          name: product.name,
          price: product.price,
        })),
        { currency: settings.currency, createdVia: 'checkout', to },
      )
      hold(order)
      tell({ topic: 'order.created', id: order.id })
      // The payment comes in the same request, so the shop saves the order a second time.
      if (settings.checkout === 'paid') setStatus(order, 'processing')
      return { kind: 'placed', order }
    },
    refund(order, { lines, restock, reason, amount }) {
      for (const { lineId, quantity } of lines) {
        const line = order.lines.find((one) => one.id === lineId)
        const holder = line && catalogue.holderOf(line.variationId || line.productId)
        if (line === undefined || holder === undefined || !restock) continue
        const back = Math.min(quantity, line.reduced)
        if (back === 0) continue
        catalogue.move(holder, back)
        line.reduced -= back
      }
      const cost = lines.reduce((sum, { lineId, quantity }) => {
        const price = order.lines.find((one) => one.id === lineId)?.price ?? 0
        return sum + price * quantity
      }, 0)
      const refund = { id: newId(), createdMs: now(), reason, lines, amount: amount ?? cost }
      order.refunds.push(refund)
      // Only once all the money is back, too.
      const total = order.lines.reduce((sum, line) => sum + line.price * line.quantity, 0)
      const paidBack = order.refunds.reduce((sum, one) => sum + one.amount, 0)
      const isAll =
        order.lines.every((line) => orders.refundedOf(order, line.id) >= line.quantity) &&
        paidBack >= total - 0.005
      if (isAll) order.status = 'refunded'
      orders.touch(order)
      tell({ topic: 'order.updated', id: order.id })
      return refund.id
    },
    cancelUnpaid() {
      if (settings.holdStockMinutes === 0) return
      const before = now() - settings.holdStockMinutes * 60_000
      for (const order of orders.unpaid()) {
        if (order.createdVia === 'checkout' && order.modifiedMs < before) setStatus(order, 'cancelled')
      }
    },
  }
}
