import { expect, test } from 'vitest'
import type { StockErrorCode } from '../errors.ts'
import { findBadQuantity, type QuantityRule } from './quantities.ts'

const MAX = Number.MAX_SAFE_INTEGER
const refusedQuantities: [QuantityRule, number, StockErrorCode][] = [
  // Not whole comes before out of range, and both before what the rule itself asks.
  ['positive', 1.5, 'quantity-not-whole'],
  ['positive', Number.NaN, 'quantity-not-whole'],
  ['positive', Number.POSITIVE_INFINITY, 'quantity-not-whole'],
  ['not-zero', -0.5, 'quantity-not-whole'],
  ['positive', MAX + 1, 'quantity-out-of-range'],
  ['not-zero', -MAX - 1, 'quantity-out-of-range'],
  ['not-negative', -(2 ** 60), 'quantity-out-of-range'],
  ['not-zero', 0, 'quantity-zero'],
  ['not-zero', -0, 'quantity-zero'],
  ['not-negative', -1, 'quantity-negative'],
  ['positive', 0, 'quantity-not-positive'],
  ['positive', -1, 'quantity-not-positive'],
  ['positive', -3, 'quantity-not-positive'],
]
test.each(refusedQuantities)('%s of %d is refused: %s', (rule, quantity, code) => {
  expect(findBadQuantity('receive', rule, quantity)).toMatchObject({
    kind: 'refused',
    code,
    field: 'quantity',
  })
})

const goodQuantities: [QuantityRule, number][] = [
  ['positive', 1],
  ['positive', MAX],
  ['not-zero', -MAX],
  ['not-zero', 1],
  ['not-negative', 0],
  ['not-negative', MAX],
]
test.each(goodQuantities)('%s of %d may be asked', (rule, quantity) => {
  expect(findBadQuantity('receive', rule, quantity)).toBeUndefined()
})
