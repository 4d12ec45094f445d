// When so many changes at once are held, and what of the ledger explains a zero.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideDesired } from '../availability/desired.ts'
import { NO_POLICY } from '../policies/policy.ts'
import { DEFAULT_GUARD, type Evidence, isExplained, isStampede, raiseFrom, suddenOf } from './stampede.ts'

const evidence: Evidence = {
  before: 5,
  desired: 0,
  because: 'available',
  unitsPerListing: 1,
  taken: 0,
  given: 0,
  recalled: 0,
}

test('I8: fewer than the minimum, or no more than the share, are never held', () => {
  const settings = { ...DEFAULT_GUARD, zeroMinimum: 10, zeroPercent: 10 }
  expect(isStampede('zero', { sudden: 9, listings: 9 }, settings)).toBe(false)
  expect(isStampede('zero', { sudden: 10, listings: 100 }, settings)).toBe(false)
  expect(isStampede('zero', { sudden: 11, listings: 100 }, settings)).toBe(true)
})

test.each([
  ['to zero', { desired: 0, shown: 4 }, 'zero'],
  ['zero that is shown already', { desired: 0, shown: 0 }, undefined],
  ['a decrease', { desired: 1, shown: 400 }, undefined],
  ['ten times as much is not more than ten times', { desired: 40, shown: 4 }, undefined],
  ['more than ten times', { desired: 41, shown: 4 }, 'raise'],
  ['from nothing', { desired: 11, shown: 0 }, 'raise'],
  ['what nobody knows is read first', { desired: 0, shown: undefined }, undefined],
])('I8: %s', (_, change, kind) => {
  expect(suddenOf(change, DEFAULT_GUARD)).toBe(kind)
})

test('I8: a zero that nothing was taken for is not explained; a recall, and who zeroes on purpose, explain it', () => {
  expect(isExplained('zero', evidence)).toBe(false)
  expect(isExplained('zero', { ...evidence, recalled: 5 })).toBe(true)
  expect(isExplained('zero', { ...evidence, because: 'zeroed' })).toBe(true)
  expect(isExplained('zero', { ...evidence, before: null, taken: 9 })).toBe(false)
})

test('I8: one order does not explain that a listing falls from five to nothing', () => {
  expect(isExplained('zero', { ...evidence, taken: 1 })).toBe(false)
  expect(isExplained('zero', { ...evidence, taken: 5 })).toBe(true)
})

test('I8: a zero that orders brought about is explained, whatever the policy', () => {
  fc.assert(
    fc.property(
      fc.record({
        available: fc.integer({ min: 1, max: 200 }),
        taken: fc.integer({ min: 1, max: 250 }),
        unitsPerListing: fc.integer({ min: 1, max: 6 }),
        bufferUnits: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
        bufferPercent: fc.option(fc.integer({ min: 0, max: 90 }), { nil: undefined }),
        cap: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
        floor: fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
      }),
      ({ available, taken, unitsPerListing, ...limits }) => {
        const policy = { ...NO_POLICY, ...limits }
        const decide = (left: number) =>
          decideDesired(
            { available: left, incoming: 0, unitsPerListing, unsubtracted: 0, quantityMax: 1_000 },
            policy,
          )
        const before = decide(available)
        const after = decide(available - taken)
        fc.pre(before.units > 0 && after.units === 0)
        const { because } = after
        const change = { ...evidence, before: before.units, because, unitsPerListing, taken }
        expect(isExplained('zero', change)).toBe(true)
      },
    ),
  )
})

test('I8: a raise is one from its least quantity on', () => {
  fc.assert(
    fc.property(fc.nat(1_000), fc.nat(20_000), (shown, desired) => {
      const isRaise = suddenOf({ desired, shown }, DEFAULT_GUARD) === 'raise'
      expect(isRaise).toBe(desired >= raiseFrom(shown, DEFAULT_GUARD))
    }),
  )
})
