import { CALL_CLASSES, type ManualClock, manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { guardOperations } from '../lanes/guarded-operations.ts'
import type { MemoryPlatform } from '../testing/memory-platform.ts'
import { type Stepped, stepConnection, turns } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'
import { findGaps } from './gaps.store.ts'

// How a connection's worker watches over what comes in: webhooks, streams, gaps. Stepped on a manual clock.

let database: TestDatabase
let clock: ManualClock
let world: World
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())
beforeEach(async () => {
  clock = manualClock()
  world = await createWorld(database, clock)
  world.context.publicUrl = 'https://hub.example'
})

const MINUTE = 60_000

async function health(connectionId: string) {
  const [row] = await world.rows(
    sql<{
      arrived: number
      missed: number
      verdict: string
      repairs: number
      failures: number
      problem: string | null
    }>`select arrived, missed, verdict, repairs, failures, problem from webhook_health where connection_id = ${connectionId}`,
  )
  return row
}

/** A shopper buys; the webhook comes, unless the shop has lost the subscription. */
async function sell(platform: MemoryPlatform, connectionId: string): Promise<void> {
  const order = platform.sell('bottle')
  if (order !== undefined && platform.webhookUrl !== undefined)
    await world.webhook(connectionId, { kind: 'order', id: order.externalId })
}

async function openShop(options: Parameters<World['open']>[2] = {}) {
  await world.stock('bottle', 500)
  const shop = await world.open('shop', { bottle: 500 }, options)
  const stepped = await stepConnection(world, shop.connectionId)
  await turns(clock, stepped, 3)
  return { ...shop, stepped }
}

test('webhooks that arrive are healthy, and polls become slow; lost ones are registered again within minutes', async () => {
  // Neither reading back nor deep reads: polls alone.
  Object.assign(world.context.pace, { reconcileMs: 3_600_000, deepReadMs: 3_600_000 })
  const { platform, connectionId, stepped } = await openShop({ ordersPollMs: 15_000 })
  expect(platform.webhookUrl).toBe(`https://hub.example/webhooks/${connectionId}`)
  for (let sale = 0; sale < 20; sale += 1) {
    await sell(platform, connectionId)
    await turns(clock, stepped, 1, 3_000)
  }
  await turns(clock, stepped, 2, 6_000)
  expect(await health(connectionId)).toMatchObject({ verdict: 'healthy', missed: 0 })
  const reads = () => platform.calls.filter((call) => call === 'orders').length
  const before = reads()
  await turns(clock, stepped, 30, 2_000)
  expect(reads() - before).toBeLessThanOrEqual(4)

  platform.webhookUrl = undefined
  for (let sale = 0; sale < 60; sale += 1) {
    await sell(platform, connectionId)
    await turns(clock, stepped, 1, 5_000)
    if (platform.webhookUrl !== undefined) break
  }
  expect(platform.webhookUrl).toBe(`https://hub.example/webhooks/${connectionId}`)
  // Not by the hourly look.
  expect(clock.now()).toBeLessThan(40 * MINUTE + (await startOf()))
  expect(await health(connectionId)).toMatchObject({ repairs: 2, failures: 0 })
})

async function startOf(): Promise<number> {
  const [row] = await world.rows(sql<{ at: Date }>`
    select created_at as at from organization where organization_id = ${world.context.organizationId}`)
  return row?.at.getTime() ?? 0
}

test('webhooks that a poll is faster than have arrived all the same, whichever process takes them in', async () => {
  const { platform, connectionId, stepped } = await openShop()
  for (let sale = 0; sale < 8; sale += 1) {
    const order = platform.sell('bottle')
    await turns(clock, stepped, 3, 500)
    await world.webhook(connectionId, { kind: 'order', id: order?.externalId })
  }
  await turns(clock, stepped, 4, 30_000)
  expect(await health(connectionId)).toMatchObject({ verdict: 'healthy', arrived: 8, missed: 0 })
})

test('a registration that keeps failing is a task, which is closed once it works; orders come by polls meanwhile', async () => {
  await world.stock('bottle', 50)
  const { platform, connectionId } = await world.open('shop', { bottle: 50 })
  platform.fault = (operation) => (operation === 'registerWebhooks' ? 'lost' : undefined)
  const stepped = await stepConnection(world, connectionId)
  for (let minute = 0; minute < 12; minute += 1) {
    platform.sell('bottle')
    await turns(clock, stepped, 1, MINUTE)
  }
  await turns(clock, stepped, 2, 1_000)
  expect(await world.available('bottle')).toBe(38)
  expect(await health(connectionId)).toMatchObject({ problem: 'The shop did not answer' })
  expect(await world.tasks('connection')).toMatchObject([
    { subject: `webhooks:${connectionId}`, isOpen: true },
  ])
  expect((await world.connection(connectionId)).state).toBe('live')
  platform.fault = () => undefined
  await turns(clock, stepped, 20, 5 * MINUTE)
  expect(await health(connectionId)).toMatchObject({ failures: 0, problem: null })
  expect(await world.tasks('connection')).toMatchObject([{ isOpen: false }])
})

test('a connection that spends nearly all of its budget on writes is told of orders all the same', async () => {
  await world.stock('bottle', 50)
  const { platform, connectionId } = await world.open('shop', { bottle: 50 })
  const connector = world.connectorOf(connectionId)
  const { open } = connector
  const bucket = { kind: 'cost-bucket' as const, name: 'calls', capacity: 100, refillPerSecond: 0.001 }
  let isSpent = false
  Object.assign(connector, {
    manifest: { ...connector.manifest, budgets: [bucket] },
    open: (context: Parameters<typeof open>[0]) =>
      guardOperations(open(context), async (_, call) => {
        if (!isSpent) (await context.http.budgets.acquire({ cost: 90, ...CALL_CLASSES.increase })).settle()
        isSpent = true
        return await call()
      }),
  })
  await turns(clock, await stepConnection(world, connectionId), 3)
  expect(isSpent).toBe(true)
  expect(platform.webhookUrl).toBe(`https://hub.example/webhooks/${connectionId}`)
})

test('what a platform signs with and tells only once is kept sealed, and its webhooks are verified with it', async () => {
  await world.stock('bottle', 50)
  const { platform, connectionId } = await world.open('shop', { bottle: 50 })
  platform.nextKey = 'told-only-once'
  await turns(clock, await stepConnection(world, connectionId), 3)
  expect(platform.key).toBe('told-only-once')
  // At the latest: a NOTIFY tells whoever listens at once.
  await clock.advance(MINUTE)
  const body = { kind: 'order', id: platform.sell('bottle')?.externalId }
  expect(await world.webhook(connectionId, body)).toEqual({ kind: 'bad-signature' })
  expect(await world.webhook(connectionId, body, 'told-only-once')).toMatchObject({ kind: 'stored' })
  const sealed = await world.rows(sql<{ sealed: Buffer }>`
    select secret.sealed from secret join connection using (organization_id, secret_id)
    where connection.connection_id = ${connectionId}`)
  expect(sealed).toHaveLength(1)
  expect(sealed[0]?.sealed.includes('told-only-once')).toBe(false)
})

test('every stream is read to its end from its own cursor; a read that fails in the middle moves nothing on', async () => {
  const streams = [{ name: 'listings', everyMs: 1_000, visibilityLagMs: 0 }]
  const { platform, connectionId, stepped } = await openShop({ streams })
  for (const externalId of ['cup', 'mug', 'jug', 'pot', 'pan']) {
    platform.list(externalId, { quantity: 3 })
    platform.told.push({ at: clock.now(), externalId })
  }
  let calls = 0
  platform.fault = (operation) => {
    if (operation === 'stream') calls += 1
    return operation === 'stream' && calls === 2 ? 'lost' : undefined
  }
  await turns(clock, stepped, 14, 1_100)
  const listed = await world.rows(sql<{ externalId: string }>`
    select external_id from listing where connection_id = ${connectionId} order by external_id`)
  expect(listed.map((row) => row.externalId)).toEqual(['bottle', 'cup', 'jug', 'mug', 'pan', 'pot'])
  expect(calls).toBeGreaterThan(3)
  const [cursor] = await world.rows(sql<{ position: string | null; failures: number }>`
    select position, failures from stream_cursor where connection_id = ${connectionId} and stream = 'listings'`)
  expect(cursor).toEqual({ position: null, failures: 0 })
})

test('a list that the platform makes ready first is asked for again when it is there, and not before', async () => {
  const streams = [{ name: 'listings', everyMs: 1_000, visibilityLagMs: 0 }]
  const { platform, connectionId, stepped } = await openShop({ streams })
  platform.preparesMs = 60_000
  platform.list('cup', { quantity: 3 })
  platform.told.push({ at: clock.now(), externalId: 'cup' })
  const before = platform.calls.filter((call) => call === 'stream').length
  const asked = () => platform.calls.filter((call) => call === 'stream').length - before
  await turns(clock, stepped, 12, 1_000)
  expect(asked()).toBe(1)
  await turns(clock, stepped, 10, 4_000)
  expect(asked()).toBe(1)
  await turns(clock, stepped, 6, 4_000)
  expect(asked()).toBeGreaterThan(1)
  const listed = await world.rows(sql<{ externalId: string }>`
    select external_id from listing where connection_id = ${connectionId} and external_id = 'cup'`)
  expect(listed).toHaveLength(1)
})

async function loseOrders(platform: MemoryPlatform, stepped: Stepped): Promise<number> {
  let lost = 0
  for (let minute = 0; minute < 30; minute += 1) {
    const order = platform.sell('bottle')
    if (order !== undefined && minute >= 12 && minute <= 14) {
      platform.unlisted.add(order.externalId)
      lost += 1
    }
    await turns(clock, stepped, 1, MINUTE)
  }
  return lost
}

test.each(['count', 'numbers'] as const)(
  'orders that were missed are seen by their %s, and read by a backfill',
  async (gaps) => {
    const { platform, connectionId, stepped } = await openShop({ gaps })
    platform.webhookUrl = undefined
    const lost = await loseOrders(platform, stepped)
    expect(lost).toBe(3)
    expect(await world.available('bottle')).toBe(500 - 30 + lost)
    platform.unlisted.clear()
    await turns(clock, stepped, 20, 10 * MINUTE)
    expect(await world.available('bottle')).toBe(500 - 30)
    const found = await findGaps(database.kysely, world.context.organizationId, connectionId, 10)
    expect(found).toMatchObject([
      { missing: lost, state: 'filled', foundBy: gaps === 'count' ? 'count' : 'number' },
    ])
    expect(
      (await world.tasks('connection')).filter(({ subject }) => subject.startsWith('gap:')),
    ).toMatchObject([{ isOpen: false }])
  },
)

test('orders that the platform never shows again are a gap that stays unexplained, and is told of once', async () => {
  const { platform, connectionId, stepped } = await openShop({ gaps: 'numbers' })
  const lost = await loseOrders(platform, stepped)
  for (const id of platform.unlisted) platform.orders.delete(id)
  await turns(clock, stepped, 40, 10 * MINUTE)
  const found = await findGaps(database.kysely, world.context.organizationId, connectionId, 10)
  expect(found).toMatchObject([{ missing: lost, state: 'unexplained', tries: 3 }])
})

test('I4: a gap whose backfill failed is read again, and its task says so no longer once its orders are known', async () => {
  const { platform, connectionId, stepped } = await openShop({ gaps: 'numbers' })
  platform.webhookUrl = undefined
  const gaps = () => findGaps(database.kysely, world.context.organizationId, connectionId, 10)
  const failed = async () =>
    world.rows(sql<{ jobId: string }>`select job_id from sync_job
      where organization_id = ${world.context.organizationId} and state = 'failed'`)
  // A page that says that the shop is being looked after, in place of orders.
  let isAway: boolean | undefined
  platform.onCall = async (operation) => {
    if (operation !== 'orders' || (await gaps()).length === 0) return
    isAway = isAway === undefined
  }
  platform.fault = (operation) => (isAway === true && operation === 'orders' ? 'malformed' : undefined)
  await loseOrders(platform, stepped)
  platform.unlisted.clear()
  expect(await failed()).toHaveLength(1)
  await turns(clock, stepped, 20, 10 * MINUTE)
  expect(await gaps()).toMatchObject([{ state: 'filled', tries: 2 }])
  expect(await world.available('bottle')).toBe(470)
  const tasks = (await world.tasks('connection')).filter(({ subject }) => subject.startsWith('gap:'))
  expect(tasks).toMatchObject([{ isOpen: false }])
})

test('a count that fails proves nothing: the period is looked at again', async () => {
  const { platform, connectionId, stepped } = await openShop({ gaps: 'count' })
  platform.fault = (operation) => (operation === 'countOrders' ? 'malformed' : undefined)
  await loseOrders(platform, stepped)
  expect(await findGaps(database.kysely, world.context.organizationId, connectionId, 10)).toEqual([])
  platform.fault = () => undefined
  platform.unlisted.clear()
  await turns(clock, stepped, 12, 2 * MINUTE)
  expect(await findGaps(database.kysely, world.context.organizationId, connectionId, 10)).toHaveLength(1)
  expect(await world.available('bottle')).toBe(470)
})

test('I3: a platform that gives every webhook the same delivery id loses nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(2), { minLength: 1, maxLength: 12 }), async (kinds) => {
      clock = manualClock()
      world = await createWorld(database, clock)
      const { platform, connectionId, stepped } = await openShop()
      // Webhooks alone tell of anything.
      platform.fault = (operation) => (operation === 'orders' ? 'unsent' : undefined)
      for (const kind of kinds) {
        await clock.advance(5)
        const [first] = platform.orders.keys()
        const id = kind === 0 || first === undefined ? platform.sell('bottle')?.externalId : first
        if (kind === 1 && first !== undefined) platform.cancel(first)
        const headers = { 'x-delivery-id': '1', 'x-shopify-webhook-id': '1', 'x-wc-webhook-delivery-id': '1' }
        await world.webhook(connectionId, { kind: 'order', id }, 'key-1', headers)
      }
      await turns(clock, stepped, 3, 300)
      const open = [...platform.orders.values()].filter(({ state }) => state !== 'cancelled').length
      expect(await world.available('bottle')).toBe(500 - open)
    }),
    { ...fromEnvironment(6), endOnFailure: true },
  )
})
