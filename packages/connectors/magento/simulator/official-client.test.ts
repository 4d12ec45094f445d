import { AdobeCommerceHttpClient } from '@adobe/aio-commerce-lib-api'
import { expect, test } from 'vitest'
import { createMagentoSimulator, type MagentoSimulator } from './index.ts'

/** The simulator as Adobe's own client sees it: its addresses, its signatures, its ways with SKUs. */

function clientOf({ url, credentials }: MagentoSimulator): AdobeCommerceHttpClient {
  const { consumerKey = '', consumerSecret = '', accessToken = '', accessTokenSecret = '' } = credentials
  return new AdobeCommerceHttpClient({
    config: { baseUrl: url, flavor: 'paas', storeViewCode: 'all', version: 'V1' },
    auth: { consumerKey, consumerSecret, accessToken, accessTokenSecret },
    fetchOptions: { retry: 0 },
  })
}

async function withShop(story: (simulator: MagentoSimulator) => Promise<void>): Promise<void> {
  const simulator = await createMagentoSimulator()
  try {
    for (const sku of ['MUG', 'A/B 50%']) {
      simulator.shop.catalogue.add({ sku })
      simulator.shop.stock.save({ sku, source: 'default', quantity: 10, status: 1 })
    }
    await story(simulator)
  } finally {
    await simulator.close()
  }
}

test('writes a quantity, and reads what may be sold of it', () =>
  withShop(async (simulator) => {
    const client = clientOf(simulator)
    const sourceItems = [{ sku: 'MUG', source_code: 'default', quantity: 7, status: 1 }]
    expect(await client.post('inventory/source-items', { json: { sourceItems } }).json()).toEqual([])
    simulator.shop.checkout([{ sku: 'MUG', quantity: 2 }])
    expect(await client.get('inventory/get-product-salable-quantity/MUG/1').json()).toBe(5)
    const odd = encodeURIComponent('A/B 50%')
    expect(await client.get(`inventory/get-product-salable-quantity/${odd}/1`).json()).toBe(10)
    expect(await client.get('inventory/are-products-salable?skus[0]=MUG&stockId=1').json()).toEqual([
      { sku: 'MUG', stock_id: 1, salable: true },
    ])
  }))

test('finds orders by search criteria, ships one, and is refused what is not there any more', () =>
  withShop(async (simulator) => {
    const placed = simulator.shop.checkout([{ sku: 'MUG', quantity: 2 }])
    if (placed.kind === 'refused') throw new Error('refused')
    const client = clientOf(simulator)
    const found = await client
      .get(
        'orders?searchCriteria[filter_groups][0][filters][0][field]=state&searchCriteria[filter_groups][0][filters][0][value]=new&searchCriteria[pageSize]=5&fields=items[entity_id],total_count',
      )
      .json()
    expect(found).toEqual({ items: [{ entity_id: placed.order.id }], total_count: 1 })
    const shipped = await client.post(`order/${placed.order.id}/ship`, { json: {} }).json()
    expect(shipped).toBe(simulator.shop.book.shipments[0]?.id)
    const again = client.post(`order/${placed.order.id}/ship`, { json: {}, throwHttpErrors: false })
    expect((await again).status).toBe(400)
    expect(await (await again).json()).toMatchObject({
      message: expect.stringContaining('Shipment Document Validation Error'),
    })
  }))

test('wrong secrets are refused', () =>
  withShop(async (simulator) => {
    const client = clientOf({
      ...simulator,
      credentials: { ...simulator.credentials, consumerSecret: 'x'.repeat(32) },
    })
    const answer = await client.get('store/websites', { throwHttpErrors: false })
    expect(answer.status).toBe(401)
  }))
