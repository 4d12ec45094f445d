import { systemClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances, findBrokenReservations } from '@plimsoll/stock'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { changeStock } from './availability/stock-changes.ts'
import { changeConnection } from './connections/connections.ts'
import type { SyncEngine } from './engine.ts'
import { createWorld, until, type World } from './testing/world.ts'

// The real engine on the real clock and PostgreSQL; the shops are simulated in memory.

let database: TestDatabase
const engines: SyncEngine[] = []

beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 12 })
})
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()))
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
  await database.drop()
})

async function run(world: World): Promise<SyncEngine> {
  const engine = world.engine()
  engines.push(engine)
  await engine.start({ worker: true })
  return engine
}

test('two shops sell one item: each shows what the other has left', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('bottle', 20)
  const a = await world.open('guarded', { bottle: 0 })
  const b = await world.open('absolute', { bottle: 3 }, { writeStyle: 'absolute' })
  await run(world)
  await until(
    'both show 20',
    () => a.platform.quantityOf('bottle') === 20 && b.platform.quantityOf('bottle') === 20,
  )

  for (let sale = 0; sale < 5; sale += 1) {
    a.platform.sell('bottle')
    const order = b.platform.sell('bottle', 2)
    await world.webhook(b.connectionId, { kind: 'order', id: order?.externalId })
  }
  await until(
    'both show 5',
    () => a.platform.quantityOf('bottle') === 5 && b.platform.quantityOf('bottle') === 5,
  )
  expect(await world.available('bottle')).toBe(5)
  expect(world.errors).toEqual([])
})

test('a storm: more items than one transaction works out are noted by it, and shown by the turns that follow', async () => {
  const world = await createWorld(database, systemClock)
  const skus = Array.from({ length: 90 }, (_, nth) => `bottle-${nth}`)
  for (const sku of skus) await world.stock(sku, 3)
  const { platform } = await world.open('shop', Object.fromEntries(skus.map((sku) => [sku, 3])))
  const outcomes = await changeStock(
    world.context,
    skus.map((sku) => ({
      key: `storm ${sku}`,
      kind: 'adjust',
      sku,
      locationCode: 'MAIN',
      quantity: -2,
      actor: 'test',
      reason: null,
      effectiveAt: undefined,
    })),
  )
  expect(outcomes.every(({ kind }) => kind === 'applied')).toBe(true)
  const { organizationId } = world.context
  const noted = () => world.rows(sql`select from changed_item where organization_id = ${organizationId}`)
  expect(await noted()).toHaveLength(skus.length)
  await run(world)
  await until('each shows 1', () => skus.every((sku) => platform.quantityOf(sku) === 1))
  expect(await noted()).toEqual([])
  expect(world.errors).toEqual([])
})

test('two engines on one database share the connections, and neither works what the other works', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('bottle', 50)
  const shops: Awaited<ReturnType<World['open']>>[] = []
  for (let n = 0; n < 4; n += 1) shops.push(await world.open(`shop-${n}`, { bottle: 0 }))
  const first = await run(world)
  const second = await run(world)
  await until('all are worked', () => first.held.length + second.held.length === 4)
  expect(first.held.filter((id) => second.held.includes(id))).toEqual([])

  for (const { platform } of shops) platform.edit('bottle', 10)
  for (const { platform } of shops) for (let sale = 0; sale < 3; sale += 1) platform.sell('bottle')
  await until('all show 38', () => shops.every(({ platform }) => platform.quantityOf('bottle') === 38))
  expect(await world.available('bottle')).toBe(38)
})

test('a pause keeps its reasons: one cure does not lift the other, and what waited is written on resuming', async () => {
  const world = await createWorld(database, systemClock)
  const { context } = world
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 0 })
  await run(world)
  await until('it shows 10', () => platform.quantityOf('bottle') === 10)

  await changeConnection(context, connectionId, { kind: 'pause', reason: 'stocktaking' })
  await changeConnection(context, connectionId, { kind: 'pause', reason: 'holiday' })
  await world.adjust('bottle', -4)
  await changeConnection(context, connectionId, { kind: 'resume', reason: 'holiday' })
  expect(await world.connection(connectionId)).toMatchObject({
    state: 'paused',
    pauseReasons: ['stocktaking'],
  })
  const order = platform.sell('bottle')
  await until('orders are still taken', async () => (await world.available('bottle')) === 5)
  expect(order).toBeDefined()
  expect(platform.quantityOf('bottle')).toBe(9)

  await changeConnection(context, connectionId, { kind: 'resume', reason: 'stocktaking' })
  await until('it shows 5', () => platform.quantityOf('bottle') === 5)
})
