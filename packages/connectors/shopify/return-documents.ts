import { type Operation, ORDERS_PAGE } from './documents.ts'

/** Returns that customers were granted. Shopify has no list of them: they are parts of orders. Costs as in `documents.ts`. */

const RETURNS = { returns: 10, lines: 25 }

/** What the shop has granted, to know before `returns` is asked for: without the right the whole answer is an error. */
export const GRANTED: Operation = {
  name: 'returns',
  cost: 20,
  query: `query PlimsollGranted { currentAppInstallation { accessScopes { handle } } }`,
}

/** Orders that changed, and whether anything of each was ever to come back. */
export const RETURNED_ORDERS: Operation = {
  name: 'returns',
  cost: 2 + ORDERS_PAGE * 4,
  query: `query PlimsollReturnedOrders($first: Int!, $after: String, $query: String!) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    nodes { id updatedAt returns(first: 1) { nodes { id } } }
    pageInfo { hasNextPage endCursor }
  }
}`,
}

const LINES = `nodes { __typename ... on ReturnLineItem { quantity fulfillmentLineItem { lineItem { id } } } }`

export const ORDER_RETURNS: Operation = {
  name: 'returns',
  cost: 800,
  query: `query PlimsollOrderReturns($id: ID!, $after: String) {
  order(id: $id) {
    id
    updatedAt
    returns(first: ${RETURNS.returns}, after: $after) {
      nodes { id name status returnLineItems(first: ${RETURNS.lines}) { ${LINES} pageInfo { hasNextPage } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`,
}

/** For the rare return of more lines than `ORDER_RETURNS` reads. */
export const RETURN_LINES: Operation = {
  name: 'returns',
  cost: 755,
  query: `query PlimsollReturnLines($id: ID!, $after: String) {
  node(id: $id) {
    ... on Return { returnLineItems(first: 250, after: $after) { ${LINES} pageInfo { hasNextPage endCursor } } }
  }
}`,
}
