import { afterEach, expect, test } from 'vitest'
import { connect } from './simulator/connect.ts'
import { createWooCommerceSimulator, type WooCommerceSimulator } from './simulator/index.ts'

/** Webhooks that the shop has switched off after failures. */

let running: WooCommerceSimulator[] = []
async function start() {
  const simulator = await createWooCommerceSimulator()
  running.push(simulator)
  return simulator
}
afterEach(async () => {
  await Promise.all(running.map((simulator) => simulator.close()))
  running = []
})

test('webhooks that the shop has switched off are found, and made anew with no failures counted', async () => {
  const simulator = await start()
  const { operations } = connect(simulator)
  const url = 'http://127.0.0.1:9/webhooks'
  expect((await operations.registerWebhooks(url)).registered).toHaveLength(7)
  expect(await operations.registerWebhooks(url)).toEqual({ registered: [], repaired: [] })
  for (const webhook of simulator.deliveries.all()) {
    if (webhook.topic === 'order.updated') Object.assign(webhook, { status: 'disabled', failureCount: 6 })
    if (webhook.topic === 'order.created') webhook.status = 'paused'
  }
  expect((await operations.check()).warnings.join()).toContain('order.updated')
  expect(await operations.registerWebhooks(url)).toEqual({
    registered: [],
    repaired: ['order.created', 'order.updated'],
  })
  const now = simulator.deliveries.all()
  expect(now.map(({ status, failureCount }) => [status, failureCount])).toEqual(Array(7).fill(['active', 0]))
  expect(new Set(now.map(({ topic }) => topic)).size).toBe(7)
})

test('a shop that is down for long switches its webhooks off itself; an hour later they deliver again', async () => {
  const simulator = await start()
  simulator.shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 99 })
  const { operations } = connect(simulator)
  const url = 'http://127.0.0.1:9/webhooks'
  await operations.registerWebhooks(url)
  for (let failures = 0; failures < 8; failures += 1) {
    simulator.shop.checkout([{ sku: 'MUG', quantity: 1 }])
    await simulator.webhooks.drain()
  }
  const { repaired } = await operations.registerWebhooks(url)
  expect(repaired).toEqual(expect.arrayContaining(['order.created', 'order.updated']))
  simulator.shop.checkout([{ sku: 'MUG', quantity: 1 }])
  await simulator.webhooks.drain()
  // One more failure does not switch them off again.
  expect(simulator.deliveries.all().every(({ status }) => status === 'active')).toBe(true)
})
