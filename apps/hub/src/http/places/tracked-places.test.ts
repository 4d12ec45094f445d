// Lots and serial numbers on the routes of documents.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../../testing/served-hub.ts'

let served: ServedHub
beforeAll(async () => {
  served = await serveHub()
  await served.stock('MUG', 20)
  await served.ask('POST', '/api/v1/locations', { code: 'EAST', name: 'East', kind: 'store' })
  await served.ask('PUT', '/api/v1/items/MILK', { name: 'Milk', tracking: 'lot' })
  await served.ask('PUT', '/api/v1/items/CAM', { name: 'Camera', tracking: 'serial' })
  await served.ask('PUT', '/api/v1/valuation/currency', { currency: 'EUR' })
})
afterAll(() => served.close())

const post = (path: string, body: object) =>
  served.ask('POST', `/api/v1${path}`, body, { 'idempotency-key': randomUUID() })
const get = async (path: string) => (await served.ask('GET', `/api/v1${path}`)).body

test('an inbound shipment lands on lots and by serial number, at its cost', async () => {
  const { body } = await post('/inbound-shipments', {
    location: 'MAIN',
    lines: [
      { sku: 'MILK', quantity: 10, unitCost: 10_000 },
      { sku: 'CAM', quantity: 3, unitCost: 400_000 },
    ],
  })
  const path = `/inbound-shipments/${body.inboundId}/receive`
  expect(await post(path, { lines: [{ line: 1, quantity: 10 }] })).toMatchObject({
    status: 422,
    body: { code: 'lot-missing', field: 'lines[0].lot' },
  })
  expect(await post(path, { lines: [{ line: 2, quantity: 3 }] })).toMatchObject({
    status: 422,
    body: { code: 'serial-missing', field: 'lines[0].serials' },
  })
  expect(await post(path, { lines: [{ line: 1, quantity: 10, lotId: randomUUID() }] })).toMatchObject({
    status: 422,
  })
  const lines = [
    { line: 1, quantity: 6, lot: 'L1', expiresOn: '2030-01-31' },
    { line: 1, quantity: 4, lot: 'L2', expiresOn: '2030-02-28', supplierLot: 'X7' },
    { line: 2, quantity: 3, serials: ['S1', 'S2', 'S3'], damagedSerials: ['S3'] },
  ]
  expect(await post(path, { lines })).toMatchObject({ status: 201, body: { state: 'received' } })
  expect(await get('/items/MILK/lots')).toMatchObject({ rows: [{ lot: 'L1' }, { lot: 'L2' }] })
  expect(await get('/serials/S3')).toMatchObject({ rows: [{ state: 'held', locationCode: 'MAIN' }] })
  expect(await get('/valuation?sku=CAM')).toMatchObject({ rows: [{ units: 3, cost: 1_200_000 }] })
})

test('a transfer takes its lot by code, and its units by serial number', async () => {
  expect(
    await post('/transfers', { from: 'MAIN', to: 'EAST', lines: [{ sku: 'MILK', quantity: 2 }] }),
  ).toMatchObject({ status: 422, body: { code: 'lot-missing', field: 'lines[0].lot' } })
  const { body } = await post('/transfers', {
    from: 'MAIN',
    to: 'EAST',
    lines: [
      { sku: 'MILK', quantity: 2, lot: 'L1' },
      { sku: 'CAM', quantity: 2 },
    ],
  })
  const path = `/transfers/${body.transferId}`
  expect(await post(`${path}/dispatch`, {})).toMatchObject({
    status: 422,
    body: { code: 'serial-missing', field: 'lines[1].serials' },
  })
  const lines = [{ line: 2, quantity: 2, serials: ['S1', 'S2'] }]
  expect(await post(`${path}/dispatch`, { lines })).toMatchObject({
    status: 201,
    body: { lines: [{ lot: 'L1', dispatched: 2 }, { serials: [{ serial: 'S1', state: 'in-transit' }, {}] }] },
  })
  expect(await get('/serials/S1')).toMatchObject({ rows: [{ locationCode: 'TRANSIT' }] })
  const receipt = { line: 2, quantity: 1, serials: ['S1'], lostSerials: ['S2'] }
  expect(await post(`${path}/receive`, { lines: [receipt] })).toMatchObject({
    status: 422,
    body: { code: 'reason-missing' },
  })
  expect(
    await post(`${path}/receive`, { reason: 'stolen', lines: [{ line: 1, quantity: 2 }, receipt] }),
  ).toMatchObject({ status: 201, body: { state: 'closed' } })
  expect(await get('/serials/S1')).toMatchObject({ rows: [{ locationCode: 'EAST', state: 'in-stock' }] })
  expect(await get('/serials/S2')).toMatchObject({ rows: [{ state: 'removed' }] })
  // The one step takes them too.
  const move = { sku: 'CAM', from: 'EAST', to: 'MAIN', quantity: 1 }
  expect(await post('/stock/transfer', move)).toMatchObject({ body: { code: 'serial-missing' } })
  expect(await post('/stock/transfer', { ...move, serials: ['S1'] })).toMatchObject({ status: 201 })
  expect(
    await post('/stock/transfer', { sku: 'MILK', from: 'EAST', to: 'MAIN', quantity: 2, lot: 'L1' }),
  ).toMatchObject({ status: 201 })
})

test('a blind sheet lists lots and names no serial that is expected; when it is approved it says what is missing, and what that is worth', async () => {
  const scope = { kind: 'items', skus: ['MILK', 'CAM'] }
  const { body } = await post('/stock-counts', { location: 'MAIN', blind: true, scope })
  const path = `/stock-counts/${body.countId}`
  expect(
    await post(`${path}/enter`, { counter: 'Ann', entries: [{ sku: 'CAM', quantity: 2 }] }),
  ).toMatchObject({
    status: 422,
    body: { code: 'serial-missing', field: 'lines[0].serials' },
  })
  const entries = [
    { sku: 'CAM', quantity: 2, serials: ['S1', 'S9'] },
    { sku: 'MILK', lot: 'L1', quantity: 6 },
    { sku: 'MILK', lot: 'L2', quantity: 3 },
  ]
  await post(`${path}/enter`, { counter: 'Ann', entries })
  const hidden = { expected: null, found: ['S1', 'S9'], missing: null, unexpected: null }
  expect(await get(`${path}/lines`)).toMatchObject({
    isBlind: true,
    value: null,
    rows: [
      { sku: 'CAM', lot: null, ledger: null, value: null, serials: hidden },
      { sku: 'MILK', lot: 'L1', expected: null, serials: null },
      { sku: 'MILK', lot: 'L2', expected: null, serials: null },
    ],
  })
  const shown = {
    currency: 'EUR',
    value: -10_000,
    rows: [
      {
        difference: 0,
        value: 0,
        serials: { expected: ['S1', 'S3'], found: ['S1', 'S9'], missing: ['S3'], unexpected: ['S9'] },
      },
      { lot: 'L1', difference: 0, value: 0 },
      { lot: 'L2', difference: -1, value: -10_000 },
    ],
  }
  expect(await get(`${path}/lines?viewer=Bob&method=fifo`)).toMatchObject(shown)
  expect(await get(`${path}/lines?viewer=Bob&only=different`)).toMatchObject({
    rows: [{ sku: 'CAM' }, { sku: 'MILK', lot: 'L2' }],
  })
  await post(`${path}/approve`, { approver: 'Bob' })
  expect(await post(`${path}/post`, {})).toMatchObject({ status: 201, body: { state: 'posted' } })
  expect(await get(`${path}/lines`)).toMatchObject(shown)
  expect(await get('/serials/S3')).toMatchObject({ rows: [{ state: 'removed' }] })
})

test('a lot that was found and is not known yet is told with its line, and single lots are counted again', async () => {
  const scope = { kind: 'items', skus: ['MILK'] }
  const { body } = await post('/stock-counts', { location: 'MAIN', scope })
  const path = `/stock-counts/${body.countId}`
  const enter = (...entries: object[]) => post(`${path}/enter`, { counter: 'Ann', entries })
  expect(await enter({ sku: 'MILK', lot: 'L9', quantity: 2 })).toMatchObject({
    status: 404,
    body: { code: 'unknown-lot' },
  })
  const newLot = { code: 'L9', expiresOn: '2027-01-31' }
  expect(await enter({ sku: 'MILK', newLot, quantity: 2 })).toMatchObject({ status: 201 })
  expect(await post(`${path}/recount`, { lines: [{ sku: 'MILK', lot: 'L8' }] })).toMatchObject({
    status: 404,
    body: { code: 'unknown-document-line', field: 'lines[0].lot' },
  })
  expect(await post(`${path}/recount`, { lines: [{ sku: 'MILK', lot: 'L9' }] })).toMatchObject({
    status: 201,
  })
  expect(await enter({ sku: 'MILK', newLot: { ...newLot, expires: 'x' }, quantity: 3 })).toMatchObject({
    status: 422,
  })
  await enter({ sku: 'MILK', lot: 'L9', quantity: 3 })
  const line = { lot: 'L9', round: 2, counted: 3, difference: 3 }
  const told = { expiresOn: '2027-01-31', manufacturedOn: null, supplierLot: null }
  expect(await get(`${path}/lines?only=different`)).toMatchObject({ rows: [{ ...line, newLot: told }] })
  await post(`${path}/approve`, { approver: 'Bob', leaveUncounted: true })
  expect(await post(`${path}/post`, {})).toMatchObject({ status: 201 })
  expect(await get(`${path}/lines?only=different`)).toMatchObject({ rows: [{ ...line, newLot: null }] })
  expect(await get('/items/MILK/lots')).toMatchObject({
    rows: expect.arrayContaining([expect.objectContaining({ lot: 'L9', expiresOn: '2027-01-31' })]),
  })
})
