import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandOf, createStockWorld, releaseOf, type StockWorld } from '../testing/stock-world.ts'
import { findBrokenBalances, findBrokenReservations } from '../verify.store.ts'
import { applyStockCommands, type CommandOutcome, RaceOnCommandKey } from './apply-commands.ts'
import { runStockCommands } from './run-commands.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 16 })
})
afterAll(() => database.drop())

const newWorld = () => createStockWorld(database, { skus: ['A', 'B', 'C'], locationCodes: ['MAIN', 'EAST'] })
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))
const kindsOf = (outcomes: readonly CommandOutcome[]) =>
  outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.code : outcome.kind)).sort()

test('I5: of 16 who each reserve 1 of 10 units at once, exactly 10 get it', async () => {
  const world = await newWorld()
  await runStockCommands(database, world.context, [commandOf('receive', 'A', 10)])
  const outcomes = await Promise.all(
    times(16, () => runStockCommands(database, world.context, [commandOf('reserve', 'A', 1)])),
  )
  expect(kindsOf(outcomes.flat())).toEqual([
    ...times(10, () => 'applied'),
    ...times(6, () => 'insufficient-stock'),
  ])
  expect(await world.balance('A', 'MAIN')).toEqual({ onHand: 10, reserved: 10, held: 0, incoming: 0 })
})

test('I3: a command sent 16 times at once is applied once, and all hear the same answer', async () => {
  const world = await newWorld()
  await runStockCommands(database, world.context, [commandOf('receive', 'A', 10)])
  // Takes everything: whoever decided without knowing of the first would be refused.
  const command = commandOf('reserve', 'A', 10, { key: 'checkout-1' })
  const outcomes = await Promise.all(times(16, () => runStockCommands(database, world.context, [command])))
  expect(kindsOf(outcomes.flat())).toEqual(['applied', ...times(15, () => 'repeated')])
  const results = outcomes.flat().map((outcome) => (outcome.kind === 'refused' ? undefined : outcome.result))
  expect(new Set(results.map((result) => result?.reservationId)).size).toBe(1)
  expect(await world.balance('A', 'MAIN')).toMatchObject({ reserved: 10 })
})

test('I3: a repeat answers what was answered then, whatever has happened since', async () => {
  const world = await newWorld()
  const command = commandOf('receive', 'A', 10, { key: 'delivery-7' })
  const [first] = await runStockCommands(database, world.context, [command])
  await runStockCommands(database, world.context, [commandOf('adjust', 'A', -4)])
  const outcomes = await runStockCommands(database, world.context, [
    command,
    // Who sends it again, and how the fields are ordered, make no other command of it.
    { ...command, actor: 'somebody else' },
    Object.fromEntries(Object.entries(command).reverse()) as typeof command,
  ])
  expect(first).toMatchObject({ kind: 'applied', result: { onHand: 10 } })
  for (const outcome of outcomes) {
    expect(outcome).toEqual({
      key: 'delivery-7',
      kind: 'repeated',
      result: first?.kind === 'applied' ? first.result : undefined,
    })
  }
  expect(await world.balance('A', 'MAIN')).toMatchObject({ onHand: 6 })
})

test('I3: a repeat within one batch is applied once', async () => {
  const world = await newWorld()
  const command = commandOf('receive', 'A', 10)
  expect(kindsOf(await runStockCommands(database, world.context, [command, command]))).toEqual([
    'applied',
    'repeated',
  ])
  expect(await world.balance('A', 'MAIN')).toMatchObject({ onHand: 10 })
})

test.each([
  ['another quantity', commandOf('receive', 'A', 11, { key: 'K' })],
  ['another SKU', commandOf('receive', 'B', 10, { key: 'K' })],
  ['another location', commandOf('receive', 'A', 10, { key: 'K', locationCode: 'EAST' })],
  ['another kind', commandOf('adjust', 'A', 10, { key: 'K' })],
  ['another reason', commandOf('receive', 'A', 10, { key: 'K', reason: 'found' })],
  ['another moment', commandOf('receive', 'A', 10, { key: 'K', effectiveAt: new Date(0) })],
  ['a release', releaseOf('01890000-0000-7000-8000-000000000000', 10, 'K')],
])('a key used again with %s is refused', async (_name, other) => {
  const world = await newWorld()
  const outcomes = await runStockCommands(database, world.context, [
    commandOf('receive', 'A', 10, { key: 'K' }),
    other,
  ])
  expect(outcomes).toMatchObject([{ kind: 'applied' }, { kind: 'refused', code: 'key-reused' }])
  expect(await world.balance('A', 'MAIN')).toMatchObject({ onHand: 10 })
})

test('a key is the organization’s own: another may use the same', async () => {
  const [mine, theirs] = await Promise.all([newWorld(), newWorld()])
  const command = commandOf('receive', 'A', 10, { key: 'K' })
  for (const world of [mine, theirs]) {
    expect(kindsOf(await runStockCommands(database, world.context, [command]))).toEqual(['applied'])
  }
})

test('a refused command may be sent again under its key once it can be granted', async () => {
  const world = await newWorld()
  const command = commandOf('reserve', 'A', 1, { key: 'K' })
  expect(kindsOf(await runStockCommands(database, world.context, [command]))).toEqual(['insufficient-stock'])
  await runStockCommands(database, world.context, [commandOf('receive', 'A', 1)])
  expect(kindsOf(await runStockCommands(database, world.context, [command]))).toEqual(['applied'])
})

test('two who count an item for the first time at once do not add their counts up', async () => {
  const world = await newWorld()
  await Promise.all(times(8, () => runStockCommands(database, world.context, [commandOf('count', 'A', 5)])))
  expect(await world.balance('A', 'MAIN')).toMatchObject({ onHand: 5 })
})

test('batches that name the same items, keys and reservations in opposite orders never deadlock', async () => {
  const world = await newWorld()
  const seed = await runStockCommands(database, world.context, [
    commandOf('receive', 'A', 100),
    commandOf('receive', 'B', 100),
    ...times(6, () => commandOf('reserve', 'A', 10)),
    ...times(6, () => commandOf('reserve', 'B', 10)),
  ])
  const reservationIds = seed.flatMap((outcome) =>
    outcome.kind === 'applied' && outcome.result.reservationId !== null ? [outcome.result.reservationId] : [],
  )
  expect(reservationIds).toHaveLength(12)
  const before = database.counters.deadlocks
  for (let round = 0; round < 10; round += 1) {
    const forward = [
      ...reservationIds.map((id) => releaseOf(id, 1, `release ${round} ${id}`)),
      commandOf('adjust', 'A', 1, { key: `a ${round}` }),
      // Met for the first time in round 0: rows that are not there yet are ordered too.
      commandOf('adjust', 'C', 1, { key: `c ${round}`, locationCode: 'EAST' }),
      commandOf('receive', 'B', 1, { key: `b ${round}` }),
    ]
    await Promise.all(
      times(8, (index) =>
        runStockCommands(database, world.context, index % 2 === 0 ? forward : forward.toReversed()),
      ),
    )
  }
  expect(database.counters.deadlocks - before).toBe(0)
  expect(await world.balance('A', 'MAIN')).toEqual({ onHand: 110, reserved: 0, held: 0, incoming: 0 })
  expect(await world.balance('B', 'MAIN')).toEqual({ onHand: 110, reserved: 0, held: 0, incoming: 0 })
  expect(await world.balance('C', 'EAST')).toMatchObject({ onHand: 10 })
})

test('what the caller adds is written with the outcomes in hand, after the movements, or not at all', async () => {
  const world = await newWorld()
  const { organizationId } = world.context
  let movementsThen: number | undefined
  const outcomes = await runStockCommands(
    database,
    world.context,
    [commandOf('receive', 'A', 10), commandOf('receive', 'X', 1)],
    {
      afterMovements: async (tx, known) => {
        expect(kindsOf(known)).toEqual(['applied', 'unknown-sku'])
        movementsThen = await countMovements(world, tx)
        await tx
          .updateTable('organization')
          .set({ name: 'Renamed' })
          .where('organizationId', '=', organizationId)
          .execute()
      },
    },
  )
  expect(kindsOf(outcomes)).toEqual(['applied', 'unknown-sku'])
  expect(movementsThen).toBe(1)
  expect(await countMovements(world, database.kysely)).toBe(1)
  expect(await nameOf(world)).toBe('Renamed')

  const failing = runStockCommands(database, world.context, [commandOf('receive', 'A', 10)], {
    afterMovements: async (tx) => {
      await tx
        .updateTable('organization')
        .set({ name: 'Again' })
        .where('organizationId', '=', organizationId)
        .execute()
      throw new Error('the caller changed its mind')
    },
  })
  await expect(failing).rejects.toThrow('the caller changed its mind')
  expect(await nameOf(world)).toBe('Renamed')
  expect(await countMovements(world, database.kysely)).toBe(1)
})

test('a race for a key that is lost each time ends, with the race as its reason', async () => {
  const world = await newWorld()
  let tries = 0
  const losing = runStockCommands(database, world.context, [commandOf('receive', 'A', 1)], {
    afterMovements: async () => {
      tries += 1
      throw new RaceOnCommandKey('K')
    },
  })
  await expect(losing).rejects.toThrow(RaceOnCommandKey)
  expect(tries).toBe(10)
})

test('a key that another transaction commits after ours was decided is a race, and nothing of ours stays', async () => {
  const world = await newWorld()
  // The same key for different balances: no lock but the key's own makes the two meet.
  const theirs = commandOf('receive', 'B', 1, { key: 'K' })
  const mine = commandOf('receive', 'A', 1, { key: 'K' })
  let started: Promise<CommandOutcome[]> | undefined
  const other = await runStockCommands(database, world.context, [theirs], {
    afterMovements: async (tx) => {
      // Behind the claim of the key, which was sent with this and may not be there yet.
      await sql`select 1`.execute(tx)
      started = runStockCommands(database, world.context, [mine])
      await waitUntilLocked(world)
    },
  })
  expect(kindsOf(other)).toEqual(['applied'])
  expect(kindsOf((await started) ?? [])).toEqual(['key-reused'])
  expect(await world.balance('A', 'MAIN')).toMatchObject({ onHand: 0 })
})

test('applying in a transaction of the caller leaves the retry to the caller', async () => {
  const world = await newWorld()
  const work = database.kysely.transaction().execute(async (tx) => {
    await applyStockCommands(tx, world.context, [commandOf('receive', 'A', 3)])
    throw new Error('rolled back')
  })
  await expect(work).rejects.toThrow('rolled back')
  expect(await countMovements(world, database.kysely)).toBe(0)
})

test('I1: after all of the above, balances are the sums of movements and reservations match', async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
})

async function countMovements(world: StockWorld, db: StockWorld['database']['kysely']): Promise<number> {
  const found = await sql<{ count: number }>`
    select count(*) as count from movement
    where organization_id = ${world.context.organizationId}`.execute(db)
  return found.rows[0]?.count ?? -1
}

async function nameOf(world: StockWorld): Promise<string | undefined> {
  const found = await database.kysely
    .selectFrom('organization')
    .select('name')
    .where('organizationId', '=', world.context.organizationId)
    .executeTakeFirst()
  return found?.name
}

/** Until some session of this database waits for a lock; asked again and again, each time by a statement of its own. */
async function waitUntilLocked(world: StockWorld): Promise<void> {
  for (let tries = 0; tries < 20_000; tries += 1) {
    const found = await sql`
      select from pg_locks
      join pg_stat_activity using (pid)
      where not granted and datname = current_database()`.execute(world.database.kysely)
    if (found.rows.length > 0) return
  }
  throw new Error('nobody came to wait for a lock')
}
