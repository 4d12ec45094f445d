import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideDesired } from '../availability/desired.ts'
import { divideStock, promisableFrom } from '../availability/set-aside.ts'
import { NO_POLICY, type Policy, strictestOf } from './policy.ts'

test.each<[string, Partial<Policy>, Partial<Policy>, Partial<Policy>]>([
  ['the smaller cap', { cap: 3 }, { cap: 5 }, { cap: 3 }],
  ['a cap that only one has', { cap: 3 }, {}, { cap: 3 }],
  [
    'the larger buffer',
    { bufferUnits: 1, bufferPercent: 9 },
    { bufferUnits: 4 },
    { bufferUnits: 4, bufferPercent: 9 },
  ],
  ['the higher floor', { floor: 2 }, { floor: 5 }, { floor: 5 }],
  ['paused, if one is', { paused: true }, {}, { paused: true }],
  ['fixed, if all are', { fixed: 8 }, { fixed: 6 }, { fixed: 6 }],
  ['fixed for one caps the other', { fixed: 8 }, { cap: 9 }, { cap: 8 }],
  [
    'locations of both',
    { poolLocationIds: ['a', 'b'] },
    { poolLocationIds: ['b', 'c'] },
    { poolLocationIds: ['b'] },
  ],
  ['the smaller share', { sharePercent: 30 }, {}, { sharePercent: 30 }],
  [
    'the least that is set aside',
    { exclusivePercent: 30, campaignUnits: 5 },
    { campaignUnits: 2 },
    { exclusivePercent: 30, campaignUnits: 2 },
  ],
  ['incoming, if all may', { promiseIncoming: true }, {}, { promiseIncoming: false }],
  [
    'the less of it',
    { promiseIncoming: true, incomingPercent: 50 },
    { promiseIncoming: true, incomingWithinDays: 3 },
    { promiseIncoming: true, incomingPercent: 50, incomingWithinDays: 3 },
  ],
  ['lots that last longest', { minShelfLifeDays: 30 }, { minShelfLifeDays: 10 }, { minShelfLifeDays: 30 }],
])('listings that share a level show the strictest: %s', (_, one, other, strictest) => {
  const [a, b] = [
    { ...NO_POLICY, ...one },
    { ...NO_POLICY, ...other },
  ]
  expect(strictestOf([a, b])).toEqual({ ...NO_POLICY, ...strictest })
  expect(strictestOf([b, a])).toEqual({ ...NO_POLICY, ...strictest })
})

const count = (max: number) => fc.option(fc.nat(max), { nil: undefined })
const anyReading = fc
  .record({
    poolLocationIds: fc.option(fc.subarray(['a', 'b']), { nil: undefined }),
    sharePercent: count(100),
    bufferUnits: count(20),
    bufferPercent: count(100),
    cap: count(60),
    floor: count(10),
    fixed: count(60),
    paused: fc.boolean(),
    minShelfLifeDays: count(20),
    promiseIncoming: fc.boolean(),
    incomingPercent: count(100),
    incomingWithinDays: count(20),
  })
  .map((reading): Policy => ({ ...NO_POLICY, ...reading }))

/** What a level shows that reads a policy: 50 units here, 20 there; 9 of them last 10 days; 6 come in a week, 6 later. */
function shown(policy: Policy): number {
  const stock = [
    { locationId: 'a', available: 50, incoming: 12 },
    { locationId: 'b', available: 20, incoming: 0 },
  ]
  const { incomingWithinDays, minShelfLifeDays = 0 } = policy
  const promisable = promisableFrom(divideStock(stock, [], []), {
    campaignHolder: '',
    exclusiveHolder: undefined,
    locationIds: policy.poolLocationIds ?? ['a', 'b'],
    sharePercent: policy.sharePercent,
    incomingPercent: policy.incomingPercent ?? 100,
    incomingAt: () => (incomingWithinDays === undefined ? 12 : incomingWithinDays < 7 ? 0 : 6),
    unsuitableAt: () => (minShelfLifeDays > 10 ? 9 : 0),
  })
  const input = { unitsPerListing: 1, unsubtracted: 0, quantityMax: 1_000 }
  return decideDesired({ ...input, ...promisable }, policy).units
}

test('I5: the strictest of several readings shows no more than any of them, in whatever order they are', () => {
  fc.assert(
    fc.property(fc.array(anyReading, { minLength: 1, maxLength: 4 }), (readings) => {
      const strictest = strictestOf(readings)
      for (const reading of readings) expect(shown(strictest)).toBeLessThanOrEqual(shown(reading))
      const reversed = strictestOf(readings.toReversed())
      expect(shown(reversed)).toBe(shown(strictest))
      expect(strictestOf([strictest, ...readings])).toEqual(strictest)
    }),
    fromEnvironment(1_000),
  )
})
