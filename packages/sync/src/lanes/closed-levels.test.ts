import { randomUUID } from 'node:crypto'
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'
import { acknowledgeLevels, closeLevels } from './levels.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 2 })
})
afterAll(() => database.drop())

test('a level that was found gone keeps its problem, whatever becomes of a write sent before: else nobody is told that it is written no more', async () => {
  const world = await createWorld(database, manualClock())
  const { organizationId, clock } = world.context
  await world.stock('bottle', 5)
  const { connectionId } = await world.open('shop', { bottle: 0 })
  const at = new Date(clock.now())
  const find = async () => {
    const [level] = await world.rows(sql<{
      levelId: string
      writable: boolean
      problemCode: string | null
      problemTold: unknown
    }>`
      select level_id, writable, problem_code, problem_told from level
      where organization_id = ${organizationId} and connection_id = ${connectionId}`)
    if (level === undefined) throw new Error('the listing has a level')
    return level
  }
  const { levelId } = await find()
  const outcome = { levelId, writeId: randomUUID(), quantity: 3, expected: null, subtracted: 0, givenBack: 0 }
  const acknowledge = () =>
    inTransaction(database, (tx) => acknowledgeLevels(tx, organizationId, [outcome], { at, effect: 'blind' }))
  const problemTold = { code: 'level-gone' as const, facts: {} }
  await inTransaction(database, (tx) =>
    closeLevels(tx, organizationId, [{ levelId, code: 'refused', problem: 'Too many.', problemTold }], at),
  )
  await acknowledge()
  expect(await find()).toMatchObject({ writable: true, problemCode: null, problemTold: null })
  await inTransaction(database, (tx) =>
    closeLevels(tx, organizationId, [{ levelId, code: 'gone', problem: 'Not there.', problemTold }], at),
  )
  await acknowledge()
  expect(await find()).toMatchObject({ writable: false, problemCode: 'gone', problemTold })
})
