import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterSales } from './demand.ts'
import { expectDemand, type Sharing } from './demand-shares.ts'

const now = new Date(0)
const sharing = (sales: readonly number[], connectionSales = 1): Sharing => ({
  measured: sales.length === 0 ? null : afterSales(undefined, sales, now),
  connectionSales,
})
const weights = (levels: readonly Sharing[]) => expectDemand(levels, now).map(({ weight }) => weight)

test('what was never sold is expected to sell as its connections do; where they sell nothing either, alike', () => {
  expect(weights([sharing([], 3), sharing([], 1)])).toEqual([0.75, 0.25])
  expect(weights([sharing([], 0), sharing([], 0)])).toEqual([0.5, 0.5])
})

test('one sale does not draw all units to where it was, a hundred nearly do', () => {
  expect(weights([sharing([6]), sharing([])])[0]).toBeLessThan(0.6)
  expect(weights([sharing(Array.from({ length: 100 }, () => 1)), sharing([])])[0]).toBeGreaterThan(0.95)
})

test('a level where nobody has bought yet is expected to sell, in sales as large as elsewhere', () => {
  const [sold, unsold] = expectDemand([sharing([6, 6, 6]), sharing([])], now)
  expect(unsold?.perHour).toBeGreaterThan(0)
  expect(unsold?.perSale).toBeGreaterThan(3)
  expect(sold?.perHour).toBeGreaterThan(unsold?.perHour ?? 0)
})

test('whatever was sold, the parts come to one', () => {
  const anySharing = fc.record({
    sales: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 }),
    connectionSales: fc.nat(20),
  })
  fc.assert(
    fc.property(fc.array(anySharing, { minLength: 1, maxLength: 6 }), (levels) => {
      const all = weights(levels.map(({ sales, connectionSales }) => sharing(sales, connectionSales)))
      expect(all.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1)
      expect(Math.min(...all)).toBeGreaterThanOrEqual(0)
    }),
    fromEnvironment(200),
  )
})
