import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { availableOfKit, kitsFrom } from './kit-availability.ts'

test.each([
  [7, 2, 3],
  [1, 2, 0],
  [0, 5, 0],
  // One unit short takes a whole kit back.
  [-1, 2, -1],
  [-4, 2, -2],
  [Number.MAX_SAFE_INTEGER, 1, Number.MAX_SAFE_INTEGER],
  [Number.MAX_SAFE_INTEGER, 2, (Number.MAX_SAFE_INTEGER - 1) / 2],
  [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, -1],
])('%d units, %d in each kit: %d kits', (available, quantity, kits) => {
  expect(kitsFrom({ available, quantity })).toBe(kits)
})

test('the scarcest part decides, and one kit more would need more of it than there is', () => {
  const anyPart = fc.record({
    available: fc.oneof(fc.integer({ min: -50, max: 500 }), fc.maxSafeInteger()),
    quantity: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
  })
  fc.assert(
    fc.property(fc.array(anyPart, { minLength: 1, maxLength: 6 }), (parts) => {
      const kits = availableOfKit(parts)
      // In whole numbers of any size, since products pass 2^53.
      const covers = (count: number) =>
        parts.every(({ available, quantity }) => BigInt(count) * BigInt(quantity) <= BigInt(available))
      expect(covers(kits)).toBe(true)
      expect(covers(kits + 1)).toBe(false)
    }),
    fromEnvironment(500),
  )
})

test('a kit without parts is a defect, not a kit without limit', () => {
  expect(() => availableOfKit([])).toThrow('a kit has at least one part')
})
