// Commands on items that are tracked by serial number, on a real database.
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StockCommand } from '../commands/command.ts'
import { runStockCommands } from '../commands/run-commands.ts'
import { findBrokenSerials } from '../lots/verify-tracked.store.ts'
import { lifeOf, serialsOf } from '../testing/serial-stories.ts'
import { commandOf, createStockWorld, onReservation, type StockWorld } from '../testing/stock-world.ts'
import { findBrokenBalances } from '../verify.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenSerials(database.kysely)).toEqual([])
  await database.drop()
})

// A CAM tells its serials when it comes in, a PLUG when it leaves.
const newWorld = () =>
  createStockWorld(database, {
    skus: ['CAM', 'PLUG', 'MUG'],
    locationCodes: ['MAIN', 'EAST'],
    tracking: { CAM: 'serial', PLUG: 'serial-at-shipment' },
  })
const run = async (world: StockWorld, ...commands: StockCommand[]) =>
  await runStockCommands(database, world.context, commands)
const receive = (serials: string[], locationCode = 'MAIN') =>
  commandOf('receive', 'CAM', serials.length, { serials, locationCode })
const reserve = async (world: StockWorld, sku: string, quantity: number): Promise<string> => {
  const [outcome] = await run(world, commandOf('reserve', sku, quantity))
  if (outcome?.kind !== 'applied') throw new Error(JSON.stringify(outcome))
  return outcome.result.reservationId ?? ''
}

test('a unit is received, held, shipped and returned by its number, and its life tells so', async () => {
  const world = await newWorld()
  await run(world, receive(['S1', 'S2', 'S3']), commandOf('hold', 'CAM', 1, { serials: ['S3'] }))
  const id = await reserve(world, 'CAM', 2)
  const damaged = { serials: ['S1'], condition: 'damaged' as const, locationCode: 'EAST' }
  const outcomes = await run(
    world,
    onReservation('ship', id, 2, { serials: ['S1', 'S2'] }),
    onReservation('return', id, 1, damaged),
    commandOf('unhold', 'CAM', 1, { serials: ['S1'], locationCode: 'EAST' }),
    commandOf('adjust', 'CAM', -1, { serials: ['S3'] }),
  )
  expect(outcomes.map(({ kind }) => kind)).toEqual(outcomes.map(() => 'applied'))
  expect(await serialsOf(world)).toEqual(['S1 in-stock EAST', 'S2 shipped MAIN', 'S3 removed MAIN'])
  expect(await lifeOf(world, 'S1')).toEqual(['received MAIN', 'shipped MAIN', 'returned EAST', 'unheld EAST'])
  expect(await world.balance('CAM', 'MAIN')).toMatchObject({ onHand: 0, held: 0, reserved: 0 })
  expect(await world.balance('CAM', 'EAST')).toMatchObject({ onHand: 1, held: 0 })
})

test.each<[string, StockCommand, string]>([
  ['no serials', commandOf('receive', 'CAM', 1), 'serial-missing'],
  ['too few', commandOf('receive', 'CAM', 2, { serials: ['S9'] }), 'serial-count-mismatch'],
  ['one twice', receive(['S9', 'S9']), 'serial-duplicate'],
  ['a space at the end', receive(['S9 ']), 'serial-invalid'],
  ['one that is here', receive(['S1']), 'serial-exists'],
  ['one that is elsewhere', receive(['S1'], 'EAST'), 'serial-elsewhere'],
  ['one that was shipped', receive(['GONE']), 'serial-shipped'],
  ['one that is not known', commandOf('adjust', 'CAM', -1, { serials: ['S9'] }), 'serial-not-in-stock'],
  ['one that is elsewhere', commandOf('hold', 'CAM', 1, { serials: ['E1'] }), 'serial-elsewhere'],
  ['one that is held already', commandOf('hold', 'CAM', 1, { serials: ['H1'] }), 'serial-not-in-stock'],
  ['one that is not held', commandOf('unhold', 'CAM', 1, { serials: ['S1'] }), 'serial-not-in-stock'],
  ['a plain item', commandOf('receive', 'MUG', 1, { serials: ['S9'] }), 'serial-not-tracked'],
  ['told too early', commandOf('receive', 'PLUG', 1, { serials: ['S9'] }), 'serial-not-tracked'],
  ['a reservation', commandOf('reserve', 'CAM', 1, { serials: ['S1'] }), 'serial-not-tracked'],
  ['a lot', commandOf('receive', 'CAM', 1, { serials: ['S9'], lot: 'L' }), 'lot-not-tracked'],
])('%s is refused, and nothing is left of it (%#)', async (_, command, code) => {
  const world = await newWorld()
  await run(world, receive(['S1', 'GONE', 'H1']), receive(['E1'], 'EAST'))
  await run(world, commandOf('hold', 'CAM', 1, { serials: ['H1'] }))
  await run(world, onReservation('ship', await reserve(world, 'CAM', 1), 1, { serials: ['GONE'] }))
  const before = await serialsOf(world)
  expect(await run(world, command)).toMatchObject([{ kind: 'refused', code }])
  expect(await serialsOf(world)).toEqual(before)
})

test.each<[string, string[] | undefined, string]>([
  ['no serials', undefined, 'serial-missing'],
  ['one that is elsewhere', ['E1'], 'serial-elsewhere'],
  ['one that is held', ['H1'], 'serial-not-in-stock'],
  ['one that is not known', ['S9'], 'serial-not-in-stock'],
  ['one that was shipped', ['GONE'], 'serial-shipped'],
])('a shipment of %s is refused', async (_, named, code) => {
  const world = await newWorld()
  await run(world, receive(['S1', 'S2', 'GONE', 'H1']), receive(['E1'], 'EAST'))
  await run(world, commandOf('hold', 'CAM', 1, { serials: ['H1'] }))
  await run(world, onReservation('ship', await reserve(world, 'CAM', 1), 1, { serials: ['GONE'] }))
  const id = await reserve(world, 'CAM', 1)
  expect(await run(world, onReservation('ship', id, 1, { serials: named }))).toMatchObject([
    { kind: 'refused', code, field: 'serials' },
  ])
  expect(await run(world, onReservation('return', id, 1, { serials: ['GONE'] }))).toMatchObject([
    { code: 'insufficient-shipped' },
  ])
})

test('told at shipment, a number is new to us, leaves once, and leaves again when it came back', async () => {
  const world = await newWorld()
  await run(world, commandOf('receive', 'PLUG', 5))
  const id = await reserve(world, 'PLUG', 3)
  const ship = (serial: string) => onReservation('ship', id, 1, { serials: [serial] })
  const outcomes = await run(
    world,
    ship('P1'),
    ship('P1'),
    onReservation('return', id, 1, { serials: ['P2'] }),
    onReservation('return', id, 1, { serials: ['P1'] }),
    ship('P1'),
    onReservation('ship', id, 1),
  )
  expect(outcomes.map((each) => (each.kind === 'refused' ? each.code : each.kind))).toEqual([
    'applied',
    'serial-shipped',
    'serial-not-shipped',
    'applied',
    'applied',
    'serial-missing',
  ])
})

test('a count by serials finds what was not known and removes what is not there', async () => {
  const world = await newWorld()
  await run(world, receive(['S1', 'S2', 'S3']), receive(['E1'], 'EAST'))
  await run(world, commandOf('hold', 'CAM', 1, { serials: ['S2'] }))
  const count = (...named: string[]) => commandOf('count', 'CAM', named.length, { serials: named })
  expect(await run(world, count('S1', 'E1'))).toMatchObject([{ code: 'serial-elsewhere' }])
  expect(await run(world, count('S1', 'NEW', 'S3'))).toMatchObject([{ result: { onHand: 3, held: 0 } }])
  expect(await run(world, count('S1', 'NEW', 'S3'))).toMatchObject([{ result: { onHand: 3, held: 0 } }])
  expect(await run(world, count())).toMatchObject([{ result: { onHand: 0 } }])
  expect(await serialsOf(world)).toEqual([
    'E1 in-stock EAST',
    'NEW removed MAIN',
    'S1 removed MAIN',
    'S2 removed MAIN',
    'S3 removed MAIN',
  ])
})

test('a count of an earlier moment leaves alone what has moved since', async () => {
  const world = await newWorld()
  const at = (minute: number) => new Date(`2026-05-01T11:${String(minute).padStart(2, '0')}:00Z`)
  await run(world, { ...receive(['S1', 'S2', 'S3']), effectiveAt: at(0) })
  const id = await reserve(world, 'CAM', 1)
  await run(world, { ...onReservation('ship', id, 1, { serials: ['S1'] }), effectiveAt: at(20) })
  await run(world, { ...receive(['S4']), effectiveAt: at(20) })
  const counted = commandOf('count', 'CAM', 2, { serials: ['S1', 'S2'], effectiveAt: at(10) })
  expect(await run(world, counted)).toMatchObject([{ result: { onHand: 2 } }])
  expect(await serialsOf(world)).toEqual([
    'S1 shipped MAIN',
    'S2 in-stock MAIN',
    'S3 removed MAIN',
    'S4 in-stock MAIN',
  ])
})

test('I3: of many who bring in one number at once, one does; the others are told where it is', async () => {
  const world = await newWorld()
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, (_, nth) => run(world, receive(['ONE', `S${nth}`], nth % 2 ? 'EAST' : 'MAIN'))),
  )
  const told = outcomes.flat().map((each) => (each.kind === 'refused' ? each.code : each.kind))
  expect(told.filter((each) => each === 'applied')).toEqual(['applied'])
  expect(new Set(told)).toEqual(new Set(['applied', 'serial-exists', 'serial-elsewhere']))
  expect((await serialsOf(world)).length).toBe(2)
  expect(database.counters.deadlocks).toBe(0)
})

test('the database itself refuses a second place, and any change of a life', async () => {
  const world = await newWorld()
  await run(world, receive(['S1']))
  const again = sql`
    insert into serial select organization_id, item_id, serial, state, ${world.locationId('EAST')}, owner_id, effective_at
    from serial where organization_id = ${world.context.organizationId}`.execute(database.kysely)
  await expect(again).rejects.toThrow(/serial_pkey/)
  const forget = sql`delete from serial_event where organization_id = ${world.context.organizationId}`
  await expect(forget.execute(database.kysely)).rejects.toThrow(/permission denied|append-only/)
})
