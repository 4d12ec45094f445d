import type { BudgetSpec, SeenBucket } from './budgets.ts'
import { PLACE_RESERVED_FROM } from './call-classes.ts'
import { type DailyReset, lastResetBefore, nextResetAfter } from './daily-reset.ts'

/**
 * One limit, as arithmetic over moments handed in (`now`: milliseconds, monotonic). No timers here.
 *
 * Why a bucket refills only up to `capacity − in flight`: a request reaches the platform somewhere between
 * being sent and being answered, and until then the platform's own bucket may stand full and lose its refill.
 * Counting that refill as ours would overdraw the platform's by (travel time × rate). Kept like this, ours plus
 * what has not arrived is never above theirs, and a steady pace loses nothing.
 */
export type Bucket = {
  kind: BudgetSpec['kind']
  name: string
  /**
   * The moment from which `take(cost)` is allowed; at most `now` when it is already, Infinity when it waits for `settle`.
   * `reserve`: the share of the bucket that must be left after it.
   */
  readyAt(cost: number, now: number, reserve: number): number
  take(cost: number, now: number): void
  settle(settled: Settled): void
  left(now: number): BucketState
  /** What the platform did not say stays as it is. */
  learn(seen: Partial<SeenBucket>, now: number): void
  /** The platform throttled although this allowed the call. */
  slowDown(now: number): void
}

/** `never-sent`: the platform did not count it. */
type Settled = { cost: number; actual: number | 'never-sent'; now: number }

export type BucketState = {
  name: string
  left: number
  capacity: number
  /** 0..1 of the declared pace: below 1 it was learned that the platform throttles earlier. */
  pace: number
}

/** @param toWall the wall clock (milliseconds since the epoch) at a moment of the monotonic one */
export function createBucket(spec: BudgetSpec, now: number, toWall: (now: number) => number): Bucket {
  switch (spec.kind) {
    case 'concurrency':
      return concurrency(spec)
    case 'token-bucket':
      return refilling({ ...spec, priceOf: () => 1 }, now)
    case 'cost-bucket':
      return refilling({ ...spec, priceOf: (cost) => cost }, now)
    case 'daily':
      return spec.resets === undefined ? daily(spec) : byDay({ ...spec, resets: spec.resets }, toWall)
    default: {
      const never: never = spec
      return never
    }
  }
}

// A throttle takes a fifth of the pace, each success gives a hundredth of the declared pace back.
const slowedTo = 0.8
const paceMin = 0.1
const paceBack = 0.01

function concurrency(spec: { name: string; max: number }): Bucket {
  let { max } = spec
  let pace = 1
  let inFlight = 0
  const allowed = () => Math.max(1, Math.floor(max * pace))
  return {
    kind: 'concurrency',
    name: spec.name,
    readyAt(_cost, _now, reserve) {
      const kept = reserve >= PLACE_RESERVED_FROM && allowed() > 1 ? 1 : 0
      return inFlight < allowed() - kept ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
    },
    take() {
      inFlight += 1
    },
    settle({ actual }) {
      inFlight -= 1
      if (actual !== 'never-sent') pace = Math.min(1, pace + paceBack)
    },
    left: () => ({ name: spec.name, left: Math.max(0, allowed() - inFlight), capacity: max, pace }),
    learn(seen) {
      max = seen.capacity ?? max
      pace = 1
    },
    slowDown() {
      pace = Math.max(paceMin, pace * slowedTo)
    },
  }
}

type RefillingSpec = {
  kind: 'token-bucket' | 'cost-bucket'
  name: string
  capacity: number
  refillPerSecond: number
  priceOf: (cost: number) => number
}

function refilling(spec: RefillingSpec, start: number): Bucket {
  let { capacity, refillPerSecond } = spec
  let pace = 1
  let level = capacity
  let inFlight = 0
  let levelAt = start

  const perMs = () => (refillPerSecond * pace) / 1_000
  const refill = (now: number): void => {
    const full = capacity - inFlight
    if (level < full) level = Math.min(full, level + Math.max(0, now - levelAt) * perMs())
    levelAt = Math.max(levelAt, now)
  }
  /** A price above the whole bucket goes when the bucket is full, and leaves a debt. */
  const neededFor = (price: number, reserve = 0) => Math.min(price + reserve * capacity, capacity)

  return {
    kind: spec.kind,
    name: spec.name,
    readyAt(cost, now, reserve) {
      refill(now)
      const needed = neededFor(spec.priceOf(cost), reserve)
      // Refilling in steps loses a little each time; a billionth of a token is no token.
      if (level + 1e-9 >= needed) return now
      if (needed > capacity - inFlight + 1e-9) return Number.POSITIVE_INFINITY
      return now + (needed - level) / perMs()
    },
    take(cost, now) {
      refill(now)
      const price = spec.priceOf(cost)
      level -= price
      inFlight += price
    },
    settle({ cost, actual, now }) {
      refill(now)
      const price = spec.priceOf(cost)
      inFlight = Math.max(0, inFlight - price)
      const spent = actual === 'never-sent' ? 0 : spec.priceOf(actual)
      level = Math.min(capacity - inFlight, level + price - spent)
      if (actual !== 'never-sent') pace = Math.min(1, pace + paceBack)
    },
    left(now) {
      refill(now)
      return { name: spec.name, left: level, capacity, pace }
    },
    learn(seen, now) {
      refill(now)
      capacity = seen.capacity ?? capacity
      refillPerSecond = seen.refillPerSecond ?? refillPerSecond
      level = Math.min(level, capacity - inFlight)
      // A rate alone was the plan's, and says nothing of what was learned by being throttled.
      if (seen.available === undefined) return
      pace = 1
      // What is in flight may or may not be in the number seen already; counted again it can only be too low.
      level = Math.min(seen.available, capacity) - inFlight
      levelAt = now
    },
    slowDown(now) {
      refill(now)
      level = Math.min(level, 0)
      pace = Math.max(paceMin, pace * slowedTo)
    },
  }
}

const hourMs = 3_600_000
const hoursKept = 25

/**
 * Requests in any 24 hours, counted by the hour: 24 whole hours and the running one, so never too many. It forgets
 * at a restart; a platform that says what is left corrects it through `learn`.
 */
function daily(spec: { name: string; max: number }): Bucket {
  let { max } = spec
  const perHour = new Map<number, number>()
  const used = (now: number): number => {
    const hour = Math.floor(now / hourMs)
    let sum = 0
    for (const [start, count] of perHour) {
      if (start <= hour - hoursKept) perHour.delete(start)
      else sum += count
    }
    return sum
  }
  const add = (count: number, now: number): void => {
    const hour = Math.floor(now / hourMs)
    perHour.set(hour, (perHour.get(hour) ?? 0) + count)
  }
  return {
    kind: 'daily',
    name: spec.name,
    readyAt(_cost, now, reserve) {
      if (used(now) + Math.floor(reserve * max) < max) return now
      // A reserve alone may leave nothing although nothing was spent: then it is a matter of hours all the same.
      const oldest = Math.min(Math.floor(now / hourMs), ...perHour.keys())
      return (oldest + hoursKept) * hourMs
    },
    take(_cost, now) {
      add(1, now)
    },
    settle({ actual, now }) {
      if (actual === 'never-sent') add(-1, now)
    },
    left: (now) => ({ name: spec.name, left: max - used(now), capacity: max, pace: 1 }),
    learn(seen, now) {
      max = seen.capacity ?? max
      // What others spent counts as spent now: it comes back too late rather than too early.
      if (seen.available !== undefined) add(max - seen.available - used(now), now)
    },
    slowDown: () => undefined,
  }
}

/** Requests in a day that begins at an hour of the platform's own clock. It forgets at a restart, like `daily`. */
function byDay(
  spec: { name: string; max: number; resets: DailyReset },
  toWall: (now: number) => number,
): Bucket {
  let { max } = spec
  let used = 0
  let nextReset = Number.NEGATIVE_INFINITY // by the wall clock
  const turn = (now: number): void => {
    const wall = toWall(now)
    if (wall < nextReset) return
    // A day that began before this process is counted from nothing: the platform says what is left, or throttles.
    if (nextReset === Number.NEGATIVE_INFINITY || lastResetBefore(wall, spec.resets) >= nextReset) used = 0
    nextReset = nextResetAfter(wall, spec.resets)
  }
  return {
    kind: 'daily',
    name: spec.name,
    readyAt(_cost, now, reserve) {
      turn(now)
      if (used + Math.floor(reserve * max) < max) return now
      return now + (nextReset - toWall(now))
    },
    take(_cost, now) {
      turn(now)
      used += 1
    },
    settle({ actual, now }) {
      turn(now)
      // Of the day before nothing is left to come back.
      if (actual === 'never-sent') used = Math.max(0, used - 1)
    },
    left(now) {
      turn(now)
      return { name: spec.name, left: Math.max(0, max - used), capacity: max, pace: 1 }
    },
    learn(seen, now) {
      turn(now)
      max = seen.capacity ?? max
      if (seen.available !== undefined) used = Math.max(used, max - seen.available)
    },
    slowDown: () => undefined,
  }
}
