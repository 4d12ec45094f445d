import { expect, test } from 'vitest'
import { wordOf } from './order-standing.ts'

const placedAt = '2026-11-27T08:00:00.000Z'
const order = {
  state: 'open' as const,
  holds: [],
  isByHand: false,
  isLate: false,
  isUnrouted: true,
  toShip: 2,
  shipments: [],
  problem: null,
  placedAt,
}
const after = (seconds: number) => Date.parse(placedAt) + seconds * 1_000

test('an order in no shipment is being routed at first, and nobody’s trouble until it takes long or was tried in vain', () => {
  expect(wordOf(order, after(0))).toEqual({ word: 'routing', shape: 'waiting' })
  expect(wordOf(order, after(119))).toEqual({ word: 'routing', shape: 'waiting' })
  expect(wordOf(order, after(120))).toEqual({ word: 'unrouted', shape: 'bad' })
  expect(wordOf({ ...order, problem: 'No place has it.' }, after(1)).word).toBe('unrouted')
  expect(wordOf({ ...order, isByHand: true }, after(1)).word).toBe('unrouted')
  expect(wordOf({ ...order, isLate: true }, after(1)).word).toBe('late')
  expect(wordOf({ ...order, isUnrouted: false }, after(1)).word).toBe('waiting')
})
