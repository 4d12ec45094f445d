import { randomUUID } from 'node:crypto'
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findDelays, type LevelOfItem, measureDelays } from './demand.store.ts'
import { decideBuffer } from './measure-demand.ts'
import { createWorld } from './testing/world.ts'

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
  expect(delays.get(connectionId)?.writtenMs).toBe(900)
})

const now = new Date(0)
const levelOf = (connectionId: string, unitsPerHour: number): LevelOfItem => ({
  itemId: 'bottle',
  connectionId,
  levelId: connectionId,
  unitsEach: 1,
  measured: {
    recentPerHour: unitsPerHour,
    usualPerHour: 0,
    unitsPerSale: 1,
    squaredPerSale: 1,
    measuredAt: now,
  },
})
const buffer = (
  demands: Record<string, number>,
  delays: Record<string, [seenMs: number, writtenMs: number]>,
) =>
  decideBuffer(
    'bottle',
    Object.entries(demands).map(([id, demand]) => levelOf(id, demand)),
    {
      delays: new Map(
        Object.entries(delays).map(([id, [seenMs, writtenMs]]) => [id, { seenMs, writtenMs }] as const),
      ),
      now,
      oversellsPerMillion: 1_000,
    },
  )

test('a slow channel that sells little asks for little: only what it sells itself while its number is old', () => {
  const alike = buffer({ fast: 600, slow: 600 }, { fast: [1_000, 1_000], slow: [1_000, 89_000] })
  const rare = buffer({ fast: 600, slow: 6 }, { fast: [1_000, 1_000], slow: [1_000, 89_000] })
  // 600 an hour for 90 s are 15, and 600 for 2 s are a third of one; then the tail of one in a thousand.
  expect(alike.units).toBe(29)
  expect(rare.units).toBe(4)
})

test('a channel waits for the orders of the others, not for its own; alone it needs nothing', () => {
  const waits = buffer({ quick: 0, late: 600 }, { quick: [1_000, 1_000], late: [60_000, 1_000] })
  const isWaitedFor = buffer({ quick: 600, late: 0 }, { quick: [1_000, 1_000], late: [60_000, 1_000] })
  expect(waits.units).toBeLessThan(isWaitedFor.units)
  expect(buffer({ alone: 600 }, { alone: [60_000, 60_000] })).toEqual({
    itemId: 'bottle',
    units: 0,
    tightenUnits: 0,
  })
})
