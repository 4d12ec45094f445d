import type { Operation } from './documents.ts'

/** States of an inventory level; `committed` is promised to orders and already out of `available`. */
export const COUNTED_STATES = [
  'available',
  'reserved',
  'damaged',
  'quality_control',
  'safety_stock',
  'incoming',
] as const

const COUNTS_PAGE = 100

export const COUNTS: Operation = {
  name: 'counts',
  cost: 3 + COUNTS_PAGE * (2 + COUNTED_STATES.length),
  query: `query PlimsollCounts($location: ID!, $after: String) {
  location(id: $location) {
    inventoryLevels(first: ${COUNTS_PAGE}, after: $after) {
      nodes {
        item { id tracked }
        quantities(names: [${COUNTED_STATES.map((name) => `"${name}"`).join(', ')}]) { name quantity }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`,
}
