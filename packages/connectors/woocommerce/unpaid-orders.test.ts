import { type ExternalOrder, manualClock } from '@plimsoll/connector-kit'
import { afterEach, expect, test } from 'vitest'
import { connect } from './simulator/connect.ts'
import { createWooCommerceSimulator, type WooCommerceSimulator } from './simulator/index.ts'

/** Unpaid orders: what the shop keeps from other shoppers, and for how long. */

let running: WooCommerceSimulator[] = []
afterEach(async () => {
  await Promise.all(running.map((simulator) => simulator.close()))
  running = []
})

async function start() {
  const clock = manualClock(Date.UTC(2026, 7, 1, 10))
  const simulator = await createWooCommerceSimulator({ clock, checkout: 'pending' })
  running.push(simulator)
  // The network's own time would be that of today: the connector goes by the clock that it is given.
  const open = () =>
    connect(simulator, {
      now: () => clock.now(),
      wrap: (http) => ({
        ...http,
        send: async (request) => ({ ...(await http.send(request)), date: new Date(clock.now()) }),
      }),
    })
  return { clock, simulator, shop: simulator.shop, open }
}

const read = async ({ operations }: ReturnType<typeof connect>, since: number) =>
  (await operations.orders({ since: new Date(since), cursor: undefined })).rows
const lineOf = (order: ExternalOrder | undefined) => order?.lines[0]

/** What the hub writes: its promise, and on top what the shop surely holds. */
async function sync(
  connection: ReturnType<typeof connect>,
  order: ExternalOrder,
  of: { id: number; stock: number },
) {
  const line = lineOf(order)
  const open = (line?.current ?? 0) - (line?.shipped ?? 0)
  const quantity = of.stock - open + (line?.subtracted === 'no' ? open : 0)
  const key = { stockUnitId: String(of.id), locationId: 'default' }
  await connection.operations.setLevels([{ writeId: 'w', ...key, quantity, expected: undefined }])
  return quantity
}

test('I5: staff’s unpaid order has no hold: it is not shown on top, and a shopper cannot buy its unit', async () => {
  const { simulator, shop, open } = await start()
  const mug = shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 1 })
  const order = shop.orders.create(
    [{ productId: mug.id, variationId: 0, quantity: 1, sku: 'MUG', name: 'Mug', price: 9 }],
    { currency: 'EUR', createdVia: 'admin' },
  )
  const connection = open()
  const told = await connection.operations.order(String(order.id))
  expect(told).toMatchObject({ state: 'pending', lines: [{ subtracted: 'unheld' }] })
  expect(await sync(connection, told, { id: mug.id, stock: 1 })).toBe(0)
  expect(simulator.shop.checkout([{ sku: 'MUG', quantity: 1 }])).toMatchObject({ kind: 'refused' })
})

test('a checkout’s units are shown on top while the shop holds them, and the order is told anew before it lets them go', async () => {
  const { clock, shop, open } = await start()
  const mug = shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 1 })
  const placed = shop.checkout([{ sku: 'MUG', quantity: 1 }])
  if (placed.kind !== 'placed') throw new Error('refused')
  placed.order.createdVia = 'store-api' // whose cancelling nobody can rely on
  const connection = open()
  const from = clock.now()
  const [first] = await read(connection, from)
  expect(lineOf(first)).toMatchObject({ subtracted: 'no' })
  if (first === undefined) throw new Error('no order came')
  expect(await sync(connection, first, { id: mug.id, stock: 1 })).toBe(1)
  expect(shop.checkout([{ sku: 'MUG', quantity: 1 }])).toMatchObject({ kind: 'refused' })

  // Nothing of it changes any more; a little before its hour is over it is told again.
  await clock.advance(50 * 60_000)
  expect(await read(connection, clock.now())).toEqual([])
  await clock.advance(8 * 60_000)
  const [again] = await read(connection, clock.now())
  expect(again).toMatchObject({ externalId: first.externalId, version: first.version })
  expect(lineOf(again)).toMatchObject({ subtracted: 'unheld' })
  if (again !== undefined) await sync(connection, again, { id: mug.id, stock: 1 })
  await clock.advance(5 * 60_000)
  expect(shop.checkout([{ sku: 'MUG', quantity: 1 }])).toMatchObject({ kind: 'refused' })
  expect(await read(connection, clock.now())).toEqual([])
})

test('a hub that was away while a hold ran out is told of all that is unpaid, once', async () => {
  const { clock, shop, open } = await start()
  shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 1 })
  const placed = shop.checkout([{ sku: 'MUG', quantity: 1 }])
  if (placed.kind === 'placed') placed.order.createdVia = 'store-api'
  await clock.advance(61 * 60_000)
  const connection = open()
  expect((await read(connection, clock.now())).map(lineOf)).toMatchObject([{ subtracted: 'unheld' }])
  expect(await read(connection, clock.now())).toEqual([])
})

test('on hold and then unpaid again: the shop has let the units go', async () => {
  const { clock, shop, open } = await start()
  const mug = shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 3 })
  const placed = shop.checkout([{ sku: 'MUG', quantity: 1 }])
  if (placed.kind !== 'placed') throw new Error('refused')
  const connection = open()
  const from = clock.now()
  shop.setStatus(placed.order, 'on-hold')
  expect((await read(connection, from)).map(lineOf)).toMatchObject([{ subtracted: 'yes' }])
  shop.setStatus(placed.order, 'pending')
  expect(mug.stock).toBe(3)
  expect((await read(connection, from)).map(lineOf)).toMatchObject([{ subtracted: 'unheld' }])
})

test('a shop that holds nothing, or whose setting cannot be seen, has nothing shown on top', async () => {
  const { shop, open, clock } = await start()
  shop.settings.holdStockMinutes = 0
  shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 3 })
  shop.checkout([{ sku: 'MUG', quantity: 1 }])
  expect((await read(open(), clock.now())).map(lineOf)).toMatchObject([{ subtracted: 'unheld' }])
})

test('failed after it was on hold, and paid after all: the shop takes nothing a second time, and nobody expects it', async () => {
  const { shop, open } = await start()
  const mug = shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 3 })
  const placed = shop.checkout([{ sku: 'MUG', quantity: 1 }])
  if (placed.kind !== 'placed') throw new Error('refused')
  const { operations } = open()
  const id = String(placed.order.id)
  shop.setStatus(placed.order, 'on-hold')
  shop.setStatus(placed.order, 'failed')
  expect(mug.stock).toBe(2)
  expect(await operations.order(id)).toMatchObject({ state: 'cancelled', lines: [{ subtracted: 'unknown' }] })
  shop.catalogue.save(mug, { stock: 3 })
  shop.setStatus(placed.order, 'processing')
  expect(mug.stock).toBe(3)
  expect(await operations.order(id)).toMatchObject({ state: 'open', lines: [{ subtracted: 'yes' }] })
})
