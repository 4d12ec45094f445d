// Random transfers, receipts, losses and counts of lots and serials, several at once and cut between any two statements,
// on a real database: whatever is granted or refused, no unit is in two places, and lots and serials add up.
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { runStockCommands } from '../commands/run-commands.ts'
import { approveStockCount, postStockCount, startStockCount } from '../counts/count-actions.ts'
import { enterStockCount } from '../counts/enter-count.ts'
import { createInboundShipment, receiveInboundShipment } from '../inbound/inbound-actions.ts'
import { findBrokenLots, findBrokenSerials } from '../lots/verify-tracked.store.ts'
import { CutOff, cutting } from '../testing/cutting.ts'
import { documentStore, done, headOf } from '../testing/document-world.ts'
import {
  commandOf,
  createStockWorld,
  onReservation,
  type StockWorld,
  WORLD_TIME,
} from '../testing/stock-world.ts'
import {
  closeTransfer,
  createTransfer,
  dispatchTransfer,
  receiveTransfer,
} from '../transfers/transfer-actions.ts'
import { findBrokenBalances } from '../verify.store.ts'
import { findBrokenIncoming } from '../verify-incoming.store.ts'
import type { DocumentStore } from './run-document.ts'

// A busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const UNITS = ['S1', 'S2', 'S3', 'S4', 'S5', 'S6']
const units = fc.uniqueArray(fc.constantFrom(...UNITS), { minLength: 1, maxLength: 3 })
const place = fc.constantFrom('MAIN', 'EAST')
const nth = fc.nat({ max: 2 })
const lots = fc.constantFrom('L1', 'L2')
const few = fc.integer({ min: 0, max: 3 })

/** What happens to cameras by their serials, or to milk by its lots. Transfers are those that were made before. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('send' as const), units, from: place }),
  fc.record({
    kind: fc.constant('take' as const),
    nth,
    units,
    damaged: fc.constant(0),
    lost: fc.constant(0),
    back: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('send' as const), units, from: place }),
  fc.record({
    kind: fc.constant('send milk' as const),
    lot: lots,
    quantity: fc.integer({ min: 1, max: 4 }),
    from: place,
  }),
  fc.record({ kind: fc.constant('take' as const), nth, units, damaged: few, lost: few, back: fc.boolean() }),
  fc.record({
    kind: fc.constant('take milk' as const),
    nth,
    quantity: few,
    damaged: few,
    lost: few,
    back: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('close' as const), nth }),
  fc.record({
    kind: fc.constant('arrive' as const),
    units,
    lot: lots,
    quantity: fc.integer({ min: 1, max: 3 }),
    place,
  }),
  fc.record({
    kind: fc.constant('count' as const),
    units,
    place,
    milk: fc.array(few, { minLength: 2, maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant('sell' as const), units, place }),
)
type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never
const cut = fc.option(fc.integer({ min: 2, max: 16 }), { freq: 4 })

type World = {
  world: StockWorld
  clock: { now: Date }
  store: DocumentStore
  /** Transfers that have left. */
  sent: Record<'CAM' | 'MILK', string[]>
}

async function newWorld(): Promise<World> {
  const world = await createStockWorld(database, {
    skus: ['CAM', 'MILK'],
    locationCodes: ['MAIN', 'EAST'],
    tracking: { CAM: 'serial', MILK: 'lot' },
  })
  const clock = { now: WORLD_TIME }
  const store = documentStore(world, clock)
  await runStockCommands(database, store.context, [
    commandOf('receive', 'CAM', 5, { serials: UNITS.slice(0, 5) }),
    commandOf('receive', 'MILK', 6, { lot: 'L1' }),
    commandOf('receive', 'MILK', 5, { lot: 'L2', locationCode: 'EAST' }),
  ])
  const made: World = { world, clock, store, sent: { CAM: [], MILK: [] } }
  // Two are on their way already, so that one could take in what is the other's.
  for (const units of [['S1', 'S2'], ['S1']]) {
    await carryOut(made, store, { kind: 'send', units, from: 'MAIN' })
  }
  await carryOut(made, store, { kind: 'send milk', lot: 'L1', quantity: 4, from: 'MAIN' })
  return made
}

/** Some of the units that are at a place; those that were drawn where there is none, so that refusals come too. */
async function someAt(world: StockWorld, code: string, drawn: readonly string[]): Promise<string[]> {
  const found = await sql<{ serial: string }>`
    select serial from serial join location using (organization_id, location_id)
    where organization_id = ${world.context.organizationId} and code = ${code} and state in ('in-stock', 'held')
    order by serial`.execute(world.database.kysely)
  const there = drawn.flatMap((each) => found.rows[UNITS.indexOf(each)]?.serial ?? [])
  return there.length === 0 ? [...drawn] : there
}

async function carryOut({ world, store, sent }: World, each: DocumentStore, happening: Step): Promise<void> {
  const head = headOf({ reason: 'a test' })
  const transferOf = (sku: 'CAM' | 'MILK', index: number) =>
    sent[sku][index % Math.max(1, sent[sku].length)] ?? '01890000-0000-7000-8000-000000000000'
  switch (happening.kind) {
    case 'send':
    case 'send milk': {
      const isMilk = happening.kind === 'send milk'
      const serials = isMilk ? undefined : await someAt(world, happening.from, happening.units)
      const quantity = isMilk ? happening.quantity : (serials?.length ?? 0)
      const line = isMilk
        ? { sku: 'MILK' as const, quantity, lot: happening.lot }
        : { sku: 'CAM' as const, quantity }
      const toCode = happening.from === 'MAIN' ? 'EAST' : 'MAIN'
      const { transferId } = await done(
        createTransfer(store, headOf(), { fromCode: happening.from, toCode, lines: [line] }),
      )
      const left = await dispatchTransfer(each, head, { transferId, lines: [{ line: 1, quantity, serials }] })
      if (left.kind === 'applied') sent[line.sku].push(transferId)
      return
    }
    case 'take': {
      // Of whichever transfer they are.
      const serials = await someAt(world, 'TRANSIT', happening.units)
      const lostSerials = serials.slice(0, happening.lost)
      const arrived = serials.slice(happening.lost)
      const damagedSerials = arrived.slice(0, happening.damaged)
      const receipt = { line: 1, quantity: arrived.length, serials: arrived, damagedSerials, lostSerials }
      const { back } = happening
      await receiveTransfer(each, head, {
        transferId: transferOf('CAM', happening.nth),
        lines: [receipt],
        back,
      })
      return
    }
    case 'take milk': {
      const { nth: index, back, kind: _, ...receipt } = happening
      const request = { transferId: transferOf('MILK', index), lines: [{ line: 1, ...receipt }], back }
      await receiveTransfer(each, head, request)
      return
    }
    case 'close':
      await closeTransfer(each, head, transferOf(happening.nth === 0 ? 'CAM' : 'MILK', happening.nth))
      return
    case 'arrive': {
      const { quantity, lot, units: serials, place: locationCode } = happening
      const lines = [
        { sku: 'MILK', quantity: 2 },
        { sku: 'CAM', quantity: 2 },
      ]
      const { inboundId } = await done(createInboundShipment(store, headOf(), { locationCode, lines }))
      const arrivals = [
        { line: 1, quantity, lot },
        { line: 2, quantity: serials.length, serials },
      ]
      await receiveInboundShipment(each, head, { inboundId, allowOver: true, lines: arrivals })
      return
    }
    case 'count': {
      const { place: locationCode, milk } = happening
      const serials = await someAt(world, locationCode, happening.units)
      const scope = { kind: 'items' as const, skus: ['CAM', 'MILK'] }
      const { countId } = await done(startStockCount(store, headOf(), { locationCode, scope }))
      const entries = [
        { sku: 'CAM', quantity: serials.length, serials },
        ...milk.map((quantity, index) => ({ sku: 'MILK', lot: `L${index + 1}`, quantity })),
      ]
      await done(enterStockCount(store, headOf(), { countId, counter: 'Ann', entries }))
      await done(approveStockCount(store, headOf(), { countId, approver: 'Bob', leaveUncounted: true }))
      await postStockCount(each, head, { countId })
      return
    }
    case 'sell': {
      const [serial = 'S1'] = await someAt(world, happening.place, happening.units)
      const { context } = store
      const reserve = commandOf('reserve', 'CAM', 1, { locationCode: happening.place })
      const [reserved] = await runStockCommands(each.database, context, [reserve])
      if (reserved?.kind !== 'applied') return
      const id = reserved.result.reservationId ?? ''
      await runStockCommands(each.database, context, [onReservation('ship', id, 1, { serials: [serial] })])
      return
    }
    default: {
      const never: never = happening
      return never
    }
  }
}

test('I1: however documents of lots and serials race, repeat and are cut, no unit is in two places, and they add up', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.record({ step, cut }), { minLength: 1, maxLength: 4 }), {
        minLength: 4,
        maxLength: 9,
        size: 'max',
      }),
      async (rounds) => {
        const world = await newWorld()
        for (const round of rounds) {
          world.clock.now = new Date(world.clock.now.getTime() + 60_000)
          await Promise.all(
            round.map(async ({ step: happening, cut: cutAfter }) => {
              const each =
                cutAfter === null ? world.store : { ...world.store, database: cutting(database, cutAfter) }
              try {
                await carryOut(world, each, happening)
              } catch (error) {
                if (!(error instanceof CutOff)) throw error
              }
            }),
          )
          expect(await findTwoPlaces(world.world)).toEqual([])
        }
        expect(await findUnbalancedTransfers(world.world)).toEqual([])
      },
    ),
    fromEnvironment(15),
  )
  expect(database.counters.deadlocks).toBe(0)
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenSerials(database.kysely)).toEqual([])
  expect(await findBrokenLots(database.kysely)).toEqual([])
  expect(await findBrokenIncoming(database.kysely)).toEqual([])
})

/**
 * Serials whose life does not end where they are, that are in transit by themselves or on two transfers, or that moved
 * from where they were not.
 */
async function findTwoPlaces(world: StockWorld): Promise<string[]> {
  const { organizationId } = world.context
  const found = await sql<{ text: string }>`
    with step as (
      select item_id, serial, event_id, kind, state, location_id,
        lag(location_id) over life as before_id, lag(state) over life as before_state,
        row_number() over (partition by item_id, serial order by event_id desc) = 1 as is_last
      from serial_event where organization_id = ${organizationId}
      window life as (partition by item_id, serial order by event_id)
    ), open as (
      select serial, count(*) as transfers from transfer_serial
      where organization_id = ${organizationId} and state = 'in-transit'
      group by serial
    )
    select 'ends elsewhere: ' || step.serial as text
    from step join serial using (item_id, serial)
    where is_last and (step.location_id, step.state) is distinct from (serial.location_id, serial.state)
    union all
    select 'came from nowhere: ' || serial from step
    where kind in ('received', 'found') and before_state in ('in-stock', 'held', 'shipped')
    union all
    select 'moved without being there: ' || serial from step
    where kind = 'moved' and (before_state is distinct from 'in-stock' or before_id = location_id)
    union all
    select 'in transit once too often: ' || serial.serial
    from serial
    join location on location.organization_id = serial.organization_id and location.location_id = serial.location_id
    full join open on open.serial = serial.serial
    where coalesce(serial.organization_id, ${organizationId}) = ${organizationId}
      and coalesce(transfers, 0) <>
        case when location.kind = 'transit' and serial.state = 'in-stock' then 1 else 0 end`.execute(
    database.kysely,
  )
  return found.rows.map(({ text }) => text)
}

/** Lines whose serials are not as many as their figures, and lots in transit that no open line accounts for. */
async function findUnbalancedTransfers(world: StockWorld): Promise<string[]> {
  const { organizationId } = world.context
  const found = await sql<{ text: string }>`
    select 'serials of a line: ' || sku as text
    from transfer_line as line
    join item using (organization_id, item_id)
    cross join lateral (
      select count(*) as all_units, count(*) filter (where state in ('received', 'damaged')) as received,
        count(*) filter (where state = 'lost') as lost, count(*) filter (where state = 'returned') as returned,
        count(*) filter (where state = 'damaged') as damaged
      from transfer_serial as unit
      where unit.organization_id = line.organization_id and unit.transfer_id = line.transfer_id and unit.line = line.line
    ) as unit
    where line.organization_id = ${organizationId} and sku = 'CAM'
      and (dispatched, line.received, line.lost, line.returned, line.damaged)
        <> (all_units, unit.received, unit.lost, unit.returned, unit.damaged)
    union all
    select 'in transit: ' || coalesce(lot.code, '-')
    from balance
    join location using (organization_id, location_id)
    left join lot using (organization_id, lot_id)
    where organization_id = ${organizationId} and location.kind = 'transit'
      and on_hand <> (
        select coalesce(sum(dispatched - received - lost - returned), 0) from transfer_line as line
        where line.organization_id = balance.organization_id and line.item_id = balance.item_id
          and line.lot_id = balance.lot_id
      )`.execute(database.kysely)
  return found.rows.map(({ text }) => text)
}
