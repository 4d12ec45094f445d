import assert from 'node:assert/strict'
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, until, type World } from '../testing/world.ts'
import { needsWrite } from './expected.ts'
import { backOffEntries, queueEntries, queueWhatDiffers, removeInStep } from './lane-entries.store.ts'

// How long a level waits in its lane, on a real PostgreSQL.

let database: TestDatabase
let world: World
let level: { connectionId: string; levelId: string; desiredVersion: number }
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
  world = await createWorld(database, manualClock())
  await world.stock('bottle', 10)
  await world.open('shop', { bottle: 10 })
  const [row] = await world.rows(sql<typeof level>`
    select connection_id, level_id, desired_version from level
    where organization_id = ${world.context.organizationId}`)
  assert(row !== undefined, 'the shop lists it')
  level = row
})
afterAll(() => database.drop())

const moment = fc.integer({ min: 0, max: 3 }).map((hours) => new Date(Date.UTC(2026, 10, 27, hours)))
const few = fc.integer({ min: 0, max: 3 })
const known = fc.record({
  desired: few,
  acknowledged: fc.option(few, { nil: null, freq: 8 }),
  acknowledgedAt: moment,
  acknowledgedSubtracted: few,
  subtracted: few,
  open: fc.option(fc.record({ greatest: few, last: few, since: moment }), { nil: undefined }),
})
type Known = typeof known extends fc.Arbitrary<infer Each> ? Each : never

test('I6: a level leaves its lane where it shows what is desired by then, however it was when it was looked at', async () => {
  await fc.assert(
    fc.asyncProperty(known, async (now) => {
      await become(now)
      await queueAnyhow()
      await inTransaction(database, (tx) => removeInStep(tx, world.context.organizationId, [level]))
      expect(await isQueued()).toBe(differs(now))
      // Both say so: what is queued when all is looked at, and what leaves.
      await inTransaction(database, async (tx) => {
        const { organizationId } = world.context
        await sql`delete from lane_entry where organization_id = ${organizationId}`.execute(tx)
        const which = { levelIds: undefined, at: new Date() }
        await queueWhatDiffers(tx, organizationId, [level.connectionId], which)
      })
      expect(await isQueued()).toBe(differs(now))
    }),
    { numRuns: 100 },
  )
})

test('I6: an order that lowers what is shown while its level leaves keeps it in its lane', async () => {
  const shows = { desired: 1, acknowledged: 1, acknowledgedAt: new Date(), open: undefined }
  await become({ ...shows, acknowledgedSubtracted: 0, subtracted: 0 })
  await queueAnyhow()
  const { organizationId } = world.context
  const lowered = Promise.withResolvers<void>()
  const kept = Promise.withResolvers<void>()
  const order = inTransaction(database, async (tx) => {
    await sql`update level set subtracted = 1 where organization_id = ${organizationId}`.execute(tx)
    lowered.resolve()
    await kept.promise
  })
  await lowered.promise
  const asked = Promise.withResolvers<number>()
  const leaving = inTransaction(database, async (tx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
    asked.resolve(rows[0]?.pid ?? 0)
    await removeInStep(tx, organizationId, [level])
  })
  const pid = await asked.promise
  const isWaiting = async () =>
    (await world.rows(sql`select from pg_locks where pid = ${pid} and not granted`)).length > 0
  await until('it waits for the order', isWaiting)
  kept.resolve()
  await Promise.all([order, leaving])
  expect(await isQueued()).toBe(true)
})

const tomorrow = new Date(Date.UTC(2026, 10, 28))

test('I7: a level put off as it was found is not put off once something newer is wanted', async () => {
  await queue({ priority: 1, desiredVersion: level.desiredVersion })
  await queue({ priority: 0, desiredVersion: level.desiredVersion + 1 })
  await putOff()
  expect(await entry()).toMatchObject({ notBefore: null, attempts: 3 })
})

test('I7: an increase that waits for tomorrow is written now once it is a decrease, with the same quantity', async () => {
  const { organizationId } = world.context
  const ways = {
    decided: () => queue({ priority: 0, desiredVersion: level.desiredVersion }),
    looked: () =>
      inTransaction(database, (tx) =>
        queueWhatDiffers(tx, organizationId, [level.connectionId], {
          levelIds: [level.levelId],
          at: new Date(),
        }),
      ),
  }
  // More is shown than was known: somebody put units there, or a read came late.
  const more = { acknowledged: 3, acknowledgedSubtracted: 0, subtracted: 0, open: undefined }
  await become({ desired: 1, acknowledgedAt: new Date(), ...more })
  for (const [way, again] of Object.entries(ways)) {
    await world.rows(sql`delete from lane_entry where organization_id = ${organizationId}`)
    await queue({ priority: 1, desiredVersion: level.desiredVersion })
    await putOff()
    expect(await entry(), way).toMatchObject({ notBefore: tomorrow, attempts: 3 })
    await again()
    expect(await entry(), way).toMatchObject({ notBefore: null, priority: 0 })
    // A decrease that must wait goes on waiting.
    await putOff()
    await again()
    expect(await entry(), way).toMatchObject({ notBefore: tomorrow, priority: 0 })
  }
})

async function queue(entryOf: { priority: number; desiredVersion: number }): Promise<void> {
  const queued = [{ ...level, ...entryOf, causedAt: new Date() }]
  await inTransaction(database, (tx) => queueEntries(tx, world.context.organizationId, queued))
}

async function putOff(): Promise<void> {
  const waiting = [{ ...level, notBefore: tomorrow, attempts: 3 }]
  await inTransaction(database, (tx) => backOffEntries(tx, world.context.organizationId, waiting))
}

async function entry(): Promise<unknown> {
  const { organizationId } = world.context
  const [row] = await world.rows(sql`
    select priority, not_before, attempts from lane_entry where organization_id = ${organizationId}`)
  return row
}

function differs({ desired, open, ...rest }: Known): boolean {
  const shown = { openGreatest: open?.greatest ?? null, openLast: open?.last ?? null }
  return needsWrite({ ...rest, ...shown, openSince: open?.since ?? null }, desired)
}

async function become(now: Known): Promise<void> {
  await world.rows(sql`
    update level set desired = ${now.desired}, acknowledged = ${now.acknowledged}, acknowledged_at = ${now.acknowledgedAt},
      acknowledged_subtracted = ${now.acknowledgedSubtracted}, subtracted = ${now.subtracted},
      open_greatest = ${now.open?.greatest ?? null}, open_last = ${now.open?.last ?? null}, open_since = ${now.open?.since ?? null}
    where organization_id = ${world.context.organizationId}`)
}

async function queueAnyhow(): Promise<void> {
  await world.rows(sql`
    insert into lane_entry
      (organization_id, connection_id, level_id, priority, desired_version, caused_at, not_before, attempts)
    select organization_id, connection_id, level_id, 0, desired_version, desired_at, null, 0
    from level where organization_id = ${world.context.organizationId}
    on conflict do nothing`)
}

async function isQueued(): Promise<boolean> {
  const { organizationId } = world.context
  const rows = await world.rows(sql`select from lane_entry where organization_id = ${organizationId}`)
  return rows.length > 0
}
