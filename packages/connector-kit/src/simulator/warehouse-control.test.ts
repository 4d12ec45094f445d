import { request } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { seededRandom } from './seeded-random.ts'
import { createSimulator } from './simulator.ts'
import { createWarehouseFloor } from './warehouse-floor.ts'

const cleanUp: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of cleanUp.splice(0)) await close()
})

async function setUp() {
  const floor = createWarehouseFloor({
    clock: systemClock,
    random: seededRandom(1),
    facilities: [{ id: 'F1', name: 'North <hall>' }],
  })
  const simulator = await createSimulator({
    id: 'sample-warehouse',
    name: 'Depot',
    floor,
    routes: () => undefined,
  })
  cleanUp.push(() => simulator.close())
  const call = async (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => {
    const response = await request(`${simulator.url}${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    const text = await response.body.text()
    return {
      status: response.statusCode,
      text,
      get json() {
        return JSON.parse(text)
      },
    }
  }
  await call('POST', '/_control/products', [{ sku: 'SOCK', title: 'Sock', price: 1, quantity: 9 }])
  const taken = floor.requests.ask({
    reference: 'r-1',
    number: '#1001',
    facilityId: 'F1',
    recipient: {
      name: 'Secret Person',
      company: undefined,
      addressLines: ['1 Hidden Street'],
      city: 'Town',
      region: undefined,
      postalCode: undefined,
      country: 'US',
      phone: undefined,
      email: undefined,
    },
    lines: [{ sku: 'SOCK', quantity: 2 }],
  })
  if (taken.kind !== 'received') throw new Error(taken.kind)
  return { floor, call, id: taken.request.id }
}

test('products are seeded as for shops, a request is stepped on, and the books judge', async () => {
  const { call, id } = await setUp()
  expect((await call('GET', '/_control/state')).json).toMatchObject({
    levels: [{ sku: 'SOCK', locationId: 'F1', quantity: 9 }],
  })
  expect((await call('POST', '/_control/orders', { lines: [{ sku: 'SOCK', quantity: 1 }] })).status).toBe(409)
  expect((await call('POST', `/_control/warehouse/requests/${id}/ship`)).status).toBe(200)
  expect((await call('POST', `/_control/warehouse/requests/${id}/ship`)).status).toBe(409)
  expect((await call('POST', '/_control/warehouse/requests/1/ship')).status).toBe(404)
  expect((await call('POST', `/_control/warehouse/requests/${id}/burn`)).status).toBe(400)
  expect((await call('GET', '/_control/warehouse/verdict')).json).toMatchObject({
    ordersShipped: 1,
    shippedTwice: 0,
    countsAgree: true,
  })
  const counted = (onHand: number) =>
    call('POST', '/_control/warehouse/verdict', { counted: [{ sku: 'SOCK', facilityId: 'F1', onHand }] })
  expect((await counted(7)).json.countsAgree).toBe(true)
  expect((await counted(9)).json.countsAgree).toBe(false)
  expect((await call('GET', '/_control/warehouse/books/parcels')).json.rows).toMatchObject([
    { reference: 'r-1', number: '#1001', sku: 'SOCK', units: 2 },
  ])
  await call('PUT', '/_control/levels', { stockUnitId: '7001', locationId: 'F1', quantity: 20 })
  expect((await call('GET', '/_control/warehouse/state')).json).toMatchObject({ countsAgree: true, items: 1 })
})

test('deliveries, returns and edits by people, over HTTP', async () => {
  const { call } = await setUp()
  const { json: inbound } = await call('POST', '/_control/warehouse/inbounds', {
    number: 'PO-1',
    facilityId: 'F1',
    lines: [{ sku: 'SOCK', quantity: 5 }],
  })
  const path = `/_control/warehouse/inbounds/${inbound.id}`
  expect((await call('POST', `${path}/receive`, [{ sku: 'SOCK', quantity: 4, lot: 'L1' }])).status).toBe(200)
  expect((await call('POST', `${path}/receive`, [{ sku: 'NONE', quantity: 4 }])).status).toBe(404)
  expect((await call('POST', `${path}/close`)).status).toBe(200)
  const { json: back } = await call('POST', '/_control/warehouse/returns', {
    reference: 'RMA',
    facilityId: 'F1',
    lines: [{ sku: 'SOCK', quantity: 1 }],
  })
  const inspected = { lineId: 1, condition: 'damaged' }
  expect((await call('POST', `/_control/warehouse/returns/${back.id}/inspect`, inspected)).status).toBe(200)
  const lost = { facilityId: 'F1', sku: 'SOCK', sellable: -2, reason: 'lost' }
  expect((await call('POST', '/_control/warehouse/adjustments', lost)).json).toEqual({
    sellable: -2,
    damaged: 0,
  })
  expect((await call('GET', '/_control/warehouse/stock')).json.counts).toMatchObject([
    { onHand: 12, damaged: 1 },
  ])
  expect((await call('GET', '/_control/warehouse/verdict')).json.countsAgree).toBe(true)
})

test('nothing of the control API or the page names the recipient', async () => {
  const { call, id } = await setUp()
  await call('POST', `/_control/warehouse/requests/${id}/ship`)
  for (const path of [
    '/_control/warehouse/requests',
    `/_control/warehouse/requests/${id}`,
    '/_control/warehouse/books/requests',
    '/_control/warehouse/books/parcels',
    '/shop',
    '/shop/floor.json',
  ]) {
    const { status, text } = await call('GET', path)
    expect(status).toBe(200)
    expect(text).not.toMatch(/Secret|Hidden/)
  }
})

test('the page shows the floor, in both languages, and is safe against its names', async () => {
  const { call } = await setUp()
  const { text } = await call('GET', '/shop')
  expect(text).toContain('This is a simulated warehouse.')
  expect(text).toContain('#1001')
  expect(text).not.toContain('<hall>')
  expect((await call('GET', '/shop?lang=zh')).text).toContain('这是一个模拟仓库')
})

test('it works by itself when told', async () => {
  const { call, floor } = await setUp()
  const pace = { acceptMs: [1, 2], shipMs: [1, 2], splitShare: 0, shortShare: 0, holdShare: 0 }
  expect((await call('PUT', '/_control/warehouse/pace', pace)).status).toBe(200)
  const [request] = floor.requests.all()
  if (request === undefined) throw new Error('none')
  const { id: _, ...asked } = request
  floor.requests.ask({ ...asked, reference: 'r-2', number: '#1002' })
  await expect.poll(() => floor.verdict().ordersShipped).toBe(1)
  expect((await call('PUT', '/_control/warehouse/pace', { acceptMs: 3 })).status).toBe(400)
})
