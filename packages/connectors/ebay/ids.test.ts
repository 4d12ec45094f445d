import { isConnectorError } from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  digestOf,
  fromExternalId,
  fromStockUnitId,
  type ListingName,
  revisedThing,
  type StockUnit,
  toExternalId,
  toStockUnitId,
} from './ids.ts'

const itemId = fc.integer({ min: 1, max: 999_999_999_999 }).map(String)
const sku = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 })
const name: fc.Arbitrary<ListingName> = fc.oneof(
  fc.record({ itemId, sku: fc.constant(undefined), digest: fc.constant(undefined) }),
  fc.record({ itemId, sku, digest: fc.constant(undefined) }),
  fc.record({
    itemId,
    sku: fc.constant(undefined),
    digest: fc.string().map((value) => digestOf([{ name: 'Colour', value }])),
  }),
)
const unit: fc.Arbitrary<StockUnit> = fc.oneof(
  fc.record({ world: fc.constant('offer' as const), itemId, sku }),
  name.map((each) => ({ world: 'item' as const, ...each })),
)

test('names come back as they were, whatever a SKU holds, and no two share an id', () => {
  fc.assert(
    fc.property(name, name, (one, other) => {
      expect(fromExternalId(toExternalId(one))).toEqual(one)
      if (toExternalId(one) === toExternalId(other)) expect(one).toEqual(other)
    }),
    fromEnvironment(),
  )
})

test('stock units come back as they were, and name the listing whose revisions are counted', () => {
  fc.assert(
    fc.property(unit, (one) => {
      const id = toStockUnitId(one)
      expect(fromStockUnitId(id)).toEqual(one)
      expect(revisedThing({ stockUnitId: id })).toBe(one.itemId)
    }),
    fromEnvironment(),
  )
})

test('variations of one listing share its revisions, whichever way they are written', () => {
  const ids = ['offer:110/A', 'offer:110/B', 'item:110/C', 'item:110', `item:110~${digestOf([])}`]
  expect(new Set(ids.map((stockUnitId) => revisedThing({ stockUnitId })))).toEqual(new Set(['110']))
})

test('what was never given out is Invalid', () => {
  for (const id of ['', 'offer:', 'offer:110', 'item:', 'item:x', 'shelf:110', '110', 'item:110~xyz']) {
    expect(() => fromStockUnitId(id), id).toThrow(expect.objectContaining({ kind: 'invalid' }))
  }
  fc.assert(
    fc.property(fc.string(), (id) => {
      try {
        fromStockUnitId(id)
      } catch (error) {
        if (!isConnectorError(error)) throw error
      }
    }),
    fromEnvironment(),
  )
})

test('a variation is named by what it varies in, in whatever order eBay tells it', () => {
  const red = { name: 'Colour', value: 'Red' }
  const large = { name: 'Size', value: 'L' }
  expect(digestOf([red, large])).toBe(digestOf([large, red]))
  expect(digestOf([red, large])).not.toBe(digestOf([red]))
  expect(digestOf([{ name: 'a', value: 'b=c' }])).not.toBe(digestOf([{ name: 'a=b', value: 'c' }]))
})
