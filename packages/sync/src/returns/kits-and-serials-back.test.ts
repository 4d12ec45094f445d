// Returns of kits and of single units to a warehouse, with the production worker on a manual clock.
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { findReturnPage } from '@plimsoll/orders'
import { findBrokenBalances, findBrokenReservations } from '@plimsoll/stock'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeKit } from '../availability/kit-changes.ts'
import { at, type Floor, go, head, openFloor, tasksOf } from '../testing/floor.ts'
import { ExpectedReturns, toldReturnsConnector } from '../testing/memory-told-returns.ts'
import { cancelReturn, createReturn } from './return-actions.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
  await database.drop()
})

async function openTold(): Promise<{ floor: Floor; expected: ExpectedReturns }> {
  const expected = new ExpectedReturns('by-key')
  const floor = await openFloor(database, 0, 3_600_000, (warehouse, id) =>
    toldReturnsConnector(warehouse, expected, { id }),
  )
  return { floor, expected }
}

/** The shop sells one of it, the warehouse stores what it is made of. */
async function sellAndSend({ floor }: { floor: Floor }, sku: string, units: number, serials: string[] = []) {
  const { platform, warehouse, world } = floor
  platform.list(sku, { quantity: 10 })
  await world.import(floor.connectionId)
  await world.import(floor.warehouseId)
  await go(floor, 8)
  const order = platform.sell(sku, units)
  if (order === undefined) throw new Error('the shop sells it')
  await go(floor, 8)
  const shipment = warehouse.shipments.at(-1)
  if (shipment === undefined) throw new Error('it was asked for')
  warehouse.send(shipment)
  for (const line of shipment.parcels[0]?.lines ?? []) line.serials = serials
  await go(floor, 40)
  // From here on the warehouse's word about returns is all that there is.
  warehouse.fault = (call) => (call === 'counts' ? 'lost' : undefined)
  return { order, shipmentId: shipment.request.shipmentId }
}

const bySku = <Line extends { sku: string }>(lines: readonly Line[]) =>
  lines.toSorted((a, b) => (a.sku < b.sku ? -1 : 1))

const returnsOf = async ({ world }: Floor) =>
  (await findReturnPage(database.kysely, world.context.organizationId, { limit: 10 })).rows

test('a kit of several items is told of in its parts, and goes back on its order part by part', async () => {
  const { floor, expected } = await openTold()
  const { world, warehouse, platform } = floor
  for (const sku of ['cup', 'saucer', 'set']) await world.stock(sku, 0)
  await changeKit(world.context, {
    sku: 'set',
    kind: 'virtual',
    components: [
      { sku: 'cup', quantity: 1 },
      { sku: 'saucer', quantity: 2 },
    ],
    actor: 'test',
    reason: null,
    expectedVersion: undefined,
  })
  for (const sku of ['cup', 'saucer']) warehouse.stock.set(sku, 0)
  await world.import(floor.warehouseId)
  for (const sku of ['cup', 'saucer'])
    warehouse.takeIn({ externalId: `R-${sku}`, inboundId: undefined }, sku, 20)
  await go(floor, 10)
  const { order, shipmentId } = await sellAndSend({ floor }, 'set', 3)
  const made = await createReturn(world.context, head(), {
    number: 'RMA-kit',
    shipmentId,
    locationCode: '3PL',
    lines: [{ sku: 'set', quantity: 2 }],
  })
  expect(made).toMatchObject({ kind: 'applied' })
  await go(floor, 5)
  expect(bySku(expected.all.flatMap(({ notice }) => notice.lines))).toMatchObject([
    { sku: 'cup', quantity: 2 },
    { sku: 'saucer', quantity: 4 },
  ])
  const externalId = expected.all[0]?.externalId ?? ''
  const before = { cup: await at(floor, 'cup'), saucer: await at(floor, 'saucer') }
  warehouse.comeBack({ externalId, shipmentId: undefined }, 'cup', 2)
  warehouse.inspect(externalId, 2, 'sellable')
  await go(floor, 40)
  const onHand = async (sku: 'cup' | 'saucer') => {
    const { onHand, held } = await at(floor, sku)
    return { onHand: onHand - before[sku].onHand, held: held - before[sku].held }
  }
  expect({ cup: await onHand('cup'), saucer: await onHand('saucer') }).toEqual({
    cup: { onHand: 2, held: 0 },
    saucer: { onHand: 0, held: 0 },
  })
  // The channel puts both sets back; the saucers are there once they are.
  platform.refund(order.externalId, 2)
  await go(floor, 20)
  expect({ cup: await onHand('cup'), saucer: await onHand('saucer') }).toEqual({
    cup: { onHand: 2, held: 0 },
    saucer: { onHand: 0, held: 0 },
  })
  warehouse.comeBack({ externalId, shipmentId: undefined }, 'saucer', 4)
  warehouse.inspect(externalId, 3, 'sellable')
  warehouse.inspect(externalId, 1, 'damaged')
  await go(floor, 40)
  expect(await onHand('saucer')).toEqual({ onHand: 4, held: 1 })
  const [back] = await returnsOf(floor)
  expect(back?.state).toBe('closed')
  expect(bySku(back?.lines ?? [])).toMatchObject([
    { sku: 'cup', restocked: 2 },
    { sku: 'saucer', restocked: 3, damaged: 1 },
  ])
  const [line] = await world.rows(sql<{ takenBack: number; returned: number }>`
    select sum(taken_back)::bigint as taken_back, sum(returned)::bigint as returned from order_line
    where organization_id = ${world.context.organizationId}`)
  expect(line).toEqual({ takenBack: 2, returned: 2 })
  expect(await tasksOf(floor)).toEqual([])
}, 240_000)

test('single units are told of by serial number where they are known, and each goes back on the line that it left with', async () => {
  const { floor, expected } = await openTold()
  const { world, warehouse } = floor
  const { organizationId } = world.context
  await world.stock('camera', 0)
  await sql`update item set tracking = 'serial', serial_capture = 'receipt'
    where organization_id = ${organizationId} and sku = 'camera'`.execute(database.kysely)
  warehouse.stock.set('camera', 0)
  await world.import(floor.warehouseId)
  const serialsIn = ['S1', 'S2', 'S3', 'S4']
  warehouse.takeIn({ externalId: 'R1', inboundId: undefined }, 'camera', 4, { serials: serialsIn })
  await go(floor, 30)
  const { shipmentId } = await sellAndSend({ floor }, 'camera', 3, ['S1', 'S2', 'S4'])
  const announce = async (number: string, quantity: number) => {
    const made = await createReturn(world.context, head(), {
      number,
      shipmentId,
      locationCode: '3PL',
      lines: [{ sku: 'camera', quantity }],
    })
    if (made.kind === 'refused') throw new Error(made.message)
    await go(floor, 10)
    return { returnId: made.result.returnId, told: expected.all.at(-1) }
  }
  const one = await announce('RMA-one', 1)
  expect(one.told?.notice.lines, 'of two nobody knows which').toMatchObject([{ quantity: 1, serials: [] }])
  await cancelReturn(world.context, head(), one.returnId)
  await go(floor, 10)
  const { told } = await announce('RMA-two', 3)
  expect(told?.notice.lines).toMatchObject([{ quantity: 3, serials: ['S1', 'S2', 'S4'] }])
  const externalId = told?.externalId ?? ''
  const serials = async () =>
    await world.rows(sql<{ serial: string; state: string }>`
      select serial, state from serial where organization_id = ${organizationId} order by serial`)
  const states = async () => (await serials()).map(({ state }) => state)
  expect(await states()).toEqual(['shipped', 'shipped', 'in-stock', 'shipped'])
  warehouse.comeBack({ externalId, shipmentId: undefined }, 'camera', 3)
  const find = (of: string) => {
    const back = warehouse.returns.find((each) => each.externalId === externalId)
    return back?.lines.find(({ condition }) => condition === of)
  }
  warehouse.inspect(externalId, 1, 'damaged')
  Object.assign(find('damaged') ?? {}, { serials: ['S2'] })
  await go(floor, 30)
  expect(await states()).toEqual(['shipped', 'held', 'in-stock', 'shipped'])
  expect(await at(floor, 'camera')).toMatchObject({ onHand: 2, held: 1 })
  // Its order has it back, and it is gone: a refund that says it was restocked brings none.
  warehouse.inspect(externalId, 1, 'disposed')
  Object.assign(find('disposed') ?? {}, { serials: ['S4'] })
  await go(floor, 30)
  expect(await states()).toEqual(['shipped', 'held', 'in-stock', 'removed'])
  expect(await at(floor, 'camera')).toMatchObject({ onHand: 2, held: 1 })
  // Which one came is not said: a person must look.
  warehouse.inspect(externalId, 1, 'sellable')
  await go(floor, 30)
  expect(await tasksOf(floor)).toMatchObject([{ kind: 'delivery-stuck' }])
  expect(await states()).toEqual(['shipped', 'held', 'in-stock', 'removed'])
  const sellable = find('sellable')
  const back = warehouse.returns.find((each) => each.externalId === externalId)
  Object.assign(sellable ?? {}, { serials: ['S1'] })
  Object.assign(back ?? {}, { version: (back?.version ?? 0) + 1_000, changedAt: floor.clock.now() })
  await go(floor, 70)
  expect(await states()).toEqual(['in-stock', 'held', 'in-stock', 'removed'])
  expect(await at(floor, 'camera')).toMatchObject({ onHand: 3, held: 1 })
  expect(await tasksOf(floor)).toEqual([])
  const two = (await returnsOf(floor)).find(({ number }) => number === 'RMA-two')
  expect(two).toMatchObject({ state: 'closed', lines: [{ restocked: 1, damaged: 1, disposed: 1 }] })
}, 240_000)
