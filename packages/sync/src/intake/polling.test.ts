import type { BudgetSpec } from '@plimsoll/connector-kit'
import type { WebhookVerdict } from '@plimsoll/database'
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  budgetsOf,
  callsForOneOrderRead,
  decidePollMs,
  decideReadBackMs,
  type PollWorld,
  pollFloorMs,
} from './polling.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const world: PollWorld = { paceMs: 15_000, quietMs: 0, webhooks: 'unknown', floorMs: 0, budgetLeft: 1 }

test.each<[string, Partial<PollWorld>, number]>([
  ['things move and webhooks are not known: the pace itself', {}, 15 * SECOND],
  ['webhooks stay away: the pace itself', { webhooks: 'silent' }, 15 * SECOND],
  ['webhooks bring all: slow even while things move', { webhooks: 'healthy' }, MINUTE],
  ['quiet for four minutes: an eighth of it', { quietMs: 4 * MINUTE }, 30 * SECOND],
  ['quiet for a day: as slow as it gets', { quietMs: 1_440 * MINUTE }, 2 * MINUTE],
  ['the same without webhooks', { quietMs: 1_440 * MINUTE, webhooks: 'none' }, MINUTE],
  ['the same with healthy ones', { quietMs: 1_440 * MINUTE, webhooks: 'healthy' }, 10 * MINUTE],
  ['half of the budget spent', { budgetLeft: 0.5 }, MINUTE],
  ['nearly all of it spent', { budgetLeft: 0.1 }, 4 * MINUTE],
  ['never slower than a quarter of an hour', { budgetLeft: 0.1, quietMs: 1_440 * MINUTE }, 15 * MINUTE],
  ['the budget’s share comes before all else', { floorMs: 20 * MINUTE }, 20 * MINUTE],
])('%s', (_, changes, waitMs) => {
  expect(decidePollMs({ ...world, ...changes })).toBe(waitMs)
})

const RELIABILITY: readonly WebhookVerdict[] = ['none', 'silent', 'unknown', 'poor', 'healthy']
const anyWorld = fc.record({
  paceMs: fc.integer({ min: 100, max: 3_600_000 }),
  quietMs: fc.nat(10 * 86_400_000),
  webhooks: fc.constantFrom(...RELIABILITY),
  floorMs: fc.nat(7_200_000),
  budgetLeft: fc.double({ min: 0, max: 1, noNaN: true }),
})

test('polls never go below the pace nor above what the budget allows, and are never put off for ever', () => {
  fc.assert(
    fc.property(anyWorld, (each) => {
      const waitMs = decidePollMs(each)
      expect(waitMs).toBeGreaterThanOrEqual(Math.min(each.paceMs, waitMs))
      expect(waitMs).toBeGreaterThanOrEqual(each.floorMs)
      expect(waitMs).toBeLessThanOrEqual(Math.max(15 * MINUTE, each.paceMs, each.floorMs) + 1)
    }),
    fromEnvironment(200),
  )
})

test('more quiet, a scarcer budget or more reliable webhooks never make polls faster', () => {
  fc.assert(
    fc.property(anyWorld, fc.nat(86_400_000), (each, more) => {
      const waitMs = decidePollMs(each)
      expect(decidePollMs({ ...each, quietMs: each.quietMs + more })).toBeGreaterThanOrEqual(waitMs)
      expect(decidePollMs({ ...each, budgetLeft: each.budgetLeft / 2 })).toBeGreaterThanOrEqual(waitMs)
      const next = RELIABILITY[RELIABILITY.indexOf(each.webhooks) + 1]
      if (next !== undefined) expect(decidePollMs({ ...each, webhooks: next })).toBeGreaterThanOrEqual(waitMs)
    }),
    fromEnvironment(200),
  )
})

test.each<[string, BudgetSpec[], number]>([
  ['no budget', [], 0],
  ['calls at once say nothing of how many', [{ kind: 'concurrency', name: 'c', max: 2 }], 0],
  ['10,000 a day, a fifth of it', [{ kind: 'daily', name: 'd', max: 10_000 }], 43_200],
  [
    'two a second, a fifth of it',
    [{ kind: 'token-bucket', name: 't', capacity: 40, refillPerSecond: 2 }],
    2_500,
  ],
  [
    'points: a fortieth of the bucket each',
    [{ kind: 'cost-bucket', name: 'p', capacity: 2_000, refillPerSecond: 100 }],
    2_500,
  ],
])('the least between two reads: %s', (_, budgets, waitMs) => {
  expect(pollFloorMs(budgets, 1, 0.2)).toBe(waitMs)
  expect(pollFloorMs(budgets, 3, 0.2)).toBe(waitMs * 3)
  expect(decideReadBackMs({ paceMs: 10, floorMs: waitMs, budgetLeft: 1 })).toBe(Math.max(10, waitMs))
})

test('a limit of other operations puts no read off', () => {
  const budgets: BudgetSpec[] = [
    { kind: 'daily', name: 'tokens', max: 1_000, operations: ['token.application'] },
    { kind: 'daily', name: 'trading', max: 5_000, operations: ['levels.trading', 'setLevels.trading'] },
    { kind: 'daily', name: 'orders', max: 100_000, operations: ['orders', 'order'] },
    { kind: 'token-bucket', name: 'all', capacity: 10, refillPerSecond: 5 },
  ]
  const namesOf = (operation: string) => budgetsOf(budgets, operation).map(({ name }) => name)
  expect(namesOf('orders')).toEqual(['orders', 'all'])
  expect(namesOf('levels')).toEqual(['trading', 'all'])
  expect(namesOf('stream')).toEqual(['all'])
  // `orders` is no way of `order`, nor the reverse.
  expect(budgetsOf([{ kind: 'daily', name: 'one', max: 1, operations: ['orders'] }], 'order')).toEqual([])
})

test('levels are read in more calls at once only where the orders may be read seldom', () => {
  const seldom = {
    kind: 'token-bucket',
    name: 'orders',
    capacity: 20,
    refillPerSecond: 0.0056,
    operations: ['orders'],
  }
  const minutely = { ...seldom, refillPerSecond: 1 / 25 }
  const feeds = { ...seldom, operations: ['setLevels.feed'] }
  const calls = (spec: object) => callsForOneOrderRead([spec as BudgetSpec], 10_000)
  expect([seldom, minutely, feeds, { kind: 'concurrency', name: 'calls', max: 2 }].map(calls)).toEqual([
    5, 2, 1, 1,
  ])
})
