import { randomUUID } from 'node:crypto'
import { connectionList, parkedPage, replayResult } from '@plimsoll/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, type Shop, serveHub, startShop } from '../testing/served-hub.ts'

let served: ServedHub
let shop: Shop
beforeAll(async () => {
  served = await serveHub()
  await served.stock('MUG', 10)
  shop = await served.openShop([{ sku: 'MUG', quantity: 4 }])
})
afterAll(() => served.close())

const post = (path: string, body: unknown = {}) => served.ask('POST', `/api/v1${path}`, body)
const connections = async () =>
  connectionList.parse((await served.ask('GET', '/api/v1/connections')).body).rows
const mine = async () => {
  const found = (await connections()).find((row) => row.connectionId === shop.connectionId)
  if (found === undefined) throw new Error('the connection is listed')
  return found
}
/** `code` and `field` of a refusal; fails when it is none, or when it does not name a cure. */
function refusal(answer: Awaited<ReturnType<typeof post>>) {
  expect(answer.type).toBe('application/problem+json')
  expect(answer.body.status).toBe(answer.status)
  expect(String(answer.body.detail).split('. ').length).toBeGreaterThanOrEqual(2)
  return { status: answer.status, code: answer.body.code, field: answer.body.field }
}

test('a connection is made, imported in shadow mode, goes live, is paused with a reason and resumed', async () => {
  expect(await mine()).toMatchObject({ state: 'shadow', listings: 1, unmapped: 0, pauseReasons: [] })
  expect(await served.goLive(shop.connectionId)).toBe(200)
  expect((await mine()).state).toBe('live')
  expect((await post(`/connections/${shop.connectionId}/pause`, { reason: 'stock take' })).status).toBe(200)
  expect(await mine()).toMatchObject({ state: 'paused', pauseReasons: ['stock take'] })
  // What was asked of it stays queued, and going live is not a way round a pause.
  const { body } = await post(`/connections/${shop.connectionId}/preview`)
  expect(
    refusal(await post(`/connections/${shop.connectionId}/live`, { preview: body.previewId })),
  ).toMatchObject({
    status: 409,
    code: 'wrong-state',
  })
  expect((await post(`/connections/${shop.connectionId}/resume`)).status).toBe(200)
  expect(await mine()).toMatchObject({ state: 'live', pauseReasons: [] })
})

test('credentials never come back out: not in any answer', async () => {
  const { consumerKey, consumerSecret, webhookSecret } = shop.simulator.credentials as Record<string, string>
  const answers = await Promise.all(
    ['/connections', '/overview', '/activity', '/parked', '/tasks', '/items/MUG'].map((path) =>
      served.ask('GET', `/api/v1${path}`),
    ),
  )
  for (const { text, status } of answers) {
    expect(status).toBe(200)
    for (const secret of [consumerKey, consumerSecret, webhookSecret]) expect(text).not.toContain(secret)
  }
})

test('wrong credentials are refused with the cure, and nothing is stored', async () => {
  const before = (await connections()).length
  const wrong = { ...(shop.simulator.credentials as object), consumerSecret: 'cs_wrong' }
  const answer = await post('/connections', {
    connector: 'woocommerce',
    name: 'Wrong',
    location: 'MAIN',
    settings: shop.simulator.settings,
    credentials: wrong,
  })
  expect(refusal(answer)).toMatchObject({ status: 422, code: 'platform-refused' })
  expect(answer.body.detail).toContain('Give working credentials and try again.')
  expect(answer.text).not.toContain('cs_wrong')
  expect((await connections()).length).toBe(before)
})

test('a platform that is out of reach is said to be so, and nothing is stored', async () => {
  const gone = await startShop('woocommerce', [{ sku: 'X', quantity: 1 }])
  await gone.close()
  const before = (await connections()).length
  const answer = await post('/connections', {
    connector: 'woocommerce',
    name: 'Gone',
    location: 'MAIN',
    settings: gone.settings,
    credentials: gone.credentials,
  })
  expect(refusal(answer)).toMatchObject({ status: 502, code: 'platform-unavailable' })
  expect((await connections()).length).toBe(before)
})

test('new credentials are tried before they replace the old ones', async () => {
  const path = `/api/v1/connections/${shop.connectionId}/credentials`
  const good = shop.simulator.credentials as object
  const refused = await served.ask('PUT', path, { ...good, consumerSecret: 'cs_wrong' })
  expect(refusal(refused)).toMatchObject({ status: 422, code: 'platform-refused' })
  // The old ones still work.
  expect((await post(`/connections/${shop.connectionId}/import`)).status).toBe(200)
  expect((await served.ask('PUT', path, good)).status).toBe(200)
})

const shopBody = (change: object = {}) => ({
  connector: 'woocommerce',
  name: 'Another',
  location: 'MAIN',
  settings: shop.simulator.settings,
  credentials: shop.simulator.credentials,
  ...change,
})
const none = randomUUID()
const bad: [
  what: string,
  ask: () => ReturnType<typeof post>,
  status: number,
  code: string,
  field?: string,
][] = [
  [
    'an unknown connector',
    () => post('/connections', shopBody({ connector: 'no-such-platform' })),
    404,
    'unknown-connector',
    'connector',
  ],
  [
    'a name that is taken',
    () => post('/connections', shopBody({ name: 'Shop 1' })),
    409,
    'name-taken',
    'name',
  ],
  [
    'an unknown location',
    () => post('/connections', shopBody({ location: 'MOON' })),
    404,
    'unknown-location',
    'location',
  ],
  [
    'settings without an address',
    () => post('/connections', shopBody({ settings: {} })),
    422,
    'invalid-settings',
    'settings.url',
  ],
  [
    'credentials that are none',
    () => post('/connections', shopBody({ credentials: { consumerKey: 'x' } })),
    422,
    'invalid-settings',
    'credentials.consumerKey',
  ],
  [
    'a poll that would never rest',
    () => post('/connections', shopBody({ ordersPollMs: 1 })),
    422,
    'invalid-request',
    'ordersPollMs',
  ],
  ['no name', () => post('/connections', shopBody({ name: '' })), 422, 'invalid-request', 'name'],
  ['an id that is none', () => post('/connections/shop/live'), 422, 'invalid-request', 'id'],
  [
    'going live with an unknown connection',
    () => post(`/connections/${none}/live`, { preview: none }),
    404,
    'unknown-connection',
    'connection',
  ],
  [
    'importing an unknown connection',
    () => post(`/connections/${none}/import`),
    404,
    'unknown-connection',
    'id',
  ],
  [
    'pausing an unknown connection',
    () => post(`/connections/${none}/pause`, { reason: 'x' }),
    404,
    'unknown-connection',
    'connection',
  ],
  [
    'resuming an unknown connection',
    () => post(`/connections/${none}/resume`),
    404,
    'unknown-connection',
    'connection',
  ],
  [
    'credentials of an unknown connection',
    () => served.ask('PUT', `/api/v1/connections/${none}/credentials`, {}),
    404,
    'unknown-connection',
    'id',
  ],
  [
    'a pause without a reason',
    () => post(`/connections/${shop.connectionId}/pause`, {}),
    422,
    'invalid-request',
    'reason',
  ],
  [
    'an unknown SKU in a mapping',
    () => post('/mappings', { mappings: [{ listingId: none, sku: 'TEAPOT' }] }),
    404,
    'unknown-item',
    'sku',
  ],
  [
    'an unknown listing in a mapping',
    () => post('/mappings', { mappings: [{ listingId: none, sku: 'MUG' }] }),
    404,
    'unknown-listing',
    'listingId',
  ],
  [
    'a listing of no units',
    () => post('/mappings', { mappings: [{ listingId: none, sku: 'MUG', unitsPerListing: 0 }] }),
    422,
    'invalid-request',
    'mappings.0.unitsPerListing',
  ],
  ['a replay of an id that is none', () => post('/parked/7/replay'), 422, 'invalid-request', 'id'],
  [
    'a cursor that is none',
    () => served.ask('GET', '/api/v1/parked?cursor=7'),
    422,
    'invalid-request',
    'cursor',
  ],
  [
    'a cursor of the activity that is none',
    () => served.ask('GET', '/api/v1/activity?cursor=yesterday'),
    422,
    'invalid-request',
    'cursor',
  ],
  ['the demo outside of the demo', () => served.ask('GET', '/api/v1/demo'), 404, 'not-found'],
  ['a route that is none', () => served.ask('GET', '/api/v1/inventory'), 404, 'not-found'],
]

test.each(bad)('%s is refused with its code, field and cure', async (_what, ask, status, code, field) => {
  const before = await connections()
  expect(refusal(await ask())).toEqual({ status, code, field })
  expect(await connections()).toEqual(before)
})

test('replaying what is not parked replays nothing, and says so', async () => {
  expect(parkedPage.parse((await served.ask('GET', '/api/v1/parked')).body)).toEqual({
    total: 0,
    rows: [],
    next: null,
  })
  expect(replayResult.parse((await post('/parked/replay')).body).replayed).toBe(0)
  expect(replayResult.parse((await post(`/parked/${none}/replay`)).body).replayed).toBe(0)
})
