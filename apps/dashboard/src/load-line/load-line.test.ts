import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideLoad, draftMarks, spread } from './load-line.ts'
import { decideShip, heightOf, type ShipFigures } from './ship.ts'

test.each([
  [{ onHand: 100, reserved: 20, held: 5, available: 75 }, 0.25, false, false],
  [{ onHand: 2, reserved: 4, held: 0, available: -2 }, 1, true, false],
  [{ onHand: 0, reserved: 0, held: 0, available: 0 }, 0, false, true],
])('%o lies at %f', (figures, lineShare, isOversold, isEmpty) => {
  expect(decideLoad(figures)).toMatchObject({ lineShare, isOversold, isEmpty })
})

test('shares stay within the hull for any figures', () => {
  const units = fc.integer({ min: -1000, max: 100_000 })
  fc.assert(
    fc.property(units, units, units, (onHand, reserved, held) => {
      const load = decideLoad({ onHand, reserved, held, available: onHand - reserved - held })
      for (const share of [load.reservedShare, load.heldShare, load.lineShare]) {
        expect(share).toBeGreaterThanOrEqual(0)
        expect(share).toBeLessThanOrEqual(1)
      }
    }),
  )
})

test('draft marks are round and end within the hull', () => {
  expect(draftMarks(100, 5)).toEqual([0, 20, 40, 60, 80, 100])
  expect(draftMarks(3, 5)).toEqual([0, 1, 2, 3])
  expect(draftMarks(0, 5)).toEqual([0])
})

test('labels are spread without overlap', () => {
  expect(spread([50, 50, 50], 10, 100)).toEqual([50, 60, 70])
  expect(spread([98, 100], 10, 100)).toEqual([90, 100])
})

const listing = (number: number, desired: (number | null)[], unitsPerListing = 1) => ({
  listingId: `listing-${number}`,
  connectionId: `connection-${number}`,
  connectionName: `Shop ${number}`,
  connector: 'shop',
  externalId: String(number),
  title: '',
  unitsPerListing,
  tracked: true,
  levels: desired.map((each) => ({ desired: each }) as ShipFigures['listings'][number]['levels'][number]),
})
const dealt: ShipFigures['protection'] = {
  mode: 'guaranteed',
  isOwn: true,
  standing: { state: 'guaranteed', since: '2026-11-26T00:00:00Z', shortUnits: 0, obstacles: [] },
  channels: [],
  changed: null,
  assumptions: [],
}

test('open channels promise the same units; dealt ones lie upon each other; a six-pack weighs six', () => {
  const figures = { onHand: 100, reserved: 20, held: 5, available: 75, protection: null }
  const open = decideShip({
    ...figures,
    listings: [listing(1, [60]), listing(2, [10, null], 6), listing(3, [null])],
  })
  expect(open.marks.map(({ from, to }) => [from, to])).toEqual([
    [25, 85],
    [25, 85],
  ])
  expect(open.holds).toEqual([
    { name: 'held', from: 0, to: 5 },
    { name: 'reserved', from: 5, to: 25 },
    { name: 'free', from: 25, to: 85 },
    { name: 'clear', from: 85, to: 100 },
  ])
  const shared = decideShip({ ...figures, protection: dealt, listings: [listing(1, [60]), listing(2, [15])] })
  expect(shared.marks.map(({ from, to }) => [from, to])).toEqual([
    [25, 85],
    [85, 100],
  ])
  expect(shared.lineUnits).toBe(100)
})

test('for any figures the holds fill the hull without a gap, and nothing is drawn off the page', () => {
  const units = fc.integer({ min: -1000, max: 1_000_000 })
  const listings = fc.array(
    fc.tuple(fc.array(fc.option(fc.nat(1_000_000)), { maxLength: 3 }), fc.integer({ min: 1, max: 48 })),
    {
      maxLength: 6,
    },
  )
  const hull = { deck: 90, keel: 300, above: 40 }
  fc.assert(
    fc.property(
      units,
      fc.nat(100_000),
      fc.nat(100_000),
      listings,
      fc.boolean(),
      (onHand, reserved, held, shops, isDealt) => {
        const ship = decideShip({
          onHand,
          reserved,
          held,
          available: onHand - reserved - held,
          protection: isDealt ? dealt : null,
          listings: shops.map(([desired, each], number) => listing(number, desired, each)),
        })
        let top = 0
        for (const hold of ship.holds) {
          expect(hold.from).toBe(top)
          expect(hold.to).toBeGreaterThan(hold.from)
          top = hold.to
        }
        expect(top).toBe(ship.wholeUnits)
        expect(ship.waterUnits > ship.wholeUnits).toBe(ship.shortUnits > Math.max(0, -onHand))
        const heights = [
          0,
          ship.waterUnits,
          ship.wholeUnits,
          ...ship.marks.flatMap(({ from, to }) => [from, to]),
        ]
          .sort((a, b) => a - b)
          .map((each) => heightOf(each, ship, hull))
        for (const [number, height] of heights.entries()) {
          expect(height).toBeGreaterThanOrEqual(hull.deck - hull.above)
          expect(height).toBeLessThanOrEqual(hull.keel)
          // More is never drawn lower.
          expect(height).toBeLessThanOrEqual(heights[number - 1] ?? hull.keel)
        }
      },
    ),
  )
})
