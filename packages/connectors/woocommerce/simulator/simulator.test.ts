import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { manualClock } from '@plimsoll/connector-kit'
import { offlineContext } from '@plimsoll/connector-kit/conformance'
import type OfficialClients from '@woocommerce/woocommerce-rest-api'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { webhooks } from '../webhooks.ts'
import { connect } from './connect.ts'
import {
  createWooCommerceSimulator,
  type WooCommerceSimulator,
  type WooCommerceSimulatorOptions,
} from './index.ts'
import { createShop } from './shop.ts'

let running: WooCommerceSimulator[] = []
let servers: Server[] = []
async function start(options: WooCommerceSimulatorOptions = {}) {
  const simulator = await createWooCommerceSimulator(options)
  running.push(simulator)
  return simulator
}
afterEach(async () => {
  await Promise.all(running.map((simulator) => simulator.close()))
  for (const server of servers) server.close()
  running = []
  servers = []
})

// The package is CommonJS with a default export, which Node and TypeScript read differently; this is both.
const { default: OfficialClient }: typeof OfficialClients = createRequire(import.meta.url)(
  '@woocommerce/woocommerce-rest-api',
)

/** WooCommerce's own client, with an OAuth implementation that is not ours. */
function official(simulator: WooCommerceSimulator, consumerSecret = simulator.credentials.consumerSecret) {
  const { consumerKey } = simulator.credentials
  return new OfficialClient({ url: simulator.url, consumerKey, consumerSecret, version: 'wc/v3' })
}

async function statusOf(
  call: Promise<{ status: number }>,
): Promise<{ status: number; code: string | undefined }> {
  try {
    return { status: (await call).status, code: undefined }
  } catch (error) {
    const { response } = error as { response: { status: number; data: { code?: string } } } // axios
    return { status: response.status, code: response.data.code }
  }
}

test('the official client finds its way: products, orders, batches, refunds', async () => {
  const simulator = await start()
  const client = official(simulator)
  const { data: mug } = await client.post('products', {
    name: 'Mug',
    sku: 'MÜG/1 😀',
    manage_stock: true,
    stock_quantity: 10,
  })
  const { data: found } = await client.get('products', { sku: 'MÜG/1 😀', per_page: 20 })
  expect(found).toMatchObject([{ id: mug.id, stock_quantity: 10, manage_stock: true }])

  const { data: order } = await client.post('orders', {
    set_paid: true,
    line_items: [{ product_id: mug.id, quantity: 3 }],
  })
  expect(order.status).toBe('processing')
  expect((await client.get(`products/${mug.id}`)).data.stock_quantity).toBe(7)
  await client.post(`orders/${order.id}/refunds`, {
    amount: '0',
    line_items: [{ id: order.line_items[0].id, quantity: 1 }],
  })
  expect((await client.get(`products/${mug.id}`)).data.stock_quantity).toBe(8)
  await client.put(`orders/${order.id}`, { status: 'cancelled' })
  expect((await client.get(`products/${mug.id}`)).data.stock_quantity).toBe(10)

  const { data } = await client.post('products/batch', {
    update: [
      { id: mug.id, stock_quantity: 4 },
      { id: 99_999, stock_quantity: 1 },
    ],
  })
  expect(data.update).toMatchObject([
    { id: mug.id, stock_quantity: 4 },
    { id: 99_999, error: { code: 'woocommerce_rest_product_invalid_id', data: { status: 400 } } },
  ])
})

test('lists are paged and say their totals', async () => {
  const simulator = await start()
  for (let index = 0; index < 25; index += 1) simulator.shop.catalogue.add({ name: `P${index}` })
  const client = official(simulator)
  const page = await client.get('products', {
    per_page: 10,
    page: 3,
    orderby: 'id',
    order: 'asc',
    _fields: 'id,name',
  })
  expect(page.data).toHaveLength(5)
  expect(page.data[0]).toEqual({ id: expect.any(Number), name: 'P20' })
  expect(page.headers).toMatchObject({ 'x-wp-total': '25', 'x-wp-totalpages': '3' })
  expect((await client.get('products', { page: 9 })).data).toEqual([])
})

test.each([
  [
    'per_page 101',
    (client: ReturnType<typeof official>) => client.get('products', { per_page: 101 }),
    400,
    'rest_invalid_param',
  ],
  ['an unknown sorting', (client) => client.get('orders', { orderby: 'moon' }), 400, 'rest_invalid_param'],
  [
    'a product that is not there',
    (client) => client.get('products/9999'),
    404,
    'woocommerce_rest_product_invalid_id',
  ],
  [
    'an update of one',
    (client) => client.put('products/9999', {}),
    400,
    'woocommerce_rest_product_invalid_id',
  ],
  ['a route that is not there', (client) => client.get('moons'), 404, 'rest_no_route'],
  ['fulfilments, switched off', (client) => client.get('orders/1/fulfillments'), 404, 'rest_no_route'],
  [
    '101 rows',
    (client) => client.post('products/batch', { update: Array(101).fill({ id: 1 }) }),
    413,
    'woocommerce_rest_request_entity_too_large',
  ],
  ['a fraction', (client) => client.put('products/11', { stock_quantity: 1.5 }), 400, 'rest_invalid_param'],
  [
    'deleting a webhook softly',
    (client) => client.delete('webhooks/1'),
    404,
    'woocommerce_rest_shop_webhook_invalid_id',
  ],
])('it refuses %s', async (_name, ask, status, code) => {
  const simulator = await start()
  simulator.shop.catalogue.add({ name: 'Mug', stock: 1 })
  expect(await statusOf(ask(official(simulator)))).toEqual({ status, code })
})

test('a variation is changed through its parent only', async () => {
  const simulator = await start()
  const parent = simulator.shop.catalogue.add({ name: 'Shirt', type: 'variable', manageStock: false })
  const child = simulator.shop.catalogue.add({ name: 'Red', parentId: parent.id, stock: 1 })
  const client = official(simulator)
  expect(await statusOf(client.put(`products/${child.id}`, { stock_quantity: 5 }))).toEqual({
    status: 404,
    code: 'woocommerce_rest_invalid_product_id',
  })
  expect(
    (await client.put(`products/${parent.id}/variations/${child.id}`, { stock_quantity: 5 })).data
      .stock_quantity,
  ).toBe(5)
  expect((await client.get('products')).data.map((row: { id: number }) => row.id)).toEqual([parent.id])
})

test('a wrong secret, no key at all, a key that may only read', async () => {
  const simulator = await start({ permission: 'read' })
  expect(await statusOf(official(simulator, 'cs_wrong').get('products'))).toEqual({
    status: 401,
    code: 'woocommerce_rest_authentication_error',
  })
  expect((await fetch(`${simulator.url}/wp-json/wc/v3/products`)).status).toBe(401)
  expect(await statusOf(official(simulator).get('products'))).toMatchObject({ status: 200 })
  expect(await statusOf(official(simulator).post('products', { name: 'Mug' }))).toMatchObject({ status: 401 })
})

test('Basic is good over TLS only', async () => {
  const simulator = await start()
  const { consumerKey, consumerSecret } = simulator.credentials
  const headers = { authorization: `Basic ${btoa(`${consumerKey}:${consumerSecret}`)}` }
  const ask = async () => (await fetch(`${simulator.url}/wp-json/wc/v3/products`, { headers })).status
  expect(await ask()).toBe(401)
  simulator.site.isTls = true
  expect(await ask()).toBe(200)
})

test('a signature of sixteen minutes ago, and one used before, are refused', async () => {
  const clock = manualClock()
  const simulator = await start({ clock })
  const urls: string[] = []
  const { operations } = connect(simulator, {
    wrap: (http) => ({
      ...http,
      send: (request) => {
        urls.push(request.url)
        return http.send(request)
      },
    }),
  })
  // The connector signs by the real time, the shop lives in the manual one.
  await expect(operations.order('1')).rejects.toMatchObject({
    kind: 'unauthorized',
    message: expect.stringContaining('timestamp'),
  })
  await clock.advance(Date.now() - clock.now())
  await expect(operations.order('1')).rejects.toMatchObject({ kind: 'not-found' })
  const again = await fetch(urls.at(-1) ?? '')
  expect([again.status, await again.text()]).toEqual([
    401,
    expect.stringContaining('nonce has already been used'),
  ])
})

test('an unpaid order holds its units from other shoppers, for a while', async () => {
  const clock = manualClock()
  const shop = createShop(
    {
      name: '',
      currency: 'EUR',
      siteOffsetHours: 0,
      managesStock: true,
      holdStockMinutes: 60,
      hpos: true,
      checkout: 'pending',
    },
    () => clock.now(),
    () => undefined,
  )
  const mug = shop.catalogue.add({ name: 'Mug', sku: 'MUG', stock: 5 })
  const first = shop.checkout([{ sku: 'MUG', quantity: 4 }])
  if (first.kind !== 'placed') throw new Error('refused')
  expect(mug.stock).toBe(5)
  expect(shop.checkout([{ sku: 'mug', quantity: 2 }])).toEqual({ kind: 'refused', skus: ['mug'] })
  await clock.advance(60 * 60_000 + 1_000)
  shop.cancelUnpaid()
  expect(first.order.status).toBe('cancelled')
  expect(shop.checkout([{ sku: 'MUG', quantity: 5 }]).kind).toBe('placed')
})

test('units are conserved whatever is done to orders, and each line takes them once', () => {
  const statuses = [
    'pending',
    'processing',
    'on-hold',
    'completed',
    'cancelled',
    'refunded',
    'failed',
    'trash',
  ]
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('buy' as const),
      sku: fc.nat({ max: 3 }),
      quantity: fc.integer({ min: 1, max: 4 }),
    }),
    fc.record({
      kind: fc.constant('status' as const),
      order: fc.nat({ max: 9 }),
      status: fc.constantFrom(...statuses),
    }),
    fc.record({
      kind: fc.constant('refund' as const),
      order: fc.nat({ max: 9 }),
      quantity: fc.integer({ min: 1, max: 3 }),
      restock: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('set' as const),
      sku: fc.nat({ max: 3 }),
      quantity: fc.integer({ min: -5, max: 20 }),
    }),
  )
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.constantFrom('paid' as const, 'pending' as const),
      (steps, checkout) => {
        const shop = createShop(
          {
            name: '',
            currency: 'EUR',
            siteOffsetHours: 0,
            managesStock: true,
            holdStockMinutes: 60,
            hpos: true,
            checkout,
          },
          () => 0,
          () => undefined,
        )
        const parent = shop.catalogue.add({ name: 'Shirt', type: 'variable', stock: 10 })
        const sold = [
          shop.catalogue.add({ name: 'A', sku: '0', stock: 10 }),
          shop.catalogue.add({ name: 'B', sku: '1', stock: 3, backorders: 'yes' }),
          // Both counted by the parent.
          shop.catalogue.add({ name: 'S', sku: '2', parentId: parent.id, manageStock: false }),
          shop.catalogue.add({ name: 'M', sku: '3', parentId: parent.id, manageStock: false }),
        ]
        // Units that came in by hand, per product that counts.
        const put = new Map([...sold, parent].map((product) => [product.id, product.stock ?? 0]))
        for (const one of steps) {
          const orders = shop.orders.all()
          if (one.kind === 'buy') shop.checkout([{ sku: String(one.sku), quantity: one.quantity }])
          else if (one.kind === 'set') {
            const holder = shop.catalogue.holderOf(sold[one.sku]?.id ?? 0)
            if (holder === undefined) continue
            put.set(holder.id, (put.get(holder.id) ?? 0) + one.quantity - (holder.stock ?? 0))
            shop.catalogue.save(holder, { stock: one.quantity })
          } else {
            const order = orders[one.order % Math.max(1, orders.length)]
            if (order === undefined) continue
            if (one.kind === 'status') shop.setStatus(order, one.status)
            else {
              const lines = order.lines.map((line) => ({
                lineId: line.id,
                quantity: Math.min(one.quantity, line.quantity - shop.orders.refundedOf(order, line.id)),
              }))
              shop.refund(order, { lines, restock: one.restock, reason: '' })
            }
          }
        }
        for (const [id, units] of put) {
          const taken = shop.orders
            .all()
            .flatMap((order) => order.lines)
            .filter((line) => shop.catalogue.holderOf(line.variationId || line.productId)?.id === id)
            .reduce((sum, line) => sum + line.reduced, 0)
          expect((shop.catalogue.find(id)?.stock ?? 0) + taken).toBe(units)
        }
        for (const line of shop.orders.all().flatMap((order) => order.lines)) {
          expect(line.reduced).toBeGreaterThanOrEqual(0)
          expect(line.reduced).toBeLessThanOrEqual(line.quantity)
        }
      },
    ),
  )
})

type Received = { headers: Record<string, string | undefined>; body: Buffer }

/** A receiver of webhooks that answers what it is told to. */
async function receive(answer: () => number) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({ headers: request.headers as Received['headers'], body: Buffer.concat(chunks) }) // ours come once each
      response.writeHead(answer()).end()
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // listening on TCP
  return { url: `http://127.0.0.1:${port}/`, received }
}

test('a new webhook is pinged: form-encoded and unsigned; a bad answer does not stop it', async () => {
  const simulator = await start()
  const { url, received } = await receive(() => 500)
  const answer = await official(simulator).post('webhooks', {
    topic: 'order.created',
    delivery_url: url,
    secret: 'abc',
  })
  expect(answer.status).toBe(201)
  expect(answer.data).not.toHaveProperty('secret')
  expect(received).toHaveLength(1)
  const [ping] = received
  expect(ping?.body.toString()).toBe(`webhook_id=${answer.data.id}`)
  expect(ping && webhooks.isPing?.(ping)).toBe(true)
})

test('a webhook is never sent again, and is switched off by its seventh failure in a row', async () => {
  const simulator = await start()
  let status = 500
  const { url, received } = await receive(() => status)
  await connect(simulator).operations.registerWebhooks(url)
  received.length = 0
  const product = simulator.shop.catalogue.add({ name: 'Mug', stock: 1 })
  await simulator.webhooks.drain()
  received.length = 0
  const updated = () => simulator.deliveries.all().find((webhook) => webhook.topic === 'product.updated')
  const fail = async (times: number) => {
    for (let time = 0; time < times; time += 1) {
      simulator.shop.catalogue.save(product, { stock: time })
      await simulator.webhooks.drain()
    }
  }
  await fail(6)
  status = 200
  await fail(1)
  expect(updated()).toMatchObject({ status: 'active', failureCount: 0 })
  status = 500
  await fail(6)
  expect(updated()).toMatchObject({ status: 'active', failureCount: 6 })
  await fail(1)
  expect(updated()).toMatchObject({ status: 'disabled' })
  await fail(3)
  expect(received).toHaveLength(14)
})

test('a webhook carries what is so when it is delivered, not when it happened', async () => {
  const clock = manualClock()
  const simulator = await start({ clock })
  const { url, received } = await receive(() => 200)
  simulator.deliveries.add({
    name: '',
    topic: 'product.updated',
    deliveryUrl: url,
    secret: simulator.credentials.webhookSecret,
    status: 'active',
  })
  const product = simulator.shop.catalogue.add({ name: 'Mug', stock: 1 })
  simulator.faults.set({ webhookDelayMs: [1_000, 1_000] })
  simulator.shop.catalogue.save(product, { stock: 2 })
  simulator.shop.catalogue.save(product, { stock: 3 })
  await clock.advance(1_000)
  await simulator.webhooks.drain()
  expect(received.map(({ body }) => JSON.parse(body.toString()).stock_quantity)).toEqual([3, 3])
  const { settings, credentials } = simulator
  for (const request of received) {
    const called = { ...request, method: 'POST', url }
    expect(webhooks.verify(called, offlineContext({ settings, credentials }))).toBe(true)
  }
  // Made of the webhook and the second: not the name of one delivery.
  expect(new Set(received.map(({ headers }) => headers['x-wc-webhook-delivery-id'])).size).toBe(1)
})

test('the books keep each write that was taken, and none that was not', async () => {
  const simulator = await start()
  const mug = simulator.shop.catalogue.add({ name: 'Mug', stock: 4 })
  const free = simulator.shop.catalogue.add({ name: 'Free', manageStock: false })
  const client = official(simulator)
  await client.put(`products/${mug.id}`, { stock_quantity: 9 })
  await client.put(`products/${free.id}`, { stock_quantity: 9 })
  expect(simulator.books.writes.after(0)).toMatchObject([
    { stockUnitId: String(mug.id), locationId: 'default', quantity: 9, before: 4, after: 9 },
  ])
})
