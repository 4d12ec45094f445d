// Orders that people make and a warehouse of others sends: to whom was typed in, and is told to nobody else.
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { saveLocation } from '@plimsoll/stock'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { allocateFreed } from '../allocation/allocate-freed.ts'
import { changeConnection, connect } from '../connections/connections.ts'
import { toStockContext } from '../context.ts'
import { tieCountedPlace } from '../counts/counted-places.ts'
import { splitShipment } from '../fulfilment/split-shipments.ts'
import { ADA, handOrder } from '../testing/hand-brand.ts'
import { MemoryWarehouse, memoryWarehouseConnector } from '../testing/memory-warehouse.ts'
import { stepConnection } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'
import { ByHandDesk } from './by-hand-desk.ts'
import { cancelHandOrder, changeHandOrder } from './change-hand-order.ts'
import { createHandOrder } from './create-hand-order.ts'

// Many turns of a worker, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 60_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

/** A brand all of whose mugs lie at a warehouse of others. */
async function openBrand(units: number) {
  const clock = manualClock()
  const world = await createWorld(database, clock, { leaseMs: 36_000_000 })
  const { context } = world
  await world.stock('mug', 0)
  await inTransaction(database, (tx) =>
    saveLocation(tx, toStockContext(context), { code: '3PL', name: '3PL', kind: '3pl' }),
  )
  const warehouse = new MemoryWarehouse(clock, 'by-key')
  warehouse.stock.set('mug', units)
  const connectors = context.connectors as Map<string, ReturnType<typeof memoryWarehouseConnector>>
  connectors.set('memory-3pl', memoryWarehouseConnector(warehouse, 'memory-3pl'))
  const { connectionId } = await connect(context, {
    connector: 'memory-3pl',
    name: '3pl',
    settings: {},
    credentials: { key: 'k' },
    locationCode: 'MAIN',
    ordersPollMs: 100,
  })
  await world.import(connectionId)
  await changeConnection(context, connectionId, { kind: 'go-live' })
  await tieCountedPlace(context, connectionId, 'floor', '3PL')
  const worker = await stepConnection(world, connectionId)
  const desk = new ByHandDesk(context)
  const go = async (rounds: number, ms = 1_000) => {
    for (let round = 0; round < rounds; round += 1) {
      await allocateFreed(context)
      await desk.turn()
      await worker.turn()
      await clock.advance(ms)
    }
  }
  await go(30)
  const order = async () =>
    (
      await world.rows(sql<{ state: string; problem: string | null; shipment: string }>`
        select sales_order.state, shipment.problem, shipment.state as shipment from sales_order
        left join shipment using (organization_id, order_id)
        where organization_id = ${context.organizationId} order by shipment.created_at, shipment.number`)
    ).map(({ state, shipment }) => `${state} ${shipment}`)
  return { world, context, warehouse, go, order }
}

test('a warehouse is asked with the recipient that was typed in; what leaves it closes the order, and nobody is told', async () => {
  const { context, warehouse, go, order, world } = await openBrand(10)
  await expect(createHandOrder(context, handOrder('a', 2))).rejects.toMatchObject({
    code: 'recipient-needed',
    field: 'recipient',
  })
  await createHandOrder(context, handOrder('a', 2, { recipient: ADA }))
  await go(5)
  expect(warehouse.shipments.map(({ request }) => request)).toMatchObject([
    {
      number: 'H-1001',
      recipient: { name: 'Ada Lovelace', country: 'GB' },
      lines: [{ sku: 'mug', quantity: 2 }],
    },
  ])
  // It has been asked to send it there.
  const elsewhere = {
    recipient: { ...ADA, city: 'York' },
    backorder: false,
    actor: 'ada',
    version: undefined,
  }
  await expect(changeHandOrder(context, 'H-1001', elsewhere)).rejects.toMatchObject({ code: 'wrong-state' })
  const [shipment] = warehouse.shipments
  if (shipment === undefined) throw new Error('it was asked for')
  const split = {
    lines: [{ sku: 'mug', quantity: 1 }],
    location: undefined,
    version: undefined,
    actor: 'ada',
  }
  await expect(splitShipment(context, shipment.request.shipmentId, split)).rejects.toMatchObject({
    code: 'shipment-under-way',
  })
  warehouse.send(shipment)
  await go(30)
  expect(await order()).toEqual(['closed shipped'])
  expect(
    await world.rows(sql`
    select from errand where organization_id = ${context.organizationId} and kind = 'tell-shipped'`),
  ).toEqual([])
})

test('what came to be sent by a warehouse without anybody saying to whom waits for that, and says so', async () => {
  const { context, warehouse, go, order, world } = await openBrand(0)
  await createHandOrder(context, handOrder('a', 2, { backorder: true }))
  warehouse.stock.set('mug', 5)
  // Until it is counted again.
  await go(40, 30_000)
  expect(await order()).toEqual(['open planned'])
  const [row] = await world.rows(sql<{ problem: string }>`
    select problem from shipment where organization_id = ${context.organizationId}`)
  expect(row?.problem).toContain('say to whom it goes')
  expect(warehouse.shipments).toEqual([])
  await changeHandOrder(context, 'H-1001', {
    recipient: ADA,
    backorder: true,
    actor: 'ada',
    version: undefined,
  })
  await go(10)
  expect(warehouse.shipments).toHaveLength(1)
  await cancelHandOrder(context, 'H-1001', { version: undefined, note: null, actor: 'ada' })
  await go(40)
  expect(await order()).toEqual(['cancelled cancelled'])
})
