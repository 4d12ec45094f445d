// The verifier must find what it is there to find: the owner switches the guards off and does damage.
import { type Database, openDatabase } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { runStockCommands } from './commands/run-commands.ts'
import { commandOf, createStockWorld, type StockWorld } from './testing/stock-world.ts'
import { findBrokenBalances, findBrokenReservations } from './verify.store.ts'

let database: TestDatabase
let owner: Database
let world: StockWorld
beforeAll(async () => {
  database = await createTestDatabase()
  owner = await openDatabase({ databaseUrl: database.url, keep: 'running', poolMax: 1, runtimeRole: false })
  world = await createStockWorld(database, { skus: ['A'], locationCodes: ['MAIN'] })
  await runStockCommands(database, world.context, [
    commandOf('receive', 'A', 10),
    commandOf('reserve', 'A', 4),
  ])
})
afterAll(async () => {
  await owner.close()
  await database.drop()
})
// Each damage is done in a transaction of the one connection that is rolled back after the test.
beforeEach(async () => {
  await owner.pool.query(
    'begin; alter table balance disable trigger user; alter table movement disable trigger user',
  )
})
afterEach(async () => {
  await owner.pool.query('rollback')
})

test('an untouched ledger is found sound', async () => {
  expect(await findBrokenBalances(owner.kysely)).toEqual([])
  expect(await findBrokenReservations(owner.kysely)).toEqual([])
})

const damages: [string, string, object][] = [
  ['a balance changed by hand', 'update balance set on_hand = 11', { balance: { onHand: 11 } }],
  [
    'a balance lost',
    'delete from balance',
    { balance: { onHand: 0 }, movements: { onHand: 10, reserved: 4 } },
  ],
  [
    'a movement lost',
    `delete from movement where kind = 'reserve'`,
    { balance: { reserved: 4 }, movements: { reserved: 0 } },
  ],
  [
    'a movement changed',
    'update movement set held_delta = 1',
    { balance: { held: 0 }, movements: { held: 2 } },
  ],
  [
    'a movement that was never posted',
    `insert into movement select organization_id, gen_random_uuid(), item_id, location_id, gen_random_uuid(), 'expect',
       0, 0, 0, 5, command_key, reference_kind, reference_id, reason, actor, effective_at, recorded_at
     from movement limit 1`,
    { balance: { incoming: 0 }, movements: { incoming: 5 } },
  ],
]
test.each(damages)('I1: %s is found', async (_name, damage, found) => {
  await owner.pool.query(damage)
  expect(await findBrokenBalances(owner.kysely)).toMatchObject([
    { organizationId: world.context.organizationId, itemId: world.itemId('A'), ...found },
  ])
})

const reservationDamages: [string, string, { reserved: number; open: number }][] = [
  ['a reservation lost', 'delete from reservation', { reserved: 4, open: 0 }],
  ['a reservation changed', 'update reservation set released = 1', { reserved: 4, open: 3 }],
  ['reserved units that nobody holds', 'update balance set reserved = 5', { reserved: 5, open: 4 }],
  ['a reservation without a balance', 'delete from balance', { reserved: 0, open: 4 }],
]
test.each(reservationDamages)('%s is found', async (_name, damage, found) => {
  await owner.pool.query(damage)
  expect(await findBrokenReservations(owner.kysely)).toMatchObject([
    { itemId: world.itemId('A'), locationId: world.locationId('MAIN'), ...found },
  ])
})
