import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DEFAULT_GUARD, type GuardSettings } from '../safety/stampede.ts'
import { type CountedChange, findImplausible } from './implausible.ts'

const settings: fc.Arbitrary<GuardSettings> = fc.record({
  zeroPercent: fc.integer({ min: 0, max: 100 }),
  zeroMinimum: fc.integer({ min: 1, max: 12 }),
  raisePercent: fc.integer({ min: 0, max: 100 }),
  raiseMinimum: fc.integer({ min: 1, max: 12 }),
  raiseFactor: fc.integer({ min: 2, max: 20 }),
  windowSeconds: fc.constant(600),
})
const changes: fc.Arbitrary<CountedChange[]> = fc
  .array(
    fc.record({
      before: fc.integer({ min: -3, max: 20 }),
      after: fc.oneof(fc.constant(0), fc.integer({ min: -3, max: 300 })),
      accepted: fc.constantFrom(undefined, undefined, 'zero' as const, 'raise' as const),
    }),
    { maxLength: 40 },
  )
  .map((list) => list.map((each, nth) => ({ ...each, itemId: `i${nth}` })))

test('what is booked without a person takes no more than the share to zero, and what is held would', () => {
  fc.assert(
    fc.property(changes, settings, (given, guard) => {
      const held = findImplausible(given, guard)
      const lay = given.filter(({ before }) => before > 0)
      const unasked = lay.filter(
        ({ itemId, after, accepted }) => !held.has(itemId) && after <= 0 && accepted !== 'zero',
      )
      const isFew =
        unasked.length < guard.zeroMinimum || unasked.length * 100 <= lay.length * guard.zeroPercent
      expect(isFew).toBe(true)
      for (const [itemId, kind] of held) {
        const change = given.find((each) => each.itemId === itemId)
        expect(change?.before).toBeGreaterThan(0)
        expect(change?.accepted).not.toBe(kind)
        if (kind === 'zero') expect(change?.after).toBeLessThanOrEqual(0)
        else expect(change?.after).toBeGreaterThan((change?.before ?? 0) * guard.raiseFactor)
      }
    }),
  )
})

test('a unit mistaken for a carton is held; a delivery where nothing lay, and a sale of the last ones, are not', () => {
  const of = (before: number, after: number, count: number): CountedChange[] =>
    Array.from({ length: count }, (_, nth) => ({
      itemId: `${before}-${nth}`,
      before,
      after,
      accepted: undefined,
    }))
  expect(findImplausible(of(4, 96, 10), DEFAULT_GUARD).size).toBe(10)
  expect(findImplausible(of(0, 96, 30), DEFAULT_GUARD).size).toBe(0)
  expect(findImplausible([...of(1, 0, 9), ...of(5, 5, 20)], DEFAULT_GUARD).size).toBe(0)
})
