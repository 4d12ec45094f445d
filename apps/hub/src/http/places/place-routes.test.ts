import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../../testing/served-hub.ts'

let served: ServedHub
beforeAll(async () => {
  served = await serveHub()
  await served.stock('MUG', 20)
  await served.ask('POST', '/api/v1/locations', { code: 'EAST', name: 'East', kind: 'store' })
})
afterAll(() => served.close())

const key = () => ({ 'idempotency-key': randomUUID() })
const post = (path: string, body: object, headers: Record<string, string> = key()) =>
  served.ask('POST', `/api/v1${path}`, body, headers)

test('a location is made, changed by version, and put away', async () => {
  const berlin = { code: 'BER', name: 'Berlin', kind: '3pl', country: 'DE', timeZone: 'Europe/Berlin' }
  expect(await post('/locations', berlin)).toMatchObject({ status: 201, body: { code: 'BER', version: 1 } })
  expect(await post('/locations', { ...berlin, timeZone: 'Mars' })).toMatchObject({
    status: 422,
    body: { code: 'invalid-location', field: 'timeZone' },
  })
  const change = (version: string) =>
    served.ask('PATCH', '/api/v1/locations/BER', { openingDays: [7] }, { 'if-match': version })
  expect(await change('"1"')).toMatchObject({ status: 200, body: { version: 2, openingDays: [7] } })
  expect(await change('"1"')).toMatchObject({ status: 412, body: { code: 'version-changed' } })
  expect(await post('/locations/BER/archive', {})).toMatchObject({ status: 200 })
  const { body } = await served.ask('GET', '/api/v1/locations')
  expect(body.rows).toMatchObject([{ code: 'EAST' }, { code: 'MAIN' }])
  expect(await post('/locations/MAIN/archive', {})).toMatchObject({
    status: 409,
    body: { code: 'location-in-use' },
  })
})

test('I3: a transfer’s action sent twice counts once, and is answered 200 then', async () => {
  const made = await post('/transfers', { from: 'MAIN', to: 'EAST', lines: [{ sku: 'MUG', quantity: 5 }] })
  expect(made).toMatchObject({ status: 201, body: { state: 'draft', viaCode: 'TRANSIT' } })
  const path = `/transfers/${made.body.transferId}`
  const once = key()
  expect(await post(`${path}/dispatch`, {}, once)).toMatchObject({
    status: 201,
    body: { state: 'dispatched' },
  })
  expect(await post(`${path}/dispatch`, {}, once)).toMatchObject({
    status: 200,
    body: { state: 'dispatched' },
  })
  expect(await post(`${path}/receive`, { lines: [{ line: 1, quantity: 6 }] })).toMatchObject({
    status: 409,
    body: { code: 'beyond-dispatched', field: 'lines[0].quantity' },
  })
  expect(await post(`${path}/receive`, { lines: [{ line: 1, quantity: 5 }] })).toMatchObject({
    body: { state: 'received' },
  })
  expect((await served.ask('GET', '/api/v1/items/MUG')).body).toMatchObject({
    onHand: 20,
    balances: [{ locationCode: 'EAST', onHand: 5 }, { locationCode: 'MAIN' }, { locationCode: 'TRANSIT' }],
  })
  const { body } = await served.ask('GET', '/api/v1/transfers?state=received')
  expect(body.rows).toHaveLength(1)
})

test('an inbound shipment is incoming, then on hand', async () => {
  const lines = [{ sku: 'MUG', quantity: 8, unitCost: 25_000 }]
  const wanted = { location: 'EAST', lines }
  expect(await post('/inbound-shipments', wanted)).toMatchObject({
    status: 409,
    body: { code: 'currency-not-set', field: 'lines[0].unitCost' },
  })
  await served.ask('PUT', '/api/v1/valuation/currency', { currency: 'EUR' })
  const { body } = await post('/inbound-shipments', { location: 'EAST', expectedOn: '2027-01-15', lines })
  expect(
    await post('/inbound-shipments', { location: 'EAST', expectedOn: '15 January', lines }),
  ).toMatchObject({
    status: 422,
  })
  const path = `/inbound-shipments/${body.inboundId}`
  expect((await served.ask('GET', '/api/v1/items/MUG')).body).toMatchObject({ incoming: 8 })
  const arrived = { lines: [{ line: 1, quantity: 9 }] }
  expect(await post(`${path}/receive`, arrived)).toMatchObject({
    status: 409,
    body: { code: 'beyond-expected' },
  })
  expect(await post(`${path}/receive`, { ...arrived, allowOver: true })).toMatchObject({
    status: 201,
    body: { state: 'received', lines: [{ received: 9, over: 1, unitCost: 25_000 }] },
  })
  expect((await served.ask('GET', '/api/v1/items/MUG')).body).toMatchObject({ incoming: 0 })
  expect(await served.ask('GET', `/api/v1${path}`)).toMatchObject({
    status: 200,
    body: { endedAt: expect.any(String) },
  })
})

test('a blind count tells no figure of the ledger to whoever counts, until it is approved', async () => {
  const { body } = await post('/stock-counts', { location: 'MAIN', blind: true, separateApprover: true })
  const path = `/stock-counts/${body.countId}`
  const sheet = async (query = '') => (await served.ask('GET', `/api/v1${path}/lines${query}`)).body
  await post(`${path}/enter`, { counter: 'Ann', entries: [{ sku: 'MUG', quantity: 3 }] })
  const hidden = { counted: 3, expected: null, ledger: null, difference: null }
  expect(await sheet()).toMatchObject({ isBlind: true, zeros: null, rows: [hidden] })
  expect(await sheet('?viewer=Ann')).toMatchObject({ code: 'count-is-blind' })
  expect(await sheet('?only=different')).toMatchObject({ code: 'count-is-blind' })
  expect(await sheet('?viewer=Bob&only=different')).toMatchObject({ rows: [{ ledger: 15, difference: -12 }] })
  expect(await post(`${path}/approve`, { approver: 'Ann' })).toMatchObject({
    body: { code: 'count-same-person' },
  })
  expect(await post(`${path}/approve`, { approver: 'Bob' })).toMatchObject({ body: { state: 'approved' } })
  expect(await sheet()).toMatchObject({ isBlind: false, rows: [{ difference: -12 }] })
  expect(await post(`${path}/post`, {})).toMatchObject({ status: 201, body: { state: 'posted' } })
  expect(await post(`${path}/post`, { reason: 'again' })).toMatchObject({
    body: { code: 'count-already-posted' },
  })
})

test('a listed reason may be asked for, and must fit the direction', async () => {
  const put = (path: string, body: object) => served.ask('PUT', `/api/v1${path}`, body)
  await put('/adjustment-reasons/breakage', { nameEn: 'Breakage', nameZh: '破损', direction: 'out' })
  await put('/adjustment-reason-rule', { listedReasonRequired: true })
  const adjust = (quantity: number, reason?: string) =>
    post('/stock/adjust', { sku: 'MUG', location: 'EAST', quantity, reason })
  expect(await adjust(-1)).toMatchObject({ status: 422, body: { code: 'reason-missing' } })
  expect(await adjust(-1, 'it fell')).toMatchObject({ body: { code: 'unknown-reason' } })
  expect(await adjust(1, 'breakage')).toMatchObject({ body: { code: 'reason-direction' } })
  expect(await adjust(-1, 'breakage')).toMatchObject({ status: 201 })
  await put('/adjustment-reason-rule', { listedReasonRequired: false })
  expect(await adjust(-1, 'it fell')).toMatchObject({ status: 201 })
})

test('a sheet longer than a page of a table is a file with all of its lines', async () => {
  const skus = Array.from({ length: 201 }, (_, at) => `LONG-${String(at).padStart(3, '0')}`)
  for (let at = 0; at < skus.length; at += 20)
    await Promise.all(skus.slice(at, at + 20).map((sku) => served.stock(sku, 1)))
  const { body } = await post('/stock-counts', { location: 'MAIN', scope: { kind: 'items', skus } })
  expect(await served.ask('GET', `/api/v1/stock-counts/${body.countId}/lines`)).toMatchObject({
    body: { total: 201, next: expect.any(Number) },
  })
  const file = await served.ask('GET', `/api/v1/tables/listStockCountLines/csv?id=${body.countId}`)
  const lines = file.text.trim().split('\n').slice(1)
  expect(new Set(lines.map((line) => /LONG-\d+/.exec(line)?.[0])).size).toBe(201)
  expect(lines).toHaveLength(201)
}, 60_000)
