import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scaleTop, toPath, toSales } from './chart-model.ts'

test('whoever is named and whoever is not, each step adds up to all that was sold in it', () => {
  const sale = fc.record({
    connectionId: fc.constantFrom(...'abcdefghij'),
    orders: fc.nat(50),
    units: fc.nat(900),
  })
  const step = fc.uniqueArray(sale, { selector: ({ connectionId }) => connectionId, maxLength: 10 })
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 8 }),
      fc.constantFrom('orders' as const, 'units' as const),
      (sold, measure) => {
        const steps = sold.map((sales) => ({
          at: '',
          sales,
          writes: 0,
          emptied: 0,
          delayMs: null,
          stock: null,
          oversoldUnits: 0,
        }))
        const lines = toSales(steps, measure, (name) => ({ name, colour: '' }), 'others')
        expect(lines.length).toBeLessThanOrEqual(6)
        for (const [number, { sales }] of steps.entries()) {
          const drawn = lines.reduce((sum, { values }) => sum + (values[number] ?? 0), 0)
          expect(drawn).toBe(sales.reduce((sum, each) => sum + each[measure], 0))
        }
      },
    ),
  )
})

test('what is not known is a gap, and scales end on round numbers', () => {
  const same = (value: number) => value
  expect(toPath([1, 2, null, 3, null, null, 4, 5], same, same)).toBe('M0 1L1 2M3 3h0.01M6 4L7 5')
  expect([0, 1, 3, 70, 501].map(scaleTop)).toEqual([1, 1, 5, 100, 1000])
})
