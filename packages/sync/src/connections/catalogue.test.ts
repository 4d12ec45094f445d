import { manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
})
afterAll(() => database.drop())

test('an import waits as long as the platform says while it prepares its listings, and no longer', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock, {})
  const { platform, connectionId } = await world.open('shop', { tea: 5, mug: 7 })
  platform.listingsFrom = clock.now() + 5_000
  const before = platform.calls.filter((call) => call === 'listings').length
  let isOver = false
  const importing = world.import(connectionId).finally(() => {
    isOver = true
  })
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve))
    // Only what is slept for moves this clock: the database takes none of its time.
    if (clock.sleepers() > 0) await clock.advance((clock.nextWake() ?? 0) - clock.monotonic())
  }
  expect(await importing).toMatchObject({ listings: 2 })
  // At 0, 2 and 4 seconds it was not ready.
  expect(platform.calls.filter((call) => call === 'listings')).toHaveLength(before + 4)
})

test('I5: of several places that sell together one shows what there is, until a person says what lies at the others', async () => {
  const world = await createWorld(database, manualClock(), {})
  await world.stock('tea', 10)
  const { platform, connectionId } = await world.open('shop', { tea: 5 })
  // As at a first import.
  await sql`delete from pool_location where connection_id = ${connectionId}`.execute(database.kysely)
  platform.otherLocations = ['second', 'third']
  await world.import(connectionId)
  const shown = await world.rows(sql<{ place: string; desired: number }>`
    select external_location_id as place, desired::int from level
    where connection_id = ${connectionId} and writable order by external_location_id`)
  expect(shown).toEqual([{ place: 'default', desired: 10 }])
})
