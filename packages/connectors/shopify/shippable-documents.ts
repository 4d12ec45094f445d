import type { Operation } from './documents.ts'

/** What is asked of an order that is to be shipped or cancelled: short lists at first, the rest of long ones by themselves. */

const SITES_PAGE = 6
const SITE_LINES = 50
/** A list without pages: only so many are told at all. */
export const PARCELS_SHORT = 10
export const PARCELS_MAX = 180

const SITE_FIELDS = `id
        status
        requestStatus
        assignedLocation { location { id } }
        lineItems(first: ${SITE_LINES}) {
          nodes { id remainingQuantity lineItem { id } }
          pageInfo { hasNextPage endCursor }
        }`

/** What can still be shipped, from where, and what was shipped before (so that a retry repeats nothing). */
export const SHIPPABLE: Operation = {
  name: 'ship',
  cost: 905,
  query: `query PlimsollShippable($id: ID!) {
  order(id: $id) {
    id
    cancelledAt
    fulfillmentOrders(first: ${SITES_PAGE}) {
      nodes {
        ${SITE_FIELDS}
      }
      pageInfo { hasNextPage endCursor }
    }
    fulfillments(first: ${PARCELS_SHORT}) {
      id
      status
      trackingInfo(first: 3) { number }
      fulfillmentLineItems(first: 10) { nodes { quantity lineItem { id } } pageInfo { hasNextPage } }
    }
  }
}`,
}

/** Of an order in more parts: the next ones. */
export const SHIPPABLE_SITES: Operation = {
  name: 'ship',
  cost: 633,
  query: `query PlimsollShippableSites($id: ID!, $after: String) {
  order(id: $id) {
    fulfillmentOrders(first: ${SITES_PAGE}, after: $after) {
      nodes {
        ${SITE_FIELDS}
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`,
}

/** Of a part with more lines: the next ones. */
export const SHIPPABLE_LINES: Operation = {
  name: 'ship',
  cost: 503,
  query: `query PlimsollShippableLines($id: ID!, $after: String) {
  node(id: $id) {
    ... on FulfillmentOrder {
      lineItems(first: 250, after: $after) {
        nodes { id remainingQuantity lineItem { id } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}`,
}

/** Of an order of many parcels: all of them, without what is in them. */
export const PARCELS: Operation = {
  name: 'ship',
  cost: 721,
  query: `query PlimsollParcels($id: ID!) {
  order(id: $id) { fulfillments(first: ${PARCELS_MAX}) { id status trackingInfo(first: 3) { number } } }
}`,
}
