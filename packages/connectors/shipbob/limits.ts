import type { BudgetSpec } from '@plimsoll/connector-kit'

/**
 * The dated version that every path begins with. ShipBob brings out one in January and one in July and keeps each for 24
 * months: developer.shipbob.com/v1.0/versioning (seen 2026-11-26; in February it still said 12).
 */
export const API_VERSION = '2026-01'
export const API_VERSION_ENDS_ON = '2028-01-31'

/**
 * 150 requests in any minute for each user of an application, all endpoints together (developer.shipbob.com/rate-limit).
 * What is saved up and what comes back within a minute must not be more than that together: 30 + 60 · 2.
 */
export const BUDGETS: readonly BudgetSpec[] = [
  { kind: 'token-bucket', name: 'requests', capacity: 30, refillPerSecond: 2 },
]
export const REQUESTS_PER_MINUTE = 150

/** The most that the lists of orders, inventory and their levels give at once; asking for less costs more calls. */
export const PAGE_SIZE = 250
/** Of deliveries and returns: each that changed is looked into by a call of its own. */
export const SMALL_PAGE_SIZE = 25
