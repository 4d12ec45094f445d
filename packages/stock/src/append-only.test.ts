import { type Database, inTransaction, openDatabase } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyStockCommands, RaceOnLots } from './commands/apply-commands.ts'
import { runStockCommands } from './commands/run-commands.ts'
import { UNALLOCATED_LOT } from './context.ts'
import { insertMovements } from './movements.store.ts'
import { movementOf } from './movements.ts'
import { commandOf, createStockWorld, type StockWorld } from './testing/stock-world.ts'
import { findBrokenBalances } from './verify.store.ts'

let asRuntime: TestDatabase
let asOwner: Database
let world: StockWorld
beforeAll(async () => {
  asRuntime = await createTestDatabase()
  asOwner = await openDatabase({
    databaseUrl: asRuntime.url,
    keep: 'running',
    poolMax: 1,
    runtimeRole: false,
  })
  world = await createStockWorld(asRuntime, { skus: ['A'], locationCodes: ['MAIN'] })
  await runStockCommands(asRuntime, world.context, [commandOf('receive', 'A', 10)])
})
afterAll(async () => {
  await asOwner.close()
  await asRuntime.drop()
})

const UUID = `'01890000-0000-7000-8000-000000000000'`
const attempts = [
  'update movement set on_hand_delta = on_hand_delta + 1',
  'update movement set reason = null where false',
  'delete from movement',
  'truncate movement',
  'update balance set on_hand = on_hand + 1',
  'delete from balance',
  'truncate balance',
  'truncate movement, balance cascade',
  'update balance_place set updated_at = now()',
  'delete from balance_place',
  `insert into balance values (${UUID}, ${UUID}, ${UUID}, ${UUID}, 1, 0, 0, 0, 1, now())`,
  `insert into balance select * from balance on conflict (organization_id, item_id, location_id, lot_id)
     do update set on_hand = 99`,
]
const INSUFFICIENT_PRIVILEGE = '42501'
const RESTRICT_VIOLATION = '23001'

test('this file works as the widest role that the hub works under, and as the owner of the tables', async () => {
  expect(await userOf(asRuntime)).toBe('plimsoll_everyone')
  const owners = await sql<{ owner: string }>`
    select distinct tableowner as owner from pg_tables
    where tablename in ('movement', 'balance')`.execute(asOwner.kysely)
  expect(owners.rows).toEqual([{ owner: await userOf(asOwner) }])
})

test.each(attempts)('I2: the runtime role may not: %s', async (statement) => {
  expect(await codeOfRefusal(asRuntime, statement)).toBe(INSUFFICIENT_PRIVILEGE)
})

test.each(attempts)('I2: a trigger refuses even the owner: %s', async (statement) => {
  expect(await codeOfRefusal(asOwner, statement)).toBe(RESTRICT_VIOLATION)
})

test('I1: the right to lock a balance is no right to write it', async () => {
  expect(await codeOfRefusal(asRuntime, 'select from balance for update')).toBeUndefined()
  expect(await codeOfRefusal(asRuntime, 'update balance set version = version + 1')).toBe(RESTRICT_VIOLATION)
})

test('I1: making room for a balance makes zeros and nothing else', async () => {
  const insert = `insert into balance_place (organization_id, item_id, location_id, lot_id, updated_at)
    values (${UUID}, ${UUID}, ${UUID}, ${UUID}, now())`
  expect(await codeOfRefusal(asRuntime, `${insert}; ${insert}`)).toBeUndefined()
  const made = await sql`
    select on_hand, reserved, held, incoming from balance where item_id = ${sql.raw(UUID)}`.execute(
    asRuntime.kysely,
  )
  expect(made.rows).toEqual([{ onHand: 0, reserved: 0, held: 0, incoming: 0 }])
})

test('I2: nor may either be forgotten: command keys stay', async () => {
  expect(await codeOfRefusal(asRuntime, 'delete from command_key')).toBe(INSUFFICIENT_PRIVILEGE)
  expect(await codeOfRefusal(asRuntime, 'truncate command_key')).toBe(INSUFFICIENT_PRIVILEGE)
})

test('I1: the function that posts movements cannot be borrowed for a table of one’s own', async () => {
  const code = await codeOfRefusal(
    asRuntime,
    `create temp table mine (like movement);
     create trigger borrowed after insert on mine referencing new table as added
       for each statement execute function movement_posts_to_balance()`,
  )
  expect(code).toBe(INSUFFICIENT_PRIVILEGE)
})

test('I1: a temporary table named balance does not catch what belongs to the real one', async () => {
  const before = await world.balance('A', 'MAIN')
  const at = { itemId: world.itemId('A'), locationId: world.locationId('MAIN'), lotId: UNALLOCATED_LOT }
  const head = { reason: null, actor: 'test', effectiveAt: world.context.now() }
  const base = { ...at, ...head, commandKey: 'key', referenceKind: null, referenceId: null }
  await inTransaction(asRuntime, async (tx) => {
    await sql`create temp table balance (like public.balance) on commit drop`.execute(tx)
    await insertMovements(tx, world.context, [movementOf(base, 'receive', { onHandDelta: 1 })])
  })
  expect(await world.balance('A', 'MAIN')).toMatchObject({ onHand: before.onHand + 1 })
  // Commands are not even decided on it: they write nothing that they could not lock.
  await expect(
    inTransaction(asRuntime, async (tx) => {
      await sql`create temp table balance (like public.balance) on commit drop`.execute(tx)
      await applyStockCommands(tx, world.context, [commandOf('receive', 'A', 1)])
    }),
  ).rejects.toThrow(RaceOnLots)
  expect(await findBrokenBalances(asRuntime.kysely)).toEqual([])
})

test('a mistake is corrected by a reversing movement, and both stay', async () => {
  await runStockCommands(asRuntime, world.context, [
    commandOf('receive', 'A', 1000, { reason: 'typed one zero too many' }),
    commandOf('adjust', 'A', -900, { reason: 'was 100' }),
  ])
  const kept = await sql<{ onHandDelta: number }>`
    select on_hand_delta from movement where reason is not null order by movement_id`.execute(
    asRuntime.kysely,
  )
  expect(kept.rows.map((row) => row.onHandDelta)).toEqual([1000, -900])
})

test('I1: nothing that was refused above has left a trace', async () => {
  expect(await findBrokenBalances(asOwner.kysely)).toEqual([])
})

async function codeOfRefusal(database: Database, statement: string): Promise<string | undefined> {
  try {
    await database.pool.query(statement)
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

async function userOf(database: Database): Promise<string | undefined> {
  const found = await sql<{ name: string }>`select current_user as name`.execute(database.kysely)
  return found.rows[0]?.name
}
