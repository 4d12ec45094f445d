import type { BudgetSpec } from '@plimsoll/connector-kit'

/** Manhattan publishes no limits; these are what a careful guest would take, until an environment shows its own. */
export const BUDGETS: readonly BudgetSpec[] = [
  { kind: 'concurrency', name: 'calls', max: 6 },
  { kind: 'token-bucket', name: 'requests', capacity: 60, refillPerSecond: 10 },
]

/** Rows of a search. Public clients ask for up to 1,000. */
export const PAGE_SIZE = 100
/** Of searches for everything that belongs to a page of something else. */
export const DETAIL_PAGE_SIZE = 500
/** Ids in one `in (…)`. */
export const IN_MAX = 100
