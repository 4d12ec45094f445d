import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterSales, type Demand, demandNow, unitsSoldWithin } from './demand.ts'

const HOUR = 3_600_000
const single = (unitsPerHour: number): Demand => ({ unitsPerHour, unitsPerSale: 1, squaredPerSale: 1 })

test.each([
  // Poisson: of mean 1 more than 5 come in 594 of a million hours, more than 4 in 3,660.
  [single(1), HOUR, 1_000, 5],
  [single(1), HOUR, 600, 5],
  [single(1), HOUR, 500, 6],
  // One a day: within five seconds even one comes but 58 times in a million.
  [single(1 / 24), 5_000, 1_000, 0],
  [single(0), HOUR, 1, 0],
  // Far from zero: 1,000 and a little more than 3.09 standard deviations.
  [single(1_000), HOUR, 1_000, 1_099],
  [single(100_000), HOUR, 1_000, 101_076],
])('%j within %i ms, but for %i in a million: %i', (demand, ms, oversellsPerMillion, units) => {
  expect(unitsSoldWithin(demand, ms, oversellsPerMillion)).toBe(units)
})

test('sales of many units at once need more in reserve than as many sales of one', () => {
  const dozens = { unitsPerHour: 12, unitsPerSale: 12, squaredPerSale: 144 }
  expect(unitsSoldWithin(dozens, HOUR, 1_000)).toBeGreaterThan(2 * unitsSoldWithin(single(12), HOUR, 1_000))
})

test('more demand, more time or less risk never needs less in reserve', () => {
  const anyDemand = fc.record({
    unitsPerHour: fc.integer({ min: 0, max: 5_000 }),
    unitsPerSale: fc.integer({ min: 1, max: 4 }),
    squaredPerSale: fc.integer({ min: 16, max: 40 }),
  })
  const anyMs = fc.integer({ min: 0, max: 600_000 })
  const anyRisk = fc.integer({ min: 1, max: 100_000 })
  fc.assert(
    fc.property(anyDemand, anyMs, anyRisk, (demand, ms, risk) => {
      const units = unitsSoldWithin(demand, ms, risk)
      expect(unitsSoldWithin(demand, ms + 60_000, risk)).toBeGreaterThanOrEqual(units)
      expect(unitsSoldWithin(demand, ms, risk + 1_000)).toBeLessThanOrEqual(units)
      const more = { ...demand, unitsPerHour: demand.unitsPerHour * 2 }
      expect(unitsSoldWithin(more, ms, risk)).toBeGreaterThanOrEqual(units)
    }),
    fromEnvironment(300),
  )
})

test('demand rises with sales and fades without them', () => {
  const at = (ms: number) => new Date(ms)
  const rushed = afterSales(undefined, [1, 1, 3], at(0))
  // Five in the last ten minutes are thirty an hour.
  expect(demandNow(rushed, at(0))).toBeCloseTo(30)
  expect(demandNow(rushed, at(10 * 60_000))).toBeCloseTo(30 / Math.E)
  // In a day nothing is left of the rush, and of what is usual nearly all.
  expect(demandNow(rushed, at(24 * HOUR))).toBeCloseTo((5 / (7 * 24)) * Math.exp(-1 / 7), 5)
  expect(demandNow(afterSales(rushed, [1], at(1)), at(1))).toBeGreaterThan(30)
})

test('a steady demand is measured as it is', () => {
  let measured: ReturnType<typeof afterSales> | undefined
  for (let minute = 0; minute < 120; minute += 1)
    measured = afterSales(measured, [1], new Date(minute * 60_000))
  expect(demandNow(measured, new Date(119 * 60_000))).toBeGreaterThan(55)
  expect(demandNow(measured, new Date(119 * 60_000))).toBeLessThan(70)
})
