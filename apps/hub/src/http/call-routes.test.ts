import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, type ServedHub, type Shop, serveHub } from '../testing/served-hub.ts'
import { signedDelivery, wooOrder } from '../testing/woo-webhook.ts'

/** A hub that works a simulated shop over real HTTP: what is written down of it. */
let served: ServedHub
let shop: Shop
beforeAll(async () => {
  served = await serveHub('api,worker')
  await served.stock('MUG', 10)
  shop = await served.openShop([{ sku: 'MUG', quantity: 4 }])
  expect(await served.goLive(shop.connectionId)).toBe(200)
})
afterAll(() => served.close())

type Row = {
  callId: string
  operation: string
  about: string[]
  failed: boolean
  direction: string
  status: number
}
const rowsOf = ({ body }: Answer) => body.rows as Row[]
const flush = () => served.hub.context.calls?.flush()

async function secretTexts(): Promise<string[]> {
  const { credentials } = shop.simulator
  return Object.values(credentials as Record<string, string>).filter((text) => text.length > 4)
}

test('a write is found with the call that carried it, what was asked and answered, and none of the secrets', async () => {
  const write = await served.hub.context.clock.sleep(0).then(() => untilWritten())
  await flush()
  const found = await served.ask('GET', `/api/v1/calls?write=${write}`)
  expect(rowsOf(found)).toMatchObject([
    { operation: 'setQuantities', about: [`write:${write}`], failed: false },
  ])
  const [call] = rowsOf(found)
  const path = `/api/v1/connections/${shop.connectionId}/calls`
  const detail = await served.ask('GET', `${path}/${call?.callId}`)
  expect(detail.body).toMatchObject({
    status: 200,
    requestBody: expect.stringContaining('"stock_quantity":10'),
  })

  const { rows } = await sql<{ text: string }>`
    select string_agg(platform_call::text, ' ') as text from platform_call`.execute(served.database.kysely)
  expect(rows[0]?.text).toContain('setQuantities')
  for (const secret of await secretTexts()) expect(rows[0]?.text).not.toContain(secret)
  expect(await served.ask('GET', `${path}?operation=setQuantities&limit=1`)).toMatchObject({ status: 200 })
})

test('a webhook is found from its order and its event, without whom it is of; a stranger’s leaves no body', async () => {
  const { webhookSecret = '' } = shop.simulator.credentials as Record<string, string>
  const order = signedDelivery(
    webhookSecret,
    wooOrder({ id: 77, productId: 1, sku: 'NOT-OURS', quantity: 1 }),
  )
  const hook = `/webhooks/${shop.connectionId}`
  expect((await served.ask('POST', hook, order.body, order.headers)).status).toBe(200)
  const forged = { ...order.headers, 'x-wc-webhook-signature': 'forged' }
  expect((await served.ask('POST', hook, order.body, forged)).status).toBe(401)
  await flush()
  const event = await sql<{ inboxId: string }>`
    select inbox_id from inbox where subject = '77'`.execute(served.database.kysely)
  const brought = rowsOf(
    await served.ask('GET', `/api/v1/calls?event=${event.rows[0]?.inboxId}&direction=in`),
  )
  expect(brought).toMatchObject([{ direction: 'in', operation: 'webhook', status: 200 }])
  const calls = `/api/v1/connections/${shop.connectionId}/calls`
  const [stranger] = rowsOf(await served.ask('GET', `${calls}?direction=in&failed=true`))
  expect(stranger).toMatchObject({ status: 401, failed: true })
  const bodies: unknown[] = []
  for (const { callId } of [...brought, ...(stranger === undefined ? [] : [stranger])]) {
    const { body, text } = await served.ask('GET', `${calls}/${callId}`)
    expect(text).not.toContain('ada@example.org')
    bodies.push(body.requestBody)
  }
  expect(bodies).toEqual([expect.stringContaining('NOT-OURS'), null])
})

test('what is kept is set per connection: only failures, and nothing', async () => {
  const path = `/api/v1/connections/${shop.connectionId}`
  const set = (body: object) => served.ask('PUT', `${path}/call-log`, body)
  expect(await set({ mode: 'failures', callsMax: 100 })).toMatchObject({
    status: 200,
    body: { mode: 'failures', callsMax: 100, hoursMax: 72, changedBy: expect.any(String) },
  })
  expect((await set({ callsMax: 5 })).status).toBe(422)
  await flush()
  const before = rowsOf(await served.ask('GET', `${path}/calls?limit=200`)).length
  expect((await served.ask('POST', `${path}/check`, {})).status).toBe(200)
  await flush()
  expect(rowsOf(await served.ask('GET', `${path}/calls?limit=200`)).length).toBe(before)
  expect((await served.ask('GET', '/api/v1/calls')).status).toBe(422)
  expect((await served.ask('GET', `/api/v1/calls?order=${shop.connectionId}`)).status).toBe(404)
})

/** @returns the id of the first write that the platform has applied */
async function untilWritten(): Promise<string> {
  for (;;) {
    const found = await sql<{ writeId: string }>`
      select write_id from write where state = 'applied' limit 1`.execute(served.database.kysely)
    const [write] = found.rows
    if (write !== undefined) return write.writeId
    await served.hub.context.clock.sleep(50)
  }
}
