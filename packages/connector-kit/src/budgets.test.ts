import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type BudgetSpec, createBudgets, type Permit } from './budgets.ts'
import { manualClock } from './clock.ts'
import { fromEnvironment } from './property-runs.ts'

test('nothing declared, nothing waits', async () => {
  const budgets = createBudgets([], manualClock())
  const permits = await Promise.all(
    Array.from({ length: 500 }, () => budgets.acquire({ cost: 1, priority: 5 })),
  )
  expect(permits).toHaveLength(500)
  expect(budgets.snapshot()).toEqual({ left: 1, blockedUntil: undefined, pace: 1, buckets: [] })
})

/** Starts calls and notes when each may go; each holds its permit for `holdMs`. */
function traffic(specs: readonly BudgetSpec[]) {
  const clock = manualClock()
  const budgets = createBudgets(specs, clock)
  const granted: { name: string; at: number; permit: Permit }[] = []
  const call = (name: string, { cost = 1, priority = 5, holdMs = 0 } = {}) =>
    budgets.acquire({ cost, priority }).then(async (permit) => {
      granted.push({ name, at: clock.monotonic(), permit })
      if (holdMs > 0) await clock.sleep(holdMs)
      permit.settle()
    })
  return { clock, budgets, granted, call }
}

test('a token bucket gives its capacity at once and then its pace', async () => {
  const { clock, granted, call } = traffic([
    { kind: 'token-bucket', name: 't', capacity: 3, refillPerSecond: 2 },
  ])
  for (let count = 0; count < 6; count += 1) call(`${count}`)
  await clock.advance(2_000)
  expect(granted.map(({ at }) => Math.round(at))).toEqual([0, 0, 0, 500, 1_000, 1_500])
})

test('waiters go by priority, and among equals by arrival', async () => {
  const { clock, granted, call } = traffic([{ kind: 'concurrency', name: 'c', max: 1 }])
  call('running', { holdMs: 10 })
  call('sweep', { priority: 9, holdMs: 10 })
  call('order 1', { priority: 5, holdMs: 10 })
  call('order 2', { priority: 5, holdMs: 10 })
  call('decrease', { priority: 0, holdMs: 10 })
  await clock.advance(100)
  expect(granted.map(({ name }) => name)).toEqual(['running', 'decrease', 'order 1', 'order 2', 'sweep'])
})

test('a dear call at the head is not overtaken by cheap ones behind it', async () => {
  const { clock, granted, call } = traffic([
    { kind: 'cost-bucket', name: 'p', capacity: 100, refillPerSecond: 10 },
  ])
  call('first', { cost: 100 })
  call('dear', { cost: 90 })
  call('cheap', { cost: 1 })
  await clock.advance(8_900)
  expect(granted.map(({ name }) => name)).toEqual(['first'])
  await clock.advance(300)
  expect(granted.map(({ name }) => name)).toEqual(['first', 'dear', 'cheap'])
})

test('a call dearer than the whole bucket goes when the bucket is full and leaves a debt', async () => {
  const { clock, budgets, granted, call } = traffic([
    { kind: 'cost-bucket', name: 'p', capacity: 100, refillPerSecond: 10 },
  ])
  call('dearest', { cost: 150 })
  call('next', { cost: 10 })
  await clock.advance(5_900)
  expect(granted.map(({ name }) => name)).toEqual(['dearest'])
  expect(budgets.snapshot().left).toBeLessThan(0.1)
  await clock.advance(200)
  expect(granted).toHaveLength(2)
})

test('what a call did not cost comes back, once', async () => {
  const clock = manualClock()
  const budgets = createBudgets(
    [{ kind: 'cost-bucket', name: 'p', capacity: 100, refillPerSecond: 1 }],
    clock,
  )
  const permit = await budgets.acquire({ cost: 80, priority: 5 })
  expect(budgets.snapshot().buckets).toEqual([{ name: 'p', left: 20, capacity: 100, pace: 1 }])
  permit.settle(30)
  permit.settle(0)
  expect(budgets.snapshot().buckets).toEqual([{ name: 'p', left: 70, capacity: 100, pace: 1 }])
  expect(budgets.snapshot().left).toBeCloseTo(0.7)
})

test('calls that never left cost nothing, of whatever kind the limit is', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ cost: fc.integer({ min: 1, max: 5 }), isSent: fc.boolean() }), { maxLength: 15 }),
      async (calls) => {
        const limit = { capacity: 100, refillPerSecond: 1 }
        const resets = { hour: 0, timeZone: 'America/Los_Angeles' }
        const budgets = createBudgets(
          [
            { kind: 'concurrency', name: 'places', max: 20 },
            { kind: 'token-bucket', name: 'calls', ...limit },
            { kind: 'cost-bucket', name: 'points', ...limit },
            { kind: 'daily', name: 'in any day', max: 100 },
            { kind: 'daily', name: 'by the day', max: 100, resets },
          ],
          manualClock(),
        )
        const made = await Promise.all(
          calls.map(async (call) => ({
            ...call,
            permit: await budgets.acquire({ cost: call.cost, priority: 5 }),
          })),
        )
        for (const { permit, isSent } of made) permit.settle(isSent ? undefined : 'never-sent')
        const sent = calls.filter(({ isSent }) => isSent)
        const points = sent.reduce((sum, { cost }) => sum + cost, 0)
        const left = budgets.snapshot().buckets.map((bucket) => bucket.left)
        const rest = 100 - sent.length
        expect(left).toEqual([20, rest, 100 - points, rest, rest])
      },
    ),
    fromEnvironment(),
  ))

test('a waiter whose signal aborts was never sent, and lets the next one go', async () => {
  const clock = manualClock()
  const budgets = createBudgets(
    [{ kind: 'cost-bucket', name: 'p', capacity: 100, refillPerSecond: 1 }],
    clock,
  )
  ;(await budgets.acquire({ cost: 90, priority: 5 })).settle()
  const controller = new AbortController()
  const dear = budgets.acquire({ cost: 100, priority: 5, signal: controller.signal })
  const cheap = budgets.acquire({ cost: 10, priority: 5 })
  controller.abort(new Error('the lane stops'))
  await expect(dear).rejects.toMatchObject({ kind: 'unavailable', sent: false })
  await expect(cheap).resolves.toBeDefined()
  const late = budgets.acquire({ cost: 0, priority: 5, signal: controller.signal })
  await expect(late).rejects.toMatchObject({ kind: 'unavailable', sent: false })
})

test('the line of waiters is bounded', async () => {
  const budgets = createBudgets([{ kind: 'concurrency', name: 'c', max: 1 }], manualClock())
  await budgets.acquire({ cost: 1, priority: 5 })
  for (let count = 0; count < 10_000; count += 1) budgets.acquire({ cost: 1, priority: 5 })
  await expect(budgets.acquire({ cost: 1, priority: 5 })).rejects.toMatchObject({ kind: 'rate-limited' })
})

test('throttled with a hint: nothing goes before it is over', async () => {
  const { clock, budgets, granted, call } = traffic([{ kind: 'concurrency', name: 'c', max: 10 }])
  budgets.throttled(3_000)
  budgets.throttled(1_000) // the rest of the same burst does not shorten it
  expect(budgets.snapshot()).toMatchObject({ left: 0, blockedUntil: clock.now() + 3_000 })
  call('waits')
  await clock.advance(2_999)
  expect(granted).toEqual([])
  await clock.advance(2)
  expect(granted.map(({ at }) => at)).toEqual([3_000])
  expect(budgets.snapshot().blockedUntil).toBeUndefined()
})

test('throttled without a hint: the wait doubles to a minute and success sets it back', async () => {
  const { clock, budgets, call } = traffic([{ kind: 'concurrency', name: 'c', max: 10 }])
  const waits: number[] = []
  const throttleAgain = async () => {
    budgets.throttled(undefined)
    const until = budgets.snapshot().blockedUntil ?? clock.now()
    waits.push(until - clock.now())
    await clock.advance(until - clock.now())
  }
  for (let count = 0; count < 8; count += 1) await throttleAgain()
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
  await Promise.all([call('good'), call('good')])
  waits.length = 0
  await throttleAgain()
  expect(waits).toEqual([1_000])
})

test('a platform that throttles early is called more slowly, and faster again after success', async () => {
  const { clock, budgets, granted, call } = traffic([
    { kind: 'token-bucket', name: 't', capacity: 10, refillPerSecond: 10 },
  ])
  budgets.throttled(0)
  for (let count = 0; count < 200; count += 1) call(`${count}`)
  await clock.advance(1_000)
  const slow = granted.length
  expect(slow).toBeGreaterThanOrEqual(7)
  expect(slow).toBeLessThan(10)
  await clock.advance(10_000)
  const before = granted.length
  await clock.advance(1_000)
  expect(granted.length - before).toBeGreaterThanOrEqual(10)
})

test('what the platform says about its bucket counts', async () => {
  const { clock, budgets, granted, call } = traffic([
    { kind: 'cost-bucket', name: 'p', capacity: 2_000, refillPerSecond: 100 },
  ])
  budgets.learnBucket('p', { available: 0, capacity: 1_000, refillPerSecond: 50 })
  expect(budgets.snapshot().buckets).toEqual([{ name: 'p', left: 0, capacity: 1_000, pace: 1 }])
  call('waits', { cost: 50 })
  await clock.advance(990)
  expect(granted).toEqual([])
  await clock.advance(20)
  expect(granted).toHaveLength(1)
  expect(() => budgets.learnBucket('unheard of', { available: 1, capacity: 1, refillPerSecond: 1 })).toThrow(
    'declared',
  )
})

test('what is in flight is taken off what the platform says', async () => {
  const clock = manualClock()
  const budgets = createBudgets(
    [{ kind: 'cost-bucket', name: 'p', capacity: 100, refillPerSecond: 1 }],
    clock,
  )
  await budgets.acquire({ cost: 40, priority: 5 })
  budgets.learnBucket('p', { available: 90, capacity: 100, refillPerSecond: 1 })
  expect(budgets.snapshot().buckets).toEqual([{ name: 'p', left: 50, capacity: 100, pace: 1 }])
})

test('a daily budget holds in any 24 hours', async () => {
  const { clock, granted, call } = traffic([{ kind: 'daily', name: 'd', max: 10 }])
  await clock.advance(23.5 * 3_600_000)
  for (let count = 0; count < 25; count += 1) call(`${count}`)
  await clock.advance(4 * 24 * 3_600_000)
  expect(granted).toHaveLength(25)
  const dayMs = 24 * 3_600_000
  for (const { at } of granted) {
    expect(granted.filter((other) => other.at >= at && other.at < at + dayMs).length).toBeLessThanOrEqual(10)
  }
})

test('a refused daily budget says when the platform counts for it', () => {
  const budgets = createBudgets([{ kind: 'daily', name: 'd', max: 100 }], manualClock())
  budgets.learnBucket('d', { available: 5, capacity: 250, refillPerSecond: 0 })
  expect(budgets.snapshot().buckets).toEqual([{ name: 'd', left: 5, capacity: 250, pace: 1 }])
})

const arrival = fc.record({
  afterMs: fc.integer({ min: 0, max: 400 }),
  outMs: fc.integer({ min: 0, max: 300 }),
  backMs: fc.integer({ min: 0, max: 300 }),
  cost: fc.integer({ min: 1, max: 20 }),
  actualShare: fc.double({ min: 0, max: 1, noNaN: true }),
  priority: fc.integer({ min: 0, max: 3 }),
})

test('the platform never has a reason to throttle, however long requests travel', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(arrival, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 20, max: 60 }),
      fc.integer({ min: 5, max: 200 }),
      fc.integer({ min: 1, max: 8 }),
      async (arrivals, capacity, refillPerSecond, max) => {
        const clock = manualClock()
        const budgets = createBudgets(
          [
            { kind: 'cost-bucket', name: 'points', capacity, refillPerSecond },
            { kind: 'concurrency', name: 'calls', max },
          ],
          clock,
        )
        // The platform's own bucket, charging on arrival and giving back what was asked for too much.
        let level = capacity
        let levelAt = 0
        let least = capacity
        let inFlight = 0
        let most = 0
        const platform = (points: number) => {
          const now = clock.monotonic()
          level = Math.min(capacity, level + ((now - levelAt) * refillPerSecond) / 1_000) - points
          levelAt = now
          least = Math.min(least, level)
        }
        const calls = arrivals.map(async ({ afterMs, outMs, backMs, cost, actualShare, priority }) => {
          await clock.sleep(afterMs)
          const permit = await budgets.acquire({ cost, priority })
          inFlight += 1
          most = Math.max(most, inFlight)
          await clock.sleep(outMs)
          platform(cost)
          const actual = Math.floor(cost * actualShare)
          platform(actual - cost)
          await clock.sleep(backMs)
          inFlight -= 1
          permit.settle(actual)
        })
        let isDone = false
        const all = Promise.all(calls).then(() => {
          isDone = true
        })
        while (!isDone) await clock.advance(1_000)
        await all
        expect(least).toBeGreaterThanOrEqual(-1e-6)
        expect(most).toBeLessThanOrEqual(max)
      },
    ),
    fromEnvironment({ numRuns: 60 }),
  )
})

test('grants in any window are at most the capacity and what refilled in it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 40 }),
      async (delays, capacity, refillPerSecond) => {
        const { clock, granted, call } = traffic([
          { kind: 'token-bucket', name: 't', capacity, refillPerSecond },
        ])
        for (const [index, afterMs] of delays.entries()) clock.sleep(afterMs * 5).then(() => call(`${index}`))
        while (granted.length < delays.length) await clock.advance(1_000)
        for (const [index, first] of granted.entries()) {
          for (const [further, last] of granted.slice(index).entries()) {
            const refilled = ((last.at - first.at) / 1_000) * refillPerSecond
            expect(further + 1).toBeLessThanOrEqual(capacity + refilled + 1e-6)
          }
        }
      },
    ),
    fromEnvironment({ numRuns: 60 }),
  )
})

test('a steady pace loses nothing to the care taken for travelling requests', async () => {
  const { clock, granted, call } = traffic([
    { kind: 'token-bucket', name: 't', capacity: 40, refillPerSecond: 20 },
  ])
  for (let count = 0; count < 1_000; count += 1) call(`${count}`, { holdMs: 200 })
  await clock.advance(30_000)
  // 40 at once, 20 a second; the first burst travels for 200 ms, which may cost 4 tokens.
  expect(granted.length).toBeGreaterThanOrEqual(40 + 30 * 20 - 5)
})
