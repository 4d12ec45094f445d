import { randomUUID } from 'node:crypto'
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'
import { findDelays, measureDelays } from './demand.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 2 })
})
afterAll(() => database.drop())

test('how late a channel shows less is measured of decreases alone: a raise waits for its fence, and sells nothing till then', async () => {
  const world = await createWorld(database, manualClock())
  const { organizationId, clock } = world.context
  const { connectionId } = await world.open('shop', { bottle: 5 })
  const now = clock.now()
  const write = async (direction: string, ms: number) =>
    await sql`
      insert into write (organization_id, write_id, connection_id, level_id, quantity, direction, state, fencing,
        subtracted_at_send, desired_version, caused_at, sent_at, settled_at, unfenced)
      values (${organizationId}, ${randomUUID()}, ${connectionId}, ${randomUUID()}, 3, ${direction}, 'applied', 1, 0, 1,
        ${new Date(now)}, ${new Date(now)}, ${new Date(now + ms)}, false)`.execute(database.kysely)
  await write('decrease', 800)
  await write('zero', 900)
  for (let nth = 0; nth < 20; nth += 1) await write('increase', 120_000)
  const period = { since: new Date(now - 1), at: new Date(now + 200_000) }
  await inTransaction(database, (tx) => measureDelays(tx, organizationId, period))
  const delays = await findDelays(database.kysely, organizationId)
  expect(delays.get(connectionId)).toMatchObject({ writtenMs: 900, usualWrittenMs: 850 })
})
