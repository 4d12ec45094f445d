import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type BudgetSpec, createBudgets } from './budgets.ts'
import { CALL_CLASSES, type CallClass } from './call-classes.ts'
import { manualClock } from './clock.ts'
import { fromEnvironment } from './property-runs.ts'

/** Calls of all classes against one budget in simulated time. */
function desk(specs: readonly BudgetSpec[]) {
  const clock = manualClock()
  const budgets = createBudgets(specs, clock)
  const granted: { name: string; at: number; group: string; cost: number }[] = []
  const call = (kind: CallClass, { name = kind as string, cost = 1, holdMs = 0, group = '' } = {}) =>
    budgets.acquire({ cost, ...CALL_CLASSES[kind], group }).then(async (permit) => {
      granted.push({ name, at: clock.monotonic(), group, cost })
      if (holdMs > 0) await clock.sleep(holdMs)
      permit.settle()
    })
  return { clock, budgets, granted, call }
}

test('the classes of the design, in its order, each leaving at least as much as the one before', () => {
  const classes = Object.values(CALL_CLASSES)
  expect(Object.keys(CALL_CLASSES)).toEqual([
    'decrease',
    'order',
    'shipment',
    'increase',
    'reconcile',
    'catalogue',
  ])
  expect(classes.map(({ priority }) => priority)).toEqual([0, 1, 2, 3, 4, 5])
  expect(classes.map(({ reserve }) => reserve)).toEqual([...classes.map(({ reserve }) => reserve)].sort())
  expect(CALL_CLASSES.decrease.reserve).toBe(0)
})

test('I7: a catalogue import that has run for hours leaves a decrease its tokens', async () => {
  const { clock, granted, call } = desk([
    { kind: 'token-bucket', name: 't', capacity: 40, refillPerSecond: 2 },
  ])
  for (let count = 0; count < 200; count += 1) call('catalogue', { name: `import ${count}` })
  await clock.advance(30_000)
  const before = clock.monotonic()
  for (let count = 0; count < 8; count += 1) call('decrease')
  await clock.advance(0)
  const decreases = granted.filter(({ name }) => name === 'decrease')
  expect(decreases.map(({ at }) => at)).toEqual(Array.from({ length: 8 }, () => before))
})

test('I7: reading back leaves one of several places free for a decrease', async () => {
  const { clock, granted, call } = desk([{ kind: 'concurrency', name: 'c', max: 2 }])
  for (let count = 0; count < 4; count += 1) call('reconcile', { holdMs: 10_000 })
  await clock.advance(5)
  call('decrease')
  await clock.advance(0)
  expect(granted.map(({ name, at }) => [name, at])).toEqual([
    ['reconcile', 0],
    ['decrease', 5],
  ])
})

test('I7: a decrease never waits for the tokens of what is less urgent', async () => {
  const kinds = fc.constantFrom<CallClass>('order', 'shipment', 'increase', 'reconcile', 'catalogue')
  const step = fc.oneof(
    fc.record({ kind: kinds, cost: fc.integer({ min: 1, max: 20 }), count: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ waitMs: fc.integer({ min: 0, max: 5_000 }) }),
    fc.record({ decrease: fc.integer({ min: 1, max: 20 }) }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 20, max: 200 }),
      fc.integer({ min: 1, max: 50 }),
      fc.array(step, { minLength: 5, maxLength: 40 }),
      async (capacity, refillPerSecond, steps) => {
        const { clock, budgets, granted, call } = desk([
          { kind: 'cost-bucket', name: 'p', capacity, refillPerSecond },
        ])
        const due: { name: string; by: number }[] = []
        let waitingCost = 0
        for (const [nth, each] of steps.entries()) {
          if ('waitMs' in each) await clock.advance(each.waitMs)
          else if ('kind' in each) {
            for (let count = 0; count < each.count; count += 1) call(each.kind, { cost: each.cost })
          } else {
            // Alone with the bucket as it stands, and behind no decrease but those before it.
            const isIdle = due.every(({ name }) => granted.some((one) => one.name === name))
            if (isIdle) waitingCost = 0
            const left = budgets.snapshot().buckets[0]?.left ?? 0
            waitingCost += each.decrease
            const lacks = Math.max(0, waitingCost - left)
            if (!isIdle) continue
            const name = `decrease ${nth}`
            due.push({ name, by: clock.monotonic() + (lacks / refillPerSecond) * 1_000 })
            call('decrease', { name, cost: each.decrease })
          }
          await clock.advance(0)
        }
        await clock.advance(60_000)
        for (const { name, by } of due) {
          const at = granted.find((one) => one.name === name)?.at ?? Number.POSITIVE_INFINITY
          expect(at).toBeLessThanOrEqual(by + 1)
        }
      },
    ),
    fromEnvironment(),
  )
})

test('organizations of one application get equal parts while they want more, and all of it when alone', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 5 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 5, maxLength: 5 }),
      async (groups, costs) => {
        const { clock, granted, call } = desk([
          { kind: 'cost-bucket', name: 'p', capacity: 10, refillPerSecond: 20 },
        ])
        const names = Array.from({ length: groups }, (_, nth) => `brand ${nth}`)
        // The first comes with far more than all the others together, and first.
        for (let count = 0; count < 400; count += 1)
          call('increase', { group: 'brand 0', cost: costs[0] ?? 1 })
        for (const [nth, group] of names.entries()) {
          if (nth > 0)
            for (let count = 0; count < 100; count += 1) call('increase', { group, cost: costs[nth] ?? 1 })
        }
        const from = 10 // what the full bucket gave away before the others had come
        await clock.advance(20_000)
        const spent = (group: string) =>
          granted.filter((one) => one.group === group).reduce((sum, one) => sum + one.cost, 0)
        const all = names.map(spent)
        const total = all.reduce((sum, each) => sum + each, 0)
        // Work-conserving: nothing that refilled was left lying while somebody waited.
        expect(total).toBeGreaterThanOrEqual(20 * 20 - 8)
        const isShort = (nth: number) =>
          granted.filter((one) => one.group === names[nth]).length < (nth === 0 ? 400 : 100)
        const hungry = all.filter((_, nth) => isShort(nth))
        if (hungry.length > 1) expect(Math.max(...hungry) - Math.min(...hungry)).toBeLessThanOrEqual(from + 8)
      },
    ),
    fromEnvironment(),
  )
})

test('ready waits its turn and takes nothing', async () => {
  const { clock, budgets } = desk([{ kind: 'token-bucket', name: 't', capacity: 1, refillPerSecond: 1 }])
  const first = await budgets.acquire({ cost: 1, priority: 0 })
  first.settle()
  let isReady = false
  const ready = budgets.ready({ cost: 1, priority: 0 }).then(() => {
    isReady = true
  })
  await clock.advance(990)
  expect(isReady).toBe(false)
  await clock.advance(20)
  await ready
  expect(budgets.snapshot().buckets[0]?.left).toBeGreaterThanOrEqual(1 - 1e-6)
})
