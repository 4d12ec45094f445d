import { runConformance } from '@plimsoll/connector-kit/conformance'
import { expect, test } from 'vitest'
import { order } from './answers.ts'
import { carrierNamed } from './carriers.ts'
import { start } from './conformance.ts'
import { DEFAULT_LOCATION } from './ids.ts'
import { connector } from './index.ts'
import { toOrder, unitsOf } from './map.ts'
import { MARKET_TERMS, MARKETS } from './markets.ts'
import { DIALECTS } from './simulator/dialect.ts'
import { type ConnectedSeller, withSeller } from './testing/connected-seller.ts'
import { orderShape } from './testing/orders.ts'

/** What is other outside of the United States, or goes another way; all else is tried there whole. */
const DIFFERS = [
  'access: check() names the account and misses no right',
  'access: check() with wrong credentials is Unauthorized',
  'access: every level lies at a location that locations() names',
  'levels: read by key; those the platform does not have are left out',
  'setLevels: applied is what the platform shows',
  'tickets: a row that the platform refuses later is told by its own ticket, the others are applied',
  'orders: states are read: pending or open, closed, cancelled',
  'order: one that the platform does not have is NotFound',
  'recipient: read when it is sent, as the shopper gave it',
  'personal data: errors name no shopper and no street, whatever the answer was',
  'I3: ship: the same shipment told twice ships once',
  'I3: cancel: the whole order, and twice is once',
  'cancel: some units of a line, the others stay',
]

const others = MARKETS.filter((market) => market !== 'us')

test.concurrent.each(others)(
  'the suite holds in %s, in what is other there',
  { timeout: 60_000 },
  async (market) => {
    const results = await runConformance(
      { connector, start: () => start({ market }) },
      { isWanted: (title) => DIFFERS.includes(title) },
    )
    expect(results.filter(({ outcome }) => outcome !== 'ok')).toEqual([])
    expect(results.map(({ title }) => title).toSorted()).toEqual(DIFFERS.toSorted())
  },
)

test('what the connector believes of a market is what its Walmart takes', () => {
  for (const market of MARKETS) {
    const { currency, reasons, feedMax, hasNodes } = MARKET_TERMS[market]
    const dialect = DIALECTS[market]
    expect([...dialect.cancellationReasons]).toEqual(expect.arrayContaining(Object.values(reasons)))
    expect(currency).toBe(dialect.currency)
    expect(feedMax).toBeLessThanOrEqual(dialect.feedRowsMax)
    expect(dialect.feedTypes.includes('MP_INVENTORY')).toBe(hasNodes)
  }
  expect(['dhl', 'Canada Post', 'pigeon'].map((name) => carrierNamed(name, 'ca'))).toEqual([
    'DHL',
    'CPC',
    undefined,
  ])
  expect(['dhl', 'estafeta', 'pigeon'].map((name) => carrierNamed(name, 'mx'))).toEqual([
    'MX-DHL',
    'Estafeta',
    undefined,
  ])
  expect(carrierNamed('DHL', 'cl')).toBeUndefined()
})

const parcel = (orderExternalId: string, carrier: string, url?: string) => ({
  shipmentId: 's-1',
  orderExternalId,
  lines: [{ lineExternalId: '1', quantity: 2 }],
  tracking: { carrier, number: 'T1', url },
  notifyCustomer: false,
})
const operationsOf = ({ calls }: ConnectedSeller) => calls.map(({ operation }) => operation)

test('Chile: one place without a name, no ship nodes asked for, a file of a thousand rows, and a shipment writes no number there', () =>
  withSeller({ market: 'cl', feedDelayMs: 0 }, async (seller) => {
    const skus = Array.from({ length: 1_200 }, (_, at) => `S-${at}`)
    await seller.seed(Object.fromEntries(skus.map((sku) => [sku, 5])))
    expect(await seller.operations.locations()).toMatchObject([{ externalId: DEFAULT_LOCATION }])
    const writes = skus.map((sku) => ({
      writeId: sku,
      stockUnitId: sku,
      locationId: DEFAULT_LOCATION,
      quantity: 7,
      expected: undefined,
    }))
    const outcomes = await seller.operations.setLevels(writes, { urgency: 'increase' })
    const accepted = outcomes.flatMap((each) => (each.kind === 'accepted' ? [each.ticket] : []))
    expect(accepted).toHaveLength(1_000)
    expect(outcomes.filter(({ kind }) => kind === 'untouched')).toHaveLength(200)
    const told = await seller.operations.outcomes?.(accepted.slice(0, 3))
    expect(told).toMatchObject([{ kind: 'applied' }, { kind: 'applied' }, { kind: 'applied' }])

    const id = await seller.buy({ 'S-0': 2 })
    expect(await seller.operations.order(id)).toMatchObject({ locationId: DEFAULT_LOCATION, currency: 'CLP' })
    await seller.operations.ship(parcel(id, 'Starken', 'https://example.test/T1'))
    expect(
      await seller.operations.levels([{ stockUnitId: 'S-0', locationId: DEFAULT_LOCATION }]),
    ).toMatchObject([{ quantity: 7 }])
    expect(operationsOf(seller)).not.toContain('listings.wfs')
  }))

test('Mexico: one order is found through the list; many levels are read one by one, since nothing reads them together', () =>
  withSeller({ market: 'mx', nodes: ['Bodega', 'Norte'] }, async (seller) => {
    const skus = Array.from({ length: 30 }, (_, at) => `S-${at}`)
    await seller.seed(Object.fromEntries(skus.map((sku) => [sku, 5])))
    const levels = skus.map((stockUnitId) => ({ stockUnitId, locationId: '1000005050' }))
    expect(await seller.operations.levels(levels)).toHaveLength(30)
    const id = await seller.buy({ 'S-0': 2 })
    await seller.operations.ship(parcel(id, 'Paloma', 'https://example.test/T1'))
    expect(await seller.operations.order(id)).toMatchObject({ state: 'closed', currency: 'MXN' })
    const [line] = seller.simulator.marketplace.orders.get(id)?.lines ?? []
    expect(line?.statuses[0]?.tracking?.carrierName).toEqual({ carrier: 'Other', otherCarrier: 'Paloma' })
    expect(operationsOf(seller)).not.toContain('order')
    expect(operationsOf(seller)).not.toContain('levels.nodes')
  }))

test('Mexico: what Walmart holds back is sold, and is not sent', () => {
  const said = order.parse(
    orderShape([
      {
        ordered: 3,
        statuses: [
          ['OnHold', 2],
          ['Acknowledged', 1],
        ],
      },
    ]),
  )
  expect(toOrder(said, 'mx')).toMatchObject({
    state: 'open',
    holds: [{ reason: 'other', code: 'OnHold' }],
    lines: [{ current: 3, shipped: 0, held: 2 }],
  })
  const [line] = said.orderLines.orderLine
  expect(line && unitsOf(line)).toMatchObject({ open: 3, held: 2 })
})

test('Canada: orders come acknowledged, so that none is acknowledged before it ships', () =>
  withSeller({ market: 'ca' }, async (seller) => {
    await seller.seed({ TEA: 5 })
    const id = await seller.buy({ TEA: 2 })
    await seller.operations.ship(parcel(id, 'Canada Post'))
    expect(operationsOf(seller)).not.toContain('acknowledge')
    expect(await seller.operations.order(id)).toMatchObject({ state: 'closed', currency: 'CAD' })
  }))

test('where Walmart gives no cursor with its list of items, it is gone on by their number', () =>
  withSeller({ market: 'cl', withoutCursors: true }, async (seller) => {
    const skus = Array.from({ length: 120 }, (_, at) => `S-${at}`)
    await seller.seed(Object.fromEntries(skus.map((sku) => [sku, 1])))
    const found: string[] = []
    let cursor: string | undefined
    do {
      const page = await seller.operations.listings(cursor)
      found.push(...page.rows.map(({ externalId }) => externalId))
      cursor = page.next
    } while (cursor !== undefined)
    expect(found).toEqual(skus)
    expect(seller.calls.filter(({ operation }) => operation === 'listings')).toHaveLength(3)
  }))
