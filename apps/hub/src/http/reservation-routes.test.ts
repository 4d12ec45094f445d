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
