import { randomUUID } from 'node:crypto'
import { type BudgetSpec, type Budgets, CALL_CLASSES, systemClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OpenConnection } from '../connections/registry.ts'
import { memoryConnector } from '../testing/memory-connector.ts'
import { MemoryPlatform } from '../testing/memory-platform.ts'
import { createWorld, until, type World } from '../testing/world.ts'
import { SharedBudgets } from './shared-budgets.ts'

// Several processes' budgets on one PostgreSQL, on the real clock.

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(() => database.drop())

/** A connection whose platform counts by the key given. */
async function connectionOf(
  world: World,
  account: string,
  budgets: readonly BudgetSpec[],
): Promise<OpenConnection> {
  const { connectionId } = await world.open(`shop-${randomUUID()}`, {})
  const built = memoryConnector(new MemoryPlatform(systemClock), { id: 'shared' })
  const connector = { ...built, manifest: { ...built.manifest, budgets }, budgetKeys: () => ({ account }) }
  const [connection] = await world.rows(sql<OpenConnection['connection']>`
    select connection_id, name from connection where connection_id = ${connectionId}`)
  if (connection === undefined) throw new Error('the connection is known')
  return { connection, connector, settings: {}, credentials: { key: 'key-1' } }
}

/** Calls as fast as it may until the time is up. @returns how many */
async function callOn(budgets: Budgets, untilMs: number, holdMs = 0): Promise<number> {
  let calls = 0
  while (systemClock.monotonic() < untilMs) {
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(untilMs - systemClock.monotonic())))
    const permit = await budgets.acquire({ cost: 1, ...CALL_CLASSES.decrease, signal }).catch(() => undefined)
    if (permit === undefined) break
    calls += 1
    if (holdMs > 0) await systemClock.sleep(holdMs)
    permit.settle()
  }
  return calls
}

test('three processes spend together what one may, each some of it', async () => {
  const world = await createWorld(database, systemClock)
  const specs: BudgetSpec[] = [{ kind: 'token-bucket', name: 't', capacity: 100, refillPerSecond: 200 }]
  const open = await connectionOf(world, 'one', specs)
  const users = [0, 1, 2].map(() => new SharedBudgets(world.context, randomUUID()).use(open, true))
  const startMs = systemClock.monotonic()
  const counts = await Promise.all(users.map(({ budgets }) => callOn(budgets, startMs + 2_000)))
  const seconds = (systemClock.monotonic() - startMs) / 1_000
  const total = counts.reduce((sum, each) => sum + each, 0)
  expect(total).toBeLessThanOrEqual(100 + 200 * seconds)
  // Work-conserving: nearly all that was there was spent.
  expect(total).toBeGreaterThan(100 + 200 * 2 * 0.75)
  for (const count of counts) expect(count).toBeGreaterThan(total / 10)
  for (const { release } of users) release()
})

test('I9: what a platform allows an application is spent by organizations behind their walls together', async () => {
  const spec: BudgetSpec = {
    kind: 'token-bucket',
    name: 'a',
    capacity: 20,
    refillPerSecond: 0.001,
    scope: 'application',
  }
  const users = await Promise.all(
    ['first', 'second'].map(async (account) => {
      const world = await createWorld(database, systemClock)
      const open = await connectionOf(world, account, [spec])
      const walled = database.forOrganization(world.context.organizationId)
      const connector = { ...open.connector, budgetKeys: () => ({ account, application: 'the one' }) }
      return new SharedBudgets({ ...world.context, database: walled }, randomUUID()).use(
        { ...open, connector },
        false,
      )
    }),
  )
  const endMs = systemClock.monotonic() + 1_500
  const counts = await Promise.all(users.map(({ budgets }) => callOn(budgets, endMs)))
  expect(counts.reduce((sum, each) => sum + each, 0)).toBe(20)
  for (const { release } of users) release()
})

test('places among concurrent calls are never more than declared, and go round', async () => {
  const world = await createWorld(database, systemClock)
  const open = await connectionOf(world, 'places', [{ kind: 'concurrency', name: 'c', max: 2 }])
  let inFlight = 0
  let most = 0
  const users = [0, 1, 2].map(() => new SharedBudgets(world.context, randomUUID()).use(open, true))
  const calls = users.map(() => 0)
  const end = systemClock.monotonic() + 4_000
  await Promise.all(
    users.map(async ({ budgets }, nth) => {
      while (systemClock.monotonic() < end) {
        const permit = await budgets.acquire({ cost: 1, ...CALL_CLASSES.decrease })
        inFlight += 1
        most = Math.max(most, inFlight)
        calls[nth] = (calls[nth] ?? 0) + 1
        await systemClock.sleep(10)
        inFlight -= 1
        permit.settle()
      }
    }),
  )
  expect(most).toBeLessThanOrEqual(2)
  for (const count of calls) expect(count).toBeGreaterThan(0)
})

test('what a platform asked to be left alone for outlasts the opening of its connection anew', async () => {
  const world = await createWorld(database, systemClock)
  const specs: BudgetSpec[] = [{ kind: 'token-bucket', name: 't', capacity: 10, refillPerSecond: 100 }]
  const keyed = await connectionOf(world, 'alone', specs)
  const { budgetKeys: _keys, ...connector } = keyed.connector
  for (const open of [keyed, { ...keyed, connector }]) {
    const process = new SharedBudgets(world.context, randomUUID())
    const before = process.use(open, false)
    before.budgets.throttled(700)
    before.release()
    // A pause, an import or new credentials open it anew.
    const again = process.use(open, false)
    expect(again.budgets.isReady({ cost: 1, ...CALL_CLASSES.decrease })).toBe(false)
    again.release()
  }
})

test('what one process learns from a throttled call all go by', async () => {
  const world = await createWorld(database, systemClock)
  const specs: BudgetSpec[] = [{ kind: 'token-bucket', name: 't', capacity: 10, refillPerSecond: 100 }]
  const open = await connectionOf(world, 'learned', specs)
  const [first, second] = [0, 1].map(
    () => new SharedBudgets(world.context, randomUUID()).use(open, true).budgets,
  )
  if (first === undefined || second === undefined) throw new Error('both are open')
  ;(await first.acquire({ cost: 1, priority: 0 })).settle()
  first.throttled(700)
  await until('it is written down', async () => {
    const [row] = await world.rows(sql<{ pace: number }>`
      select pace from shared_budget where organization_id = ${world.context.organizationId} order by pace`)
    return row?.pace === 0.8
  })
  const startMs = systemClock.monotonic()
  ;(await second.acquire({ cost: 1, priority: 0 })).settle()
  expect(systemClock.monotonic() - startMs).toBeGreaterThan(300)
  expect(second.snapshot().pace).toBeLessThan(0.9)
})

test('alone with its key a connection asks nobody', async () => {
  const world = await createWorld(database, systemClock)
  const open = await connectionOf(world, 'alone', [
    { kind: 'token-bucket', name: 't', capacity: 9, refillPerSecond: 1 },
  ])
  const { budgets } = new SharedBudgets(world.context, randomUUID()).use(open, false)
  ;(await budgets.acquire({ cost: 1, priority: 0 })).settle()
  expect(
    await world.rows(sql`select from shared_budget where organization_id = ${world.context.organizationId}`),
  ).toEqual([])
})
