// What comes in at a warehouse, with the production worker on a manual clock: announced, received, sent back.
import { type ManualClock, manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import {
  cancelInboundRest,
  createInboundShipment,
  findBrokenBalances,
  findBrokenReservations,
  findInboundShipment,
  saveLocation,
} from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saveShipsOrdersFrom } from '../connections/connections.store.ts'
import { connect } from '../connections/connections.ts'
import { toStockContext } from '../context.ts'
import { tieCountedPlace } from '../counts/counted-places.ts'
import { changeConnection, toDocumentStore } from '../index.ts'
import {
  MemoryWarehouse,
  memoryWarehouseConnector,
  type WarehouseFault,
} from '../testing/memory-warehouse.ts'
import { type Stepped, stepConnection } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
  await database.drop()
})

type Floor = Awaited<ReturnType<typeof openFloor>>

/** A shop, and a warehouse that has all the stock and counts it. */
async function openFloor(units: number, leaseMs = 3_600_000) {
  const clock = manualClock()
  const world = await createWorld(database, clock, { leaseMs })
  const { context } = world
  await world.stock('bottle', 0)
  const { platform, connectionId } = await world.open('shop', { bottle: 0 })
  platform.takesShipments = true
  await inTransaction(database, (tx) =>
    saveLocation(tx, toStockContext(context), { code: '3PL', name: '3PL', kind: '3pl' }),
  )
  const warehouse = new MemoryWarehouse(clock, 'by-key')
  warehouse.stock.set('bottle', units)
  const connectors = context.connectors as Map<string, ReturnType<typeof memoryWarehouseConnector>>
  connectors.set('memory-3pl', memoryWarehouseConnector(warehouse, 'memory-3pl'))
  const { connectionId: warehouseId } = await connect(context, {
    connector: 'memory-3pl',
    name: '3pl',
    settings: {},
    credentials: { key: 'k' },
    locationCode: 'MAIN',
    ordersPollMs: 100,
  })
  await world.import(warehouseId)
  await changeConnection(context, warehouseId, { kind: 'go-live' })
  await tieCountedPlace(context, warehouseId, 'floor', '3PL')
  await sql`
    update pool_location set location_id = (
      select location_id from location where organization_id = ${context.organizationId} and code = '3PL')
    where organization_id = ${context.organizationId} and connection_id = ${connectionId}`.execute(
    database.kysely,
  )
  await inTransaction(database, (tx) =>
    saveShipsOrdersFrom(tx, context.organizationId, connectionId, new Date(0)),
  )
  const stepped = {
    shop: await stepConnection(world, connectionId),
    warehouse: await stepConnection(world, warehouseId),
  }
  const floor = { clock, world, platform, warehouse, connectionId, warehouseId, stepped }
  await go(floor, 40)
  return floor
}

/** Whoever lost the lease meanwhile takes it anew. */
async function go(
  floor: {
    clock: ManualClock
    world: World
    warehouse: MemoryWarehouse
    connectionId: string
    warehouseId: string
    stepped: { shop: Stepped; warehouse: Stepped }
  },
  rounds: number,
  ms = 1_000,
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    for (const who of ['shop', 'warehouse'] as const) {
      floor.warehouse.land()
      if ((await floor.stepped[who].turn()) === undefined) await die(floor, who)
    }
    await floor.clock.advance(ms)
  }
}

/** The process is gone, with whatever it knew; another takes over once its lease has run out. */
async function die(floor: Parameters<typeof go>[0], who: 'shop' | 'warehouse'): Promise<void> {
  await floor.clock.advance(5_100)
  const connectionId = who === 'shop' ? floor.connectionId : floor.warehouseId
  floor.stepped[who] = await stepConnection(floor.world, connectionId)
}

let actions = 0
const head = () => {
  actions += 1
  return { key: `test-${actions}`, actor: 'test' }
}

async function announce(
  { world }: Pick<Floor, 'world'>,
  quantity: number,
  reference = 'PO-1',
  sku = 'bottle',
) {
  const made = await createInboundShipment(toDocumentStore(world.context), head(), {
    locationCode: '3PL',
    reference,
    expectedOn: '2026-12-24',
    lines: [{ sku, quantity }],
  })
  if (made.kind === 'refused') throw new Error(made.message)
  return made.result.inboundId
}

const inboundOf = async ({ world }: Pick<Floor, 'world'>, inboundId: string) =>
  await findInboundShipment(database.kysely, world.context.organizationId, inboundId)

type Figures = { onHand: number; reserved: number; held: number; incoming: number }
async function at({ world }: Pick<Floor, 'world'>, sku = 'bottle'): Promise<Figures> {
  const [row] = await world.rows(sql<Figures>`
    select coalesce(sum(on_hand), 0)::bigint as on_hand, coalesce(sum(reserved), 0)::bigint as reserved,
      coalesce(sum(held), 0)::bigint as held, coalesce(sum(incoming), 0)::bigint as incoming
    from balance join item using (organization_id, item_id) join location using (organization_id, location_id)
    where balance.organization_id = ${world.context.organizationId} and location.code = '3PL' and item.sku = ${sku}`)
  if (row === undefined) throw new Error('a sum has a row')
  return row
}

async function tasksOf({
  world,
}: Pick<Floor, 'world'>): Promise<{ kind: string; units: number | null; detail: string }[]> {
  return await world.rows(sql<{ kind: string; units: number | null; detail: string }>`
    select kind, units, detail from task
    where organization_id = ${world.context.organizationId} and closed_at is null order by kind, detail`)
}

/** What the warehouse can no more count: only what it tells of its deliveries moves anything from here on. */
const uncounted = ({ warehouse }: Pick<Floor, 'warehouse'>) => {
  warehouse.fault = (call) => (call === 'counts' ? 'lost' : undefined)
}

test('an inbound shipment is announced once, whatever answers are lost, received in parts, and closed with what is missing', async () => {
  const floor = await openFloor(5)
  const { warehouse } = floor
  let asked = 0
  warehouse.fault = (call) => {
    if (call === 'counts') return 'lost'
    if (call !== 'announceInbound') return undefined
    asked += 1
    return asked === 1 ? 'dropped' : undefined
  }
  const inboundId = await announce(floor, 10)
  await go(floor, 60)
  expect(asked).toBe(2)
  expect(warehouse.notices.map(({ notice }) => notice)).toMatchObject([
    { inboundId, number: 'PO-1', locationId: 'floor', lines: [{ lineId: '1', sku: 'bottle', quantity: 10 }] },
  ])
  expect(await at(floor)).toEqual({ onHand: 5, reserved: 0, held: 0, incoming: 10 })

  warehouse.takeIn({ externalId: 'R1', inboundId }, 'bottle', 6)
  await go(floor, 30)
  expect(await at(floor)).toEqual({ onHand: 11, reserved: 0, held: 0, incoming: 4 })
  warehouse.takeIn({ externalId: 'R1', inboundId }, 'bottle', 1, { condition: 'damaged' })
  warehouse.takeIn({ externalId: 'R1', inboundId }, 'bottle', 1)
  warehouse.complete('R1')
  await go(floor, 30)
  expect(await at(floor)).toEqual({ onHand: 13, reserved: 0, held: 1, incoming: 0 })
  expect(await inboundOf(floor, inboundId)).toMatchObject({
    state: 'closed',
    lines: [{ expected: 10, received: 8, damaged: 1, cancelled: 2 }],
  })
  expect(await tasksOf(floor)).toMatchObject([
    { kind: 'receipt-differs', units: 2, detail: expect.stringContaining('2 of 10 units of "bottle"') },
  ])
}, 120_000)

test('what a warehouse refuses is shown; what is cancelled after it was announced is shown; more than announced is taken in and shown', async () => {
  const floor = await openFloor(0)
  const { warehouse, world } = floor
  uncounted(floor)
  warehouse.refused.add('PO-no')
  await announce(floor, 3, 'PO-no')
  const changed = await announce(floor, 4, 'PO-less')
  const over = await announce(floor, 2, 'PO-more')
  await go(floor, 20)
  expect(await tasksOf(floor)).toMatchObject([
    { kind: 'inbound-refused', detail: expect.stringContaining('We do not take that in') },
  ])
  await cancelInboundRest(toDocumentStore(world.context), head(), {
    inboundId: changed,
    lines: [{ line: 1, quantity: 1 }],
  })
  warehouse.takeIn({ externalId: 'R2', inboundId: over }, 'bottle', 5)
  await go(floor, 20)
  expect((await tasksOf(floor)).map(({ kind, units }) => [kind, units])).toEqual([
    ['inbound-changed', 1],
    ['inbound-refused', null],
    ['receipt-differs', 3],
  ])
  expect(await inboundOf(floor, over)).toMatchObject({ state: 'received', lines: [{ received: 5, over: 3 }] })
  // Closed by a person it takes nothing more: what comes all the same lies there, and is shown.
  await cancelInboundRest(toDocumentStore(world.context), head(), { inboundId: changed })
  warehouse.takeIn({ externalId: 'R3', inboundId: changed }, 'bottle', 2)
  await go(floor, 20)
  expect(await at(floor)).toMatchObject({ onHand: 7 })
}, 120_000)

test('what was counted before its receipt was known is there once', async () => {
  const floor = await openFloor(5)
  const { warehouse, clock } = floor
  const inboundId = await announce(floor, 10)
  await go(floor, 10)
  warehouse.takeIn({ externalId: 'R1', inboundId }, 'bottle', 3)
  warehouse.takeIn({ externalId: 'R1', inboundId }, 'bottle', 1, { condition: 'damaged' })
  // Its list is read, and has not got the receipt yet.
  const hidden = warehouse.receipts.splice(0)
  await clock.advance(20 * 60_000)
  await go(floor, 40)
  expect(await at(floor)).toEqual({ onHand: 9, reserved: 0, held: 1, incoming: 10 })
  uncounted(floor)
  await clock.advance(20 * 60_000)
  warehouse.receipts.push(...hidden.map((receipt) => ({ ...receipt, changedAt: clock.now() })))
  await go(floor, 40)
  expect(await at(floor)).toEqual({ onHand: 9, reserved: 0, held: 1, incoming: 6 })
  expect(await inboundOf(floor, inboundId)).toMatchObject({ lines: [{ received: 4, damaged: 1 }] })
}, 120_000)

test('lots are made with what is printed on them, serials recorded; what is tied to nothing waits for a person', async () => {
  const floor = await openFloor(0)
  const { warehouse, world } = floor
  await world.stock('milk', 0)
  await world.stock('camera', 0)
  const { organizationId } = world.context
  await sql`update item set tracking = 'lot' where organization_id = ${organizationId} and sku = 'milk'`.execute(
    database.kysely,
  )
  await sql`update item set tracking = 'serial', serial_capture = 'receipt'
    where organization_id = ${organizationId} and sku = 'camera'`.execute(database.kysely)
  for (const sku of ['milk', 'camera', 'odd']) warehouse.stock.set(sku, 0)
  await world.import(floor.warehouseId)
  const inboundId = await announce(floor, 6, 'PO-milk', 'milk')
  uncounted(floor)
  await go(floor, 20)
  warehouse.takeIn({ externalId: 'R1', inboundId }, 'milk', 4, { lot: 'L1', expiresOn: '2027-05-01' })
  warehouse.takeIn({ externalId: 'R1', inboundId }, 'milk', 2, { lot: 'L2', expiresOn: '2027-06-01' })
  warehouse.takeIn({ externalId: 'R2', inboundId: undefined }, 'camera', 2, { serials: ['S1', 'S2'] })
  await go(floor, 20)
  warehouse.takeIn({ externalId: 'R2', inboundId: undefined }, 'camera', 1, { serials: ['S3'] })
  warehouse.takeIn({ externalId: 'R3', inboundId: undefined }, 'odd', 2)
  await go(floor, 20)
  const lots = await world.rows(sql`
    select lot.code, lot.expires_on::text as expires_on, balance.on_hand from lot
    join balance using (organization_id, item_id, lot_id)
    where lot.organization_id = ${organizationId} and balance.on_hand <> 0 order by lot.code`)
  expect(lots).toEqual([
    { code: 'L1', expiresOn: '2027-05-01', onHand: 4 },
    { code: 'L2', expiresOn: '2027-06-01', onHand: 2 },
  ])
  expect(await inboundOf(floor, inboundId)).toMatchObject({ state: 'received', lines: [{ received: 6 }] })
  expect(await at(floor, 'camera')).toMatchObject({ onHand: 3 })
  expect(await tasksOf(floor)).toMatchObject([
    { kind: 'delivery-stuck', detail: expect.stringContaining('"odd": It is tied to no item') },
  ])
  await world.stock('odd', 0)
  await sql`
    update listing set item_id = (select item_id from item where organization_id = ${organizationId} and sku = 'odd')
    where organization_id = ${organizationId} and connection_id = ${floor.warehouseId} and external_id = 'odd'`.execute(
    database.kysely,
  )
  await go(floor, 70)
  expect(await at(floor, 'odd')).toMatchObject({ onHand: 2 })
  expect(await tasksOf(floor)).toEqual([])
}, 120_000)

test.each(['refund', 'return'] as const)(
  'I11: a refund on the channel and a return at the warehouse put the same units back once: %s first',
  async (first) => {
    const floor = await openFloor(10)
    const { platform, warehouse } = floor
    const order = platform.sell('bottle', 3)
    if (order === undefined) throw new Error('the shop sells it')
    await go(floor, 12)
    const [shipment] = warehouse.shipments
    if (shipment === undefined) throw new Error('it was asked for')
    warehouse.send(shipment)
    await go(floor, 40)
    uncounted(floor)
    expect(await at(floor)).toMatchObject({ onHand: 7, reserved: 0 })
    const { shipmentId } = shipment.request
    const steps = {
      refund: () => platform.refund(order.externalId, 2),
      return: () => {
        warehouse.comeBack({ externalId: 'B1', shipmentId }, 'bottle', 2)
        warehouse.inspect('B1', 1, 'sellable')
        warehouse.inspect('B1', 1, 'damaged')
      },
    }
    steps[first]()
    await go(floor, 30)
    expect(await at(floor)).toMatchObject(
      first === 'refund' ? { onHand: 7, held: 0 } : { onHand: 9, held: 1 },
    )
    steps[first === 'refund' ? 'return' : 'refund']()
    await go(floor, 30)
    expect(await at(floor)).toEqual({ onHand: 9, reserved: 0, held: 1, incoming: 0 })
  },
  120_000,
)

type Happening =
  | { kind: 'announce' | 'sell'; units: number }
  | { kind: 'receive'; nth: number; units: number; isDamaged: boolean }
  | { kind: 'complete' | 'send'; nth: number }
  | { kind: 'come-back' | 'refund'; nth: number; units: number }
  | { kind: 'inspect'; nth: number; units: number; as: 'sellable' | 'damaged' | 'disposed' }
  | { kind: 'go'; rounds: number }
  | { kind: 'die' }

const units = fc.integer({ min: 1, max: 4 })
const nth = fc.nat(3)
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constantFrom('announce' as const, 'sell' as const, 'sell' as const), units }),
  fc.record({ kind: fc.constant('receive' as const), nth, units, isDamaged: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('complete' as const, 'send' as const, 'send' as const), nth }),
  fc.record({ kind: fc.constantFrom('come-back' as const, 'refund' as const), nth, units }),
  fc.record({
    kind: fc.constant('inspect' as const),
    nth,
    units,
    as: fc.constantFrom('sellable' as const, 'damaged' as const, 'disposed' as const),
  }),
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('go' as const), rounds: fc.integer({ min: 1, max: 8 }) }),
  },
  fc.constant({ kind: 'die' as const }),
)

test('I11: whatever comes in and back, answers are lost and processes die: what the hub has is what lies there, with counts or without', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(happening, { minLength: 8, maxLength: 20 }),
      fc.array(
        fc.constantFrom<WarehouseFault | undefined>(
          'lost',
          'dropped',
          'late',
          undefined,
          undefined,
          undefined,
        ),
        { minLength: 1, maxLength: 10 },
      ),
      async (isCounting, happenings, faults) => {
        const floor = await openFloor(20, 5_000)
        const { platform, warehouse, world, clock } = floor
        let call = 0
        warehouse.fault = (name) => {
          if (name === 'counts') return isCounting ? undefined : 'lost'
          return faults[call++ % faults.length]
        }
        const inbounds: string[] = []
        const orders: string[] = []
        const pick = <T>(of: readonly T[], at: number): T | undefined => of[at % Math.max(1, of.length)]
        for (const [step, each] of happenings.entries()) {
          if (each.kind === 'announce') inbounds.push(await announce(floor, each.units * 3, `PO-${step}`))
          if (each.kind === 'sell') {
            const order = platform.sell('bottle', each.units)
            if (order !== undefined) orders.push(order.externalId)
          }
          if (each.kind === 'receive') {
            const inboundId = pick([...inbounds, undefined], each.nth)
            warehouse.takeIn({ externalId: `R-${inboundId ?? each.nth}`, inboundId }, 'bottle', each.units, {
              condition: each.isDamaged ? 'damaged' : 'sellable',
            })
          }
          if (each.kind === 'complete') {
            const receipt = pick(warehouse.receipts, each.nth)
            if (receipt !== undefined) warehouse.complete(receipt.externalId)
          }
          const shipment = 'nth' in each ? pick(warehouse.shipments, each.nth) : undefined
          if (each.kind === 'send' && shipment !== undefined) warehouse.send(shipment)
          if (each.kind === 'come-back' && shipment !== undefined) {
            const { shipmentId } = shipment.request
            const sent = shipment.parcels
              .flatMap(({ lines }) => lines)
              .reduce((sum, { quantity }) => sum + quantity, 0)
            const back = warehouse.returns
              .filter((one) => one.shipmentId === shipmentId)
              .flatMap(({ lines }) => lines)
              .reduce((sum, { quantity }) => sum + quantity, 0)
            const some = Math.min(each.units, sent - back)
            if (some > 0) warehouse.comeBack({ externalId: `B-${shipmentId}`, shipmentId }, 'bottle', some)
          }
          const back = 'nth' in each ? pick(warehouse.returns, each.nth) : undefined
          if (each.kind === 'inspect' && back !== undefined)
            warehouse.inspect(back.externalId, each.units, each.as)
          const order = each.kind === 'refund' ? pick(orders, each.nth) : undefined
          if (each.kind === 'refund' && order !== undefined) platform.refund(order, each.units)
          if (each.kind === 'go') await go(floor, each.rounds, 700)
          if (each.kind === 'die') await die(floor, 'warehouse')
        }
        // The world calms down: all is told.
        warehouse.fault = (name) => (name === 'counts' && !isCounting ? 'lost' : undefined)
        for (let round = 0; round < 3; round += 1) {
          await go(floor, 10, 3_000)
          warehouse.land()
          for (const shipment of warehouse.shipments) warehouse.send(shipment)
        }
        await go(floor, 30, 10_000)
        if (isCounting) {
          await clock.advance(30 * 60_000)
          await go(floor, 20, 2_000)
        }
        const { onHand, held, incoming } = await at(floor)
        expect({ onHand, held }).toEqual({
          onHand: warehouse.stock.get('bottle'),
          held: warehouse.damaged.get('bottle') ?? 0,
        })
        let awaited = 0
        for (const inboundId of inbounds) {
          const inbound = await inboundOf(floor, inboundId)
          const lines = inbound?.lines ?? []
          const received = lines.reduce((sum, line) => sum + line.received, 0)
          const told = warehouse.receipts.filter((receipt) => receipt.inboundId === inboundId)
          const there = told
            .flatMap((receipt) => receipt.lines)
            .reduce((sum, { quantity }) => sum + quantity, 0)
          if (inbound?.state !== 'closed' && inbound?.state !== 'cancelled') expect(received).toBe(there)
          for (const line of lines) awaited += line.expected - (line.received - line.over) - line.cancelled
        }
        expect(incoming).toBe(awaited)
        expect(new Set(warehouse.notices.map(({ notice }) => notice.inboundId)).size).toBe(
          warehouse.notices.length,
        )
        const wrong = await world.rows(sql`
          select from order_line where organization_id = ${world.context.organizationId} and returned > shipped`)
        expect(wrong).toEqual([])
      },
    ),
    { ...fromEnvironment(4), endOnFailure: true },
  )
}, 600_000)
