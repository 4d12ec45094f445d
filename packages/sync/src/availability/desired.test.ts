import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergePolicies, NO_POLICY, type Policy } from '../policies/policy.ts'
import { bufferOf, type DesiredInput, decideDesired } from './desired.ts'

const input: DesiredInput = {
  available: 100,
  incoming: 0,
  unitsPerListing: 1,
  unsubtracted: 0,
  quantityMax: 1_000,
}

test.each<[string, Partial<DesiredInput>, Partial<Policy>, number, string]>([
  ['all that is there', {}, {}, 100, 'available'],
  ['nothing is there', { available: 0 }, {}, 0, 'available'],
  ['less than nothing is there', { available: -7 }, {}, 0, 'available'],
  ['whole six-packs only', { available: 17, unitsPerListing: 6 }, {}, 2, 'available'],
  [
    'the buffer comes off before the division',
    { available: 17, unitsPerListing: 6 },
    { bufferUnits: 6 },
    1,
    'available',
  ],
  ['a buffer larger than all', { available: 5 }, { bufferUnits: 6 }, 0, 'available'],
  ['a share, rounded up', { available: 101 }, { bufferPercent: 10 }, 90, 'available'],
  ['the larger buffer', {}, { bufferPercent: 10, bufferUnits: 20 }, 80, 'available'],
  ['below the floor', { available: 4 }, { floor: 5 }, 0, 'below-floor'],
  ['at the floor', { available: 5 }, { floor: 5 }, 5, 'available'],
  ['above the cap', {}, { cap: 30 }, 30, 'capped'],
  ['at the cap', { available: 30 }, { cap: 30 }, 30, 'available'],
  ['the floor is asked before the cap', { available: 4 }, { floor: 5, cap: 3 }, 0, 'below-floor'],
  ['fixed beats cap and floor', { available: 1 }, { fixed: 7, cap: 3, floor: 5 }, 7, 'fixed'],
  ['paused beats fixed', {}, { paused: true, fixed: 7 }, 0, 'paused'],
  ['not yet subtracted units show on top', { unsubtracted: 3 }, {}, 103, 'available'],
  [
    'on top of a pause too: the platform will take them off',
    { unsubtracted: 3 },
    { paused: true },
    3,
    'paused',
  ],
  ['what is coming is not promised by itself', { available: 5, incoming: 20 }, {}, 5, 'available'],
  ['unless the policy says so', { available: 5, incoming: 20 }, { promiseIncoming: true }, 25, 'available'],
  [
    'what is owed comes off what is coming',
    { available: -7, incoming: 20 },
    { promiseIncoming: true, bufferUnits: 3 },
    10,
    'available',
  ],
  ['no more than the platform takes', { available: 5_000 }, {}, 1_000, 'platform-maximum'],
])('what a level shows: %s', (_, given, policy, units, because) => {
  const desired = decideDesired({ ...input, ...given }, { ...NO_POLICY, ...policy })
  expect({ units: desired.units, because: desired.because }).toEqual({ units, because })
})

test('a figure that is no whole number is refused, not rounded', () => {
  expect(() => decideDesired({ ...input, available: 1.5 }, NO_POLICY)).toThrow('whole number')
  expect(() => decideDesired({ ...input, available: Number.NaN }, NO_POLICY)).toThrow('whole number')
})

test.each<[number, Partial<Policy>, number]>([
  [100, {}, 0],
  [100, { bufferUnits: 3 }, 3],
  [100, { bufferPercent: 1 }, 1],
  [1, { bufferPercent: 1 }, 1],
  [-100, { bufferPercent: 50 }, 0],
  [-100, { bufferPercent: 50, bufferUnits: 2 }, 2],
])('of %i available units, %o keeps back %i', (available, policy, buffer) => {
  expect(bufferOf(available, { ...NO_POLICY, ...policy })).toBe(buffer)
})

test('the nearest policy that sets a field wins, field by field', () => {
  const organization = { bufferUnits: 5, bufferPercent: 10, cap: 50, promiseIncoming: true, paused: true }
  const connection = { bufferUnits: 0, bufferPercent: null, floor: 2, promiseIncoming: null }
  const listing = { cap: 7, paused: false }
  expect(mergePolicies([organization, connection, listing])).toEqual({
    ...NO_POLICY,
    bufferUnits: 0,
    bufferPercent: 10,
    cap: 7,
    floor: 2,
    fixed: undefined,
    paused: false,
    promiseIncoming: true,
  })
  expect(mergePolicies([undefined, undefined])).toEqual(NO_POLICY)
})

const count = (max: number) => fc.option(fc.integer({ min: 0, max }), { nil: undefined })
const anyPolicy = fc
  .record({
    bufferUnits: count(50),
    bufferPercent: count(100),
    cap: count(200),
    floor: count(20),
    paused: fc.boolean(),
    promiseIncoming: fc.boolean(),
  })
  .map((policy): Policy => ({ ...NO_POLICY, ...policy }))

test('I5: a level never shows units that are not there', () => {
  fc.assert(
    fc.property(
      fc.record({
        available: fc.integer({ min: -50, max: 5_000 }),
        incoming: fc.nat(500),
        unitsPerListing: fc.integer({ min: 1, max: 24 }),
        unsubtracted: fc.integer({ min: 0, max: 20 }),
        quantityMax: fc.integer({ min: 0, max: 5_000 }),
      }),
      anyPolicy,
      (given, policy) => {
        const { units, promise } = decideDesired(given, policy)
        // What is coming counts only where the policy lets it be promised.
        const there = given.available + (policy.promiseIncoming ? given.incoming : 0)
        expect(promise * given.unitsPerListing).toBeLessThanOrEqual(
          Math.max(0, there - bufferOf(there, policy)),
        )
        expect(units).toBeGreaterThanOrEqual(0)
        expect(units).toBeLessThanOrEqual(Math.min(given.quantityMax, promise + given.unsubtracted))
      },
    ),
    fromEnvironment(1_000),
  )
})

test('I5: less stock never shows more', () => {
  fc.assert(
    fc.property(fc.nat(500), fc.nat(500), anyPolicy, (available, less, policy) => {
      const units = (given: number) => decideDesired({ ...input, available: given }, policy).units
      expect(units(available - less)).toBeLessThanOrEqual(units(available))
    }),
    fromEnvironment(1_000),
  )
})
