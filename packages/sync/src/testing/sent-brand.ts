import { type ManualClock, manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import type { TestDatabase } from '@plimsoll/database/testing'
import { saveLocation } from '@plimsoll/stock'
import { sql } from 'kysely'
import { saveShipsOrdersFrom } from '../connections/connections.store.ts'
import { connect } from '../connections/connections.ts'
import { toStockContext } from '../context.ts'
import { tieCountedPlace } from '../counts/counted-places.ts'
import { changeConnection } from '../index.ts'
import { MemoryWarehouse, memoryWarehouseConnector } from './memory-warehouse.ts'
import { type Stepped, stepConnection } from './steps.ts'
import { createWorld, type World } from './world.ts'

export type Brand = Awaited<ReturnType<typeof openBrand>>

/** A shop with one listing, and a warehouse that has all the stock; the hub's own warehouse is empty. */
export async function openBrand(
  database: TestDatabase,
  units: number,
  requests: 'by-key' | 'by-read-back',
  leaseMs = 3_600_000,
  shop: Parameters<World['open']>[2] = {},
) {
  const clock = manualClock()
  const world = await createWorld(database, clock, { leaseMs })
  const { context } = world
  await world.stock('bottle', 0)
  const { platform, connectionId } = await world.open('shop', { bottle: 0 }, shop)
  platform.takesShipments = true
  await inTransaction(database, (tx) =>
    saveLocation(tx, toStockContext(context), { code: '3PL', name: '3PL', kind: '3pl' }),
  )
  const warehouse = new MemoryWarehouse(clock, requests)
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
  // The shop shows what lies at the warehouse.
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
  const brand = { clock, world, platform, warehouse, connectionId, warehouseId, stepped }
  await go(brand, 40)
  return brand
}

/** Both workers take so many turns. */
export async function go(
  { clock, stepped }: { clock: ManualClock; stepped: { shop: Stepped; warehouse: Stepped } },
  rounds: number,
  ms = 1_000,
) {
  for (let round = 0; round < rounds; round += 1) {
    await stepped.shop.turn()
    await stepped.warehouse.turn()
    await clock.advance(ms)
  }
}

/** As `go`; whoever lost the lease meanwhile takes it anew. */
export async function goOn(brand: Brand, rounds: number, ms = 700): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    for (const who of ['shop', 'warehouse'] as const) {
      brand.warehouse.land()
      if ((await brand.stepped[who].turn()) === undefined) await die(brand, who)
    }
    await brand.clock.advance(ms)
  }
}

/** The process is gone, with whatever it knew; another takes over once its lease has run out. */
export async function die(brand: Brand, who: 'shop' | 'warehouse'): Promise<void> {
  await brand.clock.advance(5_100)
  const connectionId = who === 'shop' ? brand.connectionId : brand.warehouseId
  brand.stepped[who] = await stepConnection(brand.world, connectionId)
}
