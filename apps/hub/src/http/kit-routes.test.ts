import { randomUUID } from 'node:crypto'
import { itemDetail, kitAssembly, kitDetail, kitUsePage } from '@plimsoll/client'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findWrongSums } from '../testing/explain-arithmetic.ts'
import { type ServedHub, type Shop, serveHub } from '../testing/served-hub.ts'

let served: ServedHub
let shop: Shop
beforeAll(async () => {
  served = await serveHub('api,worker')
  await served.stock('CUP', 20)
  await served.stock('TIN', 9)
  for (const sku of ['PAIR', 'PARTY', 'HAMPER']) await served.stock(sku, 0)
  shop = await served.openShop(['CUP', 'PAIR', 'PARTY', 'HAMPER'].map((sku) => ({ sku, quantity: 0 })))
})
afterAll(() => served.close())

const put = (sku: string, body: object) => served.ask('PUT', `/api/v1/items/${sku}/kit`, body)
const get = async (sku: string) => kitDetail.parse((await served.ask('GET', `/api/v1/items/${sku}/kit`)).body)
const command = (kind: string, body: object, key: string = randomUUID()) =>
  served.ask('POST', `/api/v1/stock/${kind}`, { location: 'MAIN', ...body }, { 'idempotency-key': key })

async function desiredOf(sku: string): Promise<number | null | undefined> {
  const { listings } = itemDetail.parse((await served.ask('GET', `/api/v1/items/${sku}`)).body)
  for (const level of listings.flatMap((listing) => listing.levels)) {
    expect(level.explain.value).toBe(level.desired)
    expect(findWrongSums(level.explain), JSON.stringify(level.explain)).toEqual([])
    expect(JSON.stringify(level.explain)).not.toContain('not-worked-out')
  }
  return listings[0]?.levels[0]?.desired
}

test('I10: a kit that is defined is shown at once, and its number expands into what its components allow', async () => {
  const made = await put('PAIR', {
    kind: 'virtual',
    components: [{ sku: 'CUP', quantity: 2 }],
    reason: 'spring',
  })
  expect(made.status).toBe(200)
  expect(kitDetail.parse(made.body)).toMatchObject({
    sku: 'PAIR',
    kind: 'virtual',
    version: 1,
    components: [{ sku: 'CUP', name: 'Item CUP', kind: 'none', quantity: 2 }],
    parts: [{ sku: 'CUP', quantity: 2 }],
    history: [{ version: 1, actor: 'api', reason: 'spring', components: [{ sku: 'CUP', quantity: 2 }] }],
  })
  await put('PARTY', {
    kind: 'virtual',
    components: [
      { sku: 'PAIR', quantity: 3 },
      { sku: 'TIN', quantity: 2 },
    ],
  })
  expect(await get('PARTY')).toMatchObject({
    components: [
      { sku: 'PAIR', kind: 'virtual', quantity: 3 },
      { sku: 'TIN', kind: 'none', quantity: 2 },
    ],
    parts: [
      { sku: 'CUP', quantity: 6 },
      { sku: 'TIN', quantity: 2 },
    ],
  })
  expect(await desiredOf('PAIR')).toBe(10)
  expect(await desiredOf('PARTY')).toBe(3)

  expect((await command('reserve', { sku: 'CUP', quantity: 3 })).status).toBe(201)
  expect(await desiredOf('CUP')).toBe(17)
  expect(await desiredOf('PAIR')).toBe(8)
  expect(await desiredOf('PARTY')).toBe(2)

  const item = itemDetail.parse((await served.ask('GET', '/api/v1/items/PARTY')).body)
  expect(item.kit).toEqual({
    available: 2,
    parts: [
      { sku: 'CUP', name: 'Item CUP', quantity: 6, available: 17 },
      { sku: 'TIN', name: 'Item TIN', quantity: 2, available: 9 },
    ],
  })
  const explained = JSON.stringify(item.listings[0]?.levels[0]?.explain)
  expect(explained).toContain('"division":{"dividend":17,"divisor":6,"remainder":5}')
  expect(explained).toContain('"label":"component","value":4,"detail":"TIN"')
})

test('a listing of a kit may hold several kits', async () => {
  const found = await sql<{ listingId: string }>`
    select listing_id from listing where sku = 'PAIR'`.execute(served.database.kysely)
  const listingId = found.rows[0]?.listingId
  await served.ask('POST', '/api/v1/mappings', { mappings: [{ listingId, sku: 'PAIR', unitsPerListing: 3 }] })
  // 17 cups are 8 pairs, which are 2 packs of three.
  expect(await desiredOf('PAIR')).toBe(2)
})

test('what an item is used in is listed by SKU, page by page', async () => {
  const first = kitUsePage.parse((await served.ask('GET', '/api/v1/items/CUP/used-in?limit=1')).body)
  expect(first).toEqual({
    rows: [{ sku: 'PAIR', name: 'Item PAIR', kind: 'virtual', quantity: 2, partQuantity: 2 }],
    next: 'PAIR',
  })
  const second = await served.ask('GET', `/api/v1/items/CUP/used-in?limit=1&cursor=${first.next}`)
  expect(kitUsePage.parse(second.body)).toEqual({
    rows: [{ sku: 'PARTY', name: 'Item PARTY', kind: 'virtual', quantity: null, partQuantity: 6 }],
    next: null,
  })
})

test('an assembled kit is put together from its components, which every listing follows', async () => {
  await put('HAMPER', {
    kind: 'assembled',
    components: [
      { sku: 'PAIR', quantity: 1 },
      { sku: 'TIN', quantity: 1 },
    ],
  })
  expect(await desiredOf('HAMPER')).toBe(0)
  const assembled = await command('assemble', { sku: 'HAMPER', quantity: 4 }, 'once')
  expect(assembled).toMatchObject({
    status: 201,
    body: { sku: 'HAMPER', onHand: 4, available: 4 },
  })
  expect(assembled.body.components).toHaveLength(2)
  expect(assembled.body.components).toContainEqual({ sku: 'CUP', units: 8, available: 9 })
  expect((await command('assemble', { sku: 'HAMPER', quantity: 4 }, 'once')).status).toBe(200)
  expect(await desiredOf('HAMPER')).toBe(4)
  expect(await desiredOf('CUP')).toBe(9)
  expect(await desiredOf('PARTY')).toBe(1)
  const assembly = () => served.ask('GET', '/api/v1/items/HAMPER/assembly')
  expect(kitAssembly.parse((await assembly()).body)).toEqual({
    sku: 'HAMPER',
    parts: [
      { sku: 'CUP', name: 'Item CUP', quantity: 2 },
      { sku: 'TIN', name: 'Item TIN', quantity: 1 },
    ],
    cannotPutTogether: null,
    cannotTakeApart: null,
    locations: [
      { code: 'MAIN', name: 'Main warehouse', togetherAtMost: 4, apartAtMost: 4, available: [9, 5] },
    ],
  })
  expect(itemDetail.parse((await served.ask('GET', '/api/v1/items/HAMPER')).body).kitKind).toBe('assembled')
  expect((await command('disassemble', { sku: 'HAMPER', quantity: 1 })).status).toBe(201)
  expect(await desiredOf('HAMPER')).toBe(3)
  expect(await desiredOf('CUP')).toBe(11)
})

test.each<[string, string, object, number, string, string]>([
  [
    'a kit that nobody knows',
    'NONE',
    { kind: 'virtual', components: [{ sku: 'CUP', quantity: 1 }] },
    404,
    'unknown-sku',
    'sku',
  ],
  [
    'a component that nobody knows',
    'PAIR',
    { kind: 'virtual', components: [{ sku: 'NONE', quantity: 1 }] },
    422,
    'unknown-component',
    'components.0.sku',
  ],
  [
    'a circle',
    'PAIR',
    { kind: 'virtual', components: [{ sku: 'PARTY', quantity: 1 }] },
    422,
    'kit-cycle',
    'components',
  ],
  [
    'stock of its own',
    'HAMPER',
    { kind: 'virtual', components: [{ sku: 'CUP', quantity: 1 }] },
    409,
    'kit-item-has-stock',
    'kind',
  ],
  [
    'an older version',
    'PAIR',
    { kind: 'none', components: [], version: 0 },
    412,
    'version-changed',
    'version',
  ],
  [
    'half a cup',
    'PAIR',
    { kind: 'virtual', components: [{ sku: 'CUP', quantity: 0.5 }] },
    422,
    'quantity-not-whole',
    'components.0.quantity',
  ],
  [
    'a misspelt field',
    'PAIR',
    { kind: 'virtual', components: [{ sku: 'CUP', units: 2 }] },
    422,
    'invalid-request',
    'components.0.quantity',
  ],
  ['no kind', 'PAIR', { components: [] }, 422, 'invalid-request', 'kind'],
])('refused, naming the field: %s', async (_, sku, body, status, code, field) => {
  const before = await get('PAIR')
  expect(await put(sku, body)).toMatchObject({
    status,
    type: 'application/problem+json',
    body: { code, field },
  })
  expect(await get('PAIR')).toEqual(before)
})

test('stock of a virtual kit cannot be changed, and what is no assembled kit is not put together', async () => {
  expect(await command('receive', { sku: 'PAIR', quantity: 1 })).toMatchObject({
    status: 409,
    body: { code: 'kit-has-no-stock', field: 'sku' },
  })
  expect(await command('assemble', { sku: 'PAIR', quantity: 1 })).toMatchObject({
    status: 409,
    body: { code: 'not-assembled', field: 'sku' },
  })
  expect(await served.ask('GET', '/api/v1/items/PAIR/assembly')).toMatchObject({
    status: 409,
    body: { code: 'not-assembled', field: 'sku' },
  })
  const reserved = await command('reserve', { sku: 'PAIR', quantity: 1 })
  expect(reserved).toMatchObject({ status: 201, body: { sku: 'PAIR', reservationId: expect.any(String) } })
  for (const path of ['kit', 'used-in', 'assembly']) {
    expect(await served.ask('GET', `/api/v1/items/NONE/${path}`)).toMatchObject({
      status: 404,
      body: { code: 'unknown-item' },
    })
  }
})

test('a kit no more, the item stays and shows its own stock', async () => {
  expect(await put('PARTY', { kind: 'none', components: [] })).toMatchObject({
    body: { kind: 'none', version: 2, components: [], parts: [] },
  })
  expect(await desiredOf('PARTY')).toBe(0)
  expect(shop.connectionId).not.toBe('')
})
