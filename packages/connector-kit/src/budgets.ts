import assert from 'node:assert/strict'
import { type Bucket, type BucketState, createBucket } from './budget-buckets.ts'
import { type BudgetSupply, createSuppliedBucket } from './budget-supply.ts'
import type { Clock } from './clock.ts'
import type { DailyReset } from './daily-reset.ts'
import { KEPT_BACK, RateLimited, Unavailable } from './errors.ts'
import { createThrottle, type Throttle } from './throttle.ts'

/** One limit of a platform on how fast it may be called. */
export type BudgetSpec = (
  | { kind: 'concurrency'; name: string; max: number }
  /** One token a request. */
  | { kind: 'token-bucket'; name: string; capacity: number; refillPerSecond: number }
  /** `request.cost` points a request. */
  | { kind: 'cost-bucket'; name: string; capacity: number; refillPerSecond: number }
  /** Requests in any 24 hours; or, with `resets`, in a day that begins at that hour of the platform's clock. */
  | { kind: 'daily'; name: string; max: number; resets?: DailyReset }
) & {
  /**
   * Whom the platform counts: each account apart (the default), or the application over all accounts that gave it
   * access. The connector's `budgetKeys` say which connections are the same.
   */
  scope?: BudgetScope
  /**
   * Only calls of these operations spend it, as `HttpRequest.operation` names them; absent: every call does. Calls that
   * wait for a limit of their own hold no others up. The hub looks whether one is open before it begins an operation.
   */
  operations?: readonly string[]
}

export type BudgetScope = 'account' | 'application'

export type Permit = {
  /**
   * Call once the platform has answered or the call has failed: frees the place among the concurrent calls and
   * gives back what `actualCost` is less than the cost asked for (or takes what it is more). `never-sent`: the platform has
   * counted nothing, so that all of it comes back. Calling again does nothing.
   */
  settle(actualCost?: number | 'never-sent'): void
}

export type BudgetRequest = {
  /** Points, for cost buckets. */
  cost: number
  /** 0 goes first. */
  priority: number
  /** Share 0..1 of each budget that must be left after it, for what is more urgent; 0 unless given. */
  reserve?: number
  /**
   * For whom. Among calls of one priority those of each group go in turn, by what they cost: one organization's
   * thousand calls do not keep another's one waiting. A group alone has it all.
   */
  group?: string
  /** As `HttpRequest.operation`; undefined: only the limits of every call count. */
  operation?: string
  signal?: AbortSignal
}

export type BudgetSnapshot = {
  /** 0..1 of the scarcest bucket (1: nothing spent); 0 while throttled. Concurrency does not count: a call in flight is not a spent budget. */
  left: number
  /** Milliseconds since the epoch until which nothing goes, undefined when open. */
  blockedUntil: number | undefined
  /** 0..1 of the declared pace, of the slowest bucket: below 1 it was learned that the platform throttles earlier. */
  pace: number
  buckets: BucketState[]
}

/** What the platform itself said about one of its buckets. */
export type SeenBucket = { available: number; capacity: number; refillPerSecond: number }

/**
 * All limits of one application's credentials at one platform. Calls wait here, in order of priority and then
 * of arrival, until every limit lets the first of them go.
 *
 * Promise: if the specs are the platform's own limits, the platform never has a reason to throttle, however
 * long requests travel (see budget-buckets.ts). Where it throttles earlier all the same, the pace is learned
 * downward by a fifth each time and comes back slowly with success.
 */
export type Budgets = {
  /**
   * Waits until every budget allows it.
   * @throws Unavailable (never sent) when the signal aborts first; RateLimited when too many wait already
   */
  acquire(request: BudgetRequest): Promise<Permit>
  /**
   * Waits in the same line until such a call could go, and takes nothing: what is decided then is not out of date
   * before it leaves. Throws as `acquire` does.
   */
  ready(request: BudgetRequest): Promise<void>
  /** Whether such a call would go at once: for whoever must not wait in line with what is less urgent than the next. */
  isReady(request: Omit<BudgetRequest, 'signal'>): boolean
  /** How long the limits alone make such a call wait; 0 where that depends on other calls ending. */
  readyInMs(request: Omit<BudgetRequest, 'signal'>): number
  snapshot(): BudgetSnapshot
  /** Platform said: bucket has `available` of `capacity`, refilling at `refillPerSecond`; what it did not say stays. */
  learnBucket(name: string, seen: Partial<SeenBucket>): void
  /**
   * Throttled: nothing (where the operation has a limit of its own: nothing of it) goes before `now + retryAfterMs`. Without a hint 1 s, doubling to 60 s while the platform
   * keeps throttling, back to 1 s after success. Several answers to one burst count as one.
   */
  throttled(retryAfterMs: number | undefined, operation?: string): void
}

/** A limit with whom it is for. */
type Limit = { spec: BudgetSpec; bucket: Bucket }

/** What one call goes by. */
type Limits = { buckets: readonly Bucket[]; throttles: readonly Throttle[] }

type Waiter = {
  limits: Limits
  cost: number
  priority: number
  reserve: number
  /** Its place among those of the same priority: see `tagOf`. */
  tag: number
  takes: boolean
  grant: (permit: Permit) => void
  /** Takes the abort listener off. */
  release: () => void
}

// Far above what a lane puts in flight; past it a caller runs away and must be told.
const waitersMax = 10_000
/** Past so many groups those that have nothing owed are forgotten. */
const groupsMax = 1_000

/** @param supply where the buckets are kept for several processes; absent: this process alone spends them */
export function createBudgets(specs: readonly BudgetSpec[], clock: Clock, supply?: BudgetSupply): Budgets {
  const toWall = (now: number) => clock.now() + (now - clock.monotonic())
  const all: Limit[] = specs.map((spec) => ({
    spec,
    bucket:
      supply === undefined
        ? createBucket(spec, clock.monotonic(), toWall)
        : createSuppliedBucket(spec, supply, clock, () => pump()),
  }))
  assert(new Set(specs.map((spec) => spec.name)).size === specs.length, 'budget names are distinct')

  const waiters: Waiter[] = []
  const general = createThrottle()
  const throttles = new Map(
    specs.flatMap(({ operations = [] }) => operations).map((operation) => [operation, createThrottle()]),
  )
  const ofEvery = all.filter(({ spec }) => spec.operations === undefined).map(({ bucket }) => bucket)
  const limits = new Map<string, Limits>(
    [...throttles].map(([operation, own]) => {
      const isOwn = ({ spec }: Limit) => spec.operations?.includes(operation) ?? true
      const buckets = all.filter(isOwn).map(({ bucket }) => bucket)
      return [operation, { buckets, throttles: [general, own] }]
    }),
  )
  const plain: Limits = { buckets: ofEvery, throttles: [general] }
  const limitsOf = (operation: string | undefined): Limits =>
    operation === undefined ? plain : (limits.get(operation) ?? plain)
  let alarm: { at: number; cancel: AbortController } | undefined

  /**
   * When a request could go if nothing else did; `now` or less means at once, Infinity when another must settle first.
   * `short`: what it waits for is added to it.
   */
  const readyAt = (
    { buckets, throttles: blocks }: Limits,
    { cost, reserve }: { cost: number; reserve: number },
    now: number,
    short?: Set<Bucket | Throttle>,
  ): number => {
    let at = 0
    for (const throttle of blocks) {
      if (throttle.until > now) short?.add(throttle)
      at = Math.max(at, throttle.until)
    }
    // What waits for an answer of the platform need not ask the others.
    if (at > now && short === undefined) return at
    for (const bucket of buckets) {
      const bucketAt = bucket.readyAt(cost, now, reserve)
      if (bucketAt > now) short?.add(bucket)
      at = Math.max(at, bucketAt)
    }
    return at
  }

  // Start-time fair queueing: a group's next call is placed after what its earlier ones cost, and never before what
  // is being served now, so that one that was silent gets its turn at once but no arrears.
  const tags = new Map<string, number>()
  let served = 0
  const tagOf = (group: string, cost: number): number => {
    const tag = Math.max(served, tags.get(group) ?? 0)
    tags.set(group, tag + Math.max(1, cost))
    if (tags.size > groupsMax) for (const [name, end] of tags) if (end <= served) tags.delete(name)
    return tag
  }

  const take = ({ buckets, throttles: blocks }: Limits, cost: number, now: number): Permit => {
    for (const bucket of buckets) bucket.take(cost, now)
    const grantedAt = now
    let isSettled = false
    return {
      settle(actualCost) {
        if (isSettled) return
        isSettled = true
        const settledAt = clock.monotonic()
        for (const bucket of buckets) bucket.settle({ cost, actual: actualCost ?? cost, now: settledAt })
        // What the platform never saw shows nothing of what it lets through.
        if (actualCost !== 'never-sent') for (const throttle of blocks) throttle.settled(grantedAt)
        pump()
      },
    }
  }

  const pump = (): void => {
    const now = clock.monotonic()
    const short = new Set<Bucket | Throttle>()
    let nextAt = Number.POSITIVE_INFINITY
    for (let place = 0; place < waiters.length; ) {
      const waiter = waiters[place] as Waiter
      // What an earlier one waits for nobody behind it takes away; all else they may have.
      const isBehind = overlaps(waiter.limits, short)
      const at = readyAt(waiter.limits, waiter, now, short)
      if (isBehind || at > now) {
        if (!isBehind) nextAt = Math.min(nextAt, at)
        // All behind it wait for the same.
        if (throttles.size === 0 || short.has(general)) break
        place += 1
        continue
      }
      waiters.splice(place, 1)
      waiter.release()
      served = Math.max(served, waiter.tag)
      waiter.grant(waiter.takes ? take(waiter.limits, waiter.cost, now) : nothingTaken)
    }
    setAlarm(nextAt)
  }

  const setAlarm = (at: number): void => {
    if (alarm?.at === at) return
    alarm?.cancel.abort()
    alarm = undefined
    // Infinity: a settling permit pumps, no alarm is needed.
    if (at === Number.POSITIVE_INFINITY) return
    const mine = { at, cancel: new AbortController() }
    alarm = mine
    clock.sleep(at - clock.monotonic(), mine.cancel.signal).then(
      () => {
        if (alarm !== mine) return
        alarm = undefined
        pump()
      },
      (error: unknown) => {
        // Being cancelled is how an alarm usually ends; anything else is a broken clock.
        if (!mine.cancel.signal.aborted) throw error
      },
    )
  }

  const enqueue = (waiter: Waiter): void => {
    // Behind the last of the same or a more urgent priority.
    let low = 0
    let high = waiters.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = waiters[middle]
      if (other !== undefined && !goesBefore(waiter, other)) low = middle + 1
      else high = middle
    }
    waiters.splice(low, 0, waiter)
  }

  const wait = (request: BudgetRequest, takes: boolean): Promise<Permit> => {
    const { cost, priority, reserve = 0, group = '', operation, signal } = request
    const own = limitsOf(operation)
    assert(cost >= 0 && Number.isFinite(cost), 'cost is a number of points from 0')
    if (signal?.aborted === true) return Promise.reject(neverSent(signal))
    const now = clock.monotonic()
    if (waiters.length === 0 && readyAt(own, { cost, reserve }, now) <= now) {
      return Promise.resolve(takes ? take(own, cost, now) : nothingTaken)
    }
    if (waiters.length >= waitersMax) {
      return Promise.reject(new RateLimited(`${waitersMax} calls wait for this platform already.`))
    }
    return new Promise((resolve, reject) => {
      const abort = () => {
        waiters.splice(waiters.indexOf(waiter), 1)
        if (signal !== undefined) reject(neverSent(signal))
        pump()
      }
      const waiter: Waiter = {
        limits: own,
        cost,
        priority,
        reserve,
        takes,
        tag: takes ? tagOf(group, cost) : served,
        grant: resolve,
        release: () => signal?.removeEventListener('abort', abort),
      }
      signal?.addEventListener('abort', abort, { once: true })
      enqueue(waiter)
      pump()
    })
  }

  return {
    acquire: (request) => wait(request, true),

    async ready(request) {
      await wait(request, false)
    },

    isReady({ cost, priority, reserve = 0, operation }) {
      const now = clock.monotonic()
      const own = limitsOf(operation)
      const isFirst = !waiters.some((waiter) => {
        if (waiter.priority > priority) return false
        const short = new Set<Bucket | Throttle>()
        readyAt(waiter.limits, waiter, now, short)
        return overlaps(own, short)
      })
      return isFirst && readyAt(own, { cost, reserve }, now) <= now
    },

    readyInMs({ cost, reserve = 0, operation }) {
      const now = clock.monotonic()
      // All of them: what was just throttled for a second may have nothing left for minutes.
      const at = readyAt(limitsOf(operation), { cost, reserve }, now, new Set())
      return Number.isFinite(at) ? Math.max(0, at - now) : 0
    },

    snapshot() {
      const now = clock.monotonic()
      const rows = all.map(({ bucket }) => ({ ...bucket.left(now), kind: bucket.kind }))
      const isBlocked = general.until > now
      const spent = rows.filter((row) => row.kind !== 'concurrency')
      const scarcest = spent.reduce((least, row) => Math.min(least, Math.max(0, row.left) / row.capacity), 1)
      return {
        left: isBlocked ? 0 : scarcest,
        blockedUntil: isBlocked ? clock.now() + (general.until - now) : undefined,
        pace: rows.reduce((least, row) => Math.min(least, row.pace), 1),
        buckets: rows.map(({ name, left, capacity, pace }) => ({ name, left, capacity, pace })),
      }
    },

    learnBucket(name, seen) {
      const found = all.find(({ bucket }) => bucket.name === name)
      assert(found !== undefined, `budget "${name}" is declared in the manifest`)
      found.bucket.learn(seen, clock.monotonic())
      pump()
    },

    throttled(retryAfterMs, operation) {
      const now = clock.monotonic()
      const own = operation === undefined ? undefined : throttles.get(operation)
      const throttle = own ?? general
      if (throttle.note(now, retryAfterMs)) {
        const isMeant = ({ spec }: Limit) =>
          own === undefined || (operation !== undefined && spec.operations?.includes(operation) === true)
        const meant = all.filter(isMeant)
        for (const { bucket } of meant) bucket.slowDown(now)
        supply?.throttled(
          throttle.until - now,
          meant.map(({ spec }) => spec.name),
        )
      }
      pump()
    },
  }
}

function overlaps({ buckets, throttles }: Limits, short: ReadonlySet<Bucket | Throttle>): boolean {
  if (short.size === 0) return false
  return buckets.some((bucket) => short.has(bucket)) || throttles.some((throttle) => short.has(throttle))
}

/** More urgent; or as urgent, and its group's turn. Among equals the first to come. */
function goesBefore(one: Waiter, other: Waiter): boolean {
  if (one.priority !== other.priority) return one.priority < other.priority
  return one.tag < other.tag
}

const nothingTaken: Permit = { settle: () => undefined }

function neverSent(signal: AbortSignal): Unavailable {
  return new Unavailable('The call was given up while it waited for the budget.', false, {
    code: KEPT_BACK,
    cause: signal.reason,
  })
}
