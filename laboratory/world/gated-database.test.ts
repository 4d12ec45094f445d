import { setTimeout as sleep } from 'node:timers/promises'
import { inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, inject, test, vi } from 'vitest'
import '../../packages/database/src/testing/global-setup.ts'
import { openGatedDatabase } from './gated-database.ts'
import { Life } from './life.ts'
import { createRandom } from './random.ts'
import { Scheduler } from './scheduler.ts'
import { useLabServer } from './server.ts'
import { openSharedConnection, type SharedConnection } from './shared-connection.ts'
import { Trace } from './trace.ts'

let shared: SharedConnection
let drop: () => Promise<void>
const scheduler = new Scheduler('gated', Date.UTC(2026, 0, 1))
const trace = new Trace(() => scheduler.elapsed, { marks: false })
const life = new Life(scheduler, { process: 'desk', nth: 3, skewMs: 0, onDeath: () => undefined })

beforeAll(async () => {
  const clone = await (await useLabServer(inject('plimsollTestServer'))).clone()
  drop = clone.drop
  shared = await openSharedConnection(clone.url, trace)
})
afterEach(() => void vi.useRealTimers())
afterAll(async () => {
  await shared.close()
  await drop()
})

function open() {
  const weather = { latencyMs: () => 0, isAway: () => false, hintMs: () => undefined }
  const random = createRandom('gated')
  return openGatedDatabase({ scheduler, shared, trace, weather, random, listeners: new Set() }, life)
}

/** Lets the transaction that was asked for happen, as the step loop does. */
async function step(): Promise<void> {
  for (;;) {
    const next = scheduler.next()
    if (next !== undefined) return await next.run()
    await sleep(1)
  }
}

test('a machine that stands still for two minutes, in a statement or between two, is not blamed', async () => {
  const { rows } = await shared.query(
    'test',
    "select name, setting from pg_settings where name like '%in_transaction%'",
  )
  expect(rows).toEqual([{ name: 'idle_in_transaction_session_timeout', setting: '0' }])
  const database = open()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const stall = async () => void (await vi.advanceTimersByTimeAsync(120_000))
  const asked = inTransaction(database, async (tx) => {
    const slow = sql<{ n: number }>`select 7 as n from pg_sleep(0.3)`.execute(tx)
    await stall()
    const { rows } = await slow
    await stall()
    await sql`select 1`.execute(tx)
    return rows[0]?.n
  })
  vi.advanceTimersByTime(1)
  await step()
  expect(await asked).toBe(7)
})

test('a transaction that waits for something besides the database is said so by name, on whatever machine', async () => {
  const database = open()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  const passing = setInterval(() => vi.advanceTimersByTime(10_000), 1)
  const waited = Promise.withResolvers<void>()
  const asked = inTransaction(database, async (tx) => {
    await sql`select 1`.execute(tx)
    await waited.promise
  })
  await expect(step()).rejects.toThrow(
    'A transaction of desk (life 3) waits for something besides the database: nothing was asked of it after: select 1',
  )
  clearInterval(passing)
  waited.resolve()
  await asked
})
