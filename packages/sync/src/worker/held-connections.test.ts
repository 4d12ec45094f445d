import { systemClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { SyncEngine } from '../engine.ts'
import { createWorld, until, type World } from '../testing/world.ts'
import { findProcesses } from './processes.store.ts'

// Several engines on one database, as several processes would be: who works what, and how it moves.

let database: TestDatabase
const engines: SyncEngine[] = []
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 12 })
})
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()))
})
afterAll(() => database.drop())

async function run(world: World): Promise<SyncEngine> {
  const engine = world.engine()
  engines.push(engine)
  await engine.start({ worker: true })
  return engine
}

async function openShops(world: World, count: number) {
  const shops: Awaited<ReturnType<World['open']>>[] = []
  for (let n = 0; n < count; n += 1) shops.push(await world.open(`shop-${n}`, { bottle: 0 }))
  return shops
}

const sizes = (...each: SyncEngine[]) => each.map((engine) => engine.held.length).sort()

test('a process that joins gets its share while nothing is worked twice, and a clean stop hands over at once', async () => {
  const world = await createWorld(database, systemClock, { leaseMs: 2_000 })
  await world.stock('bottle', 50)
  const shops = await openShops(world, 5)
  const first = await run(world)
  await until('one alone works all', () => first.held.length === 5)
  const second = await run(world)
  await until('the second has its share', () => sizes(first, second).join() === '2,3')
  expect(first.held.filter((id) => second.held.includes(id))).toEqual([])

  const third = await run(world)
  await until('the third has its share', () => sizes(first, second, third).join() === '1,2,2')
  for (const { platform } of shops) platform.sell('bottle')
  await until('all show 45', () => shops.every(({ platform }) => platform.quantityOf('bottle') === 45))

  await second.stop()
  const { organizationId } = world.context
  const running = await findProcesses(database.kysely, organizationId, new Date(systemClock.now()))
  expect(running.map(({ isAlive }) => isAlive)).toEqual([true, true])
  // Well before its leases would have run out.
  await until('what it worked is worked by the others', () => sizes(first, third).join() === '2,3', 1_500)
  expect(world.errors).toEqual([])
})

test('I5: a connection handed over by a process that lives may be raised at once', async () => {
  const world = await createWorld(database, systemClock, { leaseMs: 2_000 })
  await world.stock('bottle', 10)
  const [shop] = await openShops(world, 1)
  const first = await run(world)
  await until('it shows 10', () => shop?.platform.quantityOf('bottle') === 10)
  await first.stop()
  const [lease] = await world.rows(sql<{ ahead: number }>`
    select extract(epoch from calls_until - now())::float8 as ahead from lease
    where organization_id = ${world.context.organizationId}`)
  expect(lease?.ahead).toBeLessThanOrEqual(0)
  const second = await run(world)
  await world.adjust('bottle', 5)
  await until('it is raised', () => shop?.platform.quantityOf('bottle') === 15, 1_500)
  expect(second.held).toHaveLength(1)
})

test('every process says what it works, and one that is not heard of is shown as such', async () => {
  const world = await createWorld(database, systemClock, { leaseMs: 2_000 })
  await openShops(world, 2)
  const engine = await run(world)
  await until('it works both', () => engine.held.length === 2)
  const { organizationId } = world.context
  const now = systemClock.now()
  const [process] = await findProcesses(database.kysely, organizationId, new Date(now))
  expect(process).toMatchObject({ name: 'hub', roles: ['worker'], isAlive: true })
  expect(process?.connections.map(({ name }) => name)).toEqual(['shop-0', 'shop-1'])
  const [later] = await findProcesses(database.kysely, organizationId, new Date(now + 60_000))
  expect(later).toMatchObject({ isAlive: false, connections: [] })
})

test.each([
  ['was left by its holder', true],
  ['nobody ever held', false],
])(
  'what %s, and nobody takes although it is another’s share, is taken within two leases’ time',
  async (_, isLeft) => {
    const world = await createWorld(database, systemClock, { leaseMs: 2_000 })
    await openShops(world, 2)
    // It says that it runs and works nothing: its lanes cannot be opened, or it hangs in part.
    const { organizationId } = world.context
    const until_ = new Date(systemClock.now() + 60_000)
    await sql`
    insert into hub_process (organization_id, process_id, name, roles, started_at, seen_at, expires_at)
    values (${organizationId}, '00000000-0000-0000-0000-000000000000', 'idle', '{worker}', ${until_}, ${until_}, ${until_})`.execute(
      database.kysely,
    )
    if (isLeft)
      await sql`
    insert into lease (organization_id, connection_id, holder, fencing, expires_at, calls_until)
    select organization_id, connection_id, '00000000-0000-0000-0000-000000000000', 1, now(), now()
    from connection where organization_id = ${organizationId}`.execute(database.kysely)
    const engine = await run(world)
    await until('its share', () => engine.held.length >= 1)
    await until('and the rest', () => engine.held.length === 2, 4_000)
  },
)
