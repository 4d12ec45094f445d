import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type History, measureRate, stockedShares } from './demand-rate.ts'

const options = { minimumDays: 14, outliers: 'count' } as const
const history = (units: readonly number[], stocked = units.map(() => 1)): History => ({
  units,
  stocked,
  leftOut: new Set(),
})
const days = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

test('four a day in stock, and the days without stock say nothing', () => {
  const sold = measureRate(
    history([...days(20, 4), ...days(20, 0)], [...days(20, 1), ...days(20, 0)]),
    options,
    undefined,
  )
  expect(sold).toMatchObject({
    kind: 'measured',
    perDay: 4,
    daysCounted: 20,
    unitsCounted: 80,
    daysWithoutStock: 20,
  })
})

test('a day in stock on which nothing was sold does lower the rate', () => {
  expect(measureRate(history([...days(20, 4), ...days(20, 0)]), options, undefined).perDay).toBe(2)
})

test('what sold out at noon sold twice as fast', () => {
  expect(measureRate(history(days(28, 3), days(28, 0.5)), options, undefined)).toMatchObject({
    perDay: 6,
    daysCounted: 14,
  })
})

test('with too few days with stock there is no number, but what a person expects', () => {
  const young = history([...days(50, 0), ...days(6, 9)], [...days(50, 0), ...days(6, 1)])
  expect(measureRate(young, options, undefined)).toMatchObject({
    kind: 'not-enough',
    daysCounted: 6,
    unitsCounted: 54,
  })
  expect(measureRate(young, options, 2.5)).toMatchObject({
    kind: 'expected',
    perDay: 2.5,
    variancePerDay: 2.5,
  })
  const old = history(days(30, 1))
  expect(measureRate(old, options, 2.5)).toMatchObject({ kind: 'measured', perDay: 1 })
})

test('units sold ahead of stock count as a day where they are more than is usual, and never lower the rate', () => {
  const usual = days(20, 4)
  const ahead = measureRate(history([...usual, 10, 1, 0], [...days(20, 1), 0, 0, 0]), options, undefined)
  expect(ahead).toMatchObject({ daysSoldAhead: 1, daysCounted: 21, unitsCounted: 90, daysWithoutStock: 2 })
})

test('days that a person left out count neither with their units nor as days', () => {
  const sale = { ...history([...days(20, 4), 400, 300]), leftOut: new Set([20, 21]) }
  expect(measureRate(sale, options, undefined)).toMatchObject({ perDay: 4, daysLeftOut: 2, daysCounted: 20 })
})

test('a day of far more than is usual is left out where that is asked for', () => {
  const sold = history([...days(15, 4), 6, 5, 3, 400, 2])
  expect(measureRate(sold, options, undefined).outlierDays).toEqual([])
  const without = measureRate(sold, { ...options, outliers: 'leave-out' }, undefined)
  expect(without).toMatchObject({ outlierDays: [18], daysCounted: 19 })
  expect(without.perDay).toBeCloseTo(76 / 19)
})

test('the variance is that of the days, and no less than chance alone makes', () => {
  // (2 - 4)² and (6 - 4)² in turn: 4 for each of 20 days, over 19.
  const even = days(20, 0).map((_, day) => (day % 2 === 0 ? 2 : 6))
  expect(measureRate(history(even), options, undefined).variancePerDay).toBeCloseTo(80 / 19)
  expect(measureRate(history(days(20, 4)), options, undefined).variancePerDay).toBe(4)
})

const anyHistory = fc
  .array(
    fc.record({
      units: fc.nat(30),
      share: fc.constantFrom(0, 0.25, 0.5, 1),
      isLeftOut: fc.boolean(),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((each) => ({
    units: each.map(({ units }) => units),
    stocked: each.map(({ share }) => share),
    leftOut: new Set(each.flatMap(({ isLeftOut }, day) => (isLeftOut ? [day] : []))),
  }))
const anyOptions = fc.record({
  minimumDays: fc.integer({ min: 1, max: 20 }),
  outliers: fc.constantFrom('count' as const, 'leave-out' as const),
})

test('days without stock never change the rate, however many there are', () => {
  fc.assert(
    fc.property(anyHistory, anyOptions, fc.nat(40), (told, how, without) => {
      const more = {
        ...told,
        units: [...told.units, ...days(without, 0)],
        stocked: [...told.stocked, ...days(without, 0)],
      }
      const [before, after] = [measureRate(told, how, undefined), measureRate(more, how, undefined)]
      expect(after).toEqual({ ...before, daysWithoutStock: before.daysWithoutStock + without })
    }),
    fromEnvironment(500),
  )
})

test('the rate lies between that of the slowest and that of the fastest day, and its variance is above it', () => {
  fc.assert(
    fc.property(anyHistory, anyOptions, (told, how) => {
      const rate = measureRate(told, how, undefined)
      if (rate.kind !== 'measured') return
      const each = told.units.map((units, day) => units / (told.stocked[day] || 1))
      expect(rate.perDay).toBeGreaterThanOrEqual(Math.min(...each) - 1e-9)
      expect(rate.perDay).toBeLessThanOrEqual(Math.max(...each) + 1e-9)
      expect(rate.variancePerDay).toBeGreaterThanOrEqual(rate.perDay)
    }),
    fromEnvironment(500),
  )
})

test('in stock from the afternoon of the second day until the third noon', () => {
  const hour = 3_600_000
  const changes = [
    { atMs: 36 * hour, isStocked: true },
    { atMs: 60 * hour, isStocked: false },
  ]
  expect(stockedShares(changes, { opening: false, startMs: 0, days: 4 })).toEqual([0, 0.5, 0.5, 0])
  expect(stockedShares([], { opening: true, startMs: 0, days: 2 })).toEqual([1, 1])
  expect(stockedShares(changes.slice(1), { opening: true, startMs: 24 * hour, days: 2 })).toEqual([1, 0.5])
})
