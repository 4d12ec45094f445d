import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findNumberGaps, narrow } from './gaps.ts'

const at = (minute: number) => new Date(minute * 60_000)

test('holes between known numbers, each series by itself, with the time between their neighbours', () => {
  const orders = [
    { number: '#1001', placedAt: at(1) },
    { number: '#1004', placedAt: at(9) },
    { number: '#1005', placedAt: at(10) },
    { number: 'EU7', placedAt: at(2) },
    { number: 'EU8', placedAt: at(3) },
    { number: 'gift', placedAt: at(4) },
    { number: '#9000000', placedAt: at(11) },
  ]
  expect(findNumberGaps(orders)).toEqual([{ from: at(1), to: new Date(at(9).getTime() + 1), missing: 2 }])
})

test('every order left out between two known ones is in a gap, and no gap is where none was left out', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(60), { maxLength: 40 }), fc.nat(5_000), (left, first) => {
      const all = Array.from({ length: 61 }, (_, nth) => ({ number: `#${first + nth}`, placedAt: at(nth) }))
      const known = all.filter((_, nth) => nth === 0 || nth === 60 || !left.includes(nth))
      const gaps = findNumberGaps(known.toReversed())
      const missing = all.filter((order) => !known.includes(order))
      expect(gaps.reduce((sum, gap) => sum + gap.missing, 0)).toBe(missing.length)
      for (const { placedAt } of missing)
        expect(gaps.some(({ from, to }) => placedAt >= from && placedAt < to)).toBe(true)
    }),
    fromEnvironment(100),
  )
})

test.each([
  [{ first: 1, second: 0 }, { from: at(0), to: at(5), missing: 1 }, false],
  [{ first: 0, second: 2 }, { from: at(5), to: at(10), missing: 2 }, false],
  [{ first: 1, second: 1 }, { from: at(0), to: at(10), missing: 2 }, true],
  [{ first: 0, second: 0 }, { from: at(0), to: at(10), missing: 2 }, true],
])('halves with %o missing', (missing, gap, isLast) => {
  expect(narrow({ from: at(0), to: at(10), missing: 2 }, at(5), missing)).toEqual({ gap, isLast })
})
