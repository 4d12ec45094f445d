import { type ManualClock, manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances, findBrokenReservations } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'
import { cancelSyncJob, getSyncJob, requestBackfill } from '../worker/sync-jobs.ts'
import type { BackfillResult } from './backfill.ts'

let database: TestDatabase
let clock: ManualClock
let world: World
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
  await database.drop()
})
beforeEach(async () => {
  clock = manualClock()
  world = await createWorld(database, clock)
})

const HOUR = 3_600_000

test('orders that webhooks and polls both missed are found by a backfill of their time, and the numbers agree', async () => {
  await world.stock('bottle', 200)
  const { platform, connectionId } = await world.open('shop', { bottle: 200 }, { writeStyle: 'absolute' })
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 4)
  const from = new Date(clock.now())
  for (let sale = 0; sale < 120; sale += 1) {
    const order = platform.sell('bottle')
    if (order !== undefined && sale % 2 === 0) platform.unlisted.add(order.externalId)
  }
  await turns(clock, stepped, 10, 1_000)
  const known = await world.available('bottle')
  expect(known).toBe(140)
  // Longer than any poll reaches back.
  await clock.advance(HOUR)
  await turns(clock, stepped, 4, 1_000)
  platform.unlisted.clear()
  const job = await requestBackfill(world.context, 'shop', { from, to: new Date(clock.now()) })
  expect(job).toMatchObject({ state: 'waiting', done: 0 })
  await turns(clock, stepped, 12, 1_100)
  const { state, done, result } = await getSyncJob(world.context, job.jobId)
  expect({ state, done }).toEqual({ state: 'done', done: 120 })
  expect((result as BackfillResult).fresh).toBe(60)
  expect(await world.available('bottle')).toBe(80)
  await turns(clock, stepped, 12, 1_100)
  expect(platform.quantityOf('bottle')).toBe(80)
})

test('a backfill goes on in another process where one was killed, and a cancelled one stays where it is', async () => {
  await world.stock('bottle', 300)
  const { platform, connectionId } = await world.open('shop', { bottle: 300 })
  const first = await stepConnection(world, connectionId)
  await turns(clock, first, 3)
  const from = new Date(clock.now())
  for (let sale = 0; sale < 170; sale += 1) platform.unlisted.add(platform.sell('bottle')?.externalId ?? '')
  await turns(clock, first, 3, 1_000)
  await clock.advance(HOUR)
  platform.unlisted.clear()
  const { jobId } = await requestBackfill(world.context, 'shop', { from, to: undefined })
  await first.turn()
  const half = await getSyncJob(world.context, jobId)
  expect(half).toMatchObject({ state: 'running' })
  expect(half.done).toBeLessThan(170)
  await clock.advance(world.context.pace.leaseMs + 1)
  const second = await stepConnection(world, connectionId)
  await turns(clock, second, 8, 1_100)
  expect(await getSyncJob(world.context, jobId)).toMatchObject({ state: 'done', done: 170 })
  expect(await world.available('bottle')).toBe(130)

  const again = await requestBackfill(world.context, 'shop', { from, to: undefined })
  await second.turn()
  await cancelSyncJob(world.context, again.jobId)
  await turns(clock, second, 4, 1_100)
  const cancelled = await getSyncJob(world.context, again.jobId)
  expect(cancelled.state).toBe('cancelled')
  expect(cancelled.done).toBeLessThan(170)
})

test('what was finished before the hub followed the orders takes nothing from its stock; what is open does', async () => {
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 20 })
  // The shop had these before: its number already lacks them.
  const [gone, open] = [platform.sell('bottle', 2), platform.sell('bottle', 3)]
  platform.ship(gone?.externalId ?? '')
  await clock.advance(HOUR)
  await sql`update stream_cursor set since = ${new Date(clock.now())}, followed_since = ${new Date(clock.now())}
    where connection_id = ${connectionId}`.execute(database.kysely)
  await sql`update level set acknowledged = 15, acknowledged_at = ${new Date(clock.now())}
    where connection_id = ${connectionId}`.execute(database.kysely)
  const stepped = await stepConnection(world, connectionId)
  const { jobId } = await requestBackfill(world.context, 'shop', { from: new Date(0), to: undefined })
  await turns(clock, stepped, 6, 1_100)
  const { result, state } = await getSyncJob(world.context, jobId)
  expect({ state, ...(result as BackfillResult) }).toEqual({
    state: 'done',
    fresh: 1,
    beforeOpening: 1,
    unreadable: 0,
  })
  expect(open?.state).toBe('open')
  expect(await world.available('bottle')).toBe(7)
  expect(await world.rows(sql`select 1 from drift where connection_id = ${connectionId}`)).toEqual([])
})

test('a period that does not begin before its end is refused', async () => {
  await world.open('shop', {})
  const now = new Date(clock.now())
  for (const to of [undefined, now, new Date(0)])
    await expect(requestBackfill(world.context, 'shop', { from: now, to })).rejects.toMatchObject({
      code: 'invalid-period',
    })
})

test('I3: overlapping backfills, polls and webhooks, with faults and take-overs, count every order once', async () => {
  const anyStep = fc.record({
    kind: fc.constantFrom(
      'sell',
      'sell',
      'cancel',
      'ship',
      'webhook',
      'backfill',
      'kill',
      'turn',
      'hide',
      'fail',
    ),
    pick: fc.nat(20),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 3, maxLength: 16 }), async (steps) => {
      clock = manualClock()
      world = await createWorld(database, clock)
      await world.stock('bottle', 60)
      const { platform, connectionId } = await world.open('shop', { bottle: 60 })
      const { webhooks } = world.connectorOf(connectionId)
      let stepped = await stepConnection(world, connectionId)
      for (const { kind, pick } of steps) {
        await clock.advance(50)
        const ids = [...platform.orders.keys()]
        const id = ids[pick % Math.max(1, ids.length)] ?? ''
        if (kind === 'sell') platform.sell('bottle')
        if (kind === 'cancel' && id !== '') platform.cancel(id)
        if (kind === 'ship' && id !== '') platform.ship(id)
        if (kind === 'hide' && id !== '') platform.unlisted.add(id)
        if (kind === 'webhook' && id !== '') {
          const body = Buffer.from(JSON.stringify({ kind: 'order', id }))
          await world.store(connectionId, webhooks.parse({ headers: {}, body }))
        }
        if (kind === 'backfill')
          await requestBackfill(world.context, 'shop', { from: new Date(0), to: undefined })
        if (kind === 'fail') platform.fault = (operation) => (operation === 'orders' ? 'lost' : undefined)
        if (kind === 'turn') {
          await stepped.turn()
          platform.fault = () => undefined
        }
        if (kind === 'kill') {
          await clock.advance(world.context.pace.leaseMs + 1)
          stepped = await stepConnection(world, connectionId)
        }
      }
      platform.fault = () => undefined
      platform.unlisted.clear()
      await requestBackfill(world.context, 'shop', { from: new Date(0), to: undefined })
      await turns(clock, stepped, 10, 1_100)
      const open = [...platform.orders.values()].filter(({ state }) => state !== 'cancelled').length
      expect(await world.available('bottle')).toBe(60 - open)
      const doubled = await world.rows(sql`
          select command_key from movement where organization_id = ${world.context.organizationId}
          group by command_key, kind having count(*) > 1`)
      expect(doubled).toEqual([])
    }),
    { ...fromEnvironment(6), endOnFailure: true },
  )
}, 300_000)
