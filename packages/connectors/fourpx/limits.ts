import type { BudgetSpec } from '@plimsoll/connector-kit'

/** 4PX publishes no number. What is assumed here is learned downward where it throttles. */
export const BUDGETS: readonly BudgetSpec[] = [
  { kind: 'token-bucket', name: 'requests', capacity: 5, refillPerSecond: 2 },
]

/** As documented: 500 for inventory and outbound consignments, 100 for inbound ones, 100 SKUs by name. */
export const INVENTORY_PAGE = 500
export const OUTBOUND_PAGE = 200
export const INBOUND_PAGE = 100
export const SKUS_BY_NAME = 100
export const LOG_PAGE = 200
/** Past so many pages an inventory is not believed: a quarter of a million rows. */
export const INVENTORY_PAGES_MAX = 500

/** One outbound consignment takes so many SKUs. */
export const LINES_MAX = 100

const DAY_MS = 86_400_000
/** Lists can be asked for a month at the most; a day less leaves room for clocks. */
export const WINDOW_MS = 29 * DAY_MS
/** How far back a consignment is looked for by its reference: three such windows. */
export const WINDOWS_BACK = 3
/** Inbound consignments: three months at the most. */
export const INBOUND_WINDOW_MS = 88 * DAY_MS
export const AHEAD_MS = DAY_MS / 2
