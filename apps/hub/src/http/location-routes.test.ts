import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureLocation } from '../items-import.ts'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

let served: ServedHub
beforeAll(async () => {
  served = await serveHub()
  await ensureLocation(served.hub.context, { code: 'EAST', name: 'East', kind: 'warehouse' })
  for (const sku of ['A', 'B', 'C', 'D']) await served.stock(sku, 10)
  for (const [sku, quantity] of [
    ['B', 3],
    ['D', 4],
  ] as const) {
    const key = { 'idempotency-key': randomUUID() }
    await served.ask('POST', '/api/v1/stock/receive', { sku, location: 'EAST', quantity }, key)
  }
})
afterAll(() => served.close())

const read = (path: string) => served.ask('GET', `/api/v1/locations/${path}`)

test('a location’s pages hold each item that is there once, in order of SKU', async () => {
  const found: unknown[] = []
  for (let cursor = ''; ; ) {
    const { body } = await read(`EAST/balances?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`)
    found.push(...(body.rows as unknown[]))
    if (body.next === null) break
    cursor = String(body.next)
  }
  const none = { reserved: 0, held: 0, incoming: 0 }
  expect(found).toEqual([
    { sku: 'B', name: 'Item B', onHand: 3, ...none, available: 3 },
    { sku: 'D', name: 'Item D', onHand: 4, ...none, available: 4 },
  ])
  const all = (await read('MAIN/balances')).body
  expect(all).toMatchObject({ rows: [{ sku: 'A' }, { sku: 'B' }, { sku: 'C' }, { sku: 'D' }], next: null })
})

test.each([
  [
    'an unknown location',
    'MOON/balances',
    { status: 404, body: { code: 'unknown-location', field: 'code' } },
  ],
  ['a page of none', 'EAST/balances?limit=0', { status: 422, body: { field: 'limit' } }],
  ['an empty cursor', 'EAST/balances?cursor=', { status: 422, body: { field: 'cursor' } }],
])('%s is refused with its code and field', async (_what, path, answer) => {
  expect(await read(path)).toMatchObject(answer)
})
