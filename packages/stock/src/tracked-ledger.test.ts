// Random commands on lots and serials, in batches that run at once, on a real database: whatever is granted or refused,
// the promises hold afterwards.
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StockCommand } from './commands/command.ts'
import { runStockCommands } from './commands/run-commands.ts'
import { changeLotStatus } from './lots/lot-changes.ts'
import { findBrokenLots, findBrokenSerials } from './lots/verify-tracked.store.ts'
import { commandOf, createStockWorld, onReservation, type StockWorld } from './testing/stock-world.ts'
import { findBrokenBalances, findBrokenReservations } from './verify.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const newWorld = () =>
  createStockWorld(database, {
    skus: ['MILK', 'CAM'],
    locationCodes: ['MAIN', 'EAST'],
    tracking: { MILK: 'lot', CAM: 'serial' },
  })
const place = fc.constantFrom('MAIN', 'MAIN', 'EAST')
const units = fc.integer({ min: 1, max: 4 })

// Lots by what becomes of them: GOOD and LATER may leave, OLD has expired, BAD is recalled, WAIT is in quarantine.
const LOTS = {
  GOOD: '2026-05-20',
  LATER: '2026-09-01',
  OLD: '2026-04-01',
  BAD: '2026-09-01',
  WAIT: '2026-09-01',
}
const lot = fc.constantFrom('GOOD', 'GOOD', 'LATER', 'OLD', 'BAD', 'WAIT')

type Build = (reservations: readonly string[]) => StockCommand
const ofReservation = fc.nat({ max: 3 })
const pick = (reservations: readonly string[], nth: number) =>
  reservations[nth % Math.max(1, reservations.length)] ?? '01890000-0000-7000-8000-000000000000'

const anyLotCommand: fc.Arbitrary<Build> = fc.oneof(
  fc.record({ lot, units, place }).map(
    ({ lot, units, place }): Build =>
      () =>
        commandOf('receive', 'MILK', units, { lot, locationCode: place, force: true, reason: 'a test' }),
  ),
  fc.record({ lot: fc.option(lot, { nil: undefined }), units, place }).map(
    ({ lot, units, place }): Build =>
      () =>
        commandOf('reserve', 'MILK', units, { lot, locationCode: place }),
  ),
  fc
    .record({ nth: ofReservation, units, minShelfLifeDays: fc.constantFrom(undefined, 0, 30) })
    .map(({ nth, units, minShelfLifeDays }): Build => {
      return (ids) => onReservation('allocate', pick(ids, nth), units, { minShelfLifeDays })
    }),
  fc
    .record({ nth: ofReservation, units, named: fc.option(lot, { nil: undefined }) })
    .map(({ nth, units, named }): Build => {
      const lots = named === undefined ? undefined : [{ lot: named, quantity: units }]
      return (ids) => onReservation('ship', pick(ids, nth), units, { lots })
    }),
  fc.record({ nth: ofReservation, units }).map(({ nth, units }): Build => {
    return (ids) => onReservation('return', pick(ids, nth), units)
  }),
  fc.record({ nth: ofReservation, units }).map(({ nth, units }): Build => {
    return (ids) => onReservation('release', pick(ids, nth), units)
  }),
)

test('I1, I5: batches on lots that run at once promise and ship only what usable lots hold, and lots add up', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ units, place }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.array(anyLotCommand, { minLength: 1, maxLength: 5 }), { minLength: 2, maxLength: 4 }),
      async (proposed, batches) => {
        const world = await newWorld()
        await openLots(world)
        const ids = await reserveAll(world, 'MILK', proposed)
        await Promise.all(
          batches.map((batch) =>
            runStockCommands(
              database,
              world.context,
              batch.map((build) => build(ids)),
            ),
          ),
        )
        expect(await overPromised(world)).toEqual([])
        expect(await shippedFrom(world, ['OLD', 'BAD', 'WAIT'])).toEqual([])
      },
    ),
    fromEnvironment(40),
  )
  await expectSound()
})

const serial = fc.constantFrom('S1', 'S2', 'S3', 'S4')
const serials = fc.uniqueArray(serial, { minLength: 1, maxLength: 3 })
const anySerialCommand: fc.Arbitrary<Build> = fc.oneof(
  fc
    .record({ kind: fc.constantFrom('receive', 'hold', 'unhold', 'count'), serials, place })
    .map(({ kind, serials, place }): Build => {
      const named = { serials, locationCode: place }
      // Each of these kinds takes the same fields; the compiler cannot follow that for one of several.
      return () => commandOf(kind as 'receive', 'CAM', serials.length, named)
    }),
  fc.record({ serials, place, sign: fc.constantFrom(1, -1) }).map(
    ({ serials, place, sign }): Build =>
      () =>
        commandOf('adjust', 'CAM', sign * serials.length, { serials, locationCode: place }),
  ),
  fc
    .record({ kind: fc.constantFrom('ship', 'ship', 'return'), nth: ofReservation, serials })
    .map(({ kind, nth, serials }): Build => {
      return (ids) => onReservation(kind as 'ship', pick(ids, nth), serials.length, { serials })
    }),
)

test('I1: a serial is never in two places and never shipped twice, whatever runs at once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ units: fc.constant(1), place }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.array(anySerialCommand, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 4 }),
      async (proposed, batches) => {
        const world = await newWorld()
        const first = (names: string[], locationCode: string) =>
          commandOf('receive', 'CAM', names.length, { serials: names, locationCode })
        await runStockCommands(database, world.context, [first(['S1', 'S2'], 'MAIN'), first(['S3'], 'EAST')])
        const ids = await reserveAll(world, 'CAM', proposed)
        await Promise.all(
          batches.map((batch) =>
            runStockCommands(
              database,
              world.context,
              batch.map((build) => build(ids)),
            ),
          ),
        )
        expect(await impossibleLives(world)).toEqual([])
      },
    ),
    fromEnvironment(60),
  )
  await expectSound()
})

async function expectSound() {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
  expect(await findBrokenLots(database.kysely)).toEqual([])
  expect(await findBrokenSerials(database.kysely)).toEqual([])
  expect(database.counters.deadlocks).toBe(0)
}

/** Every lot exists with a few units; those that may not leave are as they stay. */
async function openLots(world: StockWorld): Promise<void> {
  const received = Object.entries(LOTS).map(([lot, expiresOn]) =>
    commandOf('receive', 'MILK', 4, { lot, expiresOn, force: true, reason: 'a test' }),
  )
  await runStockCommands(database, world.context, received)
  for (const [code, status] of [
    ['BAD', 'recalled'],
    ['WAIT', 'quarantined'],
  ] as const) {
    await inTransaction(database, (tx) =>
      changeLotStatus(tx, world.context, { sku: 'MILK', code, status, reason: 'a test', actor: 'test' }),
    )
  }
}

async function reserveAll(
  world: StockWorld,
  sku: string,
  proposed: readonly { units: number; place: string }[],
): Promise<string[]> {
  const outcomes = await runStockCommands(
    database,
    world.context,
    proposed.map(({ units, place }) => commandOf('reserve', sku, units, { locationCode: place })),
  )
  return outcomes.flatMap((each) => (each.kind === 'applied' ? (each.result.reservationId ?? []) : []))
}

/** Places where more is promised than units without a lot and of usable lots are there. */
async function overPromised(world: StockWorld): Promise<string[]> {
  const found = await sql<{ text: string }>`
    select concat_ws(' ', location_id, sum(reserved)) as text
    from balance left join lot using (organization_id, lot_id)
    where organization_id = ${world.context.organizationId}
    group by location_id
    having sum(reserved) > sum(case
      when lot.status <> 'released' or lot.expires_on < '2026-05-01' then 0 else on_hand - held end)`.execute(
    database.kysely,
  )
  return found.rows.map((row) => row.text)
}

async function shippedFrom(world: StockWorld, codes: readonly string[]): Promise<string[]> {
  const found = await sql<{ code: string }>`
    select lot.code from movement join lot using (organization_id, lot_id)
    where organization_id = ${world.context.organizationId} and movement.kind = 'ship'
      and lot.code = any(${sql.val(codes)}::text[])`.execute(database.kysely)
  return found.rows.map((row) => row.code)
}

/** Steps that no unit can have made, and rows that do not stand where their last step ended. */
async function impossibleLives(world: StockWorld): Promise<string[]> {
  const found = await sql<{ text: string }>`
    with step as (
      select serial, kind, state, location_id,
        lag(state) over life as state_before, lag(location_id) over life as location_before
      from serial_event where organization_id = ${world.context.organizationId}
      window life as (partition by serial order by event_id)
    )
    select concat_ws(' ', serial, state_before, kind) as text from step
    where case kind
      when 'received' then coalesce(state_before, 'removed') <> 'removed'
      when 'found' then coalesce(state_before, 'removed') <> 'removed'
      when 'shipped' then state_before is distinct from 'in-stock' or location_before <> location_id
      when 'returned' then state_before is distinct from 'shipped'
      when 'held' then state_before is distinct from 'in-stock' or location_before <> location_id
      when 'unheld' then state_before is distinct from 'held' or location_before <> location_id
      when 'removed' then coalesce(state_before, 'removed') not in ('in-stock', 'held')
      else true end
    union all
    select concat_ws(' ', serial.serial, serial.state, 'but last', last.state) from serial
    join lateral (
      select state, location_id from serial_event as event
      where event.organization_id = serial.organization_id and event.item_id = serial.item_id
        and event.serial = serial.serial
      order by event_id desc limit 1
    ) as last on (last.state, last.location_id) is distinct from (serial.state, serial.location_id)
    where serial.organization_id = ${world.context.organizationId}`.execute(database.kysely)
  return found.rows.map((row) => row.text)
}
