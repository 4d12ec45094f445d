import { expect, test } from 'vitest'
import { decideFreshness } from './freshness.ts'

const now = Date.parse('2026-11-23T12:00:00.000Z')
test.each([
  [2, 'fresh'],
  [-3, 'fresh'],
  [60, 'late'],
  [124, 'late'],
  [180, 'stale'],
])('%i seconds old is %s', (seconds, freshness) => {
  expect(decideFreshness({ ordersKnownUntil: new Date(now - seconds * 1000).toISOString() }, now)).toBe(
    freshness,
  )
})
test('never read is unknown, not fresh', () => {
  expect(decideFreshness({ ordersKnownUntil: null }, now)).toBe('unknown')
})
