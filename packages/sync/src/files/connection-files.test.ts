import { createMemoryFileLog, type FileLog, manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'
import { createStoredFileLog } from './connection-files.ts'

// The log of files in the database, and the one in memory that connectors are tried with: they mean the same.

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

async function openLogs(): Promise<{ stored: FileLog; memory: FileLog }> {
  const clock = manualClock()
  const { context } = await createWorld(database, clock)
  const { organizationId } = context
  const id = context.uuid()
  await sql`
    with secret as (
      insert into secret (organization_id, secret_id, key_name, sealed, created_at)
      values (${organizationId}, ${id}, 'x', '\\x00', now()) returning organization_id, secret_id
    )
    insert into connection (organization_id, connection_id, connector, name, state, pause_reasons, settings,
      secret_id, default_location_id, orders_poll_ms, created_at)
    select organization_id, ${id}, 'files', 'files', 'live', '{}', '{}', secret_id,
      (select location_id from location where organization_id = ${organizationId} limit 1), 1000, now()
    from secret`.execute(database.kysely)
  return { stored: createStoredFileLog(context, id), memory: createMemoryFileLog(() => clock.now()) }
}

const MOMENTS = [undefined, new Date('2026-11-26T06:00:00Z'), new Date('2026-11-26T07:00:00Z')]

const file = fc.record({
  direction: fc.constantFrom('in' as const, 'in' as const, 'out' as const),
  feed: fc.constantFrom('levels', 'adjustments'),
  name: fc.constantFrom('a', 'b'),
  content: fc.constantFrom('4', '5').map((units) => Buffer.from(units)),
  sequence: fc.constantFrom(undefined, undefined, '1'),
  saidAt: fc.constantFrom(...MOMENTS),
})

test('a file that is told again is kept once; told anew after another it is the newest: in the database as in memory', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(file, { maxLength: 12 }), async (files) => {
      const { stored, memory } = await openLogs()
      const named = async (log: FileLog) =>
        (await Promise.all((['in', 'out'] as const).map((direction) => log.list({ direction }))))
          .flat()
          .map(({ position: _, keptAt: __, ...each }) => each)
      for (const each of files) {
        const [kept, modelled] = [await stored.keep(each), await memory.keep(each)]
        expect(kept.isNew).toBe(modelled.isNew)
        expect(kept.file.digest).toBe(modelled.file.digest)
        // Whatever it was: as it came last, it is there, and again it is no other.
        expect((await stored.keep(each)).isNew).toBe(false)
        await memory.keep(each)
      }
      expect(await named(stored)).toEqual(await named(memory))
      // By this model too: without a sequence and a moment, a file is new where the one before it of its name says else.
      const plain = files.filter(
        ({ direction, sequence, saidAt }) =>
          direction === 'in' && sequence === undefined && saidAt === undefined,
      )
      if (plain.length === files.length) {
        const said = new Map<string, string>()
        let fresh = 0
        for (const { feed, name, content } of plain) {
          const key = `${feed} ${name}`
          if (said.get(key) !== content.toString()) fresh += 1
          said.set(key, content.toString())
        }
        expect(await stored.list({ direction: 'in' })).toHaveLength(fresh)
      }
    }),
    fromEnvironment(20),
  )
})

test('told again by several processes at once it is kept once', async () => {
  const { stored } = await openLogs()
  const said = { direction: 'in' as const, feed: 'levels', name: 'levels.json', sequence: undefined }
  for (const units of ['5', '4', '5']) {
    const given = { ...said, content: Buffer.from(units), saidAt: undefined }
    const kept = await Promise.all(Array.from({ length: 5 }, () => stored.keep(given)))
    expect(kept.filter(({ isNew }) => isNew)).toHaveLength(1)
  }
  expect(await stored.list({ direction: 'in' })).toHaveLength(3)
})
