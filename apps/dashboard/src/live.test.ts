import type { ActivityRow } from '@plimsoll/client'
import { expect, test } from 'vitest'
import { gather, isTouched, mergeNewest, restMs } from './live.ts'

const row = (id: string): ActivityRow => ({
  id,
  at: '2026-11-23T12:00:00.000Z',
  kind: 'order',
  connectionId: null,
  sku: null,
  quantity: null,
  detail: null,
  told: null,
})

test('hints gather, and touch only what they name', () => {
  const due = gather(gather(undefined, { topics: ['items'], skus: ['A'] }), { topics: ['tasks'], skus: [] })
  expect(isTouched(['items', 'page', '', 'all', 3], due)).toBe(true)
  expect(isTouched(['items', 'one', 'A'], due)).toBe(true)
  expect(isTouched(['items', 'one', 'B'], due)).toBe(false)
  expect(isTouched(['items', 'movements', 'B'], due)).toBe(false)
  // A serial number may be of any item.
  expect(isTouched(['items', 'serial', undefined, 'SN-1'], due)).toBe(true)
  expect(isTouched(['items', 'lot', 'B', 'L-1'], due)).toBe(false)
  expect(isTouched(['tasks'], due)).toBe(true)
  expect(isTouched(['overview'], due)).toBe(false)
  expect(isTouched(['locations'], due)).toBe(false)
})

test('no SKU named means any', () => {
  const due = gather(gather(undefined, { topics: ['items'], skus: ['A'] }), { topics: ['items'], skus: [] })
  expect(isTouched(['items', 'one', 'B'], due)).toBe(true)
})

test('activity is pushed, so its pages are never read again for a hint', () => {
  expect(isTouched(['activity'], gather(undefined, { topics: ['activity'], skus: [] }))).toBe(false)
})

test('pushed rows come first, once each, and the list stays bounded', () => {
  const merged = mergeNewest([row('c'), row('b')], [row('b'), row('a')])
  expect(merged.map(({ id }) => id)).toEqual(['c', 'b', 'a'])
  const many = Array.from({ length: 300 }, (_, number) => row(String(number)))
  expect(mergeNewest([row('new')], many)).toHaveLength(200)
})

test('what is pushed late is shown where it belongs', () => {
  const at = (id: string, second: number) => ({ ...row(id), at: `2026-11-23T12:00:0${second}.000Z` })
  const merged = mergeNewest([at('c', 3), at('late', 1)], [at('b', 2), at('a', 0)])
  expect(merged.map(({ id }) => id)).toEqual(['c', 'b', 'late', 'a'])
})

test('a quick hub is asked again soon, a slow one a quarter of the time', () => {
  expect([0, 40, 100, 250, 500, 5_000].map(restMs)).toEqual([300, 300, 300, 750, 1_500, 2_000])
})
