import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'
import { signedDelivery, wooOrder } from '../testing/woo-webhook.ts'

let served: ServedHub
beforeAll(async () => {
  served = await serveHub('api,worker')
  await served.stock('MUG', 100)
})
afterAll(() => served.close())

const command = async (kind: string, body: object) => {
  const key = { 'idempotency-key': randomUUID() }
  const answer = await served.ask('POST', `/api/v1/stock/${kind}`, body, key)
  expect(answer.status, answer.text).toBe(201)
  return String(answer.body.reservationId)
}
const reserve = (quantity: number) => command('reserve', { sku: 'MUG', location: 'MAIN', quantity })
const read = (path: string) => served.ask('GET', `/api/v1/reservations${path}`)

test('the pages of an item’s reservations hold each open one once, oldest first', async () => {
  const made = [await reserve(1), await reserve(2), await reserve(3)]
  await command('release', { reservationId: made[1], quantity: 2 })
  await command('release', { reservationId: made[2], quantity: 1 })
  const found: unknown[] = []
  for (let cursor = ''; ; ) {
    const { body } = await read(`?sku=MUG&limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`)
    found.push(...(body.rows as unknown[]))
    if (body.next === null) break
    cursor = String(body.next)
  }
  expect(found).toMatchObject([
    { reservationId: made[0], reserved: 1, released: 0, open: 1, ownerKind: 'api', orderNumber: null },
    { reservationId: made[2], reserved: 3, released: 1, open: 2, kind: 'strict', locationCode: 'MAIN' },
  ])
  expect(await read(`/${made[1]}`)).toMatchObject({
    status: 200,
    body: { reservationId: made[1], rows: [{ released: 2, open: 0, sku: 'MUG' }] },
  })
})

test('a reservation of a kit is answered, read and listed in kits, with its parts beside', async () => {
  await served.stock('CUP', 10)
  await served.stock('LID', 4)
  await served.stock('SET', 0)
  const components = [
    { sku: 'CUP', quantity: 3 },
    { sku: 'LID', quantity: 1 },
  ]
  await served.ask('PUT', '/api/v1/items/SET/kit', { kind: 'virtual', components })
  const id = await command('reserve', { sku: 'SET', location: 'MAIN', quantity: 3 })
  const give = async (kind: string, quantity: number) => {
    const body = { reservationId: id, quantity }
    return await served.ask('POST', `/api/v1/stock/${kind}`, body, { 'idempotency-key': randomUUID() })
  }
  await give('ship', 2)
  await give('return', 1)
  expect(await give('release', 1)).toMatchObject({
    status: 201,
    body: {
      sku: 'SET',
      onHand: 2,
      reservation: { reserved: 3, released: 1, shipped: 2, returned: 1, open: 0 },
      parts: expect.arrayContaining([
        { sku: 'CUP', reserved: 9, released: 3, shipped: 6, returned: 3, open: 0 },
        { sku: 'LID', reserved: 3, released: 1, shipped: 2, returned: 1, open: 0 },
      ]),
    },
  })
  expect(await give('release', 1)).toMatchObject({ status: 409, body: { code: 'insufficient-open' } })
  expect(await read(`/${id}`)).toMatchObject({
    body: { sku: 'SET', reserved: 3, shipped: 2, open: 0, rows: [{ kitSku: 'SET' }, { kitSku: 'SET' }] },
  })

  const other = await command('reserve', { sku: 'SET', location: 'MAIN', quantity: 1 })
  const { body } = await read('?sku=SET')
  expect(body.rows).toHaveLength(2)
  expect(body.rows).toMatchObject([
    { reservationId: other, kitSku: 'SET' },
    { reservationId: other, kitSku: 'SET' },
  ])
})

test('what an order holds is listed with its number', async () => {
  await served.stock('TEA', 5)
  const shop = await served.openShop([{ sku: 'TEA', quantity: 5 }])
  const { webhookSecret = '' } = shop.simulator.credentials as Record<string, string>
  const listed = await sql<{ externalId: string }>`select external_id from listing`.execute(
    served.database.kysely,
  )
  const productId = Number(listed.rows[0]?.externalId)
  const order = signedDelivery(webhookSecret, wooOrder({ id: 4711, productId, sku: 'TEA', quantity: 2 }))
  await served.ask('POST', `/webhooks/${shop.connectionId}`, order.body, order.headers)
  await expect
    .poll(async () => (await read('?sku=TEA')).body.rows, { timeout: 10_000 })
    .toMatchObject([{ ownerKind: 'order-line', kind: 'recorded', orderNumber: '#4711', open: 2 }])
})

test.each([
  ['no SKU', '', { status: 422, body: { code: 'invalid-request', field: 'sku' } }],
  ['an unknown SKU', '?sku=TEAPOT', { status: 404, body: { code: 'unknown-item' } }],
  ['a cursor that is none', '?sku=MUG&cursor=7', { status: 422, body: { field: 'cursor' } }],
  ['a page of none', '?sku=MUG&limit=0', { status: 422, body: { field: 'limit' } }],
  ['an id that is none', '/7', { status: 422, body: { field: 'id' } }],
  ['an unknown id', `/${randomUUID()}`, { status: 404, body: { code: 'unknown-reservation', field: 'id' } }],
])('%s is refused with its code and field', async (_what, path, answer) => {
  expect(await read(path)).toMatchObject(answer)
})
