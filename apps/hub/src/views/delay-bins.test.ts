import fc from 'fast-check'
import { expect, test } from 'vitest'
import { binOf, LAST_BIN, percentileOf } from './delay-bins.ts'

test('a percentile of added bins is within 10% of that of all delays together', () => {
  const delays = fc.array(fc.integer({ min: 10, max: 7_000_000 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(
      fc.array(delays, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(0.5, 0.99),
      (slots, share) => {
        const counts = new Map<number, number>()
        for (const delay of slots.flat()) counts.set(binOf(delay), (counts.get(binOf(delay)) ?? 0) + 1)
        const all = slots.flat().sort((a, b) => a - b)
        const exact = all[Math.ceil(share * all.length) - 1] ?? 0
        const read = percentileOf(counts, share) ?? 0
        expect(read / exact).toBeGreaterThan(1 / 1.1)
        expect(read / exact).toBeLessThan(1.1)
      },
    ),
  )
  expect(percentileOf(new Map(), 0.5)).toBeNull()
  expect([binOf(0), binOf(10), binOf(1e12)]).toEqual([0, 0, LAST_BIN])
})
