// Commands on items that are tracked by lot, on a real database.
import { inTransaction, type LotStatus } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StockCommand } from '../commands/command.ts'
import { runStockCommands } from '../commands/run-commands.ts'
import { balancesByLot, lotStory } from '../testing/lot-stories.ts'
import { commandOf, createStockWorld, onReservation, type StockWorld } from '../testing/stock-world.ts'
import { findBrokenBalances, findBrokenReservations } from '../verify.store.ts'
import { changeLotStatus, createLot } from './lot-changes.ts'
import { saveShelfLifeMinimum } from './shelf-life.store.ts'
import { findBrokenLots } from './verify-tracked.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
  expect(await findBrokenLots(database.kysely)).toEqual([])
  await database.drop()
})

// The world's day is 1 May 2026.
const newWorld = () =>
  createStockWorld(database, {
    skus: ['MILK', 'MUG'],
    locationCodes: ['MAIN', 'EAST'],
    tracking: { MILK: 'lot' },
  })
const receive = (lot: string, quantity: number, expiresOn?: string) =>
  commandOf('receive', 'MILK', quantity, { lot, expiresOn })
const run = async (world: StockWorld, ...commands: StockCommand[]) =>
  await runStockCommands(database, world.context, commands)
const reserve = async (world: StockWorld, quantity: number, lot?: string): Promise<string> => {
  const [outcome] = await run(world, commandOf('reserve', 'MILK', quantity, { lot }))
  if (outcome?.kind !== 'applied') throw new Error(JSON.stringify(outcome))
  return outcome.result.reservationId ?? ''
}
const setStatus = (world: StockWorld, code: string, status: LotStatus, reason: string | null = 'because') =>
  inTransaction(database, (tx) =>
    changeLotStatus(tx, world.context, { sku: 'MILK', code, status, reason, actor: 'test' }),
  )

test('a lot is made by what is received into it, and each lot is counted by itself', async () => {
  const world = await newWorld()
  const outcomes = await run(
    world,
    receive('L1', 10, '2026-06-01'),
    commandOf('receive', 'MILK', 5, { lot: ' L1 ' }),
    receive('L2', 3),
    commandOf('adjust', 'MILK', -2, { lot: 'L1' }),
    commandOf('count', 'MILK', 4, { lot: 'L2' }),
    commandOf('hold', 'MILK', 1, { lot: 'L1' }),
  )
  expect(outcomes.map(({ kind }) => kind)).toEqual(outcomes.map(() => 'applied'))
  expect(await balancesByLot(world)).toEqual(['L1 13 0 1', 'L2 4 0 0'])
  expect(outcomes.at(-1)).toMatchObject({ result: { onHand: 17, held: 1, available: 16 } })
})

test.each<[string, StockCommand, string, string]>([
  ['no lot', commandOf('receive', 'MILK', 1), 'lot-missing', 'lot'],
  ['no lot', commandOf('count', 'MILK', 1), 'lot-missing', 'lot'],
  ['a plain item', commandOf('receive', 'MUG', 1, { lot: 'L1' }), 'lot-not-tracked', 'lot'],
  [
    'dates of a plain item',
    commandOf('receive', 'MUG', 1, { expiresOn: '2026-06-01' }),
    'lot-not-tracked',
    'lot',
  ],
  ['an unknown lot', commandOf('adjust', 'MILK', 1, { lot: 'L9' }), 'unknown-lot', 'lot'],
  ['an unknown lot', commandOf('reserve', 'MILK', 1, { lot: 'L9' }), 'unknown-lot', 'lot'],
  ['no code', commandOf('receive', 'MILK', 1, { lot: '  ' }), 'lot-code-invalid', 'lot'],
  [
    'no day',
    commandOf('receive', 'MILK', 1, { lot: 'L9', expiresOn: 'soon' }),
    'lot-day-invalid',
    'expiresOn',
  ],
  ['another day', receive('L1', 1, '2026-06-02'), 'lot-differs', 'expiresOn'],
  ['an expired lot', receive('OLD', 1, '2026-04-30'), 'lot-expired', 'lot'],
  ['force without a reason', { ...receive('OLD', 1), force: true }, 'reason-missing', 'reason'],
  [
    'serials',
    commandOf('receive', 'MILK', 1, { lot: 'L1', serials: ['S'] }),
    'serial-not-tracked',
    'serials',
  ],
])('%s is refused, and nothing is left of it (%#)', async (_, command, code, field) => {
  const world = await newWorld()
  await run(world, receive('L1', 10, '2026-06-01'))
  expect(await run(world, command)).toMatchObject([{ kind: 'refused', code, field }])
  expect(await balancesByLot(world)).toEqual(['L1 10 0 0'])
  expect(await lotStory(world)).toEqual(['L1 -→released'])
})

test('what is expired is taken in by force with a reason, and may still not be promised', async () => {
  const world = await newWorld()
  const [taken] = await run(world, {
    ...receive('OLD', 4, '2026-04-30'),
    force: true,
    reason: 'to be destroyed',
  })
  expect(taken).toMatchObject({ result: { onHand: 4, available: 0, unusable: 4 } })
  expect(await run(world, commandOf('reserve', 'MILK', 1))).toMatchObject([
    { code: 'insufficient-stock', message: '1 units asked, 0 are available.' },
  ])
})

test('I5: units are promised out of all usable lots together, or out of one lot that is named', async () => {
  const world = await newWorld()
  await run(world, receive('L1', 5, '2026-06-01'), receive('L2', 5), receive('Q', 5))
  await setStatus(world, 'Q', 'quarantined')
  const outcomes = await run(
    world,
    commandOf('reserve', 'MILK', 11),
    commandOf('reserve', 'MILK', 1, { lot: 'Q' }),
    commandOf('reserve', 'MILK', 6, { lot: 'L1' }),
    commandOf('reserve', 'MILK', 3, { lot: 'L1' }),
    commandOf('reserve', 'MILK', 7),
    commandOf('reserve', 'MILK', 1),
    // Two of L1 are free, and promised to the seven that have no lot yet.
    commandOf('reserve', 'MILK', 1, { lot: 'L1' }),
  )
  expect(outcomes.map((each) => (each.kind === 'refused' ? each.code : each.kind))).toEqual([
    'insufficient-stock',
    'lot-quarantined',
    'insufficient-stock',
    'applied',
    'applied',
    'insufficient-stock',
    'insufficient-stock',
  ])
})

test('units are allocated first expired, first out, with as many days left as are asked for', async () => {
  const world = await newWorld()
  await run(
    world,
    receive('JULY', 4, '2026-07-01'),
    receive('MAY', 4, '2026-05-20'),
    receive('JUNE', 4, '2026-06-10'),
    receive('NEVER', 4),
  )
  const id = await reserve(world, 10)
  expect(await run(world, onReservation('allocate', id, 5, { minShelfLifeDays: 30 }))).toMatchObject([
    {
      result: {
        lots: [
          { lot: 'JUNE', quantity: 4 },
          { lot: 'JULY', quantity: 1 },
        ],
      },
    },
  ])
  expect(await run(world, onReservation('allocate', id, 5, { minShelfLifeDays: 365 }))).toMatchObject([
    { code: 'insufficient-lots', message: '5 units of "MILK" asked, usable lots hold 4 of them free.' },
  ])
  expect(await run(world, onReservation('allocate', id, 6))).toMatchObject([{ code: 'insufficient-open' }])
  await inTransaction(database, (tx) =>
    saveShelfLifeMinimum(tx, world.context, { scope: 'customer', scopeId: 'Ada', days: 60 }),
  )
  const forAda = { shelfLifeFor: { customer: 'Ada' } }
  expect(await run(world, onReservation('allocate', id, 3, forAda))).toMatchObject([
    { result: { lots: [{ lot: 'JULY', quantity: 3 }] } },
  ])
  const named = { lots: [{ lot: 'MAY', quantity: 2 }], minShelfLifeDays: 30 }
  expect(await run(world, onReservation('allocate', id, 2, named))).toMatchObject([
    { code: 'lot-shelf-life' },
  ])
  const forced = { ...named, force: true, reason: 'the customer agreed' }
  expect(await run(world, onReservation('allocate', id, 2, forced))).toMatchObject([{ kind: 'applied' }])
  expect(await balancesByLot(world)).toEqual(['JULY 4 4 0', 'JUNE 4 4 0', 'MAY 4 2 0', 'NEVER 4 0 0'])
})

test('a shipment leaves from what is allocated, then first expired first out, or from lots that are named', async () => {
  const world = await newWorld()
  await run(
    world,
    receive('A', 4, '2026-06-01'),
    receive('B', 4, '2026-07-01'),
    receive('C', 4, '2026-08-01'),
  )
  const id = await reserve(world, 9)
  await run(world, onReservation('allocate', id, 2, { lots: [{ lot: 'B', quantity: 2 }] }))
  expect(await run(world, onReservation('ship', id, 5))).toMatchObject([
    {
      result: {
        lots: [
          { lot: 'B', quantity: 2 },
          { lot: 'A', quantity: 3 },
        ],
      },
    },
  ])
  const twice = {
    lots: [
      { lot: 'C', quantity: 1 },
      { lot: 'C', quantity: 1 },
    ],
  }
  expect(await run(world, onReservation('ship', id, 2, twice))).toMatchObject([
    { code: 'lot-quantity-mismatch' },
  ])
  const tooMany = { lots: [{ lot: 'A', quantity: 2 }] }
  expect(await run(world, onReservation('ship', id, 2, tooMany))).toMatchObject([
    {
      code: 'insufficient-lots',
      message: '2 units of the lot "A" asked, 1 are free where they are reserved.',
    },
  ])
  const named = {
    lots: [
      { lot: 'C', quantity: 3 },
      { lot: 'A', quantity: 1 },
    ],
  }
  expect(await run(world, onReservation('ship', id, 4, named))).toMatchObject([{ kind: 'applied' }])
  expect(await balancesByLot(world)).toEqual(['B 2 0 0', 'C 1 0 0'])
})

test('what is allocated to a lot that may not leave any more is refused with its reason, or allocated anew', async () => {
  const world = await newWorld()
  await run(world, receive('A', 3, '2026-06-01'), receive('B', 2, '2026-07-01'))
  const id = await reserve(world, 3, 'A')
  await setStatus(world, 'A', 'recalled')
  expect(await run(world, onReservation('ship', id, 3))).toMatchObject([{ code: 'lot-recalled' }])
  const named = { lots: [{ lot: 'A', quantity: 1 }] }
  expect(await run(world, onReservation('ship', id, 1, named))).toMatchObject([{ code: 'lot-recalled' }])
  expect(await run(world, onReservation('allocate', id, 2))).toMatchObject([
    { result: { lots: [{ lot: 'B', quantity: 2 }], available: -1, unusable: 3 } },
  ])
  expect(await run(world, onReservation('ship', id, 2))).toMatchObject([{ kind: 'applied' }])
  expect(await balancesByLot(world)).toEqual(['A 3 1 0'])
})

test('what comes back goes to the lot that it came from', async () => {
  const world = await newWorld()
  await run(world, receive('A', 3, '2026-06-01'), receive('B', 3, '2026-07-01'))
  const id = await reserve(world, 4)
  await run(world, onReservation('ship', id, 4))
  expect(await balancesByLot(world)).toEqual(['B 2 0 0'])
  const damaged = { condition: 'damaged' as const, locationCode: 'EAST' }
  await run(world, onReservation('return', id, 1, damaged), onReservation('return', id, 2, { lot: 'A' }))
  expect(await balancesByLot(world)).toEqual(['A 2 0 0', 'B 2 0 0', 'B@EAST 1 0 1'])
  expect(await run(world, onReservation('return', id, 1, { lot: 'B' }))).toMatchObject([
    { code: 'insufficient-shipped' },
  ])
})

test('a lot is made beforehand once, and what is set on it is noted with who, when and why', async () => {
  const world = await newWorld()
  const make = (expiresOn: string) =>
    inTransaction(database, (tx) =>
      createLot(tx, world.context, { sku: 'MILK', code: 'A', expiresOn, actor: 'test', reason: null }),
    )
  expect(await make('2026-06-01')).toMatchObject({ kind: 'saved', isNew: true })
  expect(await make('2026-06-01')).toMatchObject({ kind: 'saved', isNew: false })
  expect(await make('2026-06-02')).toMatchObject({ code: 'lot-differs' })
  expect(await setStatus(world, 'A', 'quarantined', ' ')).toMatchObject({ code: 'reason-missing' })
  expect(await setStatus(world, 'B', 'quarantined')).toMatchObject({ code: 'unknown-lot' })
  await setStatus(world, 'A', 'quarantined', 'smells')
  await setStatus(world, 'A', 'quarantined', 'smells')
  await setStatus(world, 'A', 'released', 'smells good')
  expect(await lotStory(world)).toEqual([
    'A -→released',
    'A released→quarantined smells',
    'A quarantined→released smells good',
  ])
})

test('I3: of many who receive one new lot at once, one makes it and all are counted', async () => {
  const world = await newWorld()
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, () => run(world, receive('NEW', 1, '2026-06-01'), receive('NEWER', 1))),
  )
  expect(outcomes.flat().map(({ kind }) => kind)).toEqual(outcomes.flat().map(() => 'applied'))
  expect(await balancesByLot(world)).toEqual(['NEW 8 0 0', 'NEWER 8 0 0'])
  expect((await lotStory(world)).length).toBe(2)
  expect(database.counters.deadlocks).toBe(0)
})

test('a recall waits for what is being decided on the lot, and is then told of it', async () => {
  const world = await newWorld()
  await run(world, receive('A', 3, '2026-06-01'))
  const id = await reserve(world, 3)
  let recalled: ReturnType<typeof setStatus> | undefined
  const [shipped] = await runStockCommands(database, world.context, [onReservation('ship', id, 1)], {
    afterMovements: async () => {
      recalled = setStatus(world, 'A', 'recalled')
      expect(await Promise.race([recalled.then(() => 'done'), blocked(world)])).toBe('waits')
    },
  })
  expect(shipped?.kind).toBe('applied')
  expect(await recalled).toMatchObject({ kind: 'changed', before: 'released' })
  expect(await run(world, onReservation('ship', id, 1))).toMatchObject([{ code: 'insufficient-lots' }])
})

async function blocked(world: StockWorld): Promise<string> {
  for (let tries = 0; tries < 20_000; tries += 1) {
    const found = await sql`
      select from pg_locks join pg_stat_activity using (pid)
      where not granted and datname = current_database()`.execute(world.database.kysely)
    if (found.rows.length > 0) return 'waits'
  }
  return 'never waited'
}
