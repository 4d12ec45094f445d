import { itemDetail, itemPage, movementPage } from '@plimsoll/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, type Shop, serveHub } from '../testing/served-hub.ts'

/** Every character that makes addresses difficult, and as long as an SKU may be. */
const ODD = `A/B %&?#+ é瓶"'`.padEnd(200, 'x')

let served: ServedHub
let shop: Shop
beforeAll(async () => {
  served = await serveHub()
  await served.stock('MUG', 10)
  await served.stock('TEA', 0)
  await served.stock(ODD, 3)
  shop = await served.openShop([{ sku: 'MUG', quantity: 4 }])
})
afterAll(() => served.close())

const get = (path: string) => served.ask('GET', `/api/v1${path}`)

test('items are listed with their figures, by location and by channel', async () => {
  const page = itemPage.parse((await get('/items?limit=500')).body)
  expect(page.total).toBe(3)
  expect(page.rows.find((row) => row.sku === 'MUG')).toMatchObject({
    onHand: 10,
    available: 10,
    channels: [{ connectionId: shop.connectionId, desired: 10, status: 'held' }],
  })
  const { body } = await get('/items?search=mu&limit=1')
  expect(itemPage.parse(body).rows.map((row) => row.sku)).toEqual(['MUG'])
  expect((await get('/items?filter=out')).body).toMatchObject({ total: 1, rows: [{ sku: 'TEA' }] })
  expect((await get('/items?offset=900')).body).toMatchObject({ total: 3, rows: [] })
})

test('one item is found by its SKU, however odd', async () => {
  expect(itemDetail.parse((await get('/items/MUG')).body)).toMatchObject({ sku: 'MUG', available: 10 })
  const odd = await get(`/items/${encodeURIComponent(ODD)}`)
  expect(odd).toMatchObject({ status: 200, body: { sku: ODD, onHand: 3 } })
})

test('movements are paged from the newest, and the pages together are all of them', async () => {
  for (let nth = 1; nth <= 5; nth += 1) {
    const body = { sku: 'TEA', location: 'MAIN', quantity: nth }
    await served.ask('POST', '/api/v1/stock/receive', body, { 'idempotency-key': `tea-${nth}` })
  }
  const seen: number[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = cursor === '' ? '' : `&cursor=${cursor}`
    const page = movementPage.parse((await get(`/items/TEA/movements?limit=2${query}`)).body)
    seen.push(...page.rows.map((row) => row.onHandDelta))
    cursor = page.next
  }
  expect(seen).toEqual([5, 4, 3, 2, 1])
})

test('importing items receives their opening stock once, whatever is sent again', async () => {
  const file = {
    name: 'spring',
    items: [
      { sku: 'JAR', name: 'Jar', location: 'MAIN', quantity: 7 },
      { sku: 'LID', name: 'Lid' },
    ],
  }
  expect(await served.ask('POST', '/api/v1/items', file)).toMatchObject({
    status: 201,
    body: { items: 2, received: 1, units: 7, repeated: 0 },
  })
  expect(await served.ask('POST', '/api/v1/items', file)).toMatchObject({
    body: { items: 2, received: 0, units: 0, repeated: 1 },
  })
  expect((await get('/items/JAR')).body).toMatchObject({ onHand: 7 })
})

test.each([
  ['an unknown SKU', 'GET', '/items/TEAPOT', undefined, 404, 'unknown-item', 'sku'],
  ['movements of an unknown SKU', 'GET', '/items/TEAPOT/movements', undefined, 404, 'unknown-item', 'sku'],
  ['an address that cannot be read', 'GET', '/items/%E0%A4%A', undefined, 404, 'not-found', undefined],
  ['an SKU longer than any', 'GET', `/items/${'x'.repeat(3_000)}`, undefined, 404, 'not-found', undefined],
  ['a limit beyond the most', 'GET', '/items?limit=501', undefined, 422, 'invalid-request', 'limit'],
  ['a limit in words', 'GET', '/items?limit=all', undefined, 422, 'invalid-request', 'limit'],
  ['a negative offset', 'GET', '/items?offset=-1', undefined, 422, 'invalid-request', 'offset'],
  ['a filter that is none', 'GET', '/items?filter=blue', undefined, 422, 'invalid-request', 'filter'],
  [
    'a cursor that is none',
    'GET',
    '/items/MUG/movements?cursor=7',
    undefined,
    422,
    'invalid-request',
    'cursor',
  ],
  ['an import of nothing', 'POST', '/items', { name: 'x', items: [] }, 422, 'invalid-request', 'items'],
  [
    'an import with a negative quantity',
    'POST',
    '/items',
    { name: 'x', items: [{ sku: 'Z', name: 'Z', location: 'MAIN', quantity: -1 }] },
    422,
    'invalid-request',
    'items.0.quantity',
  ],
  [
    'an import to a place that is not there',
    'POST',
    '/items',
    { name: 'x', items: [{ sku: 'Z', name: 'Z', location: 'MOON', quantity: 1 }] },
    422,
    'invalid-request',
    'items.0.location',
  ],
  [
    'an import whose two rows contradict each other',
    'POST',
    '/items',
    {
      name: 'x',
      items: [
        { sku: 'Z', name: 'Z', location: 'MAIN', quantity: 1 },
        { sku: 'Z', name: 'Z', location: 'MAIN', quantity: 2 },
      ],
    },
    422,
    'invalid-request',
    'items.1.sku',
  ],
] as const)(
  '%s is refused with its code, field and cure',
  async (_what, method, path, body, status, code, field) => {
    const answer = await served.ask(method, `/api/v1${path}`, body)
    expect(answer).toMatchObject({ status, type: 'application/problem+json', body: { status, code } })
    expect(answer.body.field).toBe(field)
    expect(String(answer.body.detail).split('. ').length).toBeGreaterThanOrEqual(2)
    expect((await get('/items/Z')).status).toBe(404)
  },
)
