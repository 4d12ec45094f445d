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

test('what one answer leaves out is asked for again; what the platform does not have is gone', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock, { leaseMs: 86_400_000, reconcileMs: 10_000 })
  await world.stock('mug', 10)
  const { platform, connectionId } = await world.open('shop', { mug: 10 })
  const stepped = await stepConnection(world, connectionId)
  const find = async () => {
    const [level] = await world.rows(sql<{ writable: boolean; problemCode: string | null }>`
      select writable, problem_code from level
      where organization_id = ${world.context.organizationId} and connection_id = ${connectionId}`)
    return level
  }
  const reads = () => platform.calls.filter((operation) => operation === 'levels').length
  platform.leftOut.add('mug')
  const before = reads()
  await turns(clock, stepped, 30, 10_000)
  expect(platform.leftOut, 'it was left out').toEqual(new Set())
  expect(reads() - before).toBeGreaterThan(1)
  expect(await find()).toEqual({ writable: true, problemCode: null })
  await world.adjust('mug', -4)
  await turns(clock, stepped, 5, 1_000)
  expect(platform.quantityOf('mug')).toBe(6)

  const listing = platform.listings.get('mug')
  if (listing !== undefined) listing.isGone = true
  await turns(clock, stepped, 30, 10_000)
  expect(await find()).toEqual({ writable: false, problemCode: 'gone' })
})
