import { CALL_CLASSES, type ChannelOperations, type Clock } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { guardOperations } from '../lanes/guarded-operations.ts'
import { stepConnection } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'
import { CHORE_AT_LATEST_MS } from './burst-chores.ts'

// A burst of decreases that does not end, on a platform whose limit they use up, stepped by hand.

vi.setConfig({ testTimeout: 120_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

/** Of what is not a write: a list that is due, what a hint is about, subscriptions that are to be looked at. */
const OWED = ['orders', 'listing', 'registerWebhooks'] as const

test('I7: however long decreases keep coming, new orders, hints and webhooks get their turn, and a decrease waits for one of them', async () => {
  const anyBurst = fc.record({
    /** The platform takes one call in this time. */
    everyMs: fc.integer({ min: 1_500, max: 4_000 }),
    capacity: fc.integer({ min: 1, max: 6 }),
    failing: fc.constantFrom(undefined, ...OWED),
  })
  await fc.assert(
    fc.asyncProperty(anyBurst, async ({ everyMs, capacity, failing }) => {
      const clock = passingClock()
      const pace = { leaseMs: 86_400_000, reconcileMs: 3_600_000, deepReadMs: 3_600_000 }
      const world = await createWorld(database, clock, pace)
      Object.assign(world.context, { publicUrl: 'https://hub.example' })
      const seconds = (OWED.length + 3) * (CHORE_AT_LATEST_MS + 3 * everyMs)
      const skus = Array.from({ length: Math.ceil(seconds / everyMs) + 5 }, (_, nth) => `sku-${nth}`)
      for (const sku of skus) await world.stock(sku, 10)
      const listings = Object.fromEntries(skus.map((sku) => [sku, 10]))
      const { platform, connectionId } = await world.open('shop', listings, { batchMax: 1 })
      const plain = world.connectorOf(connectionId)
      const open = plain.open.bind(plain)
      const limit = {
        kind: 'token-bucket',
        name: 'calls',
        capacity,
        refillPerSecond: 1_000 / everyMs,
      } as const
      Object.assign(plain, {
        manifest: { ...plain.manifest, budgets: [limit] },
        open: (context: Parameters<typeof open>[0]): ChannelOperations =>
          guardOperations(open(context), async (_operation, call) => {
            const permit = await context.http.budgets.acquire({ cost: 1, ...CALL_CLASSES.decrease })
            return await call().finally(() => permit.settle())
          }),
      })
      const stepped = await stepConnection(world, connectionId)
      const began = clock.now()
      await world.store(connectionId, [{ kind: 'listing', externalId: 'sku-0', deleted: false }])
      platform.calls.length = 0
      platform.fault = (operation) => (operation === failing ? 'lost' : undefined)
      const left = skus.slice()
      const cause = async () => {
        const sku = left.pop()
        if (sku !== undefined) await world.adjust(sku, -3)
      }
      platform.onCall = async (operation) => {
        if (operation === 'setLevels') await cause()
      }
      await cause()
      await cause()
      let fenceSeen: Date | null = null
      while (left.length > 0) {
        await stepped.turn()
        const [cursor] = await world.rows(sql<{ fenceAt: Date | null }>`
          select fence_at from stream_cursor
          where organization_id = ${world.context.organizationId} and connection_id = ${connectionId} and stream = 'orders'`)
        if (left.length > 0) fenceSeen = cursor?.fenceAt ?? fenceSeen
      }

      const burst = platform.calls.slice(0, platform.calls.lastIndexOf('setLevels'))
      for (const owed of OWED) expect(burst, `${owed} had no turn`).toContain(owed)
      const between = burst
        .join(' ')
        .split('setLevels')
        .map((others) => others.trim())
      // Reading back is a look at the levels and one at the orders, without which it says nothing.
      const several = between.slice(1).filter((others) => others.includes(' ') && others !== 'levels orders')
      expect(several).toEqual([])
      // What is known of the orders is known to the other channels too, while it lasts.
      if (failing === undefined) expect(fenceSeen?.getTime()).toBeGreaterThan(began + CHORE_AT_LATEST_MS)
    }),
    { ...fromEnvironment(2), examples: [[{ everyMs: 2_000, capacity: 3, failing: undefined }]] },
  )
})

test('increases that go many together in a way of their own do not wait for the end of a burst of decreases', async () => {
  const clock = passingClock()
  const pace = { leaseMs: 86_400_000, reconcileMs: 3_600_000, deepReadMs: 3_600_000 }
  const world = await createWorld(database, clock, pace)
  const lowered = Array.from({ length: 60 }, (_, nth) => `lowered-${nth}`)
  const raised = ['raised-1', 'raised-2', 'raised-3']
  for (const sku of [...lowered, ...raised]) await world.stock(sku, 10)
  const listings = Object.fromEntries([...lowered, ...raised].map((sku) => [sku, 10]))
  const bulk = { from: 2, max: 100, operation: 'setLevels.feed' }
  const tickets = { lifeMs: 600_000, askEveryMs: 600_000, askMax: 3, bulk }
  const { platform, connectionId } = await world.open('shop', listings, { batchMax: 1, tickets })
  platform.feedFrom = bulk.from
  const plain = world.connectorOf(connectionId)
  const open = plain.open.bind(plain)
  Object.assign(plain, {
    open: (context: Parameters<typeof open>[0]): ChannelOperations =>
      guardOperations(open(context), async (_operation, call) => {
        await clock.sleep(1_000)
        return await call()
      }),
  })
  const stepped = await stepConnection(world, connectionId)
  platform.calls.length = 0
  platform.urgencies.length = 0
  for (const sku of raised) await world.adjust(sku, 5)
  const left = [...lowered]
  const cause = async () => {
    const sku = left.pop()
    if (sku !== undefined) await world.adjust(sku, -3)
  }
  platform.onCall = async (operation) => {
    if (operation === 'setLevels') await cause()
  }
  await cause()
  await cause()
  while (left.length > 0) await stepped.turn()

  expect(platform.urgencies.filter((urgency) => urgency === 'increase')).toHaveLength(1)
  platform.landLate()
  for (const sku of raised) expect(platform.quantityOf(sku)).toBe(15)
})

/** Whoever sleeps on it makes the time pass. */
function passingClock(): Clock {
  let elapsedMs = 0
  return {
    now: () => Date.UTC(2026, 0, 1) + Math.round(elapsedMs),
    monotonic: () => elapsedMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
        // A limit of how long something may take: nothing does.
        if (ms >= 15_000) return
        const at = elapsedMs + Math.max(0, ms)
        setImmediate(() => {
          elapsedMs = Math.max(elapsedMs, at)
          resolve()
        })
      }),
  }
}
