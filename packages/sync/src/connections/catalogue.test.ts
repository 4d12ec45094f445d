import { manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepConnection, turns } from '../testing/steps.ts'
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

test('a hint about one listing touches its own levels alone: who holds another is not waited for', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock, { reconcileMs: 3_600_000 })
  for (const sku of ['tea', 'mug']) await world.stock(sku, 10)
  const { platform, connectionId } = await world.open('shop', { tea: 5, mug: 7 })
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 3)
  const other = await database.pool.connect()
  try {
    await other.query('begin')
    await other.query(`select from level where connection_id = $1 and stock_unit_id = 'mug' for update`, [
      connectionId,
    ])
    const tea = platform.listings.get('tea')
    if (tea === undefined) throw new Error('the tea is listed')
    tea.sku = 'tea-2'
    await world.store(connectionId, [{ kind: 'listing', externalId: 'tea', deleted: false }])
    await turns(clock, stepped, 3, 1_000)
  } finally {
    await other.query('rollback')
    other.release()
  }
  const [doubted] = await world.rows(sql<{ doubted: boolean }>`
    select doubted_at is not null as doubted from level
    where connection_id = ${connectionId} and stock_unit_id = 'tea'`)
  expect(doubted?.doubted).toBe(true)
})

test('I12: a level that is counted again is nothing for a person to look at any more', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock, { reconcileMs: 5_000 })
  await world.stock('tea', 10)
  const { platform, connectionId } = await world.open('shop', { tea: 10 })
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 2)
  platform.edit('tea', undefined)
  await turns(clock, stepped, 6, 5_000)
  expect(await world.tasks('untracked')).toMatchObject([{ isOpen: true }])
  platform.edit('tea', 4)
  await world.import(connectionId)
  await turns(clock, stepped, 4, 5_000)
  expect(await world.tasks('untracked')).toMatchObject([{ isOpen: false }])
  expect(platform.quantityOf('tea')).toBe(10)
})
