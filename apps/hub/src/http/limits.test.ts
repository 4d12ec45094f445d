import { randomUUID } from 'node:crypto'
import { type Limits, scopes } from '@plimsoll/accounts'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { listRoutes } from '../testing/declared-routes.ts'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'
import { permissionOf } from './permissions.ts'
import { namesDocument } from './touched-documents.ts'

// One hub, a shop and some thirty requests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let served: ServedHub
beforeAll(async () => {
  served = await serveHub()
  await served.stock('MUG', 20)
  await served.ask('POST', '/api/v1/locations', { code: 'EAST', name: 'East', kind: 'store' })
  await post('/stock/receive', { sku: 'MUG', location: 'EAST', quantity: 20 })
})
afterAll(() => served.close())

/** Changes of one thing by its id or code that whoever is limited may not make: it lies nowhere, or everywhere. */
const ABOUT_THE_WHOLE: Readonly<Record<string, string>> = {
  '/members/:personId': 'who may do what',
  '/invitations/:invitationId': 'who may do what',
  '/api-keys/:keyId': 'who may do what',
  '/alerts/:id': 'an alert is the organization’s, whatever its rule looks at',
  '/alert-rules/:id': 'the same',
  '/alert-destinations/:id': 'the same',
  '/applications/:connector': 'an application serves every connection of its platform',
  '/grants/:id': 'one that is begun has no connection yet',
  '/connectors/:connector': 'a sample is of no connection yet',
  '/cutovers/:name': 'several channels, and the stock of all',
  '/bulk-edits/:id': 'any number of items and listings',
  '/changes/:id': 'any setting, policy or mapping',
  '/imports/:id': 'whatever stands in the file',
  '/policy-windows/:id': 'policies of the organization, of connections and of items alike',
  '/demand-left-out/:id': 'the planning of an item at all places',
  '/items/:sku': 'an item is the same at every place',
  '/products/:code': 'the catalogue is everybody’s',
  '/custom-fields/:key': 'the catalogue is everybody’s',
  '/adjustment-reasons/:code': 'used at every location',
}

test('each change of one thing by its id says which connections and locations it touches, or why it cannot', async () => {
  const changing = (await listRoutes(served)).flatMap(({ path, spec }) =>
    path.startsWith('/api/v1/') && spec?.path.includes(':') && permissionOf(spec).deed === 'write'
      ? [spec]
      : [],
  )
  expect(changing.length).toBeGreaterThan(60)
  const isListed = (path: string) =>
    Object.keys(ABOUT_THE_WHOLE).filter((begins) => path === begins || path.startsWith(`${begins}/`))
  const unsaid = changing.filter((spec) => !namesDocument(spec) && spec.touches === undefined)
  expect(unsaid.filter(({ path }) => isListed(path).length === 0).map(({ path }) => path)).toEqual([])
  // No reason stays for what is not there, or has come to say what it touches.
  const used = new Set(unsaid.flatMap(({ path }) => isListed(path)))
  expect(Object.keys(ABOUT_THE_WHOLE).filter((begins) => !used.has(begins))).toEqual([])
})

test('whoever is limited to a location changes the documents there, and no others', async () => {
  const robot = await makeKey({ connections: null, locations: ['MAIN'] })
  const lines = [{ sku: 'MUG', quantity: 2 }]
  const make = async (path: string, body: object, id: string) => {
    const made = await post(path, body)
    expect(made.status, made.text).toBe(201)
    return `${path}/${made.body[id]}`
  }
  const transfer = (from: string, to: string) => make('/transfers', { from, to, lines }, 'transferId')
  const at = async (location: string) => ({
    inbound: await make('/inbound-shipments', { location, lines }, 'inboundId'),
    count: await make('/stock-counts', { location }, 'countId'),
    returned: await make('/returns', { number: `R-${location}`, location, lines }, 'returnId'),
    order: await make('/orders', { kind: 'b2b', location, lines }, 'orderId'),
  })
  const [here, there] = [await at('MAIN'), await at('EAST')]
  const [out, back, kept] = [
    await transfer('MAIN', 'EAST'),
    await transfer('EAST', 'MAIN'),
    await transfer('EAST', 'MAIN'),
  ]
  const shipments = await sql<{ code: string; shipmentId: string }>`
    insert into shipment (organization_id, shipment_id, order_id, connection_id, location_id, number, state, because, created_at)
    select organization_id, gen_random_uuid(), order_id, connection_id, location_id, code, 'received', '{}', now()
    from sales_order join location using (organization_id)
    where code in ('MAIN', 'EAST') and order_id = ${here.order.split('/').at(-1) ?? ''}
    returning shipment_id, number as code`.execute(served.database.kysely)
  const shipment = (code: string) =>
    `/shipments/${shipments.rows.find((each) => each.code === code)?.shipmentId}`
  const received = { lines: [{ line: 1, quantity: 1 }] }
  const stranger = randomUUID()

  const refused: [path: string, body?: object, method?: 'PATCH' | 'PUT'][] = [
    [`${there.inbound}/receive`, received],
    [`${there.inbound}/announce`],
    [`${there.inbound}/cancel`, {}],
    [`${there.count}/cancel`],
    [`${there.returned}/cancel`],
    [`${there.returned}/announce`],
    [`${there.order}/holds`, { reason: 'manual' }],
    [`${there.order}/cancel`, {}],
    // It has a shipment at the other place too.
    [`${here.order}/cancel`, {}],
    [`${here.order}/route`],
    [here.order, { note: 'x' }, 'PATCH'],
    [`${shipment('EAST')}/cancel`, { afterwards: 'hold' }],
    // By the rules it may be sent from anywhere then.
    [`${shipment('MAIN')}/cancel`, { afterwards: 'send-again' }],
    [`${shipment('MAIN')}/split`, { lines: [{ sku: 'MUG', quantity: 1 }], location: 'EAST' }],
    [`${out}/receive`, received],
    [`${out}/close`, {}],
    [`${back}/dispatch`, {}],
    [`${kept}/cancel`],
    ['/transfers', { from: 'MAIN', to: 'EAST', lines }],
    ['/inbound-shipments', { location: 'EAST', lines }],
    ['/stock-counts', { location: 'EAST' }],
    ['/orders', { kind: 'b2b', lines }],
    ['/locations/EAST', { name: 'x' }, 'PATCH'],
  ]
  for (const [path, body, method = 'POST'] of refused) {
    const answer = await served.ask(method, `/api/v1${path}`, body, { ...robot, ...key(), 'if-match': '*' })
    expect([path, answer.status, answer.body.code]).toEqual([path, 403, 'not-allowed'])
  }
  await post(`${back}/dispatch`, {})
  const allowed: typeof refused = [
    [`${here.inbound}/receive`, received],
    [`${here.inbound}/cancel`, {}],
    [`${here.count}/cancel`],
    [`${here.returned}/cancel`],
    [`${out}/dispatch`, {}],
    // What never arrived comes back to where it left.
    [`${out}/receive`, { ...received, back: true }],
    [`${back}/receive`, received],
    ['/inbound-shipments', { location: 'MAIN', lines }],
  ]
  for (const [path, body] of allowed) {
    const answer = await served.ask('POST', `/api/v1${path}`, body, { ...robot, ...key() })
    expect([path, answer.status], answer.text).toEqual([path, 201])
  }
  const renamed = await served.ask(
    'PATCH',
    '/api/v1/locations/MAIN',
    { name: 'Main' },
    { ...robot, 'if-match': '*' },
  )
  expect(renamed.status, renamed.text).toBe(200)
  for (const path of ['transfers', 'stock-counts']) {
    const answer = await served.ask('POST', `/api/v1/${path}/${stranger}/cancel`, undefined, {
      ...robot,
      ...key(),
    })
    expect([path, answer.status]).toEqual([path, 404])
  }
})

test('a reservation is moved only by whoever may change where it lies, too, alone and in a batch', async () => {
  const robot = await makeKey({ connections: null, locations: ['MAIN'] })
  const reserve = async (location: string) => {
    const made = await post('/stock/reserve', { sku: 'MUG', location, quantity: 1 })
    expect(made.status, made.text).toBe(201)
    return String(made.body.reservationId)
  }
  const [here, there] = [await reserve('MAIN'), await reserve('EAST')]
  const move = (reservationId: string) => ({ reservationId, location: 'MAIN', quantity: 1 })
  const alone = await served.ask('POST', '/api/v1/stock/move-reservation', move(there), {
    ...robot,
    ...key(),
  })
  expect([alone.status, alone.body.code]).toEqual([403, 'not-allowed'])
  const command = { sku: 'MUG', location: 'MAIN', quantity: 1, effectiveAt: new Date().toISOString() }
  const commands = [
    { ...command, kind: 'receive', key: randomUUID() },
    { ...move(there), kind: 'move-reservation', key: randomUUID() },
  ]
  const batched = await served.ask('POST', '/api/v1/stock/commands', { commands }, robot)
  expect([batched.status, batched.body.code]).toEqual([403, 'not-allowed'])
  // Of what lies where they may change it the ledger decides, and of what is nowhere.
  const own = await served.ask('POST', '/api/v1/stock/move-reservation', move(here), { ...robot, ...key() })
  expect([own.status, own.body.code]).toEqual([409, 'insufficient-open'])
  const none = await served.ask('POST', '/api/v1/stock/move-reservation', move(randomUUID()), {
    ...robot,
    ...key(),
  })
  expect([none.status, none.body.code]).toEqual([404, 'unknown-reservation'])
  expect((await post('/stock/move-reservation', move(there))).status).toBe(201)
})

test('whoever is limited to a connection changes that one, by its id or name, and its orders', async () => {
  const shop = await served.openShop([{ sku: 'MUG', quantity: 20 }])
  const [own, other] = [
    await makeKey({ connections: [shop.connectionId], locations: null }),
    await makeKey({ connections: [randomUUID()], locations: null }),
  ]
  const named = await sql<{ name: string }>`
    select name from connection where connection_id = ${shop.connectionId}`.execute(served.database.kysely)
  const body = { shipsOrders: false }
  for (const id of [shop.connectionId, encodeURIComponent(named.rows[0]?.name ?? '')]) {
    const path = `/api/v1/connections/${id}/fulfilment`
    expect(await served.ask('PUT', path, body, other)).toMatchObject({ status: 403 })
    expect(await served.ask('PUT', path, body, own)).toMatchObject({ status: 200 })
  }
  const { connectionId } = shop
  const settings: [method: 'PUT' | 'POST', path: string, body: object, isItsOwn: boolean][] = [
    ['PUT', 'policies', { connection: connectionId, bufferUnits: 2 }, true],
    ['PUT', 'policies', { connection: named.rows[0]?.name, cap: 5 }, true],
    ['PUT', 'guard', { connection: connectionId, zeroMinimum: 30 }, true],
    // Of everything, or at the cost of other channels.
    ['PUT', 'policies', { bufferUnits: 2 }, false],
    ['PUT', 'policies', { item: 'MUG', bufferUnits: 2 }, false],
    ['PUT', 'policies', { connection: connectionId, exclusivePercent: 50 }, false],
    ['PUT', 'guard', { zeroMinimum: 30 }, false],
    ['PUT', 'stale-rules', { connection: connectionId, kind: 'zero', afterMinutes: 5 }, false],
  ]
  for (const [method, path, body, isItsOwn] of settings) {
    const answer = await served.ask(method, `/api/v1/${path}`, body, own)
    expect([path, body, answer.status], answer.text).toEqual([path, body, isItsOwn ? 200 : 403])
    expect((await served.ask(method, `/api/v1/${path}`, body, other)).status).toBe(403)
  }
  const both = await makeKey({ connections: [shop.connectionId], locations: ['MAIN'] })
  const path = `/api/v1/connections/${shop.connectionId}/fulfilment`
  expect(await served.ask('PUT', path, body, both), 'it is about every location').toMatchObject({
    status: 403,
  })
})

const key = () => ({ 'idempotency-key': randomUUID() })

function post(path: string, body: object) {
  return served.ask('POST', `/api/v1${path}`, body, key())
}

/** The header of a key that may do everything an admin may, within limits. */
async function makeKey(limits: Limits): Promise<{ authorization: string }> {
  const wish = { name: randomUUID(), role: 'admin', scopes: [...scopes], limits }
  const made = await served.ask('POST', '/api/v1/api-keys', wish)
  expect(made.status, made.text).toBe(201)
  return { authorization: `Bearer ${made.body.secret}` }
}
