import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromPacific, pacificFilter, toPacific } from './pacific.ts'

const HOUR_MS = 3_600_000
const between2020And2040 = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2040, 0, 1) })
/** Around both changes of a year, where what is wrong shows. */
const aroundChanges = fc
  .tuple(
    fc.constantFrom(Date.UTC(2026, 10, 1, 9), Date.UTC(2027, 2, 14, 10)),
    fc.integer({ min: -3 * HOUR_MS, max: 3 * HOUR_MS }),
  )
  .map(([at, off]) => at + off)

test.each([
  ['2026-11-26T09:30:00.0000000', '2026-11-26T17:30:00.000Z'],
  ['2026-07-01T09:30:00.1230000', '2026-07-01T16:30:00.123Z'],
  ['2026-07-01 09:30:00', '2026-07-01T16:30:00.000Z'],
  // Twice: the first.
  ['2026-11-01T01:30:00', '2026-11-01T08:30:00.000Z'],
  // Never: as if the clock had not been put forward.
  ['2027-03-14T02:30:00', '2027-03-14T10:30:00.000Z'],
])('%s is %s', (written, at) => {
  expect(fromPacific(written)?.toISOString()).toBe(at)
})

test.each(['', '2026-13-45T99:00:00', '2026-11-26', 'yesterday', '2026-11-26T09:30:00Z'])(
  '"%s" is no moment of theirs',
  (written) => {
    expect(fromPacific(written)).toBeUndefined()
  },
)

test('what is written is read back, but for the hour that comes twice', () => {
  fc.assert(
    fc.property(fc.oneof(between2020And2040, aroundChanges), (ms) => {
      const read = fromPacific(toPacific(new Date(ms)))?.getTime() ?? Number.NaN
      const seconds = Math.floor(ms / 1_000) * 1_000
      expect([seconds, seconds - HOUR_MS]).toContain(read)
      expect(toPacific(new Date(read))).toBe(toPacific(new Date(ms)))
    }),
    fromEnvironment({ numRuns: 500 }),
  )
})

test('a filter never begins after what it is to find, whichever of two hours is meant', () => {
  fc.assert(
    fc.property(fc.oneof(between2020And2040, aroundChanges), (ms) => {
      const asked = fromPacific(pacificFilter(new Date(ms)))?.getTime() ?? Number.POSITIVE_INFINITY
      const later = asked + HOUR_MS
      const isTwice = toPacific(new Date(later)) === toPacific(new Date(asked))
      expect(isTwice ? later : asked).toBeLessThan(ms)
      // And not much before.
      expect(asked).toBeGreaterThan(ms - 2 * HOUR_MS - 3_000)
    }),
    fromEnvironment({ numRuns: 500 }),
  )
})
