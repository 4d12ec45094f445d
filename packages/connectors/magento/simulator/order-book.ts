import type { Recipient } from '@plimsoll/connector-kit'
import type { ProductType } from './catalogue.ts'

export type OrderState =
  | 'new'
  | 'pending_payment'
  | 'processing'
  | 'holded'
  | 'payment_review'
  | 'complete'
  | 'closed'
  | 'canceled'

/** One row of an order. Of a configurable and its option, and of a bundle and its parts, each has one. */
export type OrderRow = {
  itemId: number
  parentItemId: number | undefined
  productId: number
  type: ProductType
  sku: string
  name: string
  isVirtual: boolean
  price: number
  ordered: number
  canceled: number
  invoiced: number
  refunded: number
  shipped: number
  /** It is paid for by itself; else by its parent or its parts. */
  countsForMoney: boolean
  /** It is what a shipment names; else its parent or its parts are. */
  countsForShipping: boolean
  /** It is what stock is kept of. */
  isHeld: boolean
}

export type ShopOrder = {
  id: number
  incrementId: string
  storeId: number
  stockId: number
  state: OrderState
  /** To what it goes back when its hold ends. */
  heldFrom?: OrderState
  currency: string
  createdMs: number
  /** Whole seconds; stays as it is where only a row changes. */
  updatedMs: number
  /** Undefined: nothing of it is sent to anybody. */
  to: Recipient | undefined
  rows: OrderRow[]
}

export type ShopDocument = {
  id: number
  orderId: number
  createdMs: number
  items: { orderItemId: number; quantity: number }[]
  /** Of a credit memo. */
  comment?: string | undefined
}
export type ShopShipment = ShopDocument & {
  source: string | undefined
  tracks: { id: number; track_number: string; title: string; carrier_code: string }[]
  comments: { comment: string; isVisible: boolean }[]
}

export type OrderBook = {
  orders: Map<number, ShopOrder>
  shipments: ShopShipment[]
  invoices: ShopDocument[]
  creditmemos: ShopDocument[]
  newId(): number
}

export function createOrderBook(): OrderBook {
  let nextId = 0
  return {
    orders: new Map(),
    shipments: [],
    invoices: [],
    creditmemos: [],
    newId: () => {
      nextId += 1
      return nextId
    },
  }
}

/** Source: Magento\Sales\Model\Order\Item, getSimpleQtyToShip, as of 2.2.8 to 2.4 (magento2 issues 22006 and 34289). */
export function toShip(row: OrderRow): number {
  if (!row.countsForShipping || row.isVirtual) return 0
  return Math.max(0, row.ordered - Math.max(row.shipped, row.refunded) - row.canceled)
}

export function toInvoice(row: OrderRow): number {
  return row.countsForMoney ? Math.max(0, row.ordered - row.invoiced - row.canceled) : 0
}

export function toRefund(row: OrderRow): number {
  return row.countsForMoney ? Math.max(0, row.invoiced - row.refunded) : 0
}

/** Source: Magento\Sales\Model\Order, canCancel: something must be left that is neither invoiced nor cancelled. */
export function canCancel(order: ShopOrder): boolean {
  if (['canceled', 'complete', 'closed', 'holded', 'payment_review'].includes(order.state)) return false
  return order.rows.some((row) => toInvoice(row) > 0)
}

/** Source: Magento\Sales\Model\Order, canHold and canUnhold. */
export function canHold({ state }: ShopOrder): boolean {
  return !['canceled', 'payment_review', 'complete', 'closed', 'holded'].includes(state)
}

export function canShip(order: ShopOrder): boolean {
  if (['canceled', 'holded', 'payment_review'].includes(order.state)) return false
  return order.rows.some((row) => toShip(row) > 0)
}

/** The state that follows from the rows. Source: Sales\Model\ResourceModel\Order\Handler\State. */
export function stateAfter(order: ShopOrder, isInProcess: boolean): OrderState {
  const { state, rows } = order
  const begun = state === 'new' && isInProcess ? 'processing' : state
  if (begun === 'canceled' || begun === 'holded' || rows.some((row) => toInvoice(row) > 0)) return begun
  if (begun !== 'processing' && begun !== 'complete') return begun
  const canRefund = rows.some((row) => toRefund(row) > 0)
  if (!canRefund && !canShip(order)) return 'closed'
  return canShip(order) ? begun : 'complete'
}
