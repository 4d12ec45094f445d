import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, type Shop, serveHub } from '../testing/served-hub.ts'
import { signedDelivery, wooOrder } from '../testing/woo-webhook.ts'

let served: ServedHub
let shop: Shop
const secretOf = ({ simulator }: Shop) => (simulator.credentials as { webhookSecret: string }).webhookSecret
let lastOrder = 1_000

beforeAll(async () => {
  served = await serveHub()
  await served.stock('MUG', 10)
  shop = await served.openShop([{ sku: 'MUG', quantity: 10 }])
})
afterAll(() => served.close())

const newOrder = () => {
  lastOrder += 1
  return wooOrder({ id: lastOrder, productId: 1, sku: 'MUG', quantity: 1 })
}
const deliver = (
  { body, headers }: { body: Buffer | string; headers: Record<string, string> },
  connectionId = shop.connectionId,
) => served.ask('POST', `/webhooks/${connectionId}`, body, headers)

async function inbox(subject: string) {
  const found = await sql<{ topic: string; state: string; reasonCode: string | null; payload: unknown }>`
    select topic, state, reason_code, payload from inbox where subject = ${subject}`.execute(
    served.database.kysely,
  )
  return found.rows
}
async function countInbox(): Promise<number> {
  const found = await sql<{ rows: number }>`select count(*) as rows from inbox`.execute(
    served.database.kysely,
  )
  return found.rows[0]?.rows ?? 0
}

test('a webhook with a good signature is stored, less what is personal, and answered 200', async () => {
  const order = newOrder()
  const answer = await deliver(signedDelivery(secretOf(shop), order))
  expect(answer).toMatchObject({ status: 200, body: {} })
  const rows = await inbox(String(order.id))
  expect(rows).toMatchObject([{ topic: 'order', state: 'pending' }])
  expect(JSON.stringify(rows)).not.toContain('ada@example.org')
})

test('I4: a webhook is answered only once it is committed: while its row cannot be stored there is no answer', async () => {
  const order = newOrder()
  const blocker = await served.database.pool.connect()
  try {
    // Nobody can write to the inbox until this transaction ends.
    await blocker.query('begin; set local idle_in_transaction_session_timeout = 0')
    await blocker.query('lock table inbox in share row exclusive mode')
    let isAnswered = false
    const answer = deliver(signedDelivery(secretOf(shop), order)).then((given) => {
      isAnswered = true
      return given
    })
    await untilBlocked()
    expect(isAnswered).toBe(false)
    expect(await inbox(String(order.id))).toEqual([])
    await blocker.query('commit')
    expect((await answer).status).toBe(200)
    expect(await inbox(String(order.id))).toHaveLength(1)
  } finally {
    blocker.release()
  }
})

/** Until the hub's own insert stands before the lock. */
async function untilBlocked(): Promise<void> {
  for (;;) {
    const { rows } = await served.database.pool.query(
      `select from pg_locks where relation = 'inbox'::regclass and not granted`,
    )
    if (rows.length > 0) return
  }
}

test('a webhook that cannot be stored is not acknowledged, so that the platform sends it again', async () => {
  const order = newOrder()
  await served.database.pool.query(
    'begin; set local role none; alter table inbox rename to inbox_away; commit',
  )
  try {
    const answer = await deliver(signedDelivery(secretOf(shop), order))
    expect(answer).toMatchObject({
      status: 500,
      type: 'application/problem+json',
      body: { code: 'internal' },
    })
  } finally {
    await served.database.pool.query(
      'begin; set local role none; alter table inbox_away rename to inbox; commit',
    )
  }
  expect((await deliver(signedDelivery(secretOf(shop), order))).status).toBe(200)
  expect(await inbox(String(order.id))).toHaveLength(1)
})

test.each([
  ['another secret', () => signedDelivery('anotherSecret00000', newOrder())],
  [
    'a body changed on the way',
    () => ({ ...signedDelivery(secretOf(shop), newOrder()), body: Buffer.from('{}') }),
  ],
  [
    'no signature',
    () => ({
      body: Buffer.from(JSON.stringify(newOrder())),
      headers: { 'x-wc-webhook-topic': 'order.created' },
    }),
  ],
])('a webhook with %s is refused with 401 and its cure, and nothing is stored', async (_what, make) => {
  const before = await countInbox()
  const answer = await deliver(make())
  expect(answer).toMatchObject({
    status: 401,
    type: 'application/problem+json',
    body: { code: 'bad-signature', detail: expect.stringContaining('Check that the secret') },
  })
  expect(await countInbox()).toBe(before)
})

test.each([
  ['is cut short', '{"id": 77'],
  ['has a shape that is none of the platform', '{"id":"seventy-seven"}'],
  ['is no JSON at all', '<html>Maintenance</html>'],
])(
  'a verified body that %s is parked with its reason and answered 200: sending it again would not help',
  async (_what, text) => {
    const before = await countInbox()
    const answer = await deliver(signedDelivery(secretOf(shop), text))
    expect(answer.status).toBe(200)
    expect(await countInbox()).toBe(before + 1)
    const { body } = await served.ask('GET', '/api/v1/parked?limit=200')
    expect(body.rows).toContainEqual(
      expect.objectContaining({ reasonCode: 'malformed', reason: expect.stringContaining('order.created') }),
    )
    // Sent again it is the same event.
    expect((await deliver(signedDelivery(secretOf(shop), text))).status).toBe(200)
    expect(await countInbox()).toBe(before + 1)
  },
)

test.each([
  ['an unknown connection', randomUUID()],
  ['no id', 'orders'],
])('a webhook for %s is answered 404', async (_what, connectionId) => {
  const answer = await deliver(signedDelivery(secretOf(shop), newOrder()), connectionId)
  expect(answer).toMatchObject({ status: 404, type: 'application/problem+json', body: { code: 'not-found' } })
})

test('the same webhook many times at once is stored once, and each time acknowledged', async () => {
  const order = newOrder()
  const delivery = signedDelivery(secretOf(shop), order)
  const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(delivery)))
  expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(200))
  expect(await inbox(String(order.id))).toHaveLength(1)
})

test('a webhook larger than the hub takes is refused as such, and nothing is stored', async () => {
  const before = await countInbox()
  const answer = await deliver(signedDelivery(secretOf(shop), 'x'.repeat(6 * 1024 * 1024)))
  expect(answer).toMatchObject({ status: 413, body: { code: 'too-large' } })
  expect(await countInbox()).toBe(before)
})

test('a webhook without a content type, as some proxies leave it, is taken like any other', async () => {
  const order = newOrder()
  const { body, headers } = signedDelivery(secretOf(shop), order)
  const { 'content-type': _type, ...bare } = headers
  const answer = await postWithout(body, bare)
  expect(answer).toBe(200)
  expect(await inbox(String(order.id))).toHaveLength(1)
})

async function postWithout(body: Buffer, headers: Record<string, string>): Promise<number> {
  const { request } = await import('undici')
  const answer = await request(`${served.url}/webhooks/${shop.connectionId}`, {
    method: 'POST',
    body,
    headers,
  })
  await answer.body.dump()
  return answer.statusCode
}

test('an order for a listing that is not mapped is acknowledged and stored; it waits for its mapping', async () => {
  const order = wooOrder({ id: 9_000, productId: 4_711, sku: 'UNKNOWN', quantity: 1 })
  expect((await deliver(signedDelivery(secretOf(shop), order))).status).toBe(200)
  expect(await inbox('9000')).toMatchObject([{ state: 'pending' }])
})
