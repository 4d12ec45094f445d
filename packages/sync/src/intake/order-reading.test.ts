import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type Clock, createBudgets, type ManualClock, manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ConnectionRegistry } from '../connections/registry.ts'
import { addSubtracted } from '../lanes/levels.store.ts'
import type { MemoryPlatform } from '../testing/memory-platform.ts'
import { createWorld, type World } from '../testing/world.ts'
import { acquireLeases } from '../worker/leases.store.ts'
import { openWorkerContext } from '../worker/open-worker-context.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { applyInbox } from './apply.ts'
import { fetchHinted } from './fetching.ts'
import { hasUnreadableOrders, replayParked } from './inbox.store.ts'
import { OrderReader } from './order-reading.ts'

// What is made of a platform's clock: what one read of the orders proves, and when a sale was.

let database: TestDatabase
let clock: ManualClock
let world: World
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
})
afterAll(() => database.drop())
beforeEach(async () => {
  clock = manualClock()
  world = await createWorld(database, clock)
})

/** A holder of the connection's lease that has not called its platform yet. */
async function takeOver(connectionId: string): Promise<WorkerContext> {
  const { context } = world
  await clock.advance(context.pace.leaseMs + 1)
  const now = new Date(clock.now())
  const expiresAt = new Date(clock.now() + context.pace.leaseMs)
  const place = [context.database.kysely, context.organizationId, [connectionId], randomUUID()] as const
  const [lease] = await acquireLeases(...place, { now, expiresAt })
  const open = await new ConnectionRegistry(context).find(connectionId)
  assert(lease !== undefined && open !== undefined, 'the connection is free')
  const { signal } = new AbortController()
  const budgets = createBudgets(open.connector.manifest.budgets, clock)
  return openWorkerContext(context, open, {
    lease,
    budgets,
    signal,
    ending: signal,
    fenceAt: () => undefined,
  })
}

/** Its clock, by which it stamps orders and is asked for them, is wrong. */
function setClock(platform: MemoryPlatform, aheadMs: number): void {
  const wrong: Clock = { ...clock, now: () => clock.now() + aheadMs }
  Object.assign(platform, { clock: wrong })
}

async function storedOrders(connectionId: string): Promise<number> {
  const rows = await world.rows(
    sql`select distinct subject from inbox where connection_id = ${connectionId} and topic = 'order'`,
  )
  return rows.length
}

test.each([0, -4_000, -20_000, -59_000, 5_000])(
  "I5: the first read of a new holder misses nothing, though the shop's clock is wrong by %i ms",
  async (aheadMs) => {
    const { platform, connectionId } = await world.open('shop', { bottle: 10 })
    setClock(platform, aheadMs)
    const former = new OrderReader(await takeOver(connectionId))
    await former.readNew()
    await former.savePosition()
    await clock.advance(100)
    platform.sell('bottle')

    const reader = new OrderReader(await takeOver(connectionId))
    const { fenceAt } = await reader.readNew()

    expect(fenceAt.getTime()).toBeGreaterThan(clock.now() - 5_000)
    expect(await storedOrders(connectionId)).toBe(1)
  },
)

test('the next reads of the same holder are single ones', async () => {
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  setClock(platform, -20_000)
  const reader = new OrderReader(await takeOver(connectionId))
  await reader.readNew()
  const before = platform.calls.filter((call) => call === 'orders').length
  await clock.advance(1_000)
  await reader.readNew()
  expect(platform.calls.filter((call) => call === 'orders').length - before).toBe(1)
})

/** Units that the level may have sold before what it shows now took effect, and since. */
async function exposure(connectionId: string): Promise<{ older: number; current: number } | undefined> {
  const [row] = await world.rows(
    sql<{ older: number; current: number }>`
      select exposure_older as older, exposure_current as current from level where connection_id = ${connectionId}`,
  )
  return row
}

test.each([
  { aheadMs: 1_000, isRead: false, left: { older: 2, current: 5 } },
  { aheadMs: 8_000, isRead: false, left: { older: 2, current: 5 } },
  { aheadMs: 8_000, isRead: true, left: { older: 2, current: 5 } },
])(
  "I5: a sale from before what is shown took effect is not charged to it, though the shop's clock is $aheadMs ms ahead (read: $isRead)",
  async ({ aheadMs, isRead, left }) => {
    const { platform, connectionId } = await world.open('shop', { bottle: 10 })
    setClock(platform, aheadMs)
    const context = await takeOver(connectionId)
    if (isRead) await new OrderReader(context).readNew()
    const order = platform.sell('bottle')
    assert(order !== undefined, 'there are some')
    await clock.advance(1_000)
    await world.rows(
      sql`update level set exposure_older = 3, exposure_current = 5, exposure_from = ${new Date(clock.now())}
        where connection_id = ${connectionId}`,
    )
    await world.webhook(connectionId, { kind: 'order', id: order.externalId })
    await applyInbox(context)
    expect(await exposure(connectionId)).toEqual(left)
  },
)

test.each([
  { promised: 0, left: { older: 0, current: 2 } },
  { promised: 3, left: { older: 0, current: 5 } },
])(
  'I5: units that the shop takes off only now lower no bound where they were promised before ($promised of 3)',
  async ({ promised, left }) => {
    const { connectionId } = await world.open('shop', { bottle: 10 })
    const { organizationId } = world.context
    await world.rows(
      sql`update level set exposure_older = 0, exposure_current = 5, exposure_from = ${new Date(clock.now())}
        where connection_id = ${connectionId}`,
    )
    const [level] = await world.rows(
      sql<{ unit: string; location: string; subtracted: number }>`
        select stock_unit_id as unit, external_location_id as location, subtracted from level
        where connection_id = ${connectionId}`,
    )
    assert(level !== undefined, 'it is listed')
    const moved = {
      stockUnitId: level.unit,
      externalLocationId: level.location,
      sold: 3,
      promised,
      givenBack: 0,
    }
    const fallen = [{ ...moved, notBefore: undefined }]
    await inTransaction(world.context.database, (tx) =>
      addSubtracted(tx, organizationId, connectionId, fallen, new Date(clock.now())),
    )
    expect(await exposure(connectionId)).toEqual(left)
    const [after] = await world.rows(
      sql<{ subtracted: number }>`select subtracted from level where connection_id = ${connectionId}`,
    )
    expect(after?.subtracted).toBe(level.subtracted + 3)
  },
)

test('I5: what is stored of the fence is what is applied, too; what was only read proves nothing to other processes', async () => {
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  const storedFence = async () => {
    const [row] = await world.rows(
      sql<{ fenceAt: Date | null }>`select fence_at from stream_cursor
        where connection_id = ${connectionId} and stream = 'orders'`,
    )
    return row?.fenceAt
  }
  const context = await takeOver(connectionId)
  const reader = new OrderReader(context)
  platform.sell('bottle')
  const { fenceAt } = await reader.readNew()
  await reader.savePosition()
  expect(await storedFence()).toBe(null)
  await applyInbox(context)
  reader.noteKnown(fenceAt)
  await clock.advance(2_000)
  await reader.savePosition()
  expect(await storedFence()).toEqual(fenceAt)
  // The next read goes on from there and proves nothing by itself either.
  await clock.advance(2_000)
  await reader.readNew()
  await reader.savePosition()
  expect(await storedFence()).toEqual(fenceAt)
})

test('I5: an order that could not be read is not known until what is read of it by itself is applied', async () => {
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  const context = await takeOver(connectionId)
  const { organizationId } = context
  const orderId = platform.sell('bottle')?.externalId
  await world.rows(sql`
    insert into inbox (organization_id, inbox_id, connection_id, topic, subject, source, payload, state, reason_code, reason, attempts,
      received_at, settled_at)
    values (${organizationId}, ${context.uuid()}, ${connectionId}, 'order', ${orderId}, 'poll', '{}', 'parked', 'malformed',
      'A field that nobody knows', 1, ${new Date(clock.now())}, ${new Date(clock.now())})
    returning inbox_id`)
  const isNotKnown = () => hasUnreadableOrders(database.kysely, organizationId, connectionId)
  expect(await isNotKnown()).toBe(true)
  await replayParked(database.kysely, organizationId, { connectionId })
  expect(await isNotKnown()).toBe(true)
  await applyInbox(context)
  expect(await isNotKnown()).toBe(true)
  expect(await fetchHinted(context, 'orders')).toEqual({ looked: 1, failed: 0 })
  expect(await isNotKnown()).toBe(true)
  await applyInbox(context)
  expect(await isNotKnown()).toBe(false)
})
