import type { BudgetSpec } from '@plimsoll/connector-kit'

/**
 * Credits: 4,004 at the most, 60 more each second, none for what is asked for and does not come back. And 7,000 requests
 * in any five minutes, whatever they cost. Source: developer.shiphero.com/getting-started (seen 2026-11-26).
 */
export const CREDITS_MAX = 4_004
export const CREDITS_PER_SECOND = 60
export const REQUESTS_PER_5_MINUTES = 7_000

/** What is saved up and what comes back within five minutes must not be more than the limit: 1,000 + 300 · 20. */
export const BUDGETS: readonly BudgetSpec[] = [
  { kind: 'cost-bucket', name: 'credits', capacity: CREDITS_MAX, refillPerSecond: CREDITS_PER_SECOND },
  { kind: 'token-bucket', name: 'requests', capacity: 1_000, refillPerSecond: 20 },
]

/** Rows of flat lists: 101 credits a page. */
export const PAGE_SIZE = 100
/** Orders and what is in each, of which most have few lines; one with more is read by itself. */
export const ORDERS_PAGE_SIZE = 25
export const LINES_IN_LIST = 25
/** Of an order that is read by itself. */
export const LINES_MAX = 100
/** Shipments of one order that are read with their lines. */
export const SHIPMENTS_EXPECTED = 5

/** How far back deliveries and returns are looked for: their lists say when something was made, not when it changed. */
export const DELIVERIES_DAYS = 180
