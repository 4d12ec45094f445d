import fc from 'fast-check'
import { expect, inject, test } from 'vitest'
import '../../packages/database/src/testing/global-setup.ts'
import { useLabServer } from '../world/server.ts'
import { Books } from './books.ts'
import { apportion, TAKES } from './delays-alone.ts'
import { makeScenario, type Scenario } from './demand.ts'
import { DAY_MINUTES, parseHistory, SHAPE, syntheticHistory } from './history.ts'
import { CHANNELS } from './parameters.ts'
import { type Played, play } from './play.ts'
import type { StrategyName } from './strategy.ts'

const MS_MAX = 120_000
/** Two channels, each of another style, with delays so small that a run of seconds holds many. */
const channels = CHANNELS.filter(({ name }) => ['storefront', 'own-shop'].includes(name))
const world = { delay: 0.02, lossPercent: 10 }
const scenario = squeezed()

function squeezed(): Scenario {
  const size = { days: 1, minutes: 0.05, items: 2 }
  const made = makeScenario(syntheticHistory(), { seed: 'test', size, stock: 'normal' })
  const names = channels.map(({ name }) => name)
  const shoppers = made.shoppers.map((shopper, nth) => ({
    ...shopper,
    channel: names[nth % names.length] ?? '',
  }))
  return { ...made, shoppers }
}

async function playOnce(name: StrategyName): Promise<Played> {
  const server = await useLabServer(inject('plimsollTestServer'))
  // A baseline whose webhook was lost knows of the order by its next poll.
  const coolDownMs = name === 'guaranteed' ? 2_500 : 20_000
  return await play(name, scenario, world, { server, channels, warmUpMs: 1_500, coolDownMs })
}

/** The shops' own sums, the books' and what the strategy knows must be one. */
function expectConservation(played: Played): void {
  const { books, shops, oversoldUnits } = played
  for (const { sku, put, sold } of books.entries) {
    expect(shops.reduce((sum, shop) => sum + (shop.soldUnits.get(sku) ?? 0), 0)).toBe(sold)
    expect(books.leftOf(sku)).toBe(put - sold)
    if (oversoldUnits === 0) expect(books.leftOf(sku)).toBeGreaterThanOrEqual(0)
  }
  expect(played.knownSoldUnits).toBe(played.soldUnits)
  const wanted = scenario.shoppers.flatMap(({ lines }) => lines).reduce((sum, { units }) => sum + units, 0)
  expect(played.soldUnits + played.refusedUnits).toBe(wanted)
  expect(played.troubles).toEqual([])
}

test.each(['everyWebhook', 'every15min'] as const)(
  'I1: what was sold under %s is in the books, and it goes the same way each time',
  async (name) => {
    const [one, other] = [await playOnce(name), await playOnce(name)]
    expectConservation(one)
    expect(one.soldUnits).toBeGreaterThan(0)
    expect(other.digest).toBe(one.digest)
  },
  MS_MAX,
)

test(
  'I5: the hub oversells nothing while guaranteed, and goes the same way each time',
  async () => {
    const [one, other] = [await playOnce('guaranteed'), await playOnce('guaranteed')]
    expectConservation(one)
    expect(one.soldUnits).toBeGreaterThan(0)
    expect(one.oversoldUnits).toBe(0)
    expect(other.digest).toBe(one.digest)
  },
  MS_MAX,
)

test.each(TAKES)(
  'I5: held by its delays alone, a dealer that takes %s oversells nothing, and knows all that is sold',
  async (takes) => {
    const server = await useLabServer(inject('plimsollTestServer'))
    for (const seed of ['one', 'two', 'three']) {
      const options = { server, channels, warmUpMs: 1_500, coolDownMs: 2_500, takes }
      const played = await play('delaysAlone', { ...scenario, seed }, world, options)
      expectConservation(played)
      expect(played.oversoldUnits).toBe(0)
      expect(played.soldUnits).toBeGreaterThan(0)
    }
  },
  MS_MAX,
)

test('units are dealt whole, by shares, and all of them', () => {
  fc.assert(
    fc.property(
      fc.nat(500),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 }),
      (units, shares) => {
        const dealt = apportion(units, shares)
        const all = shares.reduce((sum, share) => sum + share, 0)
        expect(dealt.reduce((sum, each) => sum + each, 0)).toBe(units)
        for (const [nth, each] of dealt.entries())
          expect(Math.abs(each - (units * (shares[nth] ?? 0)) / all)).toBeLessThan(1)
      },
    ),
  )
})

test('a unit is oversold that is not there, and missed where it is and was refused', () => {
  const books = new Books()
  books.restock('A', 5)
  books.sell('A', { wanted: 4, bought: 2 }) // 3 left, 2 refused
  expect([books.oversoldUnits, books.missedUnits]).toEqual([0, 2])
  books.sell('A', { wanted: 6, bought: 5 }) // 2 beyond; the sixth was not there
  expect([books.oversoldUnits, books.missedUnits, books.refusedUnits]).toEqual([2, 2, 3])
  books.restock('A', 4) // 2 of them are owed
  expect(books.leftOf('A')).toBe(2)
})

test('the real history is read: sales of goods alone, by trading minutes', () => {
  const history = parseHistory(
    [
      'invoice_no,stock_code,description,quantity,invoice_date,unit_price,customer_id,country',
      '536365,85123a,"HOLDER, WHITE",6,2010-12-01 08:26:00,2.55,17850,United Kingdom',
      '536365,POST,POSTAGE,1,2010-12-01 08:26:00,18,17850,United Kingdom',
      'C536379,22752,A RETURN,-1,2010-12-01 09:41:00,27.50,14527,United Kingdom',
      '536400,22752,NESTING BOXES,74215,2010-12-01 10:01:00,1,12346,United Kingdom',
      '536500,22752,NESTING BOXES,2,2010-12-02 19:30:00,7.65,,France',
    ].join('\n'),
  )
  expect(history.orders).toEqual([
    { minute: 26, lines: [{ sku: '85123A', units: 6 }] },
    { minute: 2 * DAY_MINUTES - 1, lines: [{ sku: '22752', units: 2 }] },
  ])
})

test('the synthetic history is the same each time and has the shape of the real one', () => {
  const { orders, days } = syntheticHistory()
  expect(syntheticHistory().orders).toEqual(orders)
  expect(orders).toHaveLength(days * SHAPE.ordersPerDay)
  expect(orders.every(({ lines }) => lines.every(({ units }) => units > 0))).toBe(true)
})
