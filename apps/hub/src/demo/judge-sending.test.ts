import { expect, test } from 'vitest'
import { judgeBooks } from './judge-sending.ts'

const asked = (number: string, quantity: number, sku = 'A') => ({ number, lines: [{ sku, quantity }] })
const left = (number: string, units: number, sku = 'A') => ({ number, sku, units })
const bought = (quantity: number, sku = 'A') => ({ sku, quantity })

test('an order of which each of two warehouses sent all is sent twice', () => {
  const floor = { requests: [asked('#1', 2)], parcels: [left('#1', 2)] }
  expect(judgeBooks([floor, floor], [bought(9)])).toEqual({ ordersShipped: 1, shippedTwice: 2 })
})

test('what leaves again under another number is more than anybody bought', () => {
  const first = { requests: [asked('#1', 2)], parcels: [left('#1', 2)] }
  const other = { requests: [asked('#1-2', 2)], parcels: [left('#1-2', 2)] }
  expect(judgeBooks([first, other], [bought(2)]).shippedTwice).toBe(2)
})

test('an order that two warehouses send is one order, and shipped once both parts have left', () => {
  const first = { requests: [asked('#1', 2)], parcels: [left('#1', 2)] }
  const waiting = { requests: [asked('#1-2', 1, 'B')], parcels: [] }
  const sent = { ...waiting, parcels: [left('#1-2', 1, 'B')] }
  const lines = [bought(2), bought(1, 'B')]
  expect(judgeBooks([first, waiting], lines)).toEqual({ ordersShipped: 0, shippedTwice: 0 })
  expect(judgeBooks([first, sent], lines)).toEqual({ ordersShipped: 1, shippedTwice: 0 })
})

test('a number that ends as a suffix does is its own where the rest is nobody’s', () => {
  const floor = { requests: [asked('111-222-3', 1)], parcels: [left('111-222-3', 1)] }
  expect(judgeBooks([floor], [bought(1)])).toEqual({ ordersShipped: 1, shippedTwice: 0 })
})
