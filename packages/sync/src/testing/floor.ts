import { type ManualClock, manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import type { TestDatabase } from '@plimsoll/database/testing'
import { createInboundShipment, findInboundShipment, saveLocation } from '@plimsoll/stock'
import { sql } from 'kysely'
import { saveShipsOrdersFrom } from '../connections/connections.store.ts'
import { connect } from '../connections/connections.ts'
import { toStockContext } from '../context.ts'
import { tieCountedPlace } from '../counts/counted-places.ts'
import { changeConnection, toDocumentStore } from '../index.ts'
import { MemoryWarehouse, memoryWarehouseConnector } from './memory-warehouse.ts'
import { type Stepped, stepConnection } from './steps.ts'
import { createWorld, type World } from './world.ts'

export type Floor = Awaited<ReturnType<typeof openFloor>>

/** A shop, and a warehouse that has all the stock and counts it, connected as `toConnector` does it. */
export async function openFloor(
  database: TestDatabase,
  units: number,
  leaseMs = 3_600_000,
  toConnector = memoryWarehouseConnector,
) {
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
  connectors.set('memory-3pl', toConnector(warehouse, 'memory-3pl'))
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
export async function go(
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
export async function die(floor: Parameters<typeof go>[0], who: 'shop' | 'warehouse'): Promise<void> {
  await floor.clock.advance(5_100)
  const connectionId = who === 'shop' ? floor.connectionId : floor.warehouseId
  floor.stepped[who] = await stepConnection(floor.world, connectionId)
}

let actions = 0
export const head = () => {
  actions += 1
  return { key: `test-${actions}`, actor: 'test' }
}

export async function announce(
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

export const inboundOf = async ({ world }: Pick<Floor, 'world'>, inboundId: string) =>
  await findInboundShipment(world.context.database.kysely, world.context.organizationId, inboundId)

type Figures = { onHand: number; reserved: number; held: number; incoming: number }
export async function at({ world }: Pick<Floor, 'world'>, sku = 'bottle'): Promise<Figures> {
  const [row] = await world.rows(sql<Figures>`
    select coalesce(sum(on_hand), 0)::bigint as on_hand, coalesce(sum(reserved), 0)::bigint as reserved,
      coalesce(sum(held), 0)::bigint as held, coalesce(sum(incoming), 0)::bigint as incoming
    from balance join item using (organization_id, item_id) join location using (organization_id, location_id)
    where balance.organization_id = ${world.context.organizationId} and location.code = '3PL' and item.sku = ${sku}`)
  if (row === undefined) throw new Error('a sum has a row')
  return row
}

export async function tasksOf({
  world,
}: Pick<Floor, 'world'>): Promise<{ kind: string; subject: string; units: number | null; detail: string }[]> {
  return await world.rows(sql<{ kind: string; subject: string; units: number | null; detail: string }>`
    select kind, subject, units, detail from task
    where organization_id = ${world.context.organizationId} and closed_at is null order by kind, detail`)
}
