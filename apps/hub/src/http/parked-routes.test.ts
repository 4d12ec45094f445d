import { parkedGroups, parkedPage, replayResult } from '@plimsoll/client'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, type Shop, serveHub } from '../testing/served-hub.ts'
import { signedDelivery, wooOrder } from '../testing/woo-webhook.ts'

/** A whole hub that works: an order comes for a listing that nobody has mapped yet. */
let served: ServedHub
let shop: Shop
beforeAll(async () => {
  served = await serveHub('api,worker')
  await served.stock('MUG', 10)
  shop = await served.openShop([
    { sku: 'MUG', quantity: 10 },
    { sku: 'MUG-6', quantity: 1 },
  ])
})
afterAll(() => served.close())

const secret = () => (shop.simulator.credentials as { webhookSecret: string }).webhookSecret
const deliver = async (content: unknown) => {
  const { body, headers } = signedDelivery(secret(), content)
  expect((await served.ask('POST', `/webhooks/${shop.connectionId}`, body, headers)).status).toBe(200)
}
const parked = async () => parkedPage.parse((await served.ask('GET', '/api/v1/parked')).body)
const replay = async (path: string, body: object = {}) =>
  replayResult.parse((await served.ask('POST', `/api/v1/parked${path}`, body)).body)

async function untilParked(total: number) {
  for (;;) {
    const page = await parked()
    if (page.total === total) return page
  }
}
/** Until every event that came has been looked at. */
async function untilIdle() {
  for (;;) {
    const { body } = await served.ask('GET', '/api/v1/overview')
    if (body.inboxWaiting === 0) return
  }
}
async function findListing(sku: string): Promise<{ listingId: string; externalId: string }> {
  const found = await sql<{ listingId: string; externalId: string }>`
    select listing_id, external_id from listing where sku = ${sku}`.execute(served.database.kysely)
  const [row] = found.rows
  if (row === undefined) throw new Error(`the shop lists ${sku}`)
  return row
}

test('I4: an order for an unmapped listing is parked with its cure, and applied once the listing is mapped', async () => {
  const listing = await findListing('MUG-6')
  await deliver(wooOrder({ id: 501, productId: Number(listing.externalId), sku: 'MUG-6', quantity: 1 }))
  const page = await untilParked(1)
  expect(page.rows).toMatchObject([
    { subject: 'order 501', source: 'webhook', reasonCode: 'unmapped-listing', attempts: 1 },
  ])
  expect(page.rows[0]?.reason).toContain('Import or map the listing, then replay')
  // The same for every language.
  expect(page.rows[0]?.told).toEqual({
    code: 'unmapped-sku',
    facts: { sku: 'MUG-6', connection: expect.any(String) },
  })
  // Replayed before it is cured it is parked again, and the answer says so: nothing is lost.
  expect(await replay(`/${page.rows[0]?.inboxId}/replay`)).toEqual({
    replayId: expect.any(String),
    replayed: 1,
    applied: 0,
    waiting: 0,
    stillParked: 1,
  })
  const mapped = await served.ask('POST', '/api/v1/mappings', {
    mappings: [{ listingId: listing.listingId, sku: 'MUG', unitsPerListing: 6 }],
  })
  expect(mapped).toMatchObject({ status: 200, body: { mapped: 1, replayed: 1 } })
  await untilIdle()
  expect((await parked()).total).toBe(0)
  expect((await served.ask('GET', '/api/v1/items/MUG')).body).toMatchObject({
    onHand: 10,
    reserved: 6,
    available: 4,
  })
})

test('what is replayed is counted, and nothing else: not what was unreadable before, not what waits beside it', async () => {
  await deliver('{"id":"none"}')
  await deliver('{"id":"neither"}')
  const page = await untilParked(2)
  expect(page.rows.map((row) => row.attempts)).toEqual([0, 0])
  expect(page.rows.map(({ told, reason }) => [told, reason === told?.facts.message])).toEqual(
    Array(2).fill([{ code: 'unreadable', facts: { message: expect.any(String) } }, true]),
  )
  // An event that waits for its turn, tried before, belongs to no replay. It waits on a connection that nobody works.
  await sql`
    insert into inbox (organization_id, inbox_id, connection_id, topic, subject, source, payload, state, attempts,
      not_before, received_at)
    select organization_id, gen_random_uuid(), connection_id, 'listing', '9', 'webhook', '{}'::jsonb, 'fetch', 3,
      now() + interval '1 hour', now()
    from connection`.execute(served.database.kysely)
  const first = page.rows[0]?.inboxId
  expect(await replay(`/${first}/replay`)).toMatchObject({
    replayed: 1,
    applied: 0,
    waiting: 0,
    stillParked: 1,
  })
  expect(await replay('/replay', { reasonCode: 'malformed' })).toMatchObject({
    replayed: 2,
    applied: 0,
    waiting: 0,
    stillParked: 2,
  })
  expect(await replay('/replay', { reasonCode: 'no-such-reason' })).toMatchObject({ replayed: 0 })
  expect(await replay('/replay')).toMatchObject({ replayed: 2, applied: 0, waiting: 0, stillParked: 2 })
  expect((await parked()).total).toBe(2)
})

test('parked events are grouped by cause, and one group is replayed with its progress', async () => {
  await replay('/replay')
  const listing = await findListing('MUG-6')
  await sql`update listing set item_id = null where listing_id = ${listing.listingId}`.execute(
    served.database.kysely,
  )
  for (const id of [601, 602, 603])
    await deliver(wooOrder({ id, productId: Number(listing.externalId), sku: 'MUG-6', quantity: 1 }))
  await untilParked(5)
  const groups = parkedGroups.parse((await served.ask('GET', '/api/v1/parked/groups')).body)
  expect(groups.rows.map(({ reasonCode, events }) => [reasonCode, events])).toEqual([
    ['unmapped-listing', 3],
    ['malformed', 2],
  ])
  const cause = groups.rows[0]?.cause ?? ''
  const page = parkedPage.parse((await served.ask('GET', `/api/v1/parked?cause=${cause}`)).body)
  expect(page).toMatchObject({ total: 3 })
  // Still unmapped: each is parked again under the same cause, and the other group was not touched.
  const result = await replay('/replay', { cause })
  expect(result).toMatchObject({ replayed: 3, stillParked: 3 })
  const progress = await served.ask('GET', `/api/v1/parked/replays/${result.replayId}`)
  expect(progress.body).toEqual(result)
  await served.ask('POST', '/api/v1/mappings', {
    mappings: [{ listingId: listing.listingId, sku: 'MUG', unitsPerListing: 1 }],
  })
  await untilParked(2)
})
