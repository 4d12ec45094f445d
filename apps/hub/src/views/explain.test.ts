import { fromEnvironment } from '@plimsoll/database/testing'
import { unusableOf } from '@plimsoll/stock'
import { decideDesired, NO_POLICY, type Policy, type PromisablePart } from '@plimsoll/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findWrongSums } from '../testing/explain-arithmetic.ts'
import { type ExplainInput, explainLevel } from './explain.ts'
import { explainKit } from './explain-kit.ts'
import type { LotAtLocation } from './item-lots.store.ts'

const CONNECTION = 'connection'
const UNIT = 'unit'

/** A location with what its movements and reservations say; more orders may hold units than are listed. */
const anyPlace = (locationId: string) =>
  fc
    .record({
      received: fc.integer({ min: 0, max: 5_000 }),
      adjusted: fc.integer({ min: -3_000, max: 300 }),
      held: fc.integer({ min: 0, max: 50 }),
      orders: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 5 }),
      unlisted: fc.integer({ min: 0, max: 60 }),
      incoming: fc.integer({ min: 0, max: 40 }),
    })
    .map(({ received, adjusted, held, orders, unlisted, incoming }) => {
      const onHand = received + adjusted
      const reserved = orders.reduce((sum, units) => sum + units, unlisted)
      return {
        balance: {
          locationId,
          locationCode: locationId.toUpperCase(),
          locationName: locationId,
          onHand,
          reserved,
          held,
          incoming,
          available: onHand - reserved - held,
        },
        reservations: orders.map((units, nth) => ({
          locationId,
          units,
          orderNumber: `#${nth}`,
          orderId: `o${nth}`,
        })),
        movements: [
          { locationId, kind: 'receive', onHand: received, held: 0 },
          { locationId, kind: 'adjust', onHand: adjusted, held: 0 },
          { locationId, kind: 'hold', onHand: 0, held },
        ],
      }
    })

const maybe = (max: number) => fc.option(fc.integer({ min: 0, max }), { nil: undefined, freq: 2 })
const anyPolicy: fc.Arbitrary<Policy> = fc
  .record({
    poolLocationIds: fc.option(fc.subarray(['here', 'there']), { nil: undefined, freq: 2 }),
    promiseIncoming: fc.boolean(),
    bufferUnits: maybe(200),
    bufferPercent: maybe(100),
    cap: maybe(300),
    floor: maybe(50),
    fixed: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined, freq: 8 }),
    paused: fc.boolean(),
    minShelfLifeDays: maybe(60),
  })
  .map((policy) => ({ ...NO_POLICY, ...policy }))

/** What of a pool is for others, or beyond its share, and of what is coming may not be promised. */
const anyWithheld = fc.record({
  forCampaigns: maybe(40),
  forOthers: maybe(40),
  beyondShare: maybe(40),
  incomingWithheld: maybe(30),
})

const anyLot: fc.Arbitrary<LotAtLocation> = fc.record({
  itemId: fc.constant('item'),
  locationId: fc.constantFrom('here', 'there'),
  code: fc.constantFrom('L1', 'L2'),
  status: fc.constantFrom('released', 'quarantined', 'recalled'),
  expiresOn: fc.constantFrom(null, '2026-04-30', '2026-05-01', '2026-05-20', '2026-09-01'),
  today: fc.constant('2026-05-01'),
  onHand: fc.integer({ min: -2, max: 30 }),
  reserved: fc.integer({ min: 0, max: 9 }),
  held: fc.integer({ min: 0, max: 9 }),
})

/** A component of a kit, with stock at both places. */
const anyPart = fc.record({
  quantity: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 7 })),
  here: anyPlace('here'),
  there: anyPlace('there'),
})

const anyInput: fc.Arbitrary<ExplainInput> = fc
  .record({
    here: anyPlace('here'),
    there: anyPlace('there'),
    pool: fc.subarray(['here', 'there']),
    policy: anyPolicy,
    parts: fc.array(anyPart, { maxLength: 4 }),
    unitsPerListing: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 24 })),
    orders: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }),
    unlisted: fc.integer({ min: 0, max: 5 }),
    quantityMax: fc.oneof(fc.constant(Number.MAX_SAFE_INTEGER), fc.integer({ min: 0, max: 400 })),
    // What the hub has not worked out yet.
    lots: fc.array(anyLot, { maxLength: 3 }),
    withheld: anyWithheld,
    behind: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20 })),
  })
  .map((told) => {
    const { here, there, pool, policy, parts, unitsPerListing, orders, unlisted, quantityMax, behind, lots } =
      told
    const places = [here, there]
    const sold = pool.filter((each) => policy.poolLocationIds?.includes(each) ?? true)
    // The lots are those of the item and of each part, so that both are explained.
    const unusable = lots
      .filter((lot) => sold.includes(lot.locationId))
      .reduce((sum, lot) => sum + unusableOf(lot, lot, lot.today, policy.minShelfLifeDays ?? 0), 0)
    const { forCampaigns = 0, forOthers = 0, beyondShare = 0, incomingWithheld = 0 } = told.withheld
    const toPart = (itemId: string, quantity: number, of: typeof places): PromisablePart => {
      const here = of.filter(({ balance }) => sold.includes(balance.locationId))
      const pool = here.reduce((sum, { balance }) => sum + balance.available, -unusable)
      const coming = here.reduce((sum, { balance }) => sum + balance.incoming, 0)
      const available = pool - forCampaigns - forOthers - beyondShare
      const incoming = Math.max(0, coming - incomingWithheld)
      return {
        itemId,
        quantity,
        pool,
        forCampaigns,
        forOthers,
        beyondShare,
        available,
        incoming,
        ownCampaign: 0,
      }
    }
    const kitsOf = (unitsOf: (part: PromisablePart) => number, of: PromisablePart[]) =>
      Math.min(...of.map((part) => Math.floor(unitsOf(part) / part.quantity)))
    const stockOf = (): ExplainInput['stock'] => {
      const own = toPart('item', 1, places)
      if (parts.length === 0) return { ...own, partOf: undefined, parts: [own] }
      const all = parts.map((part, nth) => toPart(`part-${nth}`, part.quantity, [part.here, part.there]))
      const available = kitsOf((part) => part.available, all)
      // Of a kit: how many more its parts allow with what is coming of them.
      const incoming = kitsOf((part) => part.available + part.incoming, all) - available
      return { available, incoming, partOf: undefined, parts: all }
    }
    const stock = stockOf()
    const unsubtracted = orders.reduce((sum, units) => sum + units, unlisted)
    const { units, because } = decideDesired({ ...stock, unitsPerListing, unsubtracted, quantityMax }, policy)
    return {
      level: {
        desired: units + behind,
        desiredBecause: because,
        levelUnitsPerListing: unitsPerListing,
        otherSku: null,
        poolLocationIds: pool,
        unsubtracted,
        connectionId: CONNECTION,
        stockUnitId: UNIT,
        protection: 'open' as const,
      },
      policy,
      stock,
      quantityMax,
      balances: places.map(({ balance }) => balance),
      reservations: places.flatMap(({ reservations }) => reservations),
      movements: places.flatMap(({ movements }) => movements),
      unsubtracted: orders.map((units, nth) => ({
        connectionId: CONNECTION,
        stockUnitId: UNIT,
        protection: 'open' as const,
        units,
        orderNumber: `#${nth}`,
        orderId: `o${nth}`,
      })),
      kitParts: parts.map(({ quantity, ...part }, nth) => ({
        itemId: `part-${nth}`,
        sku: `PART-${nth}`,
        quantity,
        balances: [part.here, part.there].map(({ balance }) => balance),
        reservations: [part.here, part.there].flatMap(({ reservations }) => reservations),
        movements: [part.here, part.there].flatMap(({ movements }) => movements),
        lots,
      })),
      lots,
    }
  })

test('I10: whatever the stock, the kit, the policy and the units per listing, each number follows from its rows', () => {
  fc.assert(
    fc.property(anyInput, (input) => {
      const tree = explainLevel(input)
      expect(tree.value).toBe(input.level.desired)
      expect(findWrongSums(tree)).toEqual([])
    }),
    fromEnvironment(),
  )
})

test('I10: a six-pack shows the base units, the division and what is left over', () => {
  const [place] = fc.sample(anyPlace('here'), 1)
  if (place === undefined) throw new Error('one place was asked for')
  const balance = { ...place.balance, onHand: 50, reserved: 0, held: 0, available: 50 }
  const tree = explainLevel({
    level: {
      desired: 7,
      desiredBecause: 'available',
      levelUnitsPerListing: 6,
      otherSku: null,
      poolLocationIds: ['here'],
      unsubtracted: 0,
      connectionId: CONNECTION,
      stockUnitId: UNIT,
      protection: 'open' as const,
    },
    policy: { ...NO_POLICY, bufferUnits: 3 },
    stock: { available: 50, incoming: 0, partOf: undefined, parts: [] },
    quantityMax: 1_000,
    balances: [balance],
    reservations: [],
    movements: [{ locationId: 'here', kind: 'receive', onHand: 50, held: 0 }],
    unsubtracted: [],
    kitParts: [],
    lots: [],
  })
  expect(tree.rows?.[0]?.rows).toMatchObject([
    {
      label: 'whole-listings',
      value: 7,
      division: { dividend: 47, divisor: 6, remainder: 5 },
      rows: [
        { label: 'available', value: 50 },
        { label: 'buffer', value: -3 },
      ],
    },
  ])
})

test('I10: of a kit with very many parts the scarcest are listed, and the least is still among them', () => {
  const parts = Array.from({ length: 130 }, (_, nth) => {
    const available = 200 - nth
    return {
      itemId: `part-${nth}`,
      sku: `PART-${nth}`,
      quantity: 1 + (nth % 3),
      balances: [
        {
          locationId: 'here',
          locationCode: 'HERE',
          locationName: 'here',
          onHand: available,
          reserved: 0,
          held: 0,
          incoming: 0,
          available,
        },
      ],
      reservations: [],
      movements: [{ locationId: 'here', kind: 'receive', onHand: available, held: 0 }],
      lots: [],
    }
  })
  const none = { incoming: 0, forCampaigns: 0, forOthers: 0, beyondShare: 0, ownCampaign: 0 }
  const own = parts.map(({ itemId, quantity, balances }) => {
    const available = balances[0]?.available ?? 0
    return { ...none, itemId, quantity, pool: available, available }
  })
  const stock = { available: 24, incoming: 0, partOf: undefined, parts: own }
  const pool = { locationIds: ['here'], promiseIncoming: false }
  const tree = explainKit(parts, stock, pool, (balance) => ({
    label: 'location',
    value: balance.available,
  }))
  // Part 128 has 72 and is needed three times.
  expect(tree).toMatchObject({ label: 'kits', value: 24, isLeast: true })
  expect(tree.rows?.[0]).toMatchObject({ label: 'component', value: 24, detail: 'PART-128' })
  expect(tree.rows).toHaveLength(51)
  expect(tree.rows?.at(-1)).toMatchObject({ detail: '…' })
  expect(findWrongSums(tree)).toEqual([])
})

test('a level that follows another item says so in place of a sum that is none of its own', () => {
  const [input] = fc.sample(anyInput, 1)
  if (input === undefined) throw new Error('one input was asked for')
  const tree = explainLevel({ ...input, level: { ...input.level, desired: 4, otherSku: 'TEA' } })
  expect(tree.rows).toEqual([{ label: 'other-item', value: 4, detail: 'TEA' }])
})

test('what a protection or a pause takes off is a row of its own, and the reason says so', () => {
  const [input] = fc.sample(
    anyInput.filter(({ level }) => level.otherSku === null && level.desired !== null),
    1,
  )
  if (input === undefined) throw new Error('one input was asked for')
  const explain = (level: Partial<ExplainInput['level']>) =>
    explainLevel({ ...input, level: { ...input.level, ...level } })
  const unprotected = explain({ desired: 0, desiredBecause: 'available', protection: 'open' })
  const promised = (unprotected.rows ?? [])
    .filter(({ label }) => label !== 'not-worked-out')
    .reduce((sum, { value }) => sum + (value ?? 0), 0)
  const least = (level: Partial<ExplainInput['level']>) => {
    const { detail, rows = [] } = explain({ desired: promised - 1, ...level })
    return [detail, rows.at(-1)]
  }
  expect(least({ desiredBecause: 'available', protection: 'buffered' })).toEqual([
    'buffered',
    { label: 'demand-buffer', value: -1 },
  ])
  expect(least({ desiredBecause: 'granted', protection: 'guaranteed' })).toEqual([
    'granted',
    { label: 'load-line', value: -1, detail: 'granted' },
  ])
  expect(least({ desiredBecause: 'zeroed', protection: 'open' })).toEqual([
    'zeroed',
    { label: 'zeroed', value: -1 },
  ])
})
