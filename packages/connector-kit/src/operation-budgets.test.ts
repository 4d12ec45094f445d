import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBudgets } from './budgets.ts'
import { manualClock } from './clock.ts'
import { fromEnvironment } from './property-runs.ts'

// Limits of single operations, as Amazon has them: an order search every three minutes must hold no write up.

const specs = [
  { kind: 'concurrency', name: 'calls', max: 4 },
  { kind: 'token-bucket', name: 'orders', capacity: 1, refillPerSecond: 1 / 180, operations: ['orders'] },
  { kind: 'token-bucket', name: 'writes', capacity: 5, refillPerSecond: 5, operations: ['setLevels'] },
] as const
const call = (operation: string, priority = 1) => ({ cost: 1, priority, operation })

test('a call that waits for its own limit holds no other up, and is told how long it waits', async () => {
  const clock = manualClock()
  const budgets = createBudgets(specs, clock)
  ;(await budgets.acquire(call('orders', 0))).settle()
  expect(budgets.isReady(call('orders', 0))).toBe(false)
  expect(budgets.readyInMs(call('orders'))).toBeGreaterThan(170_000)
  let isRead = false
  const waiting = budgets.acquire(call('orders', 0)).then((permit) => {
    isRead = true
    permit.settle()
  })
  expect(budgets.isReady(call('setLevels', 3))).toBe(true)
  for (let write = 0; write < 5; write += 1) (await budgets.acquire(call('setLevels', 3))).settle()
  expect(isRead).toBe(false)
  await clock.advance(181_000)
  await waiting
  expect(isRead).toBe(true)
})

test('how long a call waits is told exactly, also where it was just throttled with nothing left', async () => {
  const anySpending = fc.record({
    spent: fc.integer({ min: 0, max: 3 }),
    throttledForMs: fc.option(fc.integer({ min: 1, max: 400_000 }), { nil: undefined }),
    passedMs: fc.integer({ min: 0, max: 200_000 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(anySpending, { minLength: 1, maxLength: 4 }), async (spendings) => {
      const clock = manualClock()
      const orders = { ...specs[1], capacity: 3 }
      const budgets = createBudgets([orders], clock)
      for (const { spent, throttledForMs, passedMs } of spendings) {
        for (let nth = 0; nth < spent && budgets.isReady(call('orders')); nth += 1)
          (await budgets.acquire(call('orders'))).settle()
        if (throttledForMs !== undefined) budgets.throttled(throttledForMs, 'orders')
        await clock.advance(passedMs)
      }
      const toldMs = budgets.readyInMs(call('orders'))
      let isGranted = false
      const waiting = budgets.acquire(call('orders')).then(() => {
        isGranted = true
      })
      if (toldMs > 1) await clock.advance(toldMs - 1)
      await Promise.resolve()
      if (toldMs > 1) expect(isGranted).toBe(false)
      await clock.advance(2)
      await waiting
    }),
    fromEnvironment({ numRuns: 100 }),
  )
})

test('a throttled operation is left alone, the others go on; a rate that a header names is learned', async () => {
  const clock = manualClock()
  const budgets = createBudgets(specs, clock)
  budgets.throttled(10_000, 'orders')
  expect(budgets.isReady(call('orders'))).toBe(false)
  expect(budgets.isReady(call('setLevels'))).toBe(true)
  budgets.learnBucket('writes', { refillPerSecond: 50 })
  for (let write = 0; write < 5; write += 1) (await budgets.acquire(call('setLevels'))).settle()
  await clock.advance(100)
  expect(budgets.isReady(call('setLevels'))).toBe(true)
  // One without a limit of its own stops all.
  budgets.throttled(5_000, 'levels')
  expect(budgets.isReady(call('setLevels'))).toBe(false)
})

test('whatever is asked in whatever order, no limit is exceeded and everybody gets there', async () => {
  const asked = fc.array(
    fc.record({ operation: fc.constantFrom('orders', 'setLevels', 'levels'), priority: fc.nat(3) }),
    {
      minLength: 1,
      maxLength: 25,
    },
  )
  await fc.assert(
    fc.asyncProperty(asked, async (calls) => {
      const clock = manualClock()
      const budgets = createBudgets(specs, clock)
      const at: Record<string, number[]> = { orders: [], setLevels: [], levels: [] }
      let inFlight = 0
      const all = calls.map(async ({ operation, priority }) => {
        const permit = await budgets.acquire(call(operation, priority))
        inFlight += 1
        expect(inFlight).toBeLessThanOrEqual(4)
        at[operation]?.push(clock.now())
        await clock.sleep(50)
        inFlight -= 1
        permit.settle()
      })
      for (let step = 0; step < calls.length * 200; step += 1) await clock.advance(1_000)
      await Promise.all(all)
      const orders = at.orders ?? []
      for (let nth = 1; nth < orders.length; nth += 1)
        expect((orders[nth] ?? 0) - (orders[nth - 1] ?? 0)).toBeGreaterThanOrEqual(179_000)
    }),
    fromEnvironment({ numRuns: 20 }),
  )
}, 60_000)
