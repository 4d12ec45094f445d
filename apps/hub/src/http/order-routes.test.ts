import {
  orderDetail,
  orderPage,
  pickList,
  ROUTING_TAKES_MS,
  shipmentDetail,
  shipmentPage,
  shipsOrders,
} from '@plimsoll/client'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ServedHub, type Shop, serveHub } from '../testing/served-hub.ts'
import { signedDelivery, wooOrder } from '../testing/woo-webhook.ts'

// The hub's workers run by themselves here, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let served: ServedHub
let shop: Shop
beforeAll(async () => {
  served = await serveHub('api,worker')
  await served.stock('MUG', 20)
  shop = await served.openShop([{ sku: 'MUG', quantity: 20 }])
  expect(await served.goLive(shop.connectionId)).toBe(200)
})
afterAll(() => served.close())

const ask: ServedHub['ask'] = (...request) => served.ask(...request)

async function place(id: number, quantity: number, more: object = {}): Promise<void> {
  const { kysely } = served.database
  const found = await sql<{ externalId: string }>`select external_id from listing where sku = 'MUG'`.execute(
    kysely,
  )
  const productId = Number(found.rows[0]?.externalId)
  const { webhookSecret = '' } = shop.simulator.credentials as Record<string, string>
  const told = { ...wooOrder({ id, productId, sku: 'MUG', quantity }), ...more }
  const { body, headers } = signedDelivery(webhookSecret, told)
  expect((await ask('POST', `/webhooks/${shop.connectionId}`, body, headers)).status).toBe(200)
}

/** Asks until the answer is as wanted. */
async function until<T>(read: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  const end = Date.now() + 30_000
  for (;;) {
    const seen = await read()
    if (isSo(seen)) return seen
    if (Date.now() > end) throw new Error(`It stayed so: ${JSON.stringify(seen)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const order = async (id: string) => orderDetail.parse((await ask('GET', `/api/v1/orders/${id}`)).body)
const orderOf = (id: string) =>
  until(
    async () => await ask('GET', `/api/v1/orders/${id}`),
    ({ status }) => status === 200,
  )

test('an order goes from its channel to a parcel, and everything of it is in its page', async () => {
  await place(501, 3)
  await orderOf('501')
  expect(await order('501')).toMatchObject({ state: 'open', toShip: 3, isSentByHub: false, shipments: [] })
  expect(await ask('POST', '/api/v1/orders/501/route', {})).toMatchObject({
    status: 409,
    body: { code: 'wrong-state', field: 'order' },
  })
  const put = await ask('PUT', `/api/v1/connections/${shop.connectionId}/fulfilment`, {
    shipsOrders: true,
    from: '2026-01-01T00:00:00Z',
  })
  expect(shipsOrders.parse(put.body)).toMatchObject({ shipsOrders: true, from: '2026-01-01T00:00:00.000Z' })
  const again = await ask('PUT', `/api/v1/connections/${shop.connectionId}/fulfilment`, { shipsOrders: true })
  expect(again.body).toEqual(put.body)
  const routed = await until(
    () => order('501'),
    ({ shipments }) => shipments.some(({ state }) => state === 'received'),
  )
  const [shipment] = routed.shipmentDetails
  expect(shipment).toMatchObject({
    number: '#501',
    location: 'MAIN',
    warehouse: null,
    because: { why: { places: [{ code: 'MAIN', verdict: 'chosen' }] } },
    lines: [{ sku: 'MUG', units: 3, shipped: 0 }],
  })
  expect(routed.lines).toMatchObject([{ committed: 3, base: { reserved: 3, shipped: 0 } }])
  expect(routed.reservations).toMatchObject([{ sku: 'MUG', location: 'MAIN', reserved: 3 }])

  const list = await ask('GET', '/api/v1/shipments/pick-list?location=MAIN')
  expect(pickList.parse(list.body)).toMatchObject({
    shipments: 1,
    rows: [{ sku: 'MUG', units: 3, bin: null }],
  })
  const { shipmentId = '' } = shipment ?? {}
  const read = await ask('GET', `/api/v1/shipments/${shipmentId}`)
  const { version } = shipmentDetail.parse(read.body)
  const body = { carrier: 'DHL', trackingNumber: '00340', lines: [{ sku: 'MUG', units: 3 }] }
  const path = `/api/v1/shipments/${shipmentId}/parcels`
  const key = { 'idempotency-key': 'table-1' }
  expect(await ask('POST', path, body)).toMatchObject({
    status: 400,
    body: { code: 'idempotency-key-missing' },
  })
  expect(await ask('POST', path, { lines: [{ sku: 'MUG', units: 4 }] }, key)).toMatchObject({
    status: 422,
    body: { code: 'invalid-parcel', field: 'lines.0.units' },
  })
  expect(await ask('POST', path, body, { ...key, 'if-match': `"${version + 5}"` })).toMatchObject({
    status: 412,
    body: { code: 'version-changed' },
  })
  const left = await ask('POST', path, body, { ...key, 'if-match': `"${version}"` })
  expect(left.status).toBe(201)
  expect(shipmentDetail.parse(left.body)).toMatchObject({
    state: 'shipped',
    parcels: [{ trackingNumber: '00340', lines: [{ sku: 'MUG', units: 3, isAsked: true }] }],
  })
  expect((await ask('POST', path, body, key)).status).toBe(200)
  const items = await ask('GET', '/api/v1/items/MUG')
  expect(items.body).toMatchObject({ onHand: 17 })
  const { timeline } = await order('501')
  const kinds = timeline.map(({ kind }) => kind)
  for (const kind of ['placed', 'seen', 'applied', 'shipment-planned', 'parcel-left', 'call'])
    expect(kinds).toContain(kind)
  expect(timeline.map(({ at }) => at)).toEqual(timeline.map(({ at }) => at).sort())
  expect(timeline.find(({ kind }) => kind === 'call')?.call).toMatchObject({ errand: 'tell-shipped' })
})

test('an order is held, its shipment stopped, and goes once it is released', async () => {
  await place(601, 2)
  await orderOf('601')
  await until(
    () => order('601'),
    ({ shipments }) => shipments.some(({ state }) => state === 'received'),
  )
  const held = await ask('POST', '/api/v1/orders/601/holds', { reason: 'address', note: 'no house number' })
  expect(held).toMatchObject({ status: 200, body: { stopped: ['#601'], underWay: [] } })
  expect(await order('601')).toMatchObject({
    holds: ['address'],
    holdDetails: [{ reason: 'address', note: 'no house number', placedBy: 'api' }],
    shipments: [{ state: 'cancelled' }],
  })
  const listed = await ask('GET', '/api/v1/orders?standing=held')
  expect(orderPage.parse(listed.body).rows.map(({ number }) => number)).toEqual(['#601'])
  expect((await ask('DELETE', '/api/v1/orders/601/holds/fraud')).body).toMatchObject({
    code: 'unknown-order-hold',
  })
  expect((await ask('DELETE', '/api/v1/orders/601/holds/address')).status).toBe(200)
  const freed = await until(
    () => order('601'),
    ({ shipments }) => shipments.some(({ state }) => state === 'received'),
  )
  const [, shipment] = freed.shipments
  const cancel = await ask('POST', `/api/v1/shipments/${shipment?.shipmentId}/cancel`, {
    reason: 'broken box',
  })
  expect(shipmentDetail.parse(cancel.body)).toMatchObject({ state: 'cancelled', cancelReason: 'hold' })
  expect(await order('601')).toMatchObject({ holds: ['manual'], holdDetails: [{ note: 'broken box' }] })
  expect(
    await ask('POST', `/api/v1/shipments/${shipment?.shipmentId}/cancel`, { afterwards: 'send-again' }),
  ).toMatchObject({ status: 409, body: { code: 'shipment-ended' } })
})

test('orders and shipments are listed by pages, and found by number, channel and standing', async () => {
  const list = async (query: string) => orderPage.parse((await ask('GET', `/api/v1/orders?${query}`)).body)
  const first = await list('limit=1')
  expect(first.rows).toHaveLength(1)
  const second = await list(`limit=1&cursor=${first.next}`)
  expect([...first.rows, ...second.rows].map(({ number }) => number).sort()).toEqual(['#501', '#601'])
  expect(second.next).toBeNull()
  const numbers = async (query: string) => (await list(query)).rows.map(({ number }) => number)
  expect(await numbers('search=50')).toEqual(['#501'])
  expect(await numbers('search=%25')).toEqual([])
  expect(await numbers('connection=Shop 1&standing=waiting')).toEqual(['#601'])
  expect(await numbers('standing=shipped')).toEqual(['#501'])
  expect(await numbers('standing=late')).toEqual([])
  // What was placed just now is being routed, and nobody's trouble yet.
  const unroutedWhen = async (agoMs: number) => {
    const placedAt = new Date(Date.now() - agoMs)
    await sql`update sales_order set placed_at = ${placedAt} where number = '#601'`.execute(
      served.database.kysely,
    )
    return await numbers('standing=not-routed')
  }
  expect(await unroutedWhen(0)).toEqual([])
  expect(await unroutedWhen(ROUTING_TAKES_MS)).toEqual(['#601'])
  expect(await ask('GET', '/api/v1/orders?connection=nobody')).toMatchObject({
    body: { code: 'unknown-connection' },
  })
  const shipments = async (query: string) =>
    shipmentPage
      .parse((await ask('GET', `/api/v1/shipments?${query}`)).body)
      .rows.map(({ number, state }) => `${number} ${state}`)
  expect(await shipments('warehouse=own&state=shipped')).toEqual(['#501 shipped'])
  expect(await shipments('state=open')).toEqual([])
  expect(await shipments('location=MAIN&state=cancelled')).toEqual(['#601 cancelled', '#601-2 cancelled'])
  expect(await ask('GET', '/api/v1/orders/501/recipient')).toMatchObject({
    status: 404,
    body: { code: 'unknown-recipient' },
  })
  expect(await ask('GET', '/api/v1/orders/999')).toMatchObject({
    status: 404,
    body: { code: 'unknown-order' },
  })
})

test('an order that its channel holds says why, is ended there and not here, and goes once its channel lets go', async () => {
  await place(801, 1, { status: 'on-hold' })
  await orderOf('801')
  const said = [{ reason: 'payment', code: 'on-hold' }]
  const { holds, holdDetails, channel } = await until(
    () => order('801'),
    (seen) => seen.holds.length > 0,
  )
  expect({ holds, holdDetails }).toMatchObject({
    holds: ['channel'],
    holdDetails: [{ reason: 'channel', placedBy: channel, note: null, said }],
  })
  expect(await ask('DELETE', '/api/v1/orders/801/holds/channel')).toMatchObject({
    status: 409,
    body: { code: 'wrong-state', field: 'reason' },
  })
  const held = await order('801')
  expect(held.shipments).toEqual([])
  expect(held.timeline.find(({ kind }) => kind === 'held')?.detail).toMatchObject({ holds: said })
  await place(801, 1, { date_modified_gmt: '2026-08-01T10:05:00' })
  const freed = await until(
    () => order('801'),
    ({ shipments }) => shipments.some(({ state }) => state === 'received'),
  )
  expect(freed.holdDetails).toEqual([])
})
