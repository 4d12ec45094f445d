import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { daysOfCover, runsOutInDays } from './cover.ts'
import { decideLevels, type LevelsQuestion } from './levels.ts'
import { deviationsFor } from './service-level.ts'

test.each([
  [0.5, 0],
  [0.8, 0.8416212],
  [0.9, 1.2815516],
  [0.95, 1.6448536],
  [0.975, 1.959964],
  [0.99, 2.3263479],
  [0.999, 3.0902323],
  [0.999999, 4.7534243],
])('a service level of %d takes %d standard deviations', (share, deviations) => {
  expect(deviationsFor(share)).toBeCloseTo(deviations, 5)
})

const one = (perDay: number, variancePerDay: number, leadDays: number): LevelsQuestion => ({
  ...{ perDay, variancePerDay, leadDays, deviationDays: 0 },
  serviceLevel: 0.95,
  reviewDays: 7,
  packUnits: 1,
  minimumUnits: 1,
})

test('demand and lead time that both vary: by hand', () => {
  // 1.6449 · √((30 + 7) · 25 + 10² · 4²) = 1.6449 · √2525 = 82.65
  expect(decideLevels({ ...one(10, 25, 30), deviationDays: 4 })).toEqual({
    demandOverLead: 300,
    safetyStock: 83,
    reorderPoint: 383,
    orderUpTo: 453,
    leastOrder: 1,
  })
})

test('a whole carton fits between the reorder point and the level that is ordered up to', () => {
  expect(decideLevels({ ...one(0.5, 0.5, 10), packUnits: 24, minimumUnits: 30 })).toMatchObject({
    reorderPoint: 10,
    leastOrder: 48,
    orderUpTo: 58,
  })
})

test('who supplies others orders for their ways and their safety too, and less for both than each would alone', () => {
  const alone = decideLevels(one(10, 25, 30))
  const both = decideLevels({ ...one(20, 50, 30), onward: { demand: 120, safetyStock: 17 } })
  expect(both.demandOverLead).toBe(720)
  expect(both.safetyStock - 17).toBeLessThan(2 * alone.safetyStock)
})

test('whatever the figures, more risk taken is less stock, and the levels lie in order', () => {
  const amount = fc.double({ min: 0, max: 500, noNaN: true })
  fc.assert(
    fc.property(
      amount,
      amount,
      amount,
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 1, max: 200 }),
      (d, v, l, r, pack) => {
        const asked = { ...one(d, v, l), reviewDays: r, packUnits: pack }
        const [less, more] = [
          decideLevels({ ...asked, serviceLevel: 0.8 }),
          decideLevels({ ...asked, serviceLevel: 0.99 }),
        ]
        expect(less.safetyStock).toBeLessThanOrEqual(more.safetyStock)
        expect(more.reorderPoint).toBeGreaterThanOrEqual(Math.floor(d * l))
        expect(more.orderUpTo).toBeGreaterThanOrEqual(more.reorderPoint + pack)
        expect([more.safetyStock, more.reorderPoint, more.orderUpTo].every(Number.isSafeInteger)).toBe(true)
      },
    ),
    fromEnvironment(500),
  )
})

test('days of cover are of what is there; the day it runs out also counts what arrives before', () => {
  expect(daysOfCover(45, 10)).toBe(4.5)
  expect(daysOfCover(-3, 10)).toBe(0)
  expect(daysOfCover(45, 0)).toBeNull()
  expect(runsOutInDays(45, 10, [])).toBe(4)
  expect(runsOutInDays(45, 10, [{ units: 30, inDays: 4 }])).toBe(7)
  // It comes a day too late: then it has run out already.
  expect(runsOutInDays(45, 10, [{ units: 30, inDays: 5 }])).toBe(4)
  expect(runsOutInDays(45, 10, [{ units: 900, inDays: null }])).toBe(4)
  expect(runsOutInDays(-5, 10, [{ units: 30, inDays: 0 }])).toBe(0)
  expect(runsOutInDays(1_000_000, 0.1, [])).toBeNull()
})

test('the day it runs out is the one that counting day by day finds', () => {
  const anyArrivals = fc.array(
    fc.record({ units: fc.integer({ min: 1, max: 60 }), inDays: fc.integer({ min: 0, max: 40 }) }),
    { maxLength: 5 },
  )
  fc.assert(
    fc.property(
      fc.integer({ min: -10, max: 100 }),
      fc.integer({ min: 1, max: 12 }),
      anyArrivals,
      (available, perDay, arrivals) => {
        let left = available
        let day = 0
        // What arrives on a day is there in its morning.
        const at = (which: number) =>
          arrivals.filter(({ inDays }) => inDays === which).reduce((sum, { units }) => sum + units, 0)
        if (left > 0) {
          left += at(0)
          while (left >= perDay) {
            left -= perDay
            day += 1
            if (left + at(day) <= 0) break
            left += at(day)
          }
        }
        expect(runsOutInDays(available, perDay, arrivals)).toBe(day)
      },
    ),
    fromEnvironment(500),
  )
})
