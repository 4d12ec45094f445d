import { orderDetail } from '@plimsoll/client'
import { sql } from 'kysely'
import { request } from 'undici'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { type ServedHub, type Shop, serveHub } from '../testing/served-hub.ts'
import { signedDelivery, wooOrder } from '../testing/woo-webhook.ts'

// From a call to our API down to the shop and back, over real HTTP and with the hub's own workers, on a machine that may be busy.
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

const control = async (path: string, body?: unknown): Promise<unknown> => {
  const answer = await request(`${shop.simulator.url}/_control/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  return await answer.body.json()
}
const state = z.object({ levels: z.array(z.object({ sku: z.string(), quantity: z.number() })) })
const atTheShop = async () => state.parse(await control('state')).levels[0]?.quantity

async function buy(quantity: number): Promise<string> {
  const placed = await control('orders', { lines: [{ sku: 'MUG', quantity }] })
  const { externalId } = z.object({ externalId: z.string() }).parse(placed)
  await vi.waitFor(async () => expect((await readOrder(externalId)).status).toBe(200), wait)
  return externalId
}
const wait = { timeout: 30_000, interval: 50 }
const readOrder = (id: string) => served.ask('GET', `/api/v1/orders/${id}`)
const order = async (id: string) => orderDetail.parse((await readOrder(id)).body)
const available = async () => (await served.ask('GET', '/api/v1/items/MUG')).body.available

/** What went to the shop to change this order, as the record of all calls has it. */
async function told(id: string): Promise<string[]> {
  await served.hub.context.calls?.flush()
  const { body } = await served.ask('GET', `/api/v1/connections/${shop.connectionId}/calls?limit=200`)
  const rows = z.array(z.object({ method: z.string(), address: z.string() })).parse(body.rows)
  return rows
    .filter(({ method, address }) => method !== 'GET' && address.includes(`/orders/${id}`))
    .map(({ method }) => method)
}

test('an order is cancelled over the API: its shop is told once, its stock comes back once; asked again changes nothing', async () => {
  const id = await buy(3)
  await vi.waitFor(async () => expect(await available()).toBe(17), wait)
  const path = `/api/v1/orders/${id}/cancel`
  const asked = await served.ask('POST', path, { reason: 'out-of-stock', note: 'the last was broken' })
  expect(orderDetail.parse(asked.body)).toMatchObject({ state: 'open', holds: ['cancelling'] })
  // Impatience: the same is asked for while it is under way.
  expect((await served.ask('POST', path, { reason: 'out-of-stock' })).status).toBeLessThan(500)
  await vi.waitFor(async () => expect(await order(id)).toMatchObject({ state: 'cancelled', holds: [] }), wait)
  await vi.waitFor(async () => expect(await available()).toBe(20), wait)
  expect(await told(id)).toEqual(['POST'])
  expect(await served.ask('POST', path, {})).toMatchObject({ status: 409, body: { code: 'wrong-state' } })
  expect(await atTheShop()).toBe(20)
  expect(await available()).toBe(20)
})

test('what the shop refuses is a task, the order stays held and its units promised, until a person takes it back', async () => {
  // The shop tells of an order, and has it no more when it is to be cancelled.
  const id = '9001'
  const { rows } = await sql<{ id: string }>`select external_id as id from listing`.execute(
    served.database.kysely,
  )
  const sold = wooOrder({ id: Number(id), productId: Number(rows[0]?.id), sku: 'MUG', quantity: 2 })
  const { webhookSecret = '' } = shop.simulator.credentials as Record<string, string>
  const { body, headers } = signedDelivery(webhookSecret, sold)
  expect((await served.ask('POST', `/webhooks/${shop.connectionId}`, body, headers)).status).toBe(200)
  await vi.waitFor(async () => expect(await available()).toBe(18), wait)
  expect((await served.ask('POST', `/api/v1/orders/${id}/cancel`, {})).status).toBe(200)
  const tasks = async () =>
    (await served.ask('GET', '/api/v1/tasks')).body.rows as { kind: string; title?: string }[]
  await vi.waitFor(
    async () => expect((await tasks()).map(({ kind }) => kind)).toContain('not-cancelled'),
    wait,
  )
  expect(await order(id)).toMatchObject({ state: 'open', holds: ['cancelling'] })
  expect(await told(id)).toEqual([])
  expect(await available()).toBe(18)
  expect((await served.ask('DELETE', `/api/v1/orders/${id}/holds/cancelling`)).status).toBe(200)
  expect((await tasks()).map(({ kind }) => kind)).not.toContain('not-cancelled')
  expect(await order(id)).toMatchObject({ state: 'open', holds: [] })
})
