import type { Operation } from './documents.ts'

/** What a fulfilment service of ours is asked, and answers. */

export const SERVICES: Operation = {
  name: 'registerWebhooks',
  cost: 10,
  query: `query PlimsollServices { shop { fulfillmentServices { id serviceName } } }`,
}

/** Without a callback: its notifications name no order, and since 2026-01 it may be left out. */
export const CREATE_SERVICE: Operation = {
  name: 'registerWebhooks',
  cost: 10,
  query: `mutation PlimsollCreateService($name: String!) {
  fulfillmentServiceCreate(name: $name, inventoryManagement: false, trackingSupport: false, requiresShippingMethod: true) {
    fulfillmentService { id location { id } }
    userErrors { field message }
  }
}`,
}

const answered = '{ fulfillmentOrder { id status requestStatus } userErrors { field message } }'

export const ACCEPT_REQUEST: Operation = {
  name: 'ship',
  cost: 10,
  query: `mutation PlimsollAcceptRequest($id: ID!) { fulfillmentOrderAcceptFulfillmentRequest(id: $id) ${answered} }`,
}

export const REJECT_REQUEST: Operation = {
  name: 'cancel',
  cost: 10,
  query: `mutation PlimsollRejectRequest($id: ID!, $reason: FulfillmentOrderRejectionReason!) {
  fulfillmentOrderRejectFulfillmentRequest(id: $id, reason: $reason) ${answered}
}`,
}

export const ACCEPT_CANCELLATION: Operation = {
  name: 'cancel',
  cost: 10,
  query: `mutation PlimsollAcceptCancellation($id: ID!) {
  fulfillmentOrderAcceptCancellationRequest(id: $id) ${answered}
}`,
}

export const REJECT_CANCELLATION: Operation = {
  name: 'ship',
  cost: 10,
  query: `mutation PlimsollRejectCancellation($id: ID!) {
  fulfillmentOrderRejectCancellationRequest(id: $id) ${answered}
}`,
}

/** Gives an accepted request back: the merchant ships it from somewhere else. */
export const CLOSE_FULFILLMENT_ORDER: Operation = {
  name: 'cancel',
  cost: 10,
  query: `mutation PlimsollCloseFulfillmentOrder($id: ID!) { fulfillmentOrderClose(id: $id) ${answered} }`,
}
