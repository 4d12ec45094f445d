import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shareUnits, type Taker } from './share-units.ts'

const anyTakers = fc.array(
  fc.record({
    position: fc.integer({ min: -8, max: 20 }),
    perDay: fc.constantFrom(0.5, 1, 2, 3, 5),
    packs: fc.integer({ min: 0, max: 5 }),
  }),
  { minLength: 1, maxLength: 4 },
)

test('sharing is the fairest there is: every way of sharing the packs was tried', () => {
  fc.assert(
    fc.property(anyTakers, fc.integer({ min: 1, max: 4 }), fc.nat(40), (told, packUnits, free) => {
      const takers: Taker[] = told.map(({ packs, ...each }, index) => ({
        ...each,
        id: `${index}`,
        wanted: packs * packUnits,
        packUnits,
        least: packUnits,
      }))
      const given = shareUnits(free, takers)
      const coverOf = (units: readonly number[]) =>
        takers
          .map(({ position, perDay }, index) => (position + (units[index] ?? 0)) / perDay)
          .sort((a, b) => a - b)
      const ours = coverOf(takers.map(({ id }) => given.get(id) ?? 0))
      const best = everyWay(takers, Math.floor(free / packUnits))
        .map(coverOf)
        .reduce(fairer)
      expect(ours.map((each) => each.toFixed(9))).toEqual(best.map((each) => each.toFixed(9)))
    }),
    fromEnvironment(1_000),
  )
})

/** Every number of packs for every taker. */
function everyWay(takers: readonly Taker[], packs: number): number[][] {
  const [first, ...rest] = takers
  if (first === undefined) return [[]]
  const most = Math.min(packs, first.wanted / first.packUnits)
  return Array.from({ length: most + 1 }, (_, count) =>
    everyWay(rest, packs - count).map((units) => [count * first.packUnits, ...units]),
  ).flat()
}

/** Of two shares the one whose worst off is better off; of equals whose second worst off is, and so on. */
function fairer(a: number[], b: number[]): number[] {
  const index = a.findIndex((each, place) => Math.abs(each - (b[place] ?? 0)) > 1e-9)
  return index === -1 || (a[index] ?? 0) > (b[index] ?? 0) ? a : b
}

test('packs of different sizes, minimums and much to share: nobody gets too much, and what is left fits nobody', () => {
  const anyTaker = fc.record({
    position: fc.integer({ min: -100, max: 2_000 }),
    perDay: fc.double({ min: 0.01, max: 900, noNaN: true }),
    wanted: fc.nat(50_000),
    packUnits: fc.constantFrom(1, 7, 24, 144),
    minimum: fc.constantFrom(1, 100),
  })
  fc.assert(
    fc.property(fc.array(anyTaker, { maxLength: 6 }), fc.nat(100_000), (told, free) => {
      const takers = told.map(({ minimum, ...each }, index) => ({
        ...each,
        id: `${index}`,
        least: Math.ceil(minimum / each.packUnits) * each.packUnits,
      }))
      const given = shareUnits(free, takers)
      const total = [...given.values()].reduce((sum, units) => sum + units, 0)
      expect(total).toBeLessThanOrEqual(free)
      for (const taker of takers) {
        const units = given.get(taker.id) ?? 0
        expect(units === 0 || (units >= taker.least && units <= taker.wanted)).toBe(true)
        expect(units % taker.packUnits).toBe(0)
        // Who takes part could not be given another pack.
        if (units > 0)
          expect(units + taker.packUnits > taker.wanted || taker.packUnits > free - total).toBe(true)
      }
    }),
    fromEnvironment(500),
  )
})
