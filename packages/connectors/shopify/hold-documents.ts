import { type Operation, PLACE_FIELDS } from './documents.ts'

/** What is asked about fulfilment orders that may be on hold. Nobody's notes on a hold are asked for. */

const HELD_PAGE = 100
const PLACES_PAGE = 100
const LINED_PLACES_PAGE = 5
const PLACE_LINES = 50

/** Those that changed, held or not: what changes with a hold is theirs, and not their order's. */
export const CHANGED_PLACES: Operation = {
  name: 'heldOrders',
  cost: 2 + HELD_PAGE,
  query: `query PlimsollChangedPlaces($after: String, $query: String!) {
  fulfillmentOrders(first: ${HELD_PAGE}, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { id status updatedAt orderId }
    pageInfo { hasNextPage endCursor }
  }
}`,
}

/** Whose part a fulfilment order is: webhooks of holds name that alone. */
export const ORDER_OF_PLACE: Operation = {
  name: 'order',
  cost: 1,
  query: `query PlimsollOrderOfPlace($id: ID!) { node(id: $id) { ... on FulfillmentOrder { id orderId } } }`,
}

/** Of an order in more parts than `ORDER` reads. */
export const PLACES: Operation = {
  name: 'order',
  cost: 3 + PLACES_PAGE * 4,
  query: `query PlimsollPlaces($id: ID!, $after: String) {
  order(id: $id) {
    fulfillmentOrders(first: ${PLACES_PAGE}, after: $after) {
      nodes { ${PLACE_FIELDS} }
      pageInfo { hasNextPage endCursor }
    }
  }
}`,
}

/** Of an order of which one part is held and another may go: whose units are in which. */
export const LINED_PLACES: Operation = {
  name: 'order',
  cost: 3 + LINED_PLACES_PAGE * (6 + PLACE_LINES * 2),
  query: `query PlimsollLinedPlaces($id: ID!, $after: String) {
  order(id: $id) {
    fulfillmentOrders(first: ${LINED_PLACES_PAGE}, after: $after) {
      nodes {
        ${PLACE_FIELDS}
        lineItems(first: ${PLACE_LINES}) {
          nodes { remainingQuantity lineItem { id } }
          pageInfo { hasNextPage }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`,
}
