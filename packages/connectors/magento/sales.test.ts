import { manualClock } from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMagentoSimulator, type MagentoSimulator } from './simulator/index.ts'
import { connect } from './testing/connect.ts'

/**
 * Which number is written while an order is open. A source falls when a unit ships; until then the shop subtracts what
 * is ordered by a reservation of its own. So the hub writes what it promises and the units of open orders, and what the
 * shop may sell is then the promise, whatever stage the orders are at.
 */

async function withShop(
  options: Parameters<typeof createMagentoSimulator>[0],
  story: (simulator: MagentoSimulator) => Promise<void>,
): Promise<void> {
  const simulator = await createMagentoSimulator(options)
  try {
    await story(simulator)
  } finally {
    await simulator.close()
  }
}

type Deed =
  | { kind: 'buy'; sku: string; quantity: number }
  | { kind: 'step'; nth: number; step: 'pay' | 'cancel' | 'fulfill' | 'refund' }
  | { kind: 'ship-one'; nth: number }
  | { kind: 'write'; sku: string; promise: number }

const skus = ['BOTTLE', 'DOWNLOAD', 'BUNDLE']
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    kind: fc.constant('buy' as const),
    sku: fc.constantFrom(...skus),
    quantity: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    kind: fc.constant('step' as const),
    nth: fc.nat({ max: 9 }),
    step: fc.constantFrom('pay' as const, 'cancel' as const, 'fulfill' as const, 'refund' as const),
  }),
  fc.record({ kind: fc.constant('ship-one' as const), nth: fc.nat({ max: 9 }) }),
  fc.record({
    kind: fc.constant('write' as const),
    sku: fc.constantFrom('BOTTLE', 'DOWNLOAD'),
    promise: fc.integer({ min: 0, max: 40 }),
  }),
)

test('I5: promise and open units written, the shop may sell exactly the promise, whatever stage its orders are at', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(deed, { minLength: 3, maxLength: 14 }),
      fc.constantFrom('capture' as const, 'authorize' as const),
      (deeds, payment) =>
        withShop({ payment }, async (simulator) => {
          const { shop } = simulator
          seed(simulator)
          const { operations } = connect(simulator)
          const ids: string[] = []
          const openUnits = async (sku: string) => {
            let units = 0
            for (const id of ids) {
              const { state, lines } = await operations.order(id)
              if (state === 'closed' || state === 'cancelled') continue
              for (const line of lines)
                if (line.sku === sku && line.subtracted === 'no') units += line.current - line.shipped
            }
            return units
          }
          const write = async (sku: string, promise: number) => {
            const quantity = promise + (await openUnits(sku))
            const key = { stockUnitId: sku, locationId: 'default' }
            const [outcome] = await operations.setLevels([
              { writeId: 'w', ...key, quantity, expected: undefined },
            ])
            expect(outcome).toMatchObject({ kind: 'applied', quantity })
            expect(shop.stock.salable(1, sku)).toBe(promise)
          }
          for (const one of deeds) await act(one, { simulator, ids, write })
          await write('BOTTLE', 11)
          await write('DOWNLOAD', 7)
        }),
    ),
    fromEnvironment({ numRuns: 40 }),
  )
}, 120_000)

function seed({ shop }: MagentoSimulator): void {
  shop.catalogue.add({ sku: 'BOTTLE' })
  shop.catalogue.add({ sku: 'DOWNLOAD', type: 'downloadable' })
  const parts = [
    { sku: 'BOTTLE', quantity: 2 },
    { sku: 'DOWNLOAD', quantity: 1 },
  ]
  shop.catalogue.add({ sku: 'BUNDLE', type: 'bundle', parts, shipmentType: 1 })
  for (const sku of ['BOTTLE', 'DOWNLOAD'])
    shop.stock.save({ sku, source: 'default', quantity: 30, status: 1 })
}

async function act(
  one: Deed,
  {
    simulator: { shop, url },
    ids,
    write,
  }: {
    simulator: MagentoSimulator
    ids: string[]
    write(sku: string, promise: number): Promise<void>
  },
): Promise<void> {
  switch (one.kind) {
    case 'buy': {
      const placed = shop.checkout([{ sku: one.sku, quantity: one.quantity }])
      if (placed.kind === 'placed') ids.push(String(placed.order.id))
      return
    }
    case 'step': {
      const id = ids[one.nth % Math.max(1, ids.length)]
      if (id === undefined) return
      const answer = await fetch(`${url}/_control/orders/${id}/${one.step}`, { method: 'POST' })
      expect([200, 409]).toContain(answer.status)
      return
    }
    case 'ship-one': {
      const order = shop.book.orders.get(Number(ids[one.nth % Math.max(1, ids.length)]))
      const row = order?.rows.find((each) => each.countsForShipping && !each.isVirtual)
      if (order === undefined || row === undefined) return
      try {
        const items = [{ orderItemId: row.itemId, quantity: 1 }]
        shop.ship(order, { items, source: 'default', tracks: [], comment: undefined })
      } catch {
        // Nothing was left of it, or too little is there: the shop refuses.
      }
      return
    }
    case 'write':
      return await write(one.sku, one.promise)
  }
}

test('a sale that the hub has not seen yet is subtracted by the shop itself: a raise cannot give it away again', () =>
  withShop({}, async (simulator) => {
    const { shop } = simulator
    seed(simulator)
    const { operations } = connect(simulator)
    shop.checkout([{ sku: 'BOTTLE', quantity: 4 }])
    const key = { stockUnitId: 'BOTTLE', locationId: 'default' }
    // The hub knows of no order: it writes its promise alone.
    await operations.setLevels([{ writeId: 'w', ...key, quantity: 20, expected: undefined }])
    expect(shop.stock.salable(1, 'BOTTLE')).toBe(16)
  }))

test('what is salable lags behind a write, the source does not: no drift is seen in between', async () => {
  const clock = manualClock()
  await withShop({ indexLagMs: 60_000, clock }, async (simulator) => {
    const { shop } = simulator
    seed(simulator)
    await clock.advance(60_000)
    expect(shop.stock.salable(1, 'BOTTLE')).toBe(30)
    const { operations } = connect(simulator, { clock })
    const key = { stockUnitId: 'BOTTLE', locationId: 'default' }
    await operations.setLevels([{ writeId: 'w', ...key, quantity: 12, expected: undefined }])
    expect(shop.stock.salable(1, 'BOTTLE')).toBe(30)
    expect(await operations.levels([key])).toMatchObject([{ quantity: 12 }])
    await clock.advance(60_000)
    expect(shop.stock.salable(1, 'BOTTLE')).toBe(12)
  })
})

test('the threshold of a product is the shop’s own: it is kept back from what may be sold, not from what is written', () =>
  withShop({}, async (simulator) => {
    const { shop } = simulator
    shop.catalogue.add({ sku: 'LAMP', minQty: 5 })
    shop.stock.save({ sku: 'LAMP', source: 'default', quantity: 9, status: 1 })
    const { operations } = connect(simulator)
    const key = { stockUnitId: 'LAMP', locationId: 'default' }
    await operations.setLevels([{ writeId: 'w', ...key, quantity: 8, expected: undefined }])
    expect(shop.stock.salable(1, 'LAMP')).toBe(3)
    expect(await operations.levels([key])).toMatchObject([{ quantity: 8 }])
  }))

test('where one stock falls as it is ordered, lines say so, and the promise alone is written', () =>
  withShop({ multiSource: false }, async (simulator) => {
    const { shop } = simulator
    const product = shop.catalogue.add({ sku: 'BOTTLE', singleQty: 10 })
    const { operations } = connect(simulator)
    const placed = shop.checkout([{ sku: 'BOTTLE', quantity: 2 }])
    if (placed.kind === 'refused') throw new Error('refused')
    expect(product.singleQty).toBe(8)
    const { lines } = await operations.order(String(placed.order.id))
    expect(lines).toMatchObject([{ current: 2, shipped: 0, subtracted: 'yes' }])
  }))
