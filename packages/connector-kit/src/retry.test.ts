import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs } from './retry.ts'

test('the bound doubles from 200 ms to 60 s', () => {
  const almostOne = () => 1
  expect([0, 1, 2, 8, 9, 2_000].map((attempt) => backoffMs(attempt, almostOne))).toEqual([
    200, 400, 800, 51_200, 60_000, 60_000,
  ])
  expect(backoffMs(5, () => 0)).toBe(0)
})

test('the wait is within its bound for any attempt and chance', () => {
  fc.assert(
    fc.property(fc.nat(5_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
      const ms = backoffMs(attempt, () => chance)
      expect(ms).toBeGreaterThanOrEqual(0)
      expect(ms).toBeLessThanOrEqual(60_000)
    }),
  )
})

test('a negative attempt is a defect', () => {
  expect(() => backoffMs(-1, Math.abs.bind(null, 0))).toThrow('whole number')
})
