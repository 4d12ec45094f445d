import type { LevelWrite } from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ItemWrite,
  quantityMax,
  sortWrites,
  spreadOver,
  toChains,
  toOfferOutcome,
  toProvenOutcome,
  toQuantityRequest,
  whyUnwritable,
} from './level-writes.ts'
import type { SkuFacts } from './sku-facts.ts'

const write = (change: Partial<LevelWrite> = {}): LevelWrite => ({
  writeId: 'w-1',
  stockUnitId: 'offer:110/TEA',
  locationId: 'default',
  quantity: 4,
  expected: undefined,
  ...change,
})

const facts: SkuFacts = {
  sku: 'TEA',
  item: { availability: { shipToLocationAvailability: { quantity: 9 } } },
  offers: [
    { offerId: 'o-1', status: 'PUBLISHED', listing: { listingId: '110' } },
    { offerId: 'o-2', status: 'PUBLISHED', listing: { listingId: '220' } },
  ],
}

describe('what can never be right is refused before anything is sent', () => {
  test.each([
    [{ quantity: -1 }, 'quantity'],
    [{ quantity: 1.5 }, 'quantity'],
    [{ quantity: quantityMax + 1 }, 'quantity'],
    [{ locationId: 'elsewhere' }, 'locationId'],
    [{ stockUnitId: 'shelf 7' }, 'stockUnitId'],
    [{ stockUnitId: 'item:110~0123456789abcdef' }, 'sku'],
  ])('%o: %s', (change, field) => {
    const { offers, items, refused } = sortWrites([write(change)])
    expect([...offers, ...items]).toEqual([])
    expect(refused).toMatchObject([{ writeId: 'w-1', kind: 'refused', error: { kind: 'invalid', field } }])
  })
})

test('each write goes to the world of its listing', () => {
  const { offers, items } = sortWrites([
    write(),
    write({ stockUnitId: 'item:330' }),
    write({ stockUnitId: 'item:330/A' }),
  ])
  expect(offers.map(({ unit }) => unit.sku)).toEqual(['TEA'])
  expect(items.map(({ unit }) => unit)).toEqual([
    { world: 'item', itemId: '330', sku: undefined, digest: undefined },
    { world: 'item', itemId: '330', sku: 'A', digest: undefined },
  ])
})

test('the total and every offer are set: eBay shows the lesser of them', () => {
  expect(toQuantityRequest(facts, 4)).toEqual({
    sku: 'TEA',
    shipToLocationAvailability: { quantity: 4 },
    offers: [
      { offerId: 'o-1', availableQuantity: 4 },
      { offerId: 'o-2', availableQuantity: 4 },
    ],
  })
})

test('a total is spread over the same locations, to the last unit', () => {
  const spread = fc.array(
    fc.record({
      merchantLocationKey: fc.uuid(),
      quantity: fc.option(fc.integer({ min: -5, max: 1_000 }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  fc.assert(
    fc.property(spread, fc.nat({ max: 5_000 }), (locations, total) => {
      const spreadOut = spreadOver(locations, total)
      expect(spreadOut.map(({ merchantLocationKey }) => merchantLocationKey)).toEqual(
        locations.map(({ merchantLocationKey }) => merchantLocationKey),
      )
      expect(spreadOut.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(total)
      for (const { quantity } of spreadOut) expect(quantity).toBeGreaterThanOrEqual(0)
      // Nobody but the first gets more than it had.
      for (const [at, { quantity }] of spreadOut.entries())
        if (at > 0) expect(quantity).toBeLessThanOrEqual(Math.max(0, locations[at]?.quantity ?? 0))
    }),
    fromEnvironment(),
  )
})

describe('what became of a row', () => {
  const unit = { world: 'offer' as const, itemId: '110', sku: 'TEA' }
  const outcome = (...rows: Parameters<typeof toOfferOutcome>[2]) =>
    toOfferOutcome({ write: write(), unit }, facts, rows)
  const ok = { statusCode: 200 }
  test('applied only when all of its entries are', () => {
    expect(outcome({ offerId: 'o-1', ...ok }, { offerId: 'o-2', ...ok })).toEqual({
      writeId: 'w-1',
      kind: 'applied',
      quantity: 4,
    })
    expect(outcome({ sku: 'TEA', ...ok })).toMatchObject({ kind: 'applied' })
  })
  test('one offer that failed is a refusal, by eBay’s own code', () => {
    const failed = {
      offerId: 'o-2',
      statusCode: 400,
      errors: [{ errorId: 25_026, message: 'Selling limit' }],
    }
    expect(outcome({ offerId: 'o-1', ...ok }, failed)).toMatchObject({
      kind: 'refused',
      error: { kind: 'invalid', platform: { code: '25026' } },
    })
  })
  test('others at the same group: nothing was carried out, it waits again', () => {
    const failed = { offerId: 'o-1', statusCode: 500, errors: [{ errorId: 25_025 }] }
    expect(outcome(failed)).toMatchObject({ kind: 'refused', error: { kind: 'unavailable', sent: false } })
  })
  test('I12: silence is no success', () => {
    for (const rows of [[], [{ offerId: 'o-1', ...ok }], [{ sku: 'OTHER', ...ok }]])
      expect(outcome(...rows)).toMatchObject({ kind: 'refused', error: { kind: 'malformed' } })
  })
})

test('I12: what was taken is proven by what is shown: another number, or none, is unknown', () => {
  expect(toProvenOutcome(write(), 4)).toEqual({ writeId: 'w-1', kind: 'applied', quantity: 4 })
  for (const shown of [3, 9, undefined]) {
    expect(toProvenOutcome(write(), shown)).toMatchObject({
      kind: 'refused',
      error: { kind: 'malformed', sent: true },
    })
  }
})

test('a SKU that is gone, or sold in another listing, is not written', () => {
  const unit = { world: 'offer' as const, itemId: '110', sku: 'TEA' }
  expect(whyUnwritable({ write: write(), unit }, facts)).toBeUndefined()
  expect(whyUnwritable({ write: write(), unit }, undefined)).toMatchObject({ kind: 'not-found' })
  expect(whyUnwritable({ write: write(), unit: { ...unit, itemId: '999' } }, facts)).toMatchObject({
    kind: 'not-found',
  })
})

test('calls hold four rows at the most, and those of one listing never go side by side', () => {
  const items = fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 40 })
  fc.assert(
    fc.property(items, (numbers) => {
      const writes = numbers.map(
        (number, at): ItemWrite => ({
          write: write({ writeId: `w-${at}` }),
          unit: { world: 'item', itemId: String(number), sku: `S-${at}` },
        }),
      )
      const chains = toChains(writes)
      expect(
        chains
          .flat(2)
          .map((each) => each.write.writeId)
          .toSorted(),
      ).toEqual(writes.map((each) => each.write.writeId).toSorted())
      for (const call of chains.flat()) expect(call.length).toBeLessThanOrEqual(4)
      const chainsOf = new Map<string, Set<number>>()
      for (const [at, chain] of chains.entries())
        for (const { unit } of chain.flat())
          chainsOf.set(unit.itemId, (chainsOf.get(unit.itemId) ?? new Set()).add(at))
      for (const own of chainsOf.values()) expect(own.size).toBe(1)
    }),
    fromEnvironment(),
  )
})
