import fc from 'fast-check'
import { expect, test } from 'vitest'
import { skipCodeOf, skipReason } from './cutover.ts'

test('each reason for leaving a line alone has its code, and what is taken has none', () => {
  const figure = fc.record({
    tracking: fc.constantFrom('plain' as const, 'lot' as const, 'serial' as const),
    isVirtualKit: fc.boolean(),
    listings: fc.integer({ min: 1, max: 3 }),
  })
  fc.assert(
    fc.property(figure, (each) => {
      const { isVirtualKit, tracking, listings } = each
      const severalOrNone = listings > 1 ? 'several-listings' : null
      const ofPlain = tracking === 'plain' ? severalOrNone : tracking
      const reason = skipReason(each)
      expect(skipCodeOf(reason)).toBe(isVirtualKit ? 'virtual-kit' : ofPlain)
      expect(reason === null).toBe(skipCodeOf(reason) === null)
    }),
  )
  expect(skipCodeOf('kept before there were codes')).toBe(null)
})
