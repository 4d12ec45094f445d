import { randomUUID } from 'node:crypto'
import { itemDetail } from '@plimsoll/client'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findWrongSums } from '../testing/explain-arithmetic.ts'
import { type ServedHub, type Shop, serveHub } from '../testing/served-hub.ts'
import { signedDelivery, wooOrder } from '../testing/woo-webhook.ts'

/** A mug that one shop sells by the piece and in sixes. */
let served: ServedHub
let shop: Shop
beforeAll(async () => {
  served = await serveHub('api,worker')
  await served.stock('MUG', 100)
  shop = await served.openShop([
    { sku: 'MUG', quantity: 1 },
    { sku: 'MUG-6', quantity: 1 },
  ])
  const six = await listingOf('MUG-6')
  await served.ask('POST', '/api/v1/mappings', {
    mappings: [{ listingId: six.listingId, sku: 'MUG', unitsPerListing: 6 }],
  })
})
afterAll(() => served.close())

async function listingOf(sku: string): Promise<{ listingId: string; externalId: string }> {
  const found = await sql<{ listingId: string; externalId: string }>`
    select listing_id, external_id from listing where sku = ${sku}`.execute(served.database.kysely)
  const [row] = found.rows
  if (row === undefined) throw new Error(`the shop lists ${sku}`)
  return row
}
const change = (kind: string, quantity: number) =>
  served.ask(
    'POST',
    `/api/v1/stock/${kind}`,
    { sku: 'MUG', location: 'MAIN', quantity },
    { 'idempotency-key': randomUUID() },
  )

async function levels() {
  const item = itemDetail.parse((await served.ask('GET', '/api/v1/items/MUG')).body)
  for (const listing of item.listings) {
    for (const level of listing.levels) {
      expect(level.explain.value).toBe(level.desired)
      expect(findWrongSums(level.explain), JSON.stringify(level.explain)).toEqual([])
    }
  }
  return item.listings.map(({ unitsPerListing, levels: [level] }) => ({ unitsPerListing, level }))
}

async function order(id: number, sku: string, quantity: number) {
  const { externalId } = await listingOf(sku)
  const secret = (shop.simulator.credentials as { webhookSecret: string }).webhookSecret
  const { body, headers } = signedDelivery(
    secret,
    wooOrder({ id, productId: Number(externalId), sku, quantity }),
  )
  expect((await served.ask('POST', `/webhooks/${shop.connectionId}`, body, headers)).status).toBe(200)
  for (;;) {
    const { body: overview } = await served.ask('GET', '/api/v1/overview')
    if (overview.inboxWaiting === 0) return
  }
}

test('I10: through receipts, breakage, holds, orders of pieces and of sixes, every number adds up', async () => {
  await levels()
  await change('adjust', -3)
  await change('hold', 4)
  await change('reserve', 5)
  await order(1, 'MUG', 2)
  await order(2, 'MUG-6', 3)
  const [piece, six] = (await levels()).sort((a, b) => a.unitsPerListing - b.unitsPerListing)
  // 100 − 3 − 4 held − 5 − 2 − 18 reserved
  expect(piece?.level?.desired).toBe(68)
  expect(six?.level?.desired).toBe(11)
  expect(JSON.stringify(six?.level?.explain)).toContain(
    '"division":{"dividend":68,"divisor":6,"remainder":2}',
  )
})

test('I10: a policy that cuts the number is a row of its own, also before it is worked out', async () => {
  await sql`
    insert into policy (organization_id, scope, scope_id, buffer_percent, cap, updated_at)
    select organization_id, 'connection', connection_id, 10, 9, now() from connection`.execute(
    served.database.kysely,
  )
  const before = await levels()
  expect(JSON.stringify(before)).toContain('not-worked-out')
  await change('receive', 1)
  const after = await levels()
  expect(after.map(({ level }) => level?.desired)).toEqual([9, 9])
  expect(JSON.stringify(after)).not.toContain('not-worked-out')
})

test('how the item is protected is told for each channel, with who set it', async () => {
  const protection = async () =>
    itemDetail.parse((await served.ask('GET', '/api/v1/items/MUG')).body).protection
  expect(await protection()).toMatchObject({ mode: 'auto', isOwn: false, changed: null })
  await served.ask('PUT', '/api/v1/protections', { connection: 'Shop 1', mode: 'guaranteed' })
  const ofConnection = await protection()
  expect(ofConnection).toMatchObject({ mode: 'auto', isOwn: false })
  expect(ofConnection?.channels).toMatchObject([{ connectionName: 'Shop 1', mode: 'guaranteed' }])
  await served.ask('PUT', '/api/v1/protections', { item: 'MUG', mode: 'open' })
  expect(await protection()).toMatchObject({
    mode: 'open',
    isOwn: true,
    changed: { actor: 'api' },
    channels: [{ mode: 'open', protection: 'open', keptBack: 0 }],
  })
  await served.ask('PUT', '/api/v1/protections', { item: 'MUG', mode: null })
  await served.ask('PUT', '/api/v1/protections', { connection: 'Shop 1', mode: null })
})

test('I10: while stock changes all the time, what is read still adds up: it is of one moment', async () => {
  let isOver = false
  const changing = (async () => {
    for (let nth = 0; !isOver; nth += 1) await change('adjust', nth % 2 === 0 ? 7 : -7)
  })()
  for (let look = 0; look < 40; look += 1) await levels()
  isOver = true
  await changing
})
