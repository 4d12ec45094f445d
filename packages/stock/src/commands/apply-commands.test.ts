import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StockErrorCode } from '../errors.ts'
import { saveReservations } from '../reservations.store.ts'
import { commandOf, createStockWorld, releaseOf, type StockWorld } from '../testing/stock-world.ts'
import type { CommandOutcome } from './apply-commands.ts'
import type { StockCommand } from './command.ts'
import { runStockCommands } from './run-commands.ts'

let database: TestDatabase
let world: StockWorld
beforeAll(async () => {
  database = await createTestDatabase()
  world = await createStockWorld(database, { skus: ['A', 'B'], locationCodes: ['MAIN', 'EAST'] })
})
afterAll(() => database.drop())

const NOBODY = '01890000-0000-7000-8000-000000000000'
const refusals: [string, StockCommand, StockErrorCode, string][] = [
  ['a quantity comes before the SKU', commandOf('receive', 'X', 0), 'quantity-not-positive', 'quantity'],
  [
    'the SKU comes before the location',
    commandOf('count', 'X', 1, { locationCode: 'X' }),
    'unknown-sku',
    'sku',
  ],
  ['a location', commandOf('hold', 'A', 1, { locationCode: 'X' }), 'unknown-location', 'location'],
  ['what is not there cannot be reserved', commandOf('reserve', 'A', 1), 'insufficient-stock', 'quantity'],
  ['what is not held cannot be unheld', commandOf('unhold', 'A', 1), 'insufficient-held', 'quantity'],
  ['a reservation that is not there', releaseOf(NOBODY, 1), 'unknown-reservation', 'reservationId'],
  ['a reservation id that is none', releaseOf('R-1', 1), 'unknown-reservation', 'reservationId'],
]
test.each(refusals)('refuses: %s', async (_name, command, code, field) => {
  expect(await run(command)).toMatchObject([{ key: command.key, kind: 'refused', code, field }])
  const kept = await sql`
    select from command_key where organization_id = ${world.context.organizationId}
      and command_key = ${command.key}`.execute(database.kysely)
  expect(kept.rows, 'a refused command leaves no trace').toEqual([])
})

test('SKUs and locations of another organization are unknown', async () => {
  const other = await createStockWorld(database, { skus: ['OTHER'], locationCodes: ['THEIRS'] })
  expect(await run(commandOf('receive', 'OTHER', 1))).toMatchObject([{ code: 'unknown-sku' }])
  expect(await run(commandOf('receive', 'A', 1, { locationCode: 'THEIRS' }))).toMatchObject([
    { code: 'unknown-location' },
  ])
  expect(await runStockCommands(database, other.context, [commandOf('receive', 'A', 1)])).toMatchObject([
    { code: 'unknown-sku' },
  ])
})

test('a batch is applied in order, each command on what the earlier ones left', async () => {
  const own = await createStockWorld(database, { skus: ['A'], locationCodes: ['MAIN'] })
  const outcomes = await runStockCommands(database, own.context, [
    commandOf('reserve', 'A', 1),
    commandOf('receive', 'A', 10),
    commandOf('reserve', 'A', 4),
    commandOf('hold', 'A', 2),
    commandOf('reserve', 'A', 5),
    commandOf('unhold', 'A', 1),
    commandOf('count', 'A', 8),
    commandOf('count', 'A', 8),
    commandOf('adjust', 'A', -20),
  ])
  expect(outcomes.map(toText)).toEqual([
    'insufficient-stock',
    '10 - 0 - 0 = 10',
    '10 - 4 - 0 = 6',
    '10 - 4 - 2 = 4',
    'insufficient-stock',
    '10 - 4 - 1 = 5',
    '8 - 4 - 1 = 3',
    '8 - 4 - 1 = 3',
    '-12 - 4 - 1 = -17',
  ])
  expect(await own.balance('A', 'MAIN')).toEqual({ onHand: -12, reserved: 4, held: 1, incoming: 0 })
})

test('a release shows the SKU and location of its reservation, though the command names neither', async () => {
  const [, reserved] = await run(
    commandOf('receive', 'B', 5, { locationCode: 'EAST' }),
    commandOf('reserve', 'B', 3, { locationCode: 'EAST' }),
  )
  const outcomes = await run(
    releaseOf(reservationOf(reserved), 1),
    releaseOf(reservationOf(reserved), 2),
    releaseOf(reservationOf(reserved), 1),
  )
  expect(outcomes).toMatchObject([
    {
      kind: 'applied',
      itemIds: [world.itemId('B')],
      result: { sku: 'B', locationCode: 'EAST', reserved: 2 },
    },
    { kind: 'applied', result: { sku: 'B', locationCode: 'EAST', reserved: 0, available: 5 } },
    { kind: 'refused', code: 'insufficient-open' },
  ])
})

test("a client cannot release what an order's line holds: the order itself says when", async () => {
  const reservationId = world.context.uuid()
  await database.kysely.transaction().execute((tx) =>
    saveReservations(tx, world.context, {
      changed: [],
      added: [
        {
          reservationId,
          itemId: world.itemId('A'),
          locationId: world.locationId('MAIN'),
          lotId: '00000000-0000-0000-0000-000000000000',
          kind: 'recorded',
          ownerKind: 'order-line',
          ownerId: reservationId,
          orderId: null,
          unitsEach: 1,
          expiresAt: null,
          reserved: 0,
          released: 0,
          shipped: 0,
          returned: 0,
        },
      ],
    }),
  )
  expect(await run(releaseOf(reservationId, 1))).toMatchObject([{ code: 'unknown-reservation' }])
})

test('figures larger than a count may be are refused and the rest of the batch stands', async () => {
  const own = await createStockWorld(database, { skus: ['A', 'B'], locationCodes: ['MAIN'] })
  const outcomes = await runStockCommands(database, own.context, [
    commandOf('receive', 'A', Number.MAX_SAFE_INTEGER),
    commandOf('receive', 'A', 1),
    commandOf('receive', 'B', 1),
  ])
  expect(outcomes).toMatchObject([
    { kind: 'applied' },
    { code: 'quantity-out-of-range' },
    { kind: 'applied' },
  ])
})

test('movements tell what, why, by whom, when and under which key', async () => {
  const effectiveAt = new Date('2026-04-30T08:00:00Z')
  const command = commandOf('adjust', 'A', -3, { reason: 'broken', actor: 'Mia', effectiveAt })
  const [outcome] = await run(command)
  const found = await database.kysely
    .selectFrom('movement')
    .selectAll()
    .where('organizationId', '=', world.context.organizationId)
    .where('commandKey', '=', command.key)
    .execute()
  expect(outcome).toMatchObject({ kind: 'applied' })
  expect(found).toMatchObject([
    {
      kind: 'adjust',
      onHandDelta: -3,
      reason: 'broken',
      actor: 'Mia',
      effectiveAt,
      recordedAt: world.context.now(),
      itemId: world.itemId('A'),
      locationId: world.locationId('MAIN'),
    },
  ])
})

function run(...commands: StockCommand[]): Promise<CommandOutcome[]> {
  return runStockCommands(database, world.context, commands)
}

function reservationOf(outcome: CommandOutcome | undefined): string {
  if (outcome?.kind !== 'applied' || outcome.result.reservationId === null) throw new Error('not reserved')
  return outcome.result.reservationId
}

function toText(outcome: CommandOutcome): string {
  if (outcome.kind === 'refused') return outcome.code
  const { onHand, reserved, held, available } = outcome.result
  return `${onHand} - ${reserved} - ${held} = ${available}`
}
