import { createAdminApiClient } from '@shopify/admin-api-client'
import { expect, test } from 'vitest'
import { withShop } from '../testing/connected-shop.ts'

/**
 * Shopify's own client drives the simulator. It insists on https and a shop domain, so its `fetch` is led to the
 * simulator; everything else (paths, headers, bodies, how errors are read) is as Shopify wrote it.
 */
function officialClient(endpoint: string, accessToken: string, apiVersion = '2026-10') {
  return createAdminApiClient({
    storeDomain: 'plimsoll-demo.myshopify.com',
    apiVersion,
    accessToken,
    retries: 0,
    customFetchApi: (url, init) =>
      fetch(String(url).replace('https://plimsoll-demo.myshopify.com', endpoint), init),
  })
}

const set = (changeFromQuantity: string) => `mutation Set($item: ID!, $location: ID!) {
  inventorySetQuantities(input: {
    name: "available", reason: "correction",
    quantities: [{ inventoryItemId: $item, locationId: $location, quantity: 4, changeFromQuantity: ${changeFromQuantity} }]
  }) @idempotent(key: "1f3e7b6a-0000-4000-8000-000000000001") {
    inventoryAdjustmentGroup { reason changes { name delta quantityAfterChange } }
    userErrors { code field message }
  }
}`

test('reads and writes as Shopify’s documentation shows it', () =>
  withShop({}, async ({ simulator, seed, buy }) => {
    const client = officialClient(simulator.url, simulator.credentials.accessToken ?? '')
    const [level] = await seed({ sku: 'TEA', title: 'Tea' })
    const shop = await client.request('{ shop { name myshopifyDomain currencyCode } }')
    expect(shop.data).toEqual({
      shop: { name: 'Harbour & Co.', myshopifyDomain: 'plimsoll-demo.myshopify.com', currencyCode: 'EUR' },
    })
    expect(shop.extensions).toMatchObject({ cost: { requestedQueryCost: 1, actualQueryCost: 1 } })

    const variables = { item: level?.stockUnitId, location: level?.locationId }
    const written = await client.request(set('10'), { variables })
    expect(written.data).toEqual({
      inventorySetQuantities: {
        inventoryAdjustmentGroup: {
          reason: 'correction',
          changes: [{ name: 'available', delta: -6, quantityAfterChange: 4 }],
        },
        userErrors: [],
      },
    })

    await buy('TEA', 3)
    const states = await client.request(
      `query Level($item: ID!) { inventoryItem(id: $item) { tracked inventoryLevels(first: 5) { edges { node {
        location { name } quantities(names: ["available", "committed", "on_hand"]) { name quantity } } } } } }`,
      { variables: { item: level?.stockUnitId } },
    )
    expect(states.data).toMatchObject({
      inventoryItem: {
        inventoryLevels: {
          edges: [{ node: { quantities: [{ quantity: 1 }, { quantity: 3 }, { quantity: 4 }] } }],
        },
      },
    })

    const orders = await client.request(
      `{ orders(first: 5, sortKey: UPDATED_AT, query: "updated_at:>='2020-01-01'") { nodes { id name displayFinancialStatus
        fulfillmentOrders(first: 1) { nodes { id lineItems(first: 1) { nodes { id remainingQuantity } } } } } } }`,
    )
    const [order] = orders.data?.orders.nodes ?? []
    expect(order).toMatchObject({ name: '#1001', displayFinancialStatus: 'PAID' })
    const shipped = await client.request(
      `mutation Ship($id: ID!) { fulfillmentCreate(fulfillment: {
        lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: $id }], trackingInfo: { company: "UPS", number: "1Z" } }) {
        fulfillment { status trackingInfo { company number } } userErrors { field message } } }`,
      { variables: { id: order?.fulfillmentOrders.nodes[0].id } },
    )
    expect(shipped.data).toEqual({
      fulfillmentCreate: {
        fulfillment: { status: 'SUCCESS', trackingInfo: [{ company: 'UPS', number: '1Z' }] },
        userErrors: [],
      },
    })
  }))

test('its errors are read by Shopify’s client as errors', () =>
  withShop({ bucket: { capacity: 2_000, restoreRate: 0 } }, async ({ simulator, seed }) => {
    const client = officialClient(simulator.url, simulator.credentials.accessToken ?? '')
    const [level] = await seed({})
    const variables = { item: level?.stockUnitId, location: level?.locationId }
    const refused = await officialClient(simulator.url, 'shpat_wrong').request('{ shop { name } }')
    expect(refused.errors).toMatchObject({ networkStatusCode: 401 })

    const codeOf = async (query: string, given: object = {}) => {
      const { errors } = await client.request(query, { variables: given })
      return errors?.graphQLErrors?.[0]?.extensions?.code ?? errors?.graphQLErrors?.[0]?.message
    }
    expect(await codeOf('{ shop { nothing } }')).toMatch(/Cannot query field "nothing"/)
    expect(await codeOf('{ productVariants(first: 251) { nodes { id } } }')).toBe('BAD_REQUEST')
    expect(await codeOf('{ productVariants { nodes { id } } }')).toBe('BAD_REQUEST')
    expect(await codeOf('{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { id } } } } }')).toBe(
      'MAX_COST_EXCEEDED',
    )
    // Neither the key nor changeFromQuantity is required by the schema; both are at run time.
    expect(await codeOf(set('10').replace(/@idempotent\(.*?\)/, ''), variables)).toBe('BAD_REQUEST')
    expect(await codeOf(set('10').replace(', changeFromQuantity: 10', ''), variables)).toBe('BAD_REQUEST')
    const ids = Array.from({ length: 251 }, () => level?.stockUnitId)
    expect(await codeOf('query Many($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })).toBe(
      'MAX_INPUT_SIZE_EXCEEDED',
    )

    const stale = await client.request(set('9'), { variables })
    expect(stale.data).toMatchObject({
      inventorySetQuantities: {
        inventoryAdjustmentGroup: null,
        userErrors: [
          { code: 'CHANGE_FROM_QUANTITY_STALE', field: ['input', 'quantities', '0', 'changeFromQuantity'] },
        ],
      },
    })
    const other = await client.request(set('10'), { variables })
    expect(other.data).toMatchObject({
      inventorySetQuantities: { userErrors: [{ code: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH' }] },
    })
  }))

test('an expired version falls forward and says which one answered', () =>
  withShop({}, async ({ simulator }) => {
    const headers = {
      'content-type': 'application/json',
      'x-shopify-access-token': simulator.credentials.accessToken ?? '',
    }
    const body = JSON.stringify({ query: '{ shop { name } }' })
    const served = async (version: string) => {
      const answer = await fetch(`${simulator.url}/admin/api/${version}/graphql.json`, {
        method: 'POST',
        headers,
        body,
      })
      return answer.headers.get('x-shopify-api-version')
    }
    expect(await served('2026-10')).toBe('2026-10')
    expect(await served('2024-01')).toBe('2025-10')
  }))

test('the bucket is charged with the worst case, refunded to what came back, and throttles when it is empty', () =>
  withShop({ bucket: { capacity: 1_000, restoreRate: 0 } }, async ({ simulator, seed }) => {
    const client = officialClient(simulator.url, simulator.credentials.accessToken ?? '')
    await seed({}, {})
    const query = '{ productVariants(first: 250) { nodes { id product { id } inventoryItem { id } } } }'
    const first = await client.request(query)
    // Two variants, each with its product and item, and two for the connection.
    expect(first.extensions?.cost).toEqual({
      requestedQueryCost: 752,
      actualQueryCost: 8,
      throttleStatus: { maximumAvailable: 1_000, currentlyAvailable: 992, restoreRate: 0 },
    })
    for (let spent = 0; spent < 31; spent += 1) await client.request(query)
    const throttled = await client.request(query)
    expect(throttled.errors?.graphQLErrors).toMatchObject([
      { message: 'Throttled', extensions: { code: 'THROTTLED' } },
    ])
    expect(throttled.extensions).toMatchObject({ cost: { requestedQueryCost: 752, actualQueryCost: null } })
  }))
