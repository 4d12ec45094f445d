import type { Recipient } from '@plimsoll/connector-kit'
import { type Account, isCounted, type SellerListing, shownOf, type Unit } from './account.ts'

export type SoldLine = {
  lineItemId: string
  listing: SellerListing
  unit: Unit
  quantity: number
  shipped: number
  isRefunded: boolean
}
export type SoldFulfillment = {
  fulfillmentId: string
  shippedMs: number
  carrier: string | undefined
  tracking: string | undefined
  lines: { lineItemId: string; quantity: number }[]
}
export type SoldOrder = {
  orderId: string
  createdMs: number
  changedMs: number
  /** Unpaid ones are no orders yet for the Fulfillment API, although their units are gone. */
  payment: 'UNPAID' | 'PENDING' | 'PAID' | 'FULLY_REFUNDED'
  cancel: 'NONE_REQUESTED' | 'IN_PROGRESS' | 'CANCELED'
  /** The buyer's request, where there is one. */
  cancelRequestId: string | undefined
  /** Undefined: eBay does not tell it any more. */
  to: Recipient | undefined
  lines: SoldLine[]
  fulfillments: SoldFulfillment[]
}

export type OrderTraits = {
  /** `unpaid`: buyers commit first and pay later. `processing`: checkout is complete, and the payment is under way. */
  checkout: 'paid' | 'unpaid' | 'processing'
  /** A seller who cancels on eBay's pages puts the units back on sale. */
  restocksOnCancel: boolean
  /** How late the order list shows a change. */
  orderLagMs: number
}

const PAYMENTS = { paid: 'PAID', unpaid: 'UNPAID', processing: 'PENDING' } as const

/** What was bought, and what became of it. */
export function createOrderBook(
  account: Account,
  traits: OrderTraits,
  now: () => number,
  confirmed: (order: SoldOrder) => void,
) {
  const orders = new Map<string, SoldOrder>()
  let made = 0

  const newOrderId = (): string => {
    made += 1
    const digits = String(made).padStart(10, '0')
    return `12-${digits.slice(0, 5)}-${digits.slice(5)}`
  }
  const touch = (order: SoldOrder): void => {
    // Two changes within a millisecond are two versions all the same.
    order.changedMs = Math.max(now(), order.changedMs + 1)
  }

  const book = {
    traits,
    find: (orderId: string) => orders.get(orderId),
    /** Paid ones that the list shows, the newest first. */
    listed: (): SoldOrder[] =>
      [...orders.values()]
        .filter(({ payment, changedMs }) => payment !== 'UNPAID' && changedMs <= now() - traits.orderLagMs)
        .reverse(),
    /** A checkout: all lines or none. */
    place(
      wanted: readonly { sku: string; quantity: number }[],
      to?: Recipient,
    ): SoldOrder | { refused: string[] } {
      const left = new Map<Unit, number>()
      const refused: string[] = []
      const found = wanted.flatMap(({ sku, quantity }) => {
        const sellable = account.findSellable(sku)
        if (sellable === undefined || !isCounted(sellable.listing)) {
          refused.push(sku)
          return []
        }
        const { listing, unit } = sellable
        const remaining = (left.get(unit) ?? shownOf(listing, unit)) - quantity
        left.set(unit, remaining)
        if (remaining < 0) refused.push(sku)
        return [{ listing, unit, quantity }]
      })
      if (refused.length > 0) return { refused: [...new Set(refused)] }
      const orderId = newOrderId()
      const order: SoldOrder = {
        orderId,
        createdMs: now(),
        changedMs: now(),
        payment: PAYMENTS[traits.checkout],
        cancel: 'NONE_REQUESTED',
        cancelRequestId: undefined,
        to,
        lines: found.map(({ listing, unit, quantity }, at) => ({
          lineItemId: `${10_000_000_000_000 + made * 100 + at}`,
          listing,
          unit,
          quantity,
          shipped: 0,
          isRefunded: false,
        })),
        fulfillments: [],
      }
      for (const { listing, unit, quantity } of order.lines) account.sell(listing, unit, quantity)
      orders.set(orderId, order)
      // Told once checkout is complete.
      if (order.payment !== 'UNPAID') confirmed(order)
      return order
    },
    pay(order: SoldOrder): boolean {
      const isUnpaid = order.payment === 'UNPAID'
      if ((!isUnpaid && order.payment !== 'PENDING') || order.cancel === 'CANCELED') return false
      order.payment = 'PAID'
      touch(order)
      if (isUnpaid) confirmed(order)
      return true
    },
    /** @param isRestocked whether the units go back on sale */
    cancel(order: SoldOrder, isRestocked: boolean): boolean {
      if (order.cancel === 'CANCELED' || order.lines.some(({ shipped }) => shipped > 0)) return false
      order.cancel = 'CANCELED'
      if (order.payment === 'PAID') order.payment = 'FULLY_REFUNDED'
      // A purchase that was never paid becomes visible as a cancelled order.
      if (order.payment === 'UNPAID' || order.payment === 'PENDING') order.payment = 'FULLY_REFUNDED'
      if (isRestocked) for (const { unit, quantity } of order.lines) account.putBack(unit, quantity)
      touch(order)
      return true
    },
    refund(order: SoldOrder): boolean {
      if (order.payment !== 'PAID') return false
      order.payment = 'FULLY_REFUNDED'
      for (const line of order.lines) line.isRefunded = true
      touch(order)
      return true
    },
    /** @returns undefined where more would be shipped than is left, or a line is not there */
    fulfill(
      order: SoldOrder,
      parcel: Pick<SoldFulfillment, 'carrier' | 'tracking' | 'lines' | 'shippedMs'>,
    ): SoldFulfillment | undefined {
      const lines = parcel.lines.map(({ lineItemId, quantity }) => ({
        line: order.lines.find((each) => each.lineItemId === lineItemId),
        quantity,
      }))
      if (lines.some(({ line, quantity }) => line === undefined || line.shipped + quantity > line.quantity))
        return undefined
      for (const { line, quantity } of lines) if (line !== undefined) line.shipped += quantity
      const fulfillment = {
        ...parcel,
        fulfillmentId: `${parcel.tracking ?? ''}${9_000 + order.fulfillments.length}`,
      }
      order.fulfillments.push(fulfillment)
      touch(order)
      return fulfillment
    },
    /** A buyer asks for a cancellation; the seller has yet to agree. */
    askToCancel(order: SoldOrder): string {
      order.cancel = 'IN_PROGRESS'
      order.cancelRequestId = `50${order.orderId.replaceAll('-', '').slice(-8)}`
      touch(order)
      return order.cancelRequestId
    },
    /** It was refused on eBay's pages, or the buyer wants it after all. */
    dropRequest(order: SoldOrder): void {
      order.cancel = 'NONE_REQUESTED'
      order.cancelRequestId = undefined
      touch(order)
    },
    findByRequest: (cancelRequestId: string) =>
      [...orders.values()].find((order) => order.cancelRequestId === cancelRequestId),
  }
  return book
}
export type OrderBook = ReturnType<typeof createOrderBook>
