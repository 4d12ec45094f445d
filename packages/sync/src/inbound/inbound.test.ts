// What comes in at a warehouse, with the production worker on a manual clock: announced, received, sent back.
import type { WarehouseReceipt } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { cancelInboundRest, findBrokenBalances, findBrokenReservations } from '@plimsoll/stock'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toDocumentStore } from '../index.ts'
import { announce, at, type Floor, go, head, inboundOf, openFloor, tasksOf } from '../testing/floor.ts'
import { memoryWarehouseConnector } from '../testing/memory-warehouse.ts'
import { readAnnouncement, readDeliveries } from './read-inbound.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
  await database.drop()
})

/** What the warehouse can no more count: only what it tells of its deliveries moves anything from here on. */
const uncounted = ({ warehouse }: Pick<Floor, 'warehouse'>) => {
  warehouse.fault = (call) => (call === 'counts' ? 'lost' : undefined)
}

test('an inbound shipment is announced once, whatever answers are lost, received in parts, and closed with what is missing', async () => {
  const floor = await openFloor(database, 5)
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
  const floor = await openFloor(database, 0)
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
  const floor = await openFloor(database, 5)
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

test('one announced or not, nobody knows, is not made twice where the warehouse keeps none apart; called off meanwhile, a person hears', async () => {
  const floor = await openFloor(database, 0, 3_600_000, (warehouse, id) => {
    warehouse.inbounds = 'by-read-back'
    return memoryWarehouseConnector(warehouse, id)
  })
  const { warehouse, world } = floor
  let asked = 0
  warehouse.fault = (call) => {
    if (call === 'counts') return 'lost'
    if (call !== 'announceInbound') return undefined
    asked += 1
    return asked === 1 ? 'late' : undefined
  }
  const one = await announce(floor, 6, 'PO-late')
  await go(floor, 30)
  expect({ asked, notices: warehouse.notices }, 'it may land yet').toEqual({ asked: 1, notices: [] })
  await go(floor, 60)
  expect(warehouse.notices.map(({ notice }) => notice.inboundId)).toEqual([one])
  expect(await readAnnouncement(world.context, one)).toMatchObject({ state: 'done' })
  const two = await announce(floor, 4, 'PO-off')
  asked = 0
  for (let round = 0; round < 30 && asked === 0; round += 1) await go(floor, 1)
  expect(asked).toBe(1)
  await cancelInboundRest(toDocumentStore(world.context), head(), { inboundId: two })
  await go(floor, 90)
  expect(warehouse.notices.map(({ notice }) => notice.inboundId)).toEqual([one, two])
  expect(await tasksOf(floor)).toMatchObject([
    {
      kind: 'inbound-changed',
      subject: two,
      units: 4,
      detail: expect.stringContaining('may have been told'),
    },
  ])
}, 120_000)

test('lots are made with what is printed on them, serials recorded; what is tied to nothing waits for a person', async () => {
  const floor = await openFloor(database, 0)
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
  const told = await readDeliveries(world.context, { limit: 10 })
  expect(
    told.flatMap(({ lines }) =>
      lines.flatMap(({ sku, problemTold }) => (problemTold ? [[sku, problemTold]] : [])),
    ),
  ).toEqual([['odd', { code: 'not-mapped', facts: {} }]])
  await world.stock('odd', 0)
  await sql`
    update listing set item_id = (select item_id from item where organization_id = ${organizationId} and sku = 'odd')
    where organization_id = ${organizationId} and connection_id = ${floor.warehouseId} and external_id = 'odd'`.execute(
    database.kysely,
  )
  await go(floor, 70)
  expect(await at(floor, 'odd')).toMatchObject({ onHand: 2 })
  expect(await tasksOf(floor)).toEqual([])
  // Put right by the warehouse at the same quantity: what was booked of the first comes off.
  const correct = (externalId: string, from: string, to: Partial<WarehouseReceipt['lines'][number]>) => {
    const receipt = warehouse.receipts.find((each) => each.externalId === externalId)
    const line = receipt?.lines.find(({ sku, lot }) => sku === from || lot === from)
    if (receipt === undefined || line === undefined) throw new Error('it came in')
    Object.assign(line, to)
    Object.assign(receipt, { version: (receipt.version ?? 0) + 1_000, changedAt: floor.clock.now() })
  }
  correct('R1', 'L2', { lot: 'L3', expiresOn: '2027-07-01' })
  correct('R2', 'camera', { serials: ['S1', 'S2', 'S4'] })
  correct('R3', 'odd', { sku: 'bottle' })
  await go(floor, 30)
  const inStock = await world.rows(sql<{ name: string; units: number }>`
    select lot.code as name, balance.on_hand as units from lot
    join balance using (organization_id, item_id, lot_id)
    where lot.organization_id = ${organizationId} and balance.on_hand <> 0
    union all
    select serial, 1 from serial where organization_id = ${organizationId} and state = 'in-stock'
    order by 1`)
  expect(inStock.map(({ name, units }) => `${name} ${units}`)).toEqual([
    'L1 4',
    'L3 2',
    'S1 1',
    'S2 1',
    'S4 1',
  ])
  expect(await at(floor, 'camera')).toMatchObject({ onHand: 3 })
  expect(await at(floor, 'odd')).toMatchObject({ onHand: 0 })
  expect(await at(floor, 'bottle')).toMatchObject({ onHand: 2 })
  expect(await tasksOf(floor)).toEqual([])

  // More than was announced is told, of a line that was corrected too.
  correct('R1', 'L3', { quantity: 3 })
  await go(floor, 30)
  expect(await at(floor, 'milk')).toMatchObject({ onHand: 7 })
  expect(await tasksOf(floor)).toMatchObject([{ kind: 'receipt-differs', units: 1 }])
}, 120_000)

test.each(['refund', 'return'] as const)(
  'I11: a refund on the channel and a return at the warehouse put the same units back once: %s first',
  async (first) => {
    const floor = await openFloor(database, 10)
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
