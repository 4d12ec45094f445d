import { setTimeout as after } from 'node:timers/promises'
import { loadSimulator, type StartedSimulator } from '@plimsoll/connectors'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createShopControl } from './demo/control.ts'
import { judgeSending } from './demo/sending.ts'
import { connectWarehouse, type DemoWarehouse, sendFrom } from './demo/warehouses.ts'
import { type ServedHub, type Shop, serveHub } from './testing/served-hub.ts'

/**
 * A shop's orders, sent by a simulated Manhattan of each product, as the demo does it: asked for once although answers are
 * lost, packed by people who work by themselves, told to the customer with their tracking, and counted.
 */
vi.setConfig({ testTimeout: 150_000, hookTimeout: 60_000 })

let served: ServedHub
const simulators: StartedSimulator[] = []

beforeEach(async () => {
  served = await serveHub('api,worker')
})
afterEach(async () => {
  await served.close()
  await Promise.all(simulators.splice(0).map((each) => each.close()))
})

async function openWarehouse(
  product: 'wm' | 'omni',
  sku: string,
): Promise<{ warehouse: DemoWarehouse; simulator: StartedSimulator }> {
  const start = await loadSimulator('manhattan')
  if (start === undefined) throw new Error('Manhattan has a simulator')
  const simulator = await start({ product, seed: 3 })
  simulators.push(simulator)
  const items = [{ sku, name: { en: `Item ${sku}`, zh: `商品 ${sku}` }, opening: 20 }]
  const warehouse = await connectWarehouse(
    served.hub.context,
    { ready: simulator },
    { connector: 'manhattan', history: { items }, nth: 0, of: 1 },
  )
  // Its administrator has it tell of ship confirms and PIX.
  if (!('tell' in simulator) || typeof simulator.tell !== 'function') throw new Error('it cannot tell')
  simulator.tell(`${served.url}/webhooks/${warehouse.connectionId}`)
  return { warehouse, simulator }
}

async function openShop(sku: string): Promise<Shop> {
  const shop = await served.openShop([{ sku, quantity: 20 }])
  expect(await served.goLive(shop.connectionId)).toBe(200)
  return shop
}

test.each(['wm', 'omni'] as const)('%s: orders leave once, and their customers are told', async (product) => {
  const sku = `SOCK-${product}`
  const { warehouse, simulator } = await openWarehouse(product, sku)
  const shop = await openShop(sku)
  const control = createShopControl(shop.simulator.url)
  await sendFrom(served.hub.context, [shop], [warehouse])
  // The shop tells the second in which an order was placed; those of this one were placed before the hub sends any.
  await after(1_100)

  // Of the warehouse's answers some are lost, to requests that it has carried out.
  await warehouse.floor.setFaults({ dropResponseRate: 0.15 })
  for (const quantity of [2, 1, 3]) expect(await control.buy([{ sku, quantity }])).toBeDefined()
  // And one that a person orders in the hub: no shop has it in its books.
  const recipient = { name: 'Ada', addressLines: ['St James’s Square 12'], city: 'London', country: 'GB' }
  const byHand = { kind: 'manual', recipient, lines: [{ sku, quantity: 2 }] }
  const made = await served.ask('POST', '/api/v1/orders', byHand, { 'idempotency-key': `hand-${sku}` })
  expect(made).toMatchObject({ status: 201 })

  const judge = async () => (await judgeSending(served.hub.context, [{ control }], [warehouse])).verdict
  let verdict = await judge()
  for (let look = 0; look < 400; look += 1) {
    verdict = await judge()
    const isTold = verdict.parcels > 0 && verdict.trackingConfirmed === verdict.parcels
    if (verdict.ordersShipped === 4 && verdict.open === 0 && verdict.countsAgree && isTold) break
    // The rest of the day is quiet: what was lost is made sure of.
    if (verdict.ordersShipped === 4) await warehouse.floor.setFaults({ dropResponseRate: 0 })
    await after(250)
  }
  expect(verdict).toMatchObject({ ordersShipped: 4, shippedTwice: 0, countsAgree: true, open: 0 })
  expect(verdict.parcels).toBeGreaterThanOrEqual(3)
  expect(verdict.trackingConfirmed).toBe(verdict.parcels)
  const { body } = await served.ask('GET', `/api/v1/items/${sku}`)
  expect(body).toMatchObject({ onHand: 12, reserved: 0, available: 12 })
  // What it told was taken as hints: they said which list to read, and nothing else.
  await simulator.webhooks.drain()
  const { sent, delivered } = simulator.webhooks.counters()
  expect(sent).toBeGreaterThanOrEqual(3)
  expect(delivered).toBe(sent)
  const states = async () => {
    const { rows } = await sql<{ state: string }>`
      select distinct state from inbox where connection_id = ${warehouse.connectionId} and state <> 'skipped'`.execute(
      served.database.kysely,
    )
    return rows.map(({ state }) => state)
  }
  await expect.poll(states, { timeout: 15_000 }).toEqual(['applied'])
})
