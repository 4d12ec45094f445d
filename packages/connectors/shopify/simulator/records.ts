import type { Recipient } from '@plimsoll/connector-kit'

/** What the simulated shop keeps. Ids are numbers, as in Shopify's database; gids are made at the edge. */

export type Location = {
  id: number
  name: string
  active: boolean
  fulfillmentService: boolean
  /** Of a fulfilment service: its name, where it is not the location's. */
  serviceName?: string
  /** The fulfilment service is this application's. */
  isOurs?: boolean
}

export type Variant = {
  id: number
  productId: number
  itemId: number
  sku: string
  barcode: string | undefined
  title: string
  price: number
  tracked: boolean
  /** CONTINUE: sells on at zero. */
  sellsBeyondZero: boolean
  giftCard?: boolean
  /** A bundle, whose stock is that of its components. */
  bundle?: boolean
  updatedAtMs: number
  /** Publications that it was taken off by itself; it is on all others, as its product is. */
  unpublishedOn: Set<number>
}

/** What is sold on one sales channel, or in one market. */
export type Publication = { id: number; name: string; catalogType: 'APP' | 'MARKET' }

/** States of units that are neither sold nor for sale. */
export const HELD_STATES = ['reserved', 'damaged', 'quality_control', 'safety_stock'] as const
type OtherState = (typeof HELD_STATES)[number] | 'incoming'

/** Units of one inventory item at one location. On hand = available + committed + those that are held. */
export type Level = {
  id: number
  itemId: number
  locationId: number
  available: number
  committed: number
  others: Partial<Record<OtherState, number>>
  updatedAtMs: number
}

export type FinancialStatus = 'PENDING' | 'PAID' | 'PARTIALLY_REFUNDED' | 'REFUNDED' | 'VOIDED'

export type Line = {
  id: number
  variantId: number
  itemId: number
  sku: string
  title: string
  ordered: number
}

export type FulfillmentOrderStatus =
  | 'OPEN'
  | 'IN_PROGRESS'
  | 'ON_HOLD'
  | 'CLOSED'
  | 'CANCELLED'
  | 'INCOMPLETE'
export type HoldReason =
  | 'AWAITING_PAYMENT'
  | 'HIGH_RISK_OF_FRAUD'
  | 'INCORRECT_ADDRESS'
  | 'INVENTORY_OUT_OF_STOCK'
  | 'OTHER'
export type RequestStatus =
  | 'UNSUBMITTED'
  | 'SUBMITTED'
  | 'ACCEPTED'
  | 'REJECTED'
  | 'CANCELLATION_REQUESTED'
  | 'CANCELLATION_ACCEPTED'
  | 'CANCELLATION_REJECTED'
  | 'CLOSED'
export type FulfillmentOrder = {
  id: number
  locationId: number
  status: FulfillmentOrderStatus
  requestStatus: RequestStatus
  /** Why it is on hold. Absent: it is not. */
  holds?: { id: number; reason: HoldReason }[]
  /** When a hold of it was placed or ended last; what else changes, changes with its order. */
  holdChangedAtMs?: number
  lines: { id: number; lineId: number; itemId: number; remaining: number; total: number }[]
}

export type Tracking = { company: string | undefined; number: string | undefined; url: string | undefined }
export type Fulfillment = {
  id: number
  status: 'SUCCESS' | 'CANCELLED'
  locationId: number
  createdAtMs: number
  tracking: Tracking
  lines: { id: number; lineId: number; quantity: number }[]
}

export type RestockType = 'CANCEL' | 'RETURN' | 'NO_RESTOCK'
export type Refund = {
  id: number
  createdAtMs: number
  lines: {
    id: number
    lineId: number
    quantity: number
    restockType: RestockType
    locationId: number | undefined
  }[]
}

export type Return = {
  id: number
  /** "#1001-R1". */
  name: string
  status: 'REQUESTED' | 'OPEN' | 'CLOSED' | 'CANCELED' | 'DECLINED'
  lines: { id: number; fulfillmentLineId: number; quantity: number }[]
}

export type Order = {
  id: number
  number: number
  createdAtMs: number
  updatedAtMs: number
  cancelledAtMs: number | undefined
  cancelReason: string | undefined
  closedAtMs: number | undefined
  financialStatus: FinancialStatus
  /** Names of its ways of paying. */
  gateways: readonly string[]
  /** Undefined: nobody, as an order that is fetched. */
  to: Recipient | undefined
  lines: Line[]
  fulfillmentOrders: FulfillmentOrder[]
  fulfillments: Fulfillment[]
  refunds: Refund[]
  returns: Return[]
}

/** Units of a line that fulfilment orders still have to ship. */
export function unfulfilledOf(order: Order, line: Line): number {
  return sum(
    order.fulfillmentOrders.flatMap((each) => each.lines),
    (row) => (row.lineId === line.id ? row.remaining : 0),
  )
}

/** Units of a line that left. */
export function shippedOf(order: Order, line: Line): number {
  const left = order.fulfillments.filter((each) => each.status === 'SUCCESS')
  return sum(
    left.flatMap((each) => each.lines),
    (row) => (row.lineId === line.id ? row.quantity : 0),
  )
}

/** Units of a line refunded in any way. */
export function refundedOf(order: Order, line: Line, restockType?: RestockType): number {
  const rows = order.refunds.flatMap((each) => each.lines)
  return sum(rows, (row) =>
    row.lineId === line.id && (restockType === undefined || row.restockType === restockType)
      ? row.quantity
      : 0,
  )
}

export function currentOf(order: Order, line: Line): number {
  return line.ordered - refundedOf(order, line)
}

function sum<T>(rows: readonly T[], units: (row: T) => number): number {
  return rows.reduce((total, row) => total + units(row), 0)
}
