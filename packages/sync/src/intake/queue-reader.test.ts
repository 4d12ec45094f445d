import { manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MemoryPlatform } from '../testing/memory-platform.ts'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'

// Events that are pulled from a queue: the production worker stepped by hand, on a real PostgreSQL.

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const queue = { everyMs: 500, acknowledgeMax: 2 }

async function openQueueShop() {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 50)
  const options = { queue, ordersPollMs: 3_600_000 }
  const { platform, connectionId } = await world.open('shop', { bottle: 50 }, options)
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 2)
  return { clock, world, platform, connectionId, stepped }
}

/** A sale that the shop tells of in its queue alone. */
function sellQuietly(platform: MemoryPlatform, receipt: string, account: string | undefined): string {
  const order = platform.sell('bottle', 1)
  if (order === undefined) throw new Error('nothing was sold')
  platform.unlisted.add(order.externalId)
  platform.queue.set(receipt, { body: JSON.stringify({ kind: 'order', id: order.externalId }), account })
  return order.externalId
}

test('I4: an event is stored before it is acknowledged; a lost acknowledgement stores nothing twice', async () => {
  const { clock, world, platform, connectionId, stepped } = await openQueueShop()
  sellQuietly(platform, 'm-1', undefined)
  const storedWhen: number[] = []
  platform.onCall = async (operation) => {
    if (operation === 'acknowledge') storedWhen.push((await world.inbox(connectionId)).length)
  }
  platform.fault = (operation) => (operation === 'acknowledge' ? 'unsent' : undefined)
  // The first acknowledgement is lost before it has any effect: the message stays.
  platform.queue.set('m-1', platform.queue.get('m-1') ?? { body: '', account: undefined })
  await turns(clock, stepped, 1)
  expect(storedWhen[0]).toBe(1)
  platform.fault = () => undefined
  await turns(clock, stepped, 20, 200)
  expect(platform.queue.size).toBe(0)
  expect(await world.inbox(connectionId)).toMatchObject([{ topic: 'order', state: 'applied' }])
  expect(await world.available('bottle')).toBe(49)
})

test('what the database could not store is not acknowledged', async () => {
  const { clock, world, platform, stepped, connectionId } = await openQueueShop()
  sellQuietly(platform, 'm-1', undefined)
  // Another process has the lease: what this one pulls, it may not store.
  await sql`update lease set fencing = fencing + 1 where connection_id = ${connectionId}`.execute(
    database.kysely,
  )
  await stepped.turn()
  expect(platform.calls.filter((call) => call === 'acknowledge')).toEqual([])
  expect(platform.queue.size).toBe(1)
  expect(stepped.isLost()).toBe(true)
  const next = await stepConnection(world, connectionId).catch(() => undefined)
  if (next !== undefined) await turns(clock, next, 5)
})

test('a message that cannot be read is parked, once, and is no more in the way', async () => {
  const { clock, world, platform, connectionId, stepped } = await openQueueShop()
  platform.queue.set('m-1', { body: '{"kind":', account: undefined })
  sellQuietly(platform, 'm-2', undefined)
  await turns(clock, stepped, 3)
  expect(platform.queue.size).toBe(0)
  expect((await world.inbox(connectionId)).map(({ topic, state }) => `${topic} ${state}`).sort()).toEqual([
    'order applied',
    'unreadable parked',
  ])
})

test('a queue of an application: each event to its account; what is of nobody here is left', async () => {
  const { clock, world, platform, connectionId, stepped } = await openQueueShop()
  // A second shop of the same application, which another process works.
  const secret = await sql<{
    secretId: string
  }>`select secret_id from connection where connection_id = ${connectionId}`.execute(database.kysely)
  const other = crypto.randomUUID()
  await sql`insert into connection select * from jsonb_populate_record(null::connection,
    (select to_jsonb(connection) || jsonb_build_object('connection_id', ${other}::text, 'name', 'other', 'account_id', 'another')
     from connection where connection_id = ${connectionId}))`.execute(database.kysely)
  expect(secret.rows).toHaveLength(1)
  sellQuietly(platform, 'm-own', platform.accountId)
  sellQuietly(platform, 'm-other', 'another')
  sellQuietly(platform, 'm-nobody', 'nobody')
  await turns(clock, stepped, 3)
  expect([...platform.queue.keys()]).toEqual(['m-nobody'])
  expect(await world.inbox(connectionId)).toMatchObject([{ state: 'applied' }])
  expect(await world.inbox(other)).toMatchObject([{ topic: 'order', state: 'pending' }])
})

test('a queue that goes on failing is a problem of the connection until it is emptied, whatever calls succeed; a rate limit is none', async () => {
  const { clock, world, platform, connectionId, stepped } = await openQueueShop()
  const problem = async () => (await world.connection(connectionId)).problem
  platform.fault = (operation) => (operation === 'pull' ? 'lost' : undefined)
  await turns(clock, stepped, 2, 10)
  expect(await problem()).toBeNull()
  await turns(clock, stepped, 4, 60_000)
  expect(await problem()).toMatch(/^The shop did not answer\..*tries again by itself/)
  expect(await world.connection(connectionId)).toMatchObject({ state: 'live', pauseReasons: [] })
  // The calls fail as well and go well again: what the queue has met is shown still.
  platform.fault = (operation) => (operation === 'pull' ? 'lost' : 'malformed')
  await turns(clock, stepped, 3, 60_000)
  expect(await problem()).toMatch(/^The shop answered a web page/)
  platform.fault = (operation) => (operation === 'pull' ? 'lost' : undefined)
  await turns(clock, stepped, 3, 60_000)
  expect(await problem()).toMatch(/^The shop did not answer/)
  platform.fault = () => 'throttled'
  await turns(clock, stepped, 3, 60_000)
  platform.fault = () => undefined
  await turns(clock, stepped, 3, 60_000)
  expect(await problem()).toBeNull()
  platform.fault = () => 'throttled'
  await turns(clock, stepped, 4, 60_000)
  expect(await problem()).toBeNull()
})

test('I3, I4: whatever fails on the way, every sale is taken exactly once and the queue is empty in the end', async () => {
  const fault = fc.constantFrom('unsent', 'lost', 'dropped', 'malformed', undefined, undefined)
  await fc.assert(
    fc.asyncProperty(
      fc.array(fault, { maxLength: 30 }),
      fc.integer({ min: 1, max: 8 }),
      async (faults, sales) => {
        const { clock, world, platform, stepped } = await openQueueShop()
        const left = [...faults]
        platform.fault = (operation) =>
          operation === 'pull' || operation === 'acknowledge' ? left.shift() : undefined
        for (let sale = 0; sale < sales; sale += 1) {
          sellQuietly(platform, `m-${sale}`, sale % 2 === 0 ? undefined : platform.accountId)
          await turns(clock, stepped, 1, 700)
        }
        platform.fault = () => undefined
        await clock.advance(70_000)
        await turns(clock, stepped, 6, 700)
        expect(platform.queue.size).toBe(0)
        expect(await world.available('bottle')).toBe(50 - sales)
      },
    ),
    fromEnvironment(12),
  )
}, 120_000)
