import { loadSimulator, type StartedSimulator } from '@plimsoll/connectors'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

/** What stands behind the locations of a Shopify shop that has two, over the API, with the hub at work. */
let served: ServedHub
let shop: StartedSimulator
let connectionId: string

beforeAll(async () => {
  served = await serveHub('api,worker')
  const start = await loadSimulator('shopify')
  if (start === undefined) throw new Error('Shopify has a simulator')
  shop = await start({ locations: ['Harbour', 'Old Town'] })
  await control('POST', '/products', [{ sku: 'MUG', title: 'Mug', price: 9, quantity: 4 }])
  await served.stock('MUG', 10)
  await served.ask('POST', '/api/v1/locations', { code: 'TOWN', name: 'Old Town', kind: 'store' })
  await served.ask('POST', '/api/v1/locations', { code: 'OLD', name: 'Closed', kind: 'warehouse' })
  await served.ask('POST', '/api/v1/locations/OLD/archive', {}, { 'if-match': '*' })
  const made = await served.ask('POST', '/api/v1/connections', {
    connector: 'shopify',
    name: 'Harbour',
    location: 'MAIN',
    settings: shop.settings,
    credentials: shop.credentials,
    ordersPollMs: 500,
  })
  connectionId = String(made.body.connectionId)
  await served.ask('POST', `/api/v1/connections/${connectionId}/import`, {})
})
afterAll(async () => {
  await served.close()
  await shop.close()
})

async function control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(`${shop.url}/_control${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return (await answer.json()) as Record<string, unknown>
}

type Row = { externalId: string; name: string; state: string; locations: string[]; shows: number }
const path = () => `/api/v1/connections/${connectionId}/locations`
async function locations(): Promise<{ version: number; rows: Row[] }> {
  const { body } = await served.ask('GET', path())
  return body as { version: number; rows: Row[] }
}
async function idOf(name: string): Promise<string> {
  return (await locations()).rows.find((row) => row.name === name)?.externalId ?? ''
}

/** What the shop shows at each of its locations, once it is so. */
async function expectShown(wanted: Record<string, number>): Promise<void> {
  const names = new Map((await locations()).rows.map(({ externalId, name }) => [externalId, name]))
  const read = async () => {
    const { levels } = (await control('GET', '/state')) as {
      levels: { locationId: string; quantity: number }[]
    }
    return Object.fromEntries(levels.map((level) => [names.get(level.locationId), level.quantity]))
  }
  await expect.poll(read, { timeout: 15_000 }).toEqual(wanted)
}

test('what is wrong is refused, and named', async () => {
  const town = await idOf('Old Town')
  const put = (locations: unknown, headers?: Record<string, string>) =>
    served.ask('PUT', path(), { locations }, headers)
  expect(await put([{ externalId: 'nowhere', locations: [] }])).toMatchObject({
    status: 404,
    body: { code: 'unknown-location', field: 'locations.0.externalId' },
  })
  expect(await put([{ externalId: town, locations: ['MAIN'] }])).toMatchObject({
    status: 409,
    body: { code: 'doubled-location' },
  })
  expect(await put([{ externalId: town, locations: ['OLD'] }])).toMatchObject({
    status: 409,
    body: { code: 'wrong-state', field: 'locations.0.locations' },
  })
  expect(await put([{ externalId: town, locations: ['TOWN'] }], { 'if-match': '"7"' })).toMatchObject({
    status: 412,
    body: { code: 'version-changed' },
  })
  expect(await put([])).toMatchObject({ status: 422 })
  expect(
    await served.ask('GET', '/api/v1/connections/00000000-0000-7000-8000-000000000000/locations'),
  ).toMatchObject({ status: 404 })
  expect(await locations()).toMatchObject({
    version: 0,
    rows: [
      { name: 'Harbour', state: 'kept', locations: ['MAIN'] },
      { name: 'Old Town', state: 'left', locations: [] },
    ],
  })
})

test('a second location is previewed, mapped, written, sold from, and emptied again', async () => {
  expect(await served.goLive(connectionId)).toBe(200)
  await expectShown({ Harbour: 10 })
  await served.ask(
    'POST',
    '/api/v1/stock/adjust',
    { sku: 'MUG', location: 'TOWN', quantity: 3 },
    { 'idempotency-key': 'town' },
  )
  const town = await idOf('Old Town')
  const change = { locations: [{ externalId: town, locations: ['TOWN'] }] }
  const preview = await served.ask('POST', `${path()}/preview`, change)
  expect(preview).toMatchObject({
    status: 200,
    body: { changed: 1, raised: 1, added: 1, toZero: 0, unitsBefore: 10, unitsAfter: 13, asksFirst: false },
  })
  expect(await served.ask('PUT', path(), change, { 'if-match': '"0"' })).toMatchObject({
    status: 200,
    body: { version: 1 },
  })
  // Shopify does not stock it there: nothing is written until it does, and it stands in nobody's way.
  await expect
    .poll(async () => (await locations()).rows[1], { timeout: 15_000 })
    .toMatchObject({ state: 'kept', locations: ['TOWN'], missing: 1 })
  const { levels } = (await control('GET', '/state')) as { levels: { stockUnitId: string }[] }
  await control('PUT', '/levels', { stockUnitId: levels[0]?.stockUnitId, locationId: town, quantity: 0 })
  await served.ask('POST', `/api/v1/connections/${connectionId}/import`, {})
  await expectShown({ Harbour: 10, 'Old Town': 3 })
  expect((await locations()).rows[1]).toMatchObject({ missing: 0 })

  // Shopify takes eleven from both: each is reserved where it lies.
  await control('POST', '/orders', { lines: [{ sku: 'MUG', quantity: 2 }] })
  const stock = async () => {
    const { body } = await served.ask('GET', '/api/v1/items/MUG')
    const { balances } = body as { balances?: { location: string; available: number }[] }
    return balances?.reduce((sum, { available }) => sum + available, 0)
  }
  await expect.poll(stock, { timeout: 15_000 }).toBe(11)

  await served.ask('PUT', path(), { locations: [{ externalId: town, locations: [] }] })
  await expectShown({ Harbour: 8, 'Old Town': 0 })
  // The hub hears of it a moment after the shop shows it.
  await expect
    .poll(async () => (await locations()).rows, { timeout: 15_000 })
    .toMatchObject([{ state: 'kept' }, { state: 'emptied', shows: 0 }])
})
