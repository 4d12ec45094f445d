import type { Operation } from './documents.ts'

/** Reading a catalogue that is too large to page. */

/** Counts no further than it matters. */
export const LISTINGS_COUNT: Operation = {
  name: 'listings',
  cost: 1,
  query: `query PlimsollListingsCount($limit: Int) { productVariantsCount(limit: $limit) { count } }`,
}

/**
 * What the file is to hold: one line for each variant. Of connections a bulk query takes `edges`, and no `first`
 * (shopify.dev/docs/api/usage/bulk-operations/queries).
 * @param fields those of a variant
 */
export function bulkQueryOf(fields: string): string {
  return `query PlimsollBulkListings { productVariants { edges { node { ${fields} } } } }`
}

export const START_BULK: Operation = {
  name: 'listings',
  cost: 10,
  query: `mutation PlimsollStartBulk($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: false) {
    bulkOperation { id status }
    userErrors { code field message }
  }
}`,
}

export const BULK_STATE: Operation = {
  name: 'listings',
  cost: 1,
  query: `query PlimsollBulkState($id: ID!) {
  bulkOperation(id: $id) { id status errorCode rootObjectCount url }
}`,
}
