import type { BudgetSpec } from '@plimsoll/connector-kit'

/**
 * GoodCang publishes no number: it answers 429, and public clients leave more than a second between two calls. So does
 * this; where it throttles all the same the pace is learned downward.
 */
export const BUDGETS: readonly BudgetSpec[] = [
  { kind: 'token-bucket', name: 'requests', capacity: 1, refillPerSecond: 0.8 },
]

/** The most that one page holds, as documented for each list. */
export const INVENTORY_PAGE = 200
export const PRODUCT_PAGE = 200
export const ORDER_PAGE = 100
/** Each row of these costs calls of its own; a hundred would be allowed. */
export const INBOUND_PAGE = 20
export const RETURN_PAGE = 20

/** Longest texts that an order takes. */
export const LENGTHS = {
  sku: 24,
  number: 50,
  name: 48,
  company: 50,
  addressLine: 50,
  city: 32,
  province: 20,
  zipcode: 20,
  phone: 20,
  email: 100,
  note: 500,
  method: 32,
} as const
/** Nothing is published; far above what one parcel holds. */
export const LINES_MAX = 100
