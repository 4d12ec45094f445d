import { createBudgets, type HttpResponse, manualClock } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { BUDGETS, bucketNameOf, learn, seenBucket, waitMsOf } from './limits.ts'

const date = new Date('2026-11-26T12:00:00Z')
const answer = (headers: Record<string, string>, status = 200): HttpResponse => ({
  status,
  headers,
  text: '',
  date,
  durationMs: 1,
})

test.each([
  [{ 'retry-after': '7', 'x-next-replenishment-time': '1795694460000' }, 7_000],
  [{ 'x-next-replenishment-time': String(date.getTime() + 4_000) }, 4_000],
  [{ 'x-next-replenish-time': String(date.getTime() / 1_000 + 4) }, 4_000],
  [{ 'x-next-replenishment-time': '2026-11-26T12:00:04Z' }, 4_000],
  [{ 'x-next-replenishment-time': '2026-11-26T11:00:00Z' }, 0],
  [{ 'x-next-replenishment-time': '2027-11-26T12:00:00Z' }, undefined],
  [{ 'x-next-replenishment-time': 'soon' }, undefined],
  [{ 'x-next-replenishment-time': '' }, undefined],
  [{}, undefined],
])('%o asks to wait %s ms', (headers, waitMs) => {
  expect(waitMsOf(answer(headers as Record<string, string>))).toBe(waitMs)
})

test('what is left is taken from the header only where it is a count', () => {
  expect(seenBucket(answer({ 'x-current-token-count': '17' }))).toEqual({ available: 17 })
  for (const said of ['', '-1', '1.5', 'many', '1e9']) {
    expect(seenBucket(answer({ 'x-current-token-count': said }))).toBeUndefined()
  }
})

test('each operation spends one budget, and the budget follows what the answers say', () => {
  const budgets = createBudgets(BUDGETS, manualClock())
  const leftOf = (name: string) => budgets.snapshot().buckets.find((bucket) => bucket.name === name)?.left
  learn(budgets, 'setLevels', answer({ 'x-current-token-count': '3' }))
  expect(leftOf('inventory-put')).toBe(3)
  expect(leftOf('inventory-get')).toBe(200)
  learn(budgets, 'orders', answer({ 'x-next-replenishment-time': String(date.getTime() + 9_000) }, 429))
  expect(budgets.readyInMs({ cost: 1, priority: 0, operation: 'orders' })).toBeGreaterThanOrEqual(9_000)
  expect(budgets.isReady({ cost: 1, priority: 0, operation: 'setLevels' })).toBe(true)
  expect(() => bucketNameOf('teleport')).toThrow(TypeError)
})
