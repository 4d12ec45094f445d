import { request } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { startSampleSimulator } from '../conformance/sample/sample-simulator.ts'

const cleanUp: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of cleanUp.splice(0)) await close()
})

async function setUp() {
  const simulator = await startSampleSimulator()
  cleanUp.push(() => simulator.close())
  const { appKey, refreshToken } = simulator.given
  const granted = await request(`${simulator.url}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ appKey, refreshToken }),
  })
  const { accessToken } = (await granted.body.json()) as { accessToken: string }
  const call = async (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown, headers = {}) => {
    const response = await request(`${simulator.url}${path}`, {
      method,
      headers: {
        'x-token': accessToken,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.body.text()
    // Parsed when asked for: some answers are spoiled on purpose.
    return {
      status: response.statusCode,
      text,
      get json() {
        return JSON.parse(text)
      },
    }
  }
  const seed = (sku: string, quantity: number, more = {}) =>
    call('POST', '/_control/products', [{ sku, title: `Title of ${sku}`, price: 9.5, quantity, ...more }])
  return { simulator, call, seed }
}

test('products, a sale, a refusal, an edit and a write are in the books and the state', async () => {
  const { call, seed } = await setUp()
  expect(await seed('SOCK', 3)).toMatchObject({
    status: 201,
    json: { levels: [{ sku: 'SOCK', quantity: 3 }] },
  })
  const placed = await call('POST', '/_control/orders', { lines: [{ sku: 'SOCK', quantity: 2 }] })
  expect(placed.status).toBe(201)
  const refused = await call('POST', '/_control/orders', { lines: [{ sku: 'SOCK', quantity: 2 }] })
  expect(refused).toMatchObject({ status: 409, json: { refused: ['SOCK'], status: 409 } })
  const edit = { stockUnitId: '1', locationId: 'default', quantity: 8 }
  expect(await call('PUT', '/_control/levels', edit)).toMatchObject({ status: 200 })
  expect(await call('PUT', '/products/1/stock', { stock: 6, expected: 8 })).toMatchObject({ status: 200 })

  const { json: state } = await call('GET', '/_control/state')
  expect(state).toMatchObject({
    platform: 'sample',
    name: 'Corner shop',
    levels: [{ sku: 'SOCK', stockUnitId: '1', locationId: 'default', quantity: 6 }],
    ordersPlaced: 1,
    unitsSold: 2,
    refusedUnits: 2,
    // One for the token.
    requests: 2,
  })
  const rowsOf = async (book: string) => (await call('GET', `/_control/${book}`)).json.rows
  const orders = await rowsOf('orders')
  expect(orders).toMatchObject([
    { seq: 1, externalId: placed.json.externalId, lines: [{ sku: 'SOCK', quantity: 2 }] },
  ])
  expect(await rowsOf('refusals')).toMatchObject([{ seq: 1, sku: 'SOCK', quantity: 2 }])
  expect(await rowsOf('edits')).toMatchObject([{ seq: 1, before: 1, after: 8 }])
  const writes = await rowsOf('writes')
  expect(writes).toMatchObject([{ seq: 1, quantity: 6, before: 8, after: 6 }])
  expect(BigInt(writes[0].atNs) > BigInt(orders[0].atNs)).toBe(true)
  expect((await call('GET', '/_control/orders?after=1')).json).toEqual({ rows: [], last: 1 })
})

test('an order is stepped on; unknown orders and impossible steps are told apart', async () => {
  const { call, seed } = await setUp()
  await seed('SOCK', 3)
  const { json } = await call('POST', '/_control/orders', { lines: [{ sku: 'SOCK', quantity: 1 }] })
  const step = async (id: string, name: string) =>
    (await call('POST', `/_control/orders/${id}/${name}`)).status
  expect(await step(json.externalId, 'pay')).toBe(200)
  expect(await step(json.externalId, 'cancel')).toBe(200)
  expect(await step(json.externalId, 'fulfill')).toBe(409)
  expect(await step('nobody', 'pay')).toBe(404)
  expect(await step(json.externalId, 'burn')).toBe(400)
  expect((await call('GET', '/_control/state')).json.levels).toMatchObject([{ quantity: 3 }])
})

test.each([
  ['POST', '/_control/products', [{ sku: '', title: 'x', price: 1, quantity: 1 }], '0.sku'],
  ['POST', '/_control/products', [{ sku: 'A', title: 'x', price: 1, quantity: 1.5 }], '0.quantity'],
  ['POST', '/_control/orders', { lines: [] }, 'lines'],
  ['POST', '/_control/orders', { lines: [{ sku: 'A', quantity: 0 }] }, 'lines.0.quantity'],
  ['POST', '/_control/orders', '{"lines":', 'not JSON'],
  ['PUT', '/_control/levels', { stockUnitId: '1' }, 'locationId'],
  ['PUT', '/_control/faults', { errorRate: 2 }, 'errorRate'],
  ['GET', '/_control/writes?after=x', undefined, 'after'],
] as const)('%s %s with %j is a clear 400', async (method, path, body, said) => {
  const { call } = await setUp()
  const answer = await call(method, path, body)
  expect(answer.status).toBe(400)
  expect(answer.json.detail).toContain(said)
})

test('faults touch the platform’s API alone', async () => {
  const { call, seed } = await setUp()
  await seed('SOCK', 3)
  const { json } = await call('PUT', '/_control/faults', { errorRate: 1, webhookLossRate: 0.5 })
  expect(json).toMatchObject({ errorRate: 1, webhookLossRate: 0.5, dropResponseRate: 0 })
  await call('PUT', '/_control/faults', { webhookLossRate: 0 })
  expect((await call('GET', '/_control/faults')).json).toMatchObject({ errorRate: 1, webhookLossRate: 0 })
  expect((await call('GET', '/me')).status).toBe(503)
  expect((await call('GET', '/_control/state')).status).toBe(200)
  expect((await call('GET', '/shop')).status).toBe(200)
  expect((await call('GET', '/_control/state')).json.faultCounts.error).toBe(1)
})

test('each fault does to the wire what it says', async () => {
  const { simulator, call } = await setUp()
  const under = async (faults: Parameters<typeof simulator.faults.set>[0]) => {
    simulator.faults.set(faults)
    try {
      const { status, text } = await call('GET', '/me')
      return { status, text }
    } catch (error) {
      return String(error)
    } finally {
      simulator.faults.set({
        dropResponseRate: 0,
        malformedRate: 0,
        htmlRate: 0,
        throttleRate: 0,
        revoked: false,
      })
    }
  }
  expect(await under({})).toEqual({ status: 200, text: '{"account":"Corner shop","id":"shop-1"}' })
  expect(await under({ malformedRate: 1 })).toEqual({ status: 200, text: expect.not.stringContaining('}') })
  expect(await under({ htmlRate: 1 })).toMatchObject({ text: expect.stringContaining('<!doctype html>') })
  expect(await under({ throttleRate: 1 })).toMatchObject({ status: 429 })
  expect(await under({ revoked: true })).toMatchObject({ status: 401 })
  expect(await under({ dropResponseRate: 1 })).toContain('other side closed')
})

test('a request whose answer is dropped was carried out', async () => {
  const { simulator, call, seed } = await setUp()
  await seed('SOCK', 3)
  simulator.faults.set({ dropResponseRate: 1 })
  await expect(call('PUT', '/products/1/stock', { stock: 9, expected: 3 })).rejects.toThrow('closed')
  expect((await call('GET', '/_control/state')).json.levels).toMatchObject([{ quantity: 9 }])
})

test('answers can be scripted and rewritten, for tests in one process', async () => {
  const { simulator, call } = await setUp()
  simulator.faults.answerNext({ status: 418, body: 'tea' })
  simulator.faults.rewriteAnswers((body) => body.replace('Corner', 'Round'))
  expect(await call('GET', '/me')).toMatchObject({ status: 418, text: 'tea' })
  expect((await call('GET', '/me')).json).toMatchObject({ account: 'Round shop' })
})
