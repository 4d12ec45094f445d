import type { Recipient } from '@plimsoll/connector-kit'

/** Core's statuses, and whatever plugins add. */
export type OrderStatus = string

export const coreStatuses: readonly OrderStatus[] = [
  'pending',
  'processing',
  'on-hold',
  'completed',
  'cancelled',
  'refunded',
  'failed',
  'checkout-draft',
]

export type ShopLine = {
  id: number
  productId: number
  variationId: number
  quantity: number
  sku: string
  name: string
  price: number
  /** `_reduced_stock`: units that this line has taken from stock. */
  reduced: number
}

export type ShopOrder = {
  id: number
  status: OrderStatus
  /** Where it goes back to from the trash. */
  statusBeforeTrash: OrderStatus
  currency: string
  createdVia: 'checkout' | 'store-api' | 'admin' | 'rest-api'
  /** Undefined: made by staff, who typed no address. */
  to: Recipient | undefined
  createdMs: number
  modifiedMs: number
  paidMs: number | undefined
  completedMs: number | undefined
  lines: ShopLine[]
  refunds: {
    id: number
    createdMs: number
    reason: string
    lines: { lineId: number; quantity: number }[]
    amount: number
  }[]
  meta: { id: number; key: string; value: unknown }[]
  notes: { id: number; note: string; toCustomer: boolean }[]
  fulfillments: {
    id: number
    status: string
    isFulfilled: boolean
    meta: { id: number; key: string; value: unknown }[]
  }[]
  trackings: {
    tracking_id: string
    tracking_provider: string
    tracking_link: string
    tracking_number: string
    date_shipped: string
  }[]
}

export type OrderBook = {
  create(
    lines: Omit<ShopLine, 'id' | 'reduced'>[],
    of: { currency: string; createdVia: ShopOrder['createdVia']; to?: Recipient | undefined },
  ): ShopOrder
  find(id: number): ShopOrder | undefined
  all(): readonly ShopOrder[]
  /** In status pending. */
  unpaid(): ShopOrder[]
  /** It is saved: the date of its last change moves. */
  touch(order: ShopOrder): void
  refundedOf(order: ShopOrder, lineId: number): number
  remove(order: ShopOrder): void
  newId(): number
}

export function createOrderBook({ newId, now }: { newId: () => number; now: () => number }): OrderBook {
  const orders = new Map<number, ShopOrder>()
  // The few that may be unpaid, so that looking for them costs nothing.
  const maybeUnpaid = new Set<ShopOrder>()
  let nextLineId = 0
  return {
    create(lines, { currency, createdVia, to }) {
      const order: ShopOrder = {
        id: newId(),
        status: 'pending',
        statusBeforeTrash: 'pending',
        currency,
        createdVia,
        to,
        createdMs: now(),
        modifiedMs: now(),
        paidMs: undefined,
        completedMs: undefined,
        lines: lines.map((line) => ({ ...line, id: ++nextLineId, reduced: 0 })),
        refunds: [],
        meta: [],
        notes: [],
        fulfillments: [],
        trackings: [],
      }
      orders.set(order.id, order)
      maybeUnpaid.add(order)
      return order
    },
    find: (id) => orders.get(id),
    all: () => [...orders.values()],
    unpaid: () => [...maybeUnpaid].filter((order) => order.status === 'pending'),
    touch(order) {
      order.modifiedMs = now()
      if (order.status === 'pending') maybeUnpaid.add(order)
      else maybeUnpaid.delete(order)
    },
    refundedOf: (order, lineId) =>
      order.refunds.reduce(
        (sum, refund) =>
          sum + refund.lines.reduce((units, line) => units + (line.lineId === lineId ? line.quantity : 0), 0),
        0,
      ),
    remove(order) {
      orders.delete(order.id)
      maybeUnpaid.delete(order)
    },
    newId,
  }
}
