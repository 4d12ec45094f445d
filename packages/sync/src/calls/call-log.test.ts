import { randomUUID } from 'node:crypto'
import type { Exchange } from '@plimsoll/connector-kit'
import { manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  DEFAULT_CALL_LOG,
  findCallLogSetting,
  pruneCalls,
  pruneOldCalls,
  saveCallLogSetting,
} from './call-log.store.ts'
import { CallLog } from './call-log.ts'
import { callAbout } from './call-subject.ts'
import { findCalls } from './calls.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const HOUR_MS = 3_600_000

function open(more: Partial<ConstructorParameters<typeof CallLog>[0]> = {}) {
  const clock = manualClock()
  const place = { organizationId: randomUUID(), connectionId: randomUUID() }
  const calls = new CallLog({ database, clock, uuid: randomUUID, log: QUIET, ...more })
  const caller = { ...place, secrets: [], privateNames: [] }
  const note = (nth: number, status = 200) => calls.noteExchange(caller, exchange(clock.now() + nth, status))
  const connect = async () => {
    await sql`insert into organization values (${place.organizationId}, 'x', now()) on conflict do nothing`.execute(
      database.kysely,
    )
    await sql`
      insert into location (organization_id, location_id, code, name, kind, created_at)
      values (${place.organizationId}, ${place.connectionId}, 'x', 'x', 'warehouse', now()) on conflict do nothing`.execute(
      database.kysely,
    )
    await sql`
      insert into secret (organization_id, secret_id, key_name, sealed, created_at)
      values (${place.organizationId}, ${place.connectionId}, 'k', 's', now()) on conflict do nothing`.execute(
      database.kysely,
    )
    await sql`
      insert into connection (organization_id, connection_id, connector, name, state, pause_reasons, settings, secret_id,
        default_location_id, orders_poll_ms, created_at)
      values (${place.organizationId}, ${place.connectionId}, 'x', 'x', 'draft', '{}', '{}', ${place.connectionId},
        ${place.connectionId}, 1000, now()) on conflict do nothing`.execute(database.kysely)
  }
  const keep = async (mode: 'all' | 'failures' | 'off', callsMax = 100, hoursMax = 72) => {
    await connect()
    const setting = { mode, callsMax, hoursMax }
    await saveCallLogSetting(database.kysely, place, setting, { actor: 'me', at: new Date(clock.now()) })
    calls.forget(place)
  }
  const kept = async (more: Partial<Parameters<typeof findCalls>[2]> = {}) =>
    await findCalls(database.kysely, place.organizationId, {
      connectionIds: [place.connectionId],
      about: undefined,
      failed: undefined,
      operation: undefined,
      direction: undefined,
      before: undefined,
      limit: 1_000,
      ...more,
    })
  return { clock, place, calls, note, connect, keep, kept }
}

function exchange(at: number, status: number): Exchange {
  const response = { status, headers: {}, text: '{"ok":true}', date: undefined }
  const request = { operation: 'orders', method: 'GET', url: `https://shop.example/orders/${at}` }
  return { request, response, error: undefined, sent: true, waitedMs: 0, durationMs: 5, at, purpose: 'order' }
}

test('calls of an organization that has been deleted meanwhile leave nothing behind', async () => {
  const { note, calls, kept } = open()
  note(1)
  await calls.flush()
  expect((await kept()).rows).toEqual([])
  // Its deletion is under way, and what it takes with it waits for nobody; the flush waits for its outcome.
  const other = open()
  await other.keep('all')
  other.note(1)
  let flushed: Promise<void> | undefined
  await database.kysely.transaction().execute(async (tx) => {
    const { organizationId } = other.place
    await sql`delete from call_log_setting where organization_id = ${organizationId}`.execute(tx)
    await sql`delete from connection where organization_id = ${organizationId}`.execute(tx)
    flushed = other.calls.flush()
    await vi.waitFor(async () => {
      const waiting = await sql`
        select from pg_locks join pg_stat_activity using (pid) where datname = current_database() and not granted`.execute(
        database.kysely,
      )
      expect(waiting.rows).toHaveLength(1)
    }, 5_000)
  })
  await flushed
  expect((await other.kept()).rows).toEqual([])
})

test('what comes faster than it is written down is counted, not kept in memory, and the ring keeps the newest', async () => {
  const { place, note, keep, calls, kept, clock } = open()
  await keep('all', 100)
  for (let nth = 0; nth < 1_000; nth += 1) note(nth)
  await calls.flush()
  expect(await findCallLogSetting(database.kysely, place)).toMatchObject({ dropped: 600, mode: 'all' })
  const { rows } = await kept()
  expect(rows.length).toBe(100)
  // The last of those that were taken, newest first.
  expect(rows[0]?.address).toBe(`shop.example/orders/${clock.now() + 399}`)
  const page = await kept({ limit: 30 })
  expect(page.rows).toEqual(rows.slice(0, 30))
  expect((await kept({ limit: 30, before: page.next })).rows).toEqual(rows.slice(30, 60))
})

test('only failures, or nothing, is kept where that is set; a change is heard of without a restart', async () => {
  const { note, keep, calls, kept } = open()
  const seen = async () => (await kept()).rows.map(({ status }) => status)
  await keep('failures')
  for (const [nth, status] of [200, 500, 404].entries()) note(nth, status)
  await calls.flush()
  expect(await seen()).toEqual([404, 500])
  note(10, 200)
  note(11, 429)
  await calls.flush()
  expect(await seen()).toEqual([429, 404, 500])
  await keep('off')
  note(12, 500)
  await calls.flush()
  expect((await seen()).length).toBe(3)
  // As another process would: nobody tells this one.
  await sql`update call_log_setting set mode = 'all' where changed_by = 'me'`.execute(database.kysely)
  note(13, 200)
  await calls.flush()
  note(14, 200)
  await calls.flush()
  expect(await seen()).toEqual([200, 429, 404, 500])
})

test('what is too old goes, and a call is found by what it was about, also where several are under way', async () => {
  const { place, note, calls, connect, keep, kept, clock } = open()
  await connect()
  note(0)
  await clock.advance(73 * HOUR_MS)
  await Promise.all(
    ['write:a', 'write:b'].map((about, nth) =>
      callAbout([about], async () => {
        await Promise.resolve()
        note(nth)
      }),
    ),
  )
  await calls.flush()
  expect((await kept()).rows.map(({ about }) => about)).toEqual([['write:b'], ['write:a']])
  expect((await kept({ about: ['write:a', 'write:z'] })).rows.length).toBe(1)
  expect(await findCallLogSetting(database.kysely, place)).toEqual(DEFAULT_CALL_LOG)
  const before = new Date(clock.now() + HOUR_MS)
  expect(await pruneCalls(database.kysely, place, { callsMax: 5, before })).toBe(2)
  // A connection that makes no calls any more.
  note(0)
  await keep('all', 100, 1)
  await calls.flush()
  await pruneOldCalls(database.kysely, new Date(clock.now() + HOUR_MS / 2))
  expect((await kept()).rows.length).toBe(1)
  await pruneOldCalls(database.kysely, new Date(clock.now() + 2 * HOUR_MS))
  expect((await kept()).rows).toEqual([])
})

test('a database that fails stops nobody: what could not be stored is given up, and the next is kept', async () => {
  const told: string[] = []
  const { place, note, calls, connect, kept } = open({
    log: { ...QUIET, warn: (_, message) => told.push(message) },
  })
  await connect()
  // No number that the column takes: the statement fails.
  note(0, 99_999_999_999)
  await calls.flush()
  expect(told[0]).toBe('calls were not written down')
  note(1)
  await calls.flush()
  expect((await kept()).rows.length).toBe(1)
  // Of few rows the planner would read them all: whether the order of the key can be used is what is asked.
  const plan = await database.kysely.transaction().execute(async (tx) => {
    await sql`set local enable_seqscan = off`.execute(tx)
    return await sql<Record<string, string>>`
      explain select * from platform_call where organization_id = ${place.organizationId}
        and connection_id = ${place.connectionId} order by at desc, call_id desc limit 50`.execute(tx)
  })
  const text = plan.rows.flatMap((row) => Object.values(row)).join('\n')
  expect(text).toContain('platform_call_pkey')
  expect(text).not.toContain('Sort')
})
