import type { BudgetSpec } from '@plimsoll/connector-kit'

/** 1000 calls a minute as a rule, 200 for some: kept to the smaller number, learned downward where it throttles. */
export const BUDGETS: readonly BudgetSpec[] = [
  { kind: 'token-bucket', name: 'requests', capacity: 20, refillPerSecond: 3 },
]

/** Pages as its examples have them; how long they may be is not documented. */
export const STORAGE_PAGE = 100
export const ITEM_PAGE = 100
export const ORDER_PAGE = 100
/** Past so many pages of what a code is like, it is not looked for further. */
export const ITEM_PAGES_MAX = 20

/** Not documented. */
export const LINES_MAX = 100

const DAY_MS = 86_400_000
/** Lists are asked for by the day of submission; how long a period may be is not documented. */
export const WINDOW_MS = 30 * DAY_MS
/** How far back an order is looked for by its reference: three such windows. */
export const WINDOWS_BACK = 3
/** What left before the last look is told again for so long: moments are whole seconds, of clocks that differ. */
export const OVERLAP_MS = 10 * 60_000
/** What was told is remembered for so long after it was last seen. */
export const MEMORY_MS = 2 * DAY_MS
