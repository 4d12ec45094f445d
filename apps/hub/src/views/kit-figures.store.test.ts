import type { ItemDetail, ItemPage } from '@plimsoll/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

/** The grid's number of a kit is that of the kit's own page, whatever becomes of its parts. */
let served: ServedHub

beforeAll(async () => {
  served = await serveHub()
  await served.ask('POST', '/api/v1/locations', { code: 'EAST', name: 'East', kind: 'warehouse' })
  await served.stock('MUG', 11)
  await served.stock('TEA', 3)
  await receive('MUG', 'EAST', 5)
  for (const sku of ['SET', 'PAIR', 'BUNDLE', 'HOLLOW', 'NEVER']) await served.stock(sku, 0)
  await define('SET', [
    { sku: 'MUG', quantity: 2 },
    { sku: 'TEA', quantity: 1 },
  ])
  await define('PAIR', [{ sku: 'MUG', quantity: 2 }])
  // A kit within a kit.
  await define('BUNDLE', [
    { sku: 'SET', quantity: 1 },
    { sku: 'MUG', quantity: 1 },
  ])
  await define('HOLLOW', [{ sku: 'NEVER', quantity: 1 }])
}, 60_000)
afterAll(() => served.close())

async function receive(sku: string, location: string, quantity: number) {
  const key = { 'idempotency-key': `${sku} ${location}` }
  const answer = await served.ask('POST', '/api/v1/stock/receive', { sku, location, quantity }, key)
  expect(answer.status).toBe(201)
}
async function define(sku: string, components: { sku: string; quantity: number }[]) {
  const answer = await served.ask('PUT', `/api/v1/items/${sku}/kit`, { kind: 'virtual', components })
  expect(answer.status, answer.text).toBe(200)
}
async function rowOf(sku: string, filter = 'all') {
  const { body } = await served.ask('GET', `/api/v1/items?search=${sku}&filter=${filter}`)
  return (body as unknown as ItemPage).rows.find((row) => row.sku === sku)
}
async function locationsOf(sku: string): Promise<Record<string, number>> {
  const { body } = await served.ask('GET', '/api/v1/locations')
  const codes = new Map(
    (body as unknown as { rows: { locationId: string; code: string }[] }).rows.map(
      (row) => [row.locationId, row.code] as const,
    ),
  )
  const row = await rowOf(sku)
  return Object.fromEntries(
    row?.locations.map((each) => [codes.get(each.locationId) ?? '', each.available]) ?? [],
  )
}

test.each([
  ['a kit of two parts', 'SET', 3, { MAIN: 3, EAST: 0 }],
  // Five at EAST and eleven at MAIN are eight pairs together, and two and five apart.
  ['units left over at two places make one more together', 'PAIR', 8, { MAIN: 5, EAST: 2 }],
  ['a kit that holds a kit', 'BUNDLE', 3, { MAIN: 3, EAST: 0 }],
  ['a part that never was anywhere', 'HOLLOW', 0, {}],
])('%s', async (_what, sku, available, locations) => {
  const row = await rowOf(sku)
  expect(row).toMatchObject({ isKit: true, available, onHand: 0, reserved: 0 })
  const { body } = await served.ask('GET', `/api/v1/items/${sku}`)
  expect((body as unknown as ItemDetail).kit?.available).toBe(available)
  expect(await locationsOf(sku)).toEqual(locations)
})

test('what is no kit shows its own figures', async () => {
  expect(await rowOf('MUG')).toMatchObject({ isKit: false, available: 16, onHand: 16 })
})

test('a kit is out of stock when a part is, and only then', async () => {
  expect(await rowOf('SET', 'out')).toBeUndefined()
  expect(await rowOf('HOLLOW', 'out')).toBeDefined()
  const taken = { sku: 'TEA', location: 'MAIN', quantity: -3, reason: 'lost' }
  const answer = await served.ask('POST', '/api/v1/stock/adjust', taken, { 'idempotency-key': 'lost' })
  expect(answer.status, answer.text).toBe(201)
  expect(await rowOf('SET', 'out')).toMatchObject({ available: 0 })
  expect(await rowOf('PAIR', 'out')).toBeUndefined()
})

test('of an oversold part as many kits are missing as would have to come back', async () => {
  const of = { sku: 'MUG', location: 'EAST' }
  for (const [kind, body] of [
    ['reserve', { ...of, quantity: 5 }],
    ['adjust', { ...of, quantity: -1, reason: 'lost' }],
  ] as const) {
    const answer = await served.ask('POST', `/api/v1/stock/${kind}`, body, { 'idempotency-key': kind })
    expect(answer.status, answer.text).toBe(201)
  }
  // One mug too few at EAST is one pair too few.
  expect(await locationsOf('PAIR')).toEqual({ MAIN: 5, EAST: -1 })
  expect(await rowOf('PAIR')).toMatchObject({ available: 5 })
})
