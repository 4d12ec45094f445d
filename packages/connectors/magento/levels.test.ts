import { type LevelWrite, manualClock, type WriteOutcome } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import {
  createMagentoSimulator,
  type MagentoSimulator,
  type MagentoSimulatorOptions,
} from './simulator/index.ts'
import { connect } from './testing/connect.ts'

/** Characters that shops put into SKUs and that break careless escaping; a comma splits lists of values. */
const awkwardSkus = [
  'with space',
  'double"quote',
  "single'quote",
  'slash/and\\backslash',
  'percent%20&amp;',
  'plus+and?question#hash',
  'comma,semicolon;',
  'another,comma',
  '<b>angle</b>',
  'ünïcödé',
  '中文货号',
  'emoji🧦',
  'curly{brace}$dollar',
]

async function withShop(
  options: MagentoSimulatorOptions,
  story: (simulator: MagentoSimulator) => Promise<void>,
): Promise<void> {
  const simulator = await createMagentoSimulator(options)
  try {
    await story(simulator)
  } finally {
    await simulator.close()
  }
}

const writeOf = (sku: string, quantity: number, locationId = 'default'): LevelWrite => ({
  writeId: `${sku} ${locationId}`,
  stockUnitId: sku,
  locationId,
  quantity,
  expected: undefined,
})
const kinds = (outcomes: readonly WriteOutcome[]) =>
  Object.fromEntries(outcomes.map(({ writeId, kind }) => [writeId, kind]))

function seed({ shop }: MagentoSimulator, skus: readonly string[], quantity = 10): void {
  for (const sku of skus) {
    shop.catalogue.add({ sku, singleQty: quantity })
    shop.stock.save({ sku, source: 'default', quantity, status: 1 })
  }
}

test('SKUs with every character are read and written, in one call where the address allows it', () =>
  withShop({}, async (simulator) => {
    seed(simulator, awkwardSkus)
    const { operations, calls } = connect(simulator)
    const outcomes = await operations.setLevels(awkwardSkus.map((sku, at) => writeOf(sku, at)))
    expect(outcomes.map(({ kind }) => kind)).toEqual(awkwardSkus.map(() => 'applied'))
    expect(calls.filter(({ operation }) => operation === 'saveSourceItems')).toHaveLength(1)
    for (const [at, sku] of awkwardSkus.entries())
      expect(simulator.shop.stock.item(sku, 'default')?.quantity).toBe(at)
  }))

test('SKUs with every character, one stock: the SKU stands in the address', () =>
  withShop({ multiSource: false }, async (simulator) => {
    seed(simulator, awkwardSkus)
    const { operations } = connect(simulator)
    const outcomes = await operations.setLevels(awkwardSkus.map((sku, at) => writeOf(sku, at)))
    expect(outcomes.map(({ kind }) => kind)).toEqual(awkwardSkus.map(() => 'applied'))
    for (const [at, sku] of awkwardSkus.entries())
      expect(simulator.shop.catalogue.bySku(sku)?.singleQty).toBe(at)
  }))

test('a web server that refuses an encoded slash is told from a product that is gone', () =>
  withShop({ multiSource: false, takesEncodedSlashes: false }, async (simulator) => {
    seed(simulator, ['A/B'])
    const { operations } = connect(simulator)
    await expect(operations.levels([{ stockUnitId: 'A/B', locationId: 'default' }])).rejects.toMatchObject({
      kind: 'invalid',
      field: 'url',
    })
    // The list says how it is counted, without its SKU in an address.
    expect((await operations.listings(undefined)).rows).toMatchObject([{ sku: 'A/B', tracked: true }])
    expect(await operations.listing('1')).toMatchObject({ sku: 'A/B', tracked: true })
  }))

test.each(['A B', 'A(20)', '中'])(
  'a shop that takes no signature of an address with %s in it: one product is refused, the connection goes on',
  (sku) =>
    withShop({ multiSource: false, signsDecodedPaths: true }, async (simulator) => {
      seed(simulator, [sku, 'PLAIN'])
      const { operations } = connect(simulator)
      const outcomes = await operations.setLevels([writeOf(sku, 1), writeOf('PLAIN', 2)])
      expect(kinds(outcomes)).toEqual({
        [`${sku} default`]: 'refused',
        'PLAIN default': 'applied',
      })
      expect(await operations.levels(['PLAIN', sku].map((one) => writeOf(one, 0)))).toMatchObject([
        { stockUnitId: 'PLAIN', quantity: 2 },
      ])
      expect(await operations.listing('1')).toMatchObject({ sku, tracked: true })
      simulator.faults.set({ revoked: true })
      await expect(operations.levels([writeOf(sku, 0)])).rejects.toMatchObject({ kind: 'unauthorized' })
    }),
)

test('where the shop limits lists to 20 rows, a batch of 100 goes in parts, and the next one does so at once', () =>
  withShop({}, async (simulator) => {
    simulator.site.limits = { isOn: true, arrayMax: 20, bulkMax: 5_000, pageMax: 30, pageDefault: 20 }
    const skus = Array.from({ length: 100 }, (_, at) => `SKU-${at}`)
    seed(simulator, skus)
    const { operations, calls } = connect(simulator)
    const sizes = () => calls.filter(({ operation }) => operation === 'saveSourceItems').length
    const first = await operations.setLevels(skus.map((sku) => writeOf(sku, 3)))
    expect(new Set(first.map(({ kind }) => kind))).toEqual(new Set(['applied']))
    expect(sizes()).toBe(6)
    await operations.setLevels(skus.map((sku) => writeOf(sku, 4)))
    expect(sizes()).toBe(11)
    expect(await operations.levels(skus.map((sku) => writeOf(sku, 0)))).toHaveLength(100)
  }))

test('a batch is saved whole or not at all: the one row that the shop minds is found, the others are applied', () =>
  withShop({ checksSkus: true }, async (simulator) => {
    const skus = Array.from({ length: 16 }, (_, at) => `SKU-${at}`)
    seed(simulator, skus)
    const { operations, calls } = connect(simulator)
    await operations.levels(skus.map((sku) => writeOf(sku, 0)))
    // Gone since: so it passes what the connector itself looks at.
    const product = simulator.shop.catalogue.bySku('SKU-11')
    if (product !== undefined) simulator.shop.catalogue.remove(product)
    const outcomes = await operations.setLevels(skus.map((sku) => writeOf(sku, 3)))
    expect(kinds(outcomes)).toEqual(
      Object.fromEntries(skus.map((sku) => [`${sku} default`, sku === 'SKU-11' ? 'refused' : 'applied'])),
    )
    expect(calls.filter(({ operation }) => operation === 'saveSourceItems').length).toBeLessThanOrEqual(9)
    for (const sku of skus)
      expect(simulator.shop.stock.item(sku, 'default')?.quantity).toBe(sku === 'SKU-11' ? 10 : 3)
  }))

test('older versions save any SKU: what is not at a source is not written, for that would make it', () =>
  withShop({ sources: ['berlin'] }, async (simulator) => {
    seed(simulator, ['HERE'])
    const { operations } = connect(simulator)
    const outcomes = await operations.setLevels([
      writeOf('HERE', 1),
      writeOf('HERE', 2, 'berlin'),
      writeOf('GONE', 3),
    ])
    expect(kinds(outcomes)).toEqual({
      'HERE default': 'applied',
      'HERE berlin': 'refused',
      'GONE default': 'refused',
    })
    expect(simulator.shop.stock.items()).toHaveLength(1)
  }))

test('a source is in stock while it holds units and out of stock at nought', () =>
  withShop({}, async (simulator) => {
    seed(simulator, ['A'])
    const { operations } = connect(simulator)
    await operations.setLevels([writeOf('A', 0)])
    expect(simulator.shop.stock.item('A', 'default')).toMatchObject({ quantity: 0, status: 0 })
    await operations.setLevels([writeOf('A', 2)])
    expect(simulator.shop.stock.item('A', 'default')).toMatchObject({ quantity: 2, status: 1 })
    expect(simulator.shop.stock.salable(1, 'A')).toBe(2)
  }))

test('a shipment between the write and the reading back is seen: the outcome is what is shown', () =>
  withShop({}, async (simulator) => {
    seed(simulator, ['A'])
    const placed = simulator.shop.checkout([{ sku: 'A', quantity: 2 }])
    if (placed.kind === 'refused') throw new Error('refused')
    const { operations } = connect(simulator, {
      wrap: (http) => ({
        ...http,
        async send(request) {
          const response = await http.send(request)
          if (request.operation === 'saveSourceItems')
            simulator.shop.ship(placed.order, {
              items: undefined,
              source: 'default',
              tracks: [],
              comment: undefined,
            })
          return response
        },
      }),
    })
    expect(await operations.setLevels([writeOf('A', 9)])).toEqual([
      { writeId: 'A default', kind: 'applied', quantity: 7 },
    ])
  }))

test('I12: fractions of a unit and uncounted products have no quantity', () =>
  withShop({}, async (simulator) => {
    seed(simulator, ['CHEESE', 'CARD'])
    simulator.shop.stock.save({ sku: 'CHEESE', source: 'default', quantity: 1.5, status: 1 })
    const card = simulator.shop.catalogue.bySku('CARD')
    if (card !== undefined) card.manageStock = false
    const { operations } = connect(simulator)
    const read = await operations.levels(['CHEESE', 'CARD'].map((sku) => writeOf(sku, 0)))
    expect(read.map(({ quantity }) => quantity)).toEqual([undefined, undefined])
  }))

test('one website of several: only the sources of its stock, only the orders of the websites that sell from it', () =>
  withShop({ sources: ['north'] }, async (simulator) => {
    const { shop } = simulator
    shop.websites.push({ id: 2, code: 'nordic' })
    shop.storeViews.push({ id: 2, code: 'nordic_sv', websiteId: 2 })
    shop.stock.sources.push(
      { code: 'oslo', name: 'Oslo', enabled: true },
      { code: 'old', name: 'Old', enabled: false },
    )
    shop.stock.stocks.push({ id: 2, name: 'Nordic', websites: ['nordic'], sources: ['oslo', 'old'] })
    shop.catalogue.add({ sku: 'A' })
    for (const source of ['default', 'oslo']) shop.stock.save({ sku: 'A', source, quantity: 5, status: 1 })
    const bought = ['base', 'nordic'].map((website) => {
      const placed = shop.checkout([{ sku: 'A', quantity: 1 }], website)
      if (placed.kind === 'refused') throw new Error('refused')
      return String(placed.order.id)
    })

    const { operations } = connect(simulator, { settings: { store: 'nordic_sv' } })
    expect(await operations.locations()).toEqual([
      { externalId: 'oslo', name: 'Oslo', active: true },
      { externalId: 'old', name: 'Old', active: false },
    ])
    const { rows } = await operations.orders({ since: new Date(0), cursor: undefined })
    expect(rows.map(({ externalId }) => externalId)).toEqual([bought[1]])
    const found = await operations.check()
    expect(found.accountId).toMatch(/ nordic_sv$/)
    expect(found.warnings.filter((warning) => warning.includes('stocks'))).toEqual([])

    for (const id of bought)
      shop.ship(shop.find(Number(id)), {
        items: undefined,
        source: id === bought[0] ? 'default' : 'oslo',
        tracks: [],
        comment: undefined,
      })
    const told = await operations.stream?.('shipments', { since: new Date(0), cursor: undefined })
    expect(told?.rows).toMatchObject([{ externalId: bought[1] }])

    const all = connect(simulator).operations
    expect((await all.locations()).map(({ externalId }) => externalId)).toEqual([
      'default',
      'north',
      'old',
      'oslo',
    ])
    expect((await all.orders({ since: new Date(0), cursor: undefined })).rows).toHaveLength(2)
    expect((await all.check()).warnings.join(' ')).toContain('sells from 2 stocks')

    const chosen = connect(simulator, { settings: { sources: ['north'] } }).operations
    expect((await chosen.locations()).map(({ externalId }) => externalId)).toEqual(['north'])
    const nobody = connect(simulator, { settings: { store: 'polar' } }).operations
    await expect(nobody.locations()).rejects.toMatchObject({ kind: 'invalid' })
  }))

test('saved, and the reading back is throttled: the write is unknown, not undone', () =>
  withShop({}, async (simulator) => {
    seed(simulator, ['A'])
    const { operations } = connect(simulator, {
      wrap: (http) => ({
        ...http,
        async send(request) {
          const response = await http.send(request)
          if (request.operation === 'saveSourceItems') simulator.faults.set({ throttleRate: 1 })
          return response
        },
      }),
    })
    await expect(operations.setLevels([writeOf('A', 3)])).rejects.toMatchObject({
      kind: 'unavailable',
      sent: true,
    })
    expect(simulator.shop.stock.item('A', 'default')?.quantity).toBe(3)
  }))

test.each([true, false])(
  'a slow shop: what there is no time for waits again, and is told so (many sources: %s)',
  (multiSource) =>
    withShop({ multiSource }, async (simulator) => {
      simulator.site.limits = { isOn: true, arrayMax: 2, bulkMax: 9, pageMax: 300, pageDefault: 20 }
      const skus = Array.from({ length: 40 }, (_, at) => `SKU-${at}`)
      seed(simulator, skus)
      const clock = manualClock()
      const { operations } = connect(simulator, {
        // Signatures of another time are taken as long as they are not of the future.
        clock,
        wrap: (http) => ({
          ...http,
          async send(request) {
            await clock.advance(400)
            return await http.send(request)
          },
        }),
      })
      const outcomes = await operations.setLevels(skus.map((sku) => writeOf(sku, 3)))
      const told = Map.groupBy(outcomes, ({ kind }) => kind)
      expect(outcomes).toHaveLength(40)
      expect(told.get('applied')?.length).toBeGreaterThan(2)
      expect(told.get('untouched')?.length).toBeGreaterThan(2)
      for (const { writeId, kind } of outcomes) {
        const sku = writeId.replace(' default', '')
        const { shop } = simulator
        const shows = multiSource
          ? shop.stock.item(sku, 'default')?.quantity
          : shop.catalogue.bySku(sku)?.singleQty
        expect(shows).toBe(kind === 'applied' ? 3 : 10)
      }
    }),
)
