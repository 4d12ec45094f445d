import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ParcelOfOrder, TellingLine } from './telling.store.ts'
import { decideTold } from './telling.ts'

const line = (rest: Partial<TellingLine> = {}): TellingLine => ({
  lineId: 'line',
  externalId: 'external',
  itemId: 'item',
  stockUnitId: 'unit',
  current: 10,
  platformShipped: 0,
  unsubtracted: 0,
  telling: 0,
  parts: [{ itemId: 'item', unitsEach: 2 }],
  ...rest,
})
const parcel = (
  parcelId: string,
  units: number,
  itemId = 'item',
  shipmentId = 'shipment',
): ParcelOfOrder => ({
  parcelId,
  shipmentId,
  units: [{ lineId: 'line', itemId, units }],
})

test('a pack that left short counts as nothing, and the one that is sent instead counts once it is whole', () => {
  const six = line({ current: 1, parts: [{ itemId: 'item', unitsEach: 6 }] })
  const parcels = [
    parcel('short', 5),
    parcel('four', 4, 'item', 'instead'),
    parcel('two', 2, 'item', 'instead'),
  ]
  const told = parcels.map(({ parcelId }) =>
    decideTold(parcelId, parcels, [six]).map(({ quantity }) => quantity),
  )
  expect(told).toEqual([[], [], [1]])
})

test('a listing unit counts with the parcel that completes it', () => {
  const parcels = [parcel('a', 3), parcel('b', 3)]
  expect(decideTold('a', parcels, [line()])).toMatchObject([{ quantity: 1 }])
  expect(decideTold('b', parcels, [line()])).toMatchObject([{ quantity: 2 }])
})

test('a kit is told once all of its parts have left', () => {
  const kit = line({
    parts: [
      { itemId: 'cup', unitsEach: 1 },
      { itemId: 'saucer', unitsEach: 1 },
    ],
  })
  const parcels = [parcel('a', 2, 'cup'), parcel('b', 1, 'saucer')]
  expect(decideTold('a', parcels, [kit])).toEqual([])
  expect(decideTold('b', parcels, [kit])).toMatchObject([{ quantity: 1 }])
})

test('what the channel knows already, or wants no more, it is not told of', () => {
  expect(decideTold('a', [parcel('a', 4)], [line({ current: 2, platformShipped: 2 })])).toEqual([])
  expect(decideTold('a', [parcel('a', 8)], [line({ current: 3 })])).toMatchObject([{ quantity: 3 }])
  expect(decideTold('unknown', [parcel('a', 8)], [line()])).toEqual([])
})

test('I11: all parcels together tell of no more than has left in whole units', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(7), { maxLength: 8 }), fc.integer({ min: 1, max: 4 }), (units, unitsEach) => {
      const parcels = units.map((each, nth) => parcel(String(nth), each))
      const one = line({ current: 1_000, parts: [{ itemId: 'item', unitsEach }] })
      const told = parcels
        .flatMap(({ parcelId }) => decideTold(parcelId, parcels, [one]))
        .reduce((sum, { quantity }) => sum + quantity, 0)
      expect(told).toBe(Math.floor(units.reduce((sum, each) => sum + each, 0) / unitsEach))
    }),
  )
})
