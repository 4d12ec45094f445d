import { manualClock } from '@plimsoll/connector-kit'
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

test('a bulk operation: begun, asked for, and its file read as Shopify’s documentation shows it', () => {
  const clock = manualClock()
  return withShop({ bulkMs: 40, clock }, async ({ simulator, seed }) => {
    const client = officialClient(simulator.url, simulator.credentials.accessToken ?? '')
    await seed({ sku: 'TEA' }, { sku: 'MUG' })
    const begin = (query: string) =>
      client.request(
        `mutation Begin($query: String!) { bulkOperationRunQuery(query: $query, groupObjects: false) {
          bulkOperation { id status } userErrors { code field message } } }`,
        { variables: { query } },
      )
    const refused = await begin('{ shop { name } }')
    expect(refused.data?.bulkOperationRunQuery).toMatchObject({
      bulkOperation: null,
      userErrors: [{ code: 'INVALID' }],
    })

    const begun = await begin('{ productVariants { edges { node { id sku product { status } } } } }')
    expect(begun.data?.bulkOperationRunQuery.bulkOperation).toMatchObject({ status: 'RUNNING' })
    const ask = async () => {
      const { data } = await client.request(
        'query State($id: ID!) { bulkOperation(id: $id) { status errorCode objectCount fileSize url partialDataUrl } }',
        { variables: { id: begun.data?.bulkOperationRunQuery.bulkOperation.id } },
      )
      return data?.bulkOperation
    }
    expect(await ask()).toMatchObject({ status: 'RUNNING', url: null })
    await clock.advance(60)
    const done = await ask()
    expect(done).toMatchObject({
      status: 'COMPLETED',
      errorCode: null,
      objectCount: '2',
      partialDataUrl: null,
    })
    const file = await (await fetch(done.url)).text()
    expect(String(Buffer.byteLength(file))).toBe(done.fileSize)
    expect(
      file
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { sku: 'TEA', product: { status: 'ACTIVE' } },
      { sku: 'MUG', product: { status: 'ACTIVE' } },
    ])
    // By range, and never without its signature.
    const part = await fetch(done.url, { headers: { range: 'bytes=0-9' } })
    expect([part.status, await part.text()]).toEqual([206, file.slice(0, 10)])
    expect((await fetch(done.url, { headers: { range: `bytes=${file.length + 1}-` } })).status).toBe(200)
    expect((await fetch(done.url.replace(/signature=.*/, 'signature=0'))).status).toBe(403)

    // Five at a time.
    const codes = []
    for (let count = 0; count < 6; count += 1) {
      const { data } = await begin('{ productVariants { edges { node { id } } } }')
      codes.push(data?.bulkOperationRunQuery.userErrors[0]?.code ?? 'begun')
    }
    expect(codes).toEqual(['begun', 'begun', 'begun', 'begun', 'begun', 'LIMIT_REACHED'])
  })
})

test('units are cancelled as a refund of no money, once for each key', () =>
  withShop({}, async ({ simulator, seed, buy }) => {
    const client = officialClient(simulator.url, simulator.credentials.accessToken ?? '')
    const [level] = await seed({ sku: 'TEA' })
    const id = await buy('TEA', 4)
    const order = await client.request(
      'query Order($id: ID!) { order(id: $id) { lineItems(first: 1) { nodes { id } } } }',
      { variables: { id } },
    )
    const refund = (key: string, quantity: number) =>
      client.request(
        `mutation Refund($input: RefundInput!) { refundCreate(input: $input) @idempotent(key: "${key}") {
          refund { id refundLineItems(first: 1) { nodes { quantity restockType restocked } } }
          order { lineItems(first: 1) { nodes { currentQuantity unfulfilledQuantity } } }
          userErrors { field message } } }`,
        {
          variables: {
            input: {
              orderId: id,
              refundLineItems: [
                {
                  lineItemId: order.data?.order.lineItems.nodes[0].id,
                  quantity,
                  restockType: 'CANCEL',
                  locationId: level?.locationId,
                },
              ],
            },
          },
        },
      )
    const first = await refund('k-1', 1)
    expect(first.data?.refundCreate).toMatchObject({
      refund: { refundLineItems: { nodes: [{ quantity: 1, restockType: 'CANCEL', restocked: true }] } },
      order: { lineItems: { nodes: [{ currentQuantity: 3, unfulfilledQuantity: 3 }] } },
      userErrors: [],
    })
    const again = await refund('k-1', 1)
    expect(again.data?.refundCreate.refund.id).toBe(first.data?.refundCreate.refund.id)
    expect((await refund('k-1', 2)).data?.refundCreate.userErrors[0].message).toMatch(/idempotency key/)
    expect((await refund('k-2', 9)).data?.refundCreate).toMatchObject({ refund: null, userErrors: [{}] })
    const { data } = await client.request(
      'query Left($id: ID!) { order(id: $id) { lineItems(first: 1) { nodes { currentQuantity } } } }',
      { variables: { id } },
    )
    expect(data?.order.lineItems.nodes).toEqual([{ currentQuantity: 3 }])
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
