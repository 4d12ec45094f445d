// A network that swallows what is sent, as a half-open connection does: nobody resets, nothing answers.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from './open-database.ts'
import { createTestDatabase, type TestDatabase } from './testing/index.ts'
import { type SilentProxy, startSilentProxy } from './testing/silent-proxy.ts'
import { inTransaction, isTransient } from './transactions.ts'

let server: TestDatabase
let proxy: SilentProxy
let database: Database
const lines: string[] = []

beforeAll(async () => {
  server = await createTestDatabase()
})
afterAll(() => server.drop())
afterEach(async () => {
  await database.close()
  await proxy.close()
})

async function openThroughProxy(poolMax = 2): Promise<void> {
  proxy = await startSilentProxy(server.url)
  lines.length = 0
  database = await openDatabase({
    databaseUrl: proxy.url,
    keep: 'running',
    poolMax,
    log: (line) => lines.push(line),
  })
}

const secondsOf = async (work: () => Promise<unknown>) => {
  const startedMs = performance.now()
  await work()
  return (performance.now() - startedMs) / 1_000
}

test('statements on a connection that went silent fail within seconds, and the pool works on', async () => {
  await openThroughProxy()
  await Promise.all([database.pool.query('select 1'), database.pool.query('select 2')])
  proxy.goSilent()
  const failures: unknown[] = []
  const seconds = await secondsOf(() =>
    Promise.all(
      [1, 2].map((n) =>
        database.pool.query('select $1::int as n', [n]).catch((error: unknown) => failures.push(error)),
      ),
    ),
  )
  expect(seconds).toBeLessThan(8)
  expect(failures).toHaveLength(2)
  expect(failures.every(isTransient)).toBe(true)
  expect((await database.pool.query('select 3 as n')).rows).toEqual([{ n: 3 }])
  expect(lines.some((line) => line.includes('went silent'))).toBe(true)
})

test('a transaction on one fails as a whole and may be done again', async () => {
  await openThroughProxy()
  const work = (silent: boolean) =>
    inTransaction(database, async (tx) => {
      await tx.selectFrom('organization').select('name').execute()
      if (silent) proxy.goSilent()
      await tx.selectFrom('organization').select('name').execute()
    })
  await expect(work(true)).rejects.toSatisfy(isTransient)
  await work(false)
})

test('a statement that takes long is left to end', async () => {
  await openThroughProxy()
  const { rows } = await database.pool.query('select 1 as n from pg_sleep(7)')
  expect(rows).toEqual([{ n: 1 }])
})

test('a server that accepts and never answers costs a caller seconds, and then the pool works again', async () => {
  await openThroughProxy()
  await database.pool.query('select 1')
  proxy.goSilent()
  proxy.setDeaf(true)
  const seconds = await secondsOf(() =>
    Promise.all(
      [1, 2, 3].map((n) => expect(database.pool.query('select $1::int', [n])).rejects.toSatisfy(isTransient)),
    ),
  )
  expect(seconds).toBeLessThan(19)
  proxy.setDeaf(false)
  expect((await database.pool.query('select 1 as n')).rows).toEqual([{ n: 1 }])
}, 40_000)

test('closing does not wait for silent connections', async () => {
  await openThroughProxy(4)
  await Promise.all([1, 2, 3].map(() => database.pool.query('select 1')))
  const listener = await database.listen(
    'silence',
    () => undefined,
    () => undefined,
  )
  const stuck = database.pool.query('select 1').catch(() => undefined)
  proxy.setDeaf(true)
  proxy.goSilent()
  const alsoStuck = database.pool.query('select 2').catch(() => undefined)
  const seconds = await secondsOf(async () => {
    await listener.stop()
    await database.close()
  })
  expect(seconds).toBeLessThan(2)
  await Promise.all([stuck, alsoStuck])
})

test.each(['cut', 'close'] as const)(
  'whoever waits for a connection of a silent pool is refused by %s',
  async (how) => {
    await openThroughProxy(1)
    await database.pool.query('select 1')
    proxy.setDeaf(true)
    proxy.goSilent()
    const stuck = database.pool.query('select 1').catch(() => undefined)
    const waiting = database.pool.query('select 2').then(
      () => 'answered',
      (error: Error) => error.message,
    )
    const closed = how === 'cut' ? database.cut() : database.close()
    const seconds = await secondsOf(async () => {
      expect(await waiting).toContain('is being closed')
      await closed
      await stuck
    })
    // It waited for the ten seconds that whoever waits in line is given.
    expect(seconds).toBeLessThan(4)
  },
)
