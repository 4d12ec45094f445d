import type { BudgetSpec } from '@plimsoll/connector-kit'
import type { WebhookVerdict } from '@plimsoll/database'

/**
 * How often a stream is read. Pure. Fast while things move, slower the longer nothing does; the less webhooks can be
 * relied on, the faster; never more than a share of what the platform allows.
 */
export type PollWorld = {
  /** Between two reads while things move and no webhook tells of them: the connection's own setting. */
  paceMs: number
  /** For how long nothing new has come in. */
  quietMs: number
  webhooks: WebhookVerdict
  /** The least that the poll budget allows; see `pollFloorMs`. */
  floorMs: number
  /** 0..1 of the scarcest budget. */
  budgetLeft: number
}

/** In units of the pace: between two reads at the least and at the most. */
const REACH: Readonly<Record<WebhookVerdict, { least: number; most: number }>> = {
  healthy: { least: 4, most: 40 },
  unknown: { least: 1, most: 8 },
  poor: { least: 1, most: 8 },
  silent: { least: 1, most: 4 },
  none: { least: 1, most: 4 },
}

/** Eight reads find nothing in the time for which nothing has happened, before the next one is put off further. */
const QUIET_READS = 8
const POLL_MS_MAX = 15 * 60_000

/** @returns milliseconds from one read to the next */
export function decidePollMs({ paceMs, quietMs, webhooks, floorMs, budgetLeft }: PollWorld): number {
  const { least, most } = REACH[webhooks]
  const wanted = Math.min(Math.max(quietMs / QUIET_READS, paceMs * least), paceMs * most)
  const thrifty = Math.min(wanted * thriftOf(budgetLeft), Math.max(POLL_MS_MAX, paceMs))
  return Math.ceil(Math.max(thrifty, floorMs))
}

/** Between two batches of levels that are read back without suspicion. */
export function decideReadBackMs(world: Pick<PollWorld, 'paceMs' | 'floorMs' | 'budgetLeft'>): number {
  return Math.ceil(Math.max(world.paceMs * thriftOf(world.budgetLeft), world.floorMs))
}

/** Reads are dear on some platforms: as the budget runs low it is left to writes. */
function thriftOf(budgetLeft: number): number {
  if (budgetLeft > 0.5) return 1
  return budgetLeft > 0.25 ? 4 : 16
}

/** Of each budget, what polls and read-backs may spend at the most. */
export const POLL_SHARE = 0.2
const READ_BACK_SHARE = 0.1
/** Of a limit of reading orders alone: what is left fills it up again for the reads that writes need. */
const READ_BACK_ORDERS_SHARE = 0.4
const DEEP_READ_SHARE = 0.2

/** Points of one read as a part of the bucket: Shopify's list of 30 orders costs some 50 of 2,000. */
const COST_PARTS = 40
const DAY_MS = 86_400_000

/** Those of the budgets that an operation spends, in whichever of its ways (`levels`, `levels.trading`). */
export function budgetsOf(budgets: readonly BudgetSpec[], operation: string): BudgetSpec[] {
  const isWayOf = (each: string) => each === operation || each.startsWith(`${operation}.`)
  return budgets.filter(({ operations }) => operations?.some(isWayOf) ?? true)
}

/**
 * How long must lie between two reads of so many requests, for them to spend no more than a share of every budget.
 * @param budgets that such a read spends: see `budgetsOf`
 * @param blockedMs for how long the platform takes nothing at all
 */
export function pollFloorMs(
  budgets: readonly BudgetSpec[],
  requests: number,
  share: number,
  blockedMs = 0,
): number {
  const floors = budgets.map((budget) => {
    switch (budget.kind) {
      case 'concurrency':
        return 0
      case 'daily':
        return (requests * DAY_MS) / (share * budget.max)
      case 'token-bucket':
        return (requests * 1_000) / (share * budget.refillPerSecond)
      case 'cost-bucket':
        return (requests * budget.capacity * 1_000) / (COST_PARTS * share * budget.refillPerSecond)
      default: {
        const never: never = budget
        return never
      }
    }
  })
  return Math.max(0, blockedMs, ...floors)
}

/** The least between two unhurried reads of the orders, of so many requests each. */
export function deepReadFloorMs(budgets: readonly BudgetSpec[], requests: number): number {
  return pollFloorMs(budgetsOf(budgets, 'orders'), requests, DEEP_READ_SHARE)
}

/** The least between two batches of levels that are read back, each with the orders, without which it says nothing. */
export function readBackFloorMs(budgets: readonly BudgetSpec[]): number {
  return Math.max(
    pollFloorMs(budgetsOf(budgets, 'levels'), 1, READ_BACK_SHARE),
    pollFloorMs(budgetsOf(budgets, 'orders'), 1, READ_BACK_ORDERS_SHARE),
  )
}

/** A decrease that comes meanwhile waits for these. */
const CALLS_MAX = 5

/**
 * Calls that read levels for one read of the orders, without which they say nothing. One, but where orders may be read so
 * seldom (Amazon: once in three minutes) that levels would wait for them.
 */
export function callsForOneOrderRead(budgets: readonly BudgetSpec[], everyMs: number): number {
  const ordersMs = pollFloorMs(budgetsOf(budgets, 'orders'), 1, 1)
  return Math.min(CALLS_MAX, Math.max(1, Math.floor(ordersMs / everyMs)))
}
