import { expect, test } from 'vitest'
import { TOPICS } from './subscriptions.ts'
import { withShop } from './testing/connected-shop.ts'

const url = 'http://127.0.0.1:9/webhooks'

test('every topic is registered once; a second time there is nothing to do', () =>
  withShop({}, async ({ operations, calls }) => {
    expect(await operations.registerWebhooks(url)).toEqual({ registered: [...TOPICS], repaired: [] })
    calls.length = 0
    expect(await operations.registerWebhooks(url)).toEqual({ registered: [], repaired: [] })
    expect(calls).toEqual(['registerWebhooks'])
  }))

test('Shopify drops a subscription whose eight retries all failed; it is repaired', () =>
  // Nothing listens there; the four hours of retries pass in a moment.
  withShop({ webhooks: { timeScale: 0 } }, async ({ operations, simulator, seed, buy }) => {
    await seed({})
    await operations.registerWebhooks(url)
    await buy('S-0', 1)
    await simulator.webhooks.drain()
    const { failed, retried } = simulator.webhooks.counters()
    expect(retried).toBe(failed * 8)
    expect(await operations.registerWebhooks(url)).toEqual({
      registered: [],
      repaired: ['orders/create', 'orders/updated', 'orders/paid', 'inventory_levels/update'],
    })
  }))

test('another address of the same app is left alone', () =>
  withShop({}, async ({ operations }) => {
    await operations.registerWebhooks('http://127.0.0.1:9/other')
    expect(await operations.registerWebhooks(url)).toEqual({ registered: [...TOPICS], repaired: [] })
    expect(await operations.registerWebhooks('http://127.0.0.1:9/other')).toEqual({
      registered: [],
      repaired: [],
    })
  }))
