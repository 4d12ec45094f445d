import { createRequire } from 'node:module'
import { openWebhookInbox } from '@plimsoll/connector-kit/conformance'
import type OfficialClients from '@woocommerce/woocommerce-rest-api'
import { expect, test } from 'vitest'
import { createWooCommerceSimulator } from './index.ts'

/** What WooCommerce's sources say and no document does, seen through its own client. */

const { default: OfficialClient }: typeof OfficialClients = createRequire(import.meta.url)(
  '@woocommerce/woocommerce-rest-api',
)

async function withShop(
  story: (shop: {
    simulator: Awaited<ReturnType<typeof createWooCommerceSimulator>>
    client: InstanceType<typeof OfficialClient>
  }) => Promise<void>,
): Promise<void> {
  const simulator = await createWooCommerceSimulator()
  try {
    const { consumerKey, consumerSecret } = simulator.credentials
    const client = new OfficialClient({ url: simulator.url, consumerKey, consumerSecret, version: 'wc/v3' })
    await story({ simulator, client })
  } finally {
    await simulator.close()
  }
}

test('an empty batch answers an empty list', () =>
  withShop(async ({ client }) => {
    expect((await client.post('products/batch', { update: [] })).data).toEqual([])
  }))

test('a quantity sent to a variation that is not counted takes its backorders back', () =>
  withShop(async ({ simulator, client }) => {
    const { catalogue } = simulator.shop
    const parent = catalogue.add({ name: 'Shirt', type: 'variable', manageStock: false })
    const child = catalogue.add({ name: 'S', parentId: parent.id, manageStock: false, backorders: 'yes' })
    const path = `products/${parent.id}/variations/batch`
    const { data } = await client.post(path, { update: [{ id: child.id, stock_quantity: 3 }] })
    expect(data.update).toMatchObject([{ manage_stock: false, stock_quantity: null, backorders: 'no' }])
  }))

test('an order in the trash is told by webhook, one deleted for good is not', () =>
  withShop(async ({ simulator, client }) => {
    const inbox = await openWebhookInbox()
    try {
      simulator.shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 9 })
      await client.post('webhooks', {
        topic: 'order.deleted',
        delivery_url: inbox.url,
        secret: 'abcDEF0123456789',
      })
      const [first, second] = [1, 2].map(() => {
        const placed = simulator.shop.checkout([{ sku: 'MUG', quantity: 1 }])
        if (placed.kind !== 'placed') throw new Error('refused')
        return placed.order.id
      })
      await client.delete(`orders/${first}`, { force: true })
      await client.delete(`orders/${second}`)
      await simulator.webhooks.drain()
      const told = inbox.received.flatMap(({ headers, body }) =>
        headers['x-wc-webhook-topic'] === 'order.deleted'
          ? [JSON.parse(Buffer.from(body).toString('utf8'))]
          : [],
      )
      expect(told).toEqual([{ id: second }])
    } finally {
      await inbox.close()
    }
  }))
