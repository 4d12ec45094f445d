import type { Operation } from './documents.ts'

/** Neither moves money: what was paid is given back by a person, on Shopify's own page of the order. */

export const CANCEL: Operation = {
  name: 'cancel',
  cost: 10,
  query: `mutation PlimsollCancel($orderId: ID!, $reason: OrderCancelReason!, $notifyCustomer: Boolean!) {
  orderCancel(orderId: $orderId, reason: $reason, notifyCustomer: $notifyCustomer, restock: true) {
    job { id }
    orderCancelUserErrors { code field message }
  }
}`,
}

export const CANCEL_UNITS: Operation = {
  name: 'cancel',
  cost: 10,
  query: `mutation PlimsollCancelUnits($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) { refund { id } userErrors { field message } }
}`,
}
