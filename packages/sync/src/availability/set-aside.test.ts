import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Campaign,
  divideStock,
  type ExclusiveShare,
  promisableFrom,
  type StockAt,
  type Viewer,
} from './set-aside.ts'

const at = (locationId: string, available: number, incoming = 0): StockAt => ({
  locationId,
  available,
  incoming,
})
const places = (...names: string[]) => new Set(names)
const viewer = (changes: Partial<Viewer> = {}): Viewer => ({
  campaignHolder: 'nobody',
  exclusiveHolder: undefined,
  locationIds: ['a', 'b'],
  sharePercent: undefined,
  incomingPercent: 100,
  incomingAt: () => Number.POSITIVE_INFINITY,
  unsuitableAt: () => 0,
  ...changes,
})

type Row = [
  name: string,
  stock: StockAt[],
  campaigns: Campaign[],
  shares: ExclusiveShare[],
  viewer: Partial<Viewer>,
  available: number,
]
const campaign = (holder: string, units: number, ...names: string[]): Campaign => ({
  holder,
  units,
  locationIds: places(...names),
})
const share = (holder: string, percent: number, ...names: string[]): ExclusiveShare => ({
  holder,
  percent,
  locationIds: places(...names),
})

test.each<Row>([
  ['all of its locations', [at('a', 10), at('b', 5), at('c', 7)], [], [], {}, 15],
  ['less than nothing, where more is owed', [at('a', -7), at('b', 5)], [], [], {}, -2],
  ['half of it', [at('a', 10), at('b', 5)], [], [], { sharePercent: 50 }, 7],
  ['none of it', [at('a', 10)], [], [], { sharePercent: 0 }, 0],
  ['what another’s exclusive share leaves', [at('a', 10)], [], [share('x', 30, 'a')], {}, 7],
  ['all where the other does not sell', [at('a', 10), at('b', 10)], [], [share('x', 30, 'b')], {}, 17],
  ['its own exclusive share alone', [at('a', 10)], [], [share('x', 30, 'a')], { exclusiveHolder: 'x' }, 3],
  [
    'with half of the rest, where it may',
    [at('a', 10)],
    [],
    [share('x', 30, 'a')],
    { exclusiveHolder: 'x', sharePercent: 50 },
    6,
  ],
  [
    'shares are rounded down together, not at each place',
    [at('a', 1), at('b', 1)],
    [],
    [share('x', 50, 'a', 'b')],
    { exclusiveHolder: 'x' },
    1,
  ],
  ['what campaigns leave', [at('a', 10)], [campaign('x', 4, 'a')], [], {}, 6],
  [
    'its own campaign’s units on top',
    [at('a', 10)],
    [campaign('x', 4, 'a')],
    [],
    { campaignHolder: 'x' },
    10,
  ],
  [
    'its campaign’s units alone',
    [at('a', 10)],
    [campaign('x', 4, 'a')],
    [],
    { campaignHolder: 'x', sharePercent: 0 },
    4,
  ],
  [
    'no campaign’s units that are not there',
    [at('a', 3)],
    [campaign('x', 4, 'a')],
    [],
    { campaignHolder: 'x', sharePercent: 0 },
    3,
  ],
  [
    'campaigns come before shares',
    [at('a', 10)],
    [campaign('x', 4, 'a')],
    [share('y', 50, 'a')],
    { exclusiveHolder: 'y' },
    3,
  ],
  [
    'a debt elsewhere in the pool comes off a campaign too',
    [at('a', -5), at('b', 8)],
    [campaign('x', 5, 'a', 'b')],
    [],
    { campaignHolder: 'x', sharePercent: 0 },
    3,
  ],
  ['lots too short for it', [at('a', 10)], [], [], { unsuitableAt: () => 2, locationIds: ['a'] }, 8],
  [
    'its share, as far as long lots reach',
    [at('a', 10)],
    [],
    [share('x', 60, 'a')],
    { exclusiveHolder: 'x', unsuitableAt: () => 7, locationIds: ['a'] },
    3,
  ],
  [
    'never more than all, however many were given a part',
    [at('a', 10)],
    [],
    [share('x', 80, 'a'), share('y', 80, 'a')],
    { exclusiveHolder: 'y' },
    2,
  ],
])('what may be promised: %s', (_, stock, campaigns, shares, changes, available) => {
  expect(promisableFrom(divideStock(stock, campaigns, shares), viewer(changes)).available).toBe(available)
})

test.each<[string, ExclusiveShare[], Partial<Viewer>, number]>([
  ['all', [], {}, 20],
  ['a share', [], { sharePercent: 40 }, 8],
  ['a percentage', [], { incomingPercent: 30 }, 6],
  ['what comes soon enough', [], { incomingAt: () => 5 }, 5],
  ['a percentage of that', [], { incomingAt: () => 5, incomingPercent: 50 }, 2],
  ['what is not set aside', [share('x', 25, 'a')], {}, 15],
  ['its own part', [share('x', 25, 'a')], { exclusiveHolder: 'x' }, 5],
])('what is coming may be promised: %s', (_, shares, changes, incoming) => {
  expect(promisableFrom(divideStock([at('a', 0, 20)], [], shares), viewer(changes)).incoming).toBe(incoming)
})

const locations = ['a', 'b', 'c']
const anyPool = fc.subarray(locations, { minLength: 1 })
const anyStock = fc.record({
  a: fc.integer({ min: -30, max: 100 }),
  b: fc.integer({ min: -30, max: 100 }),
  c: fc.integer({ min: -30, max: 100 }),
})
const toStock = (units: Record<string, number>) =>
  locations.map((name) => at(name, units[name] ?? 0, Math.abs(units[name] ?? 0)))
const anyHolders = fc.uniqueArray(
  fc.record({
    holder: fc.constantFrom('p', 'q', 'r', 's'),
    units: fc.nat(60),
    percent: fc.integer({ min: 1, max: 60 }),
    isCampaign: fc.boolean(),
    pool: anyPool,
  }),
  { selector: ({ holder, isCampaign }) => `${holder} ${isCampaign}`, maxLength: 5 },
)
type Holders = { holder: string; units: number; percent: number; isCampaign: boolean; pool: string[] }[]
const divide = (stock: readonly StockAt[], holders: Holders) =>
  divideStock(
    stock,
    holders
      .filter(({ isCampaign }) => isCampaign)
      .map(({ holder, units, pool }) => campaign(holder, units, ...pool)),
    holders
      .filter(({ isCampaign }) => !isCampaign)
      .map(({ holder, percent, pool }) => share(holder, percent, ...pool)),
  )

test('I5: what is set aside is promised once: with one pool all parts together are no more than what is there', () => {
  fc.assert(
    fc.property(anyStock, anyHolders, anyPool, (units, told, pool) => {
      const holders = told.map((each) => ({ ...each, pool }))
      const divided = divide(toStock(units), holders)
      const shown = (changes: Partial<Viewer>) => {
        const { available, incoming } = promisableFrom(divided, viewer({ locationIds: pool, ...changes }))
        return { available: Math.max(0, available), incoming }
      }
      const own = holders.map(({ holder, isCampaign }) =>
        shown({
          sharePercent: 0,
          ...(isCampaign ? { campaignHolder: holder } : { exclusiveHolder: holder }),
        }),
      )
      const parts = [...own, shown({})]
      const there = pool.reduce((sum, name) => sum + (units[name as 'a'] ?? 0), 0)
      const coming = pool.reduce((sum, name) => sum + Math.abs(units[name as 'a'] ?? 0), 0)
      expect(parts.reduce((sum, part) => sum + part.available, 0)).toBeLessThanOrEqual(Math.max(0, there))
      const incoming = parts.slice(0, -1).filter((_, nth) => !(holders[nth]?.isCampaign ?? true))
      const common = parts.at(-1)?.incoming ?? 0
      expect(incoming.reduce((sum, part) => sum + part.incoming, common)).toBeLessThanOrEqual(coming)
    }),
    fromEnvironment(1_000),
  )
})

test('I5: nobody is promised another’s units: without debts, any pools’ parts together are no more than what is there', () => {
  fc.assert(
    fc.property(anyStock, anyHolders, (units, holders) => {
      const stock = toStock(units).map((each) => ({ ...each, available: Math.abs(each.available) }))
      const divided = divide(stock, holders)
      const own = holders.map(({ holder, isCampaign, pool }) =>
        promisableFrom(
          divided,
          viewer({
            locationIds: pool,
            sharePercent: 0,
            ...(isCampaign ? { campaignHolder: holder } : { exclusiveHolder: holder }),
          }),
        ),
      )
      const common = promisableFrom(divided, viewer({ locationIds: locations }))
      const there = stock.reduce((sum, each) => sum + each.available, 0)
      expect(own.reduce((sum, part) => sum + part.available, common.available)).toBeLessThanOrEqual(there)
    }),
    fromEnvironment(1_000),
  )
})

const anyViewer = fc.record({
  campaignHolder: fc.constantFrom('p', 'q', 'nobody'),
  exclusiveHolder: fc.constantFrom('p', 'q', undefined),
  locationIds: anyPool,
  sharePercent: fc.option(fc.nat(100), { nil: undefined }),
  incomingPercent: fc.nat(100),
})

test('I5: no more than the pool, the parts add up, and more stock anywhere never shows less', () => {
  fc.assert(
    fc.property(
      anyStock,
      anyHolders,
      anyViewer,
      fc.nat(20),
      fc.constantFrom(...locations),
      fc.nat(30),
      (units, told, seen, more, where, unsuitable) => {
        // A campaign over several levels moves to where stock comes: only all of its locations together never show less.
        const holders = told.map((each) =>
          each.isCampaign && each.holder === seen.campaignHolder ? { ...each, pool: seen.locationIds } : each,
        )
        const looks = viewer({ ...seen, unsuitableAt: (name) => (name === 'a' ? unsuitable : 0) })
        const found = promisableFrom(divide(toStock(units), holders), looks)
        const { available, pool, forCampaigns, forOthers, beyondShare } = found
        expect(available).toBeLessThanOrEqual(pool)
        expect(pool - forCampaigns - forOthers - beyondShare).toBe(available)
        for (const part of [forCampaigns, forOthers, beyondShare]) expect(part).toBeGreaterThanOrEqual(0)
        const stock = toStock(units).map((each) =>
          each.locationId === where ? { ...each, available: each.available + more } : each,
        )
        expect(promisableFrom(divide(stock, holders), looks).available).toBeGreaterThanOrEqual(available)
      },
    ),
    fromEnvironment(2_000),
  )
})
