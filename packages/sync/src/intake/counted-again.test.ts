import { manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('a level that is counted again has no problem left once it is imported, so that what differs is healed (laboratory, seed 15)', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 9)
  const { platform, connectionId } = await world.open('shop', { bottle: 9 }, { writeStyle: 'absolute' })
  const stepped = await stepConnection(world, connectionId)
  platform.edit('bottle', undefined)
  await turns(clock, stepped, 3, 1_200)
  expect(await world.level(connectionId, 'bottle')).toMatchObject({
    tracked: false,
    problemCode: 'untracked',
  })

  platform.edit('bottle', 9)
  await world.import(connectionId)
  expect(await world.level(connectionId, 'bottle')).toMatchObject({ tracked: true, problemCode: null })
})
