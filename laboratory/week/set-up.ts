import { inTransaction } from '@plimsoll/database'
import { saveItems, saveLocation } from '@plimsoll/stock'
import {
  ConnectionRegistry,
  changeConnection,
  changePools,
  changeProtection,
  connect,
  importConnection,
  type SyncContext,
  setShipsOrders,
  tieCountedPlace,
  toStockContext,
} from '@plimsoll/sync'
import { FLOOR, WAREHOUSE_KEY } from '../warehouses/connector.ts'
import type { Warehouse } from '../warehouses/warehouse.ts'
import type { Shop } from './shop.ts'
import { SHOP_KEY } from './shop-connector.ts'

const ORDERS_POLL_MS = 15_000

/** The brand signs up: its items, and a place of its own where nothing lies. */
export async function makeItems(context: SyncContext, skus: readonly string[]): Promise<void> {
  const { database } = context
  await inTransaction(database, (tx) =>
    saveLocation(tx, toStockContext(context), { code: 'MAIN', name: 'Main', kind: 'warehouse' }),
  )
  await inTransaction(database, (tx) =>
    saveItems(
      tx,
      toStockContext(context),
      skus.map((sku) => ({ sku, name: sku })),
    ),
  )
  await changeProtection(context, {}, { mode: 'open' })
}

/** Connects a warehouse and ties its floor to a location, as a person would. */
export async function connectWarehouse(context: SyncContext, warehouse: Warehouse): Promise<void> {
  const { name, locationCode } = warehouse
  await inTransaction(context.database, (tx) =>
    saveLocation(tx, toStockContext(context), { code: locationCode, name, kind: '3pl' }),
  )
  warehouse.connectionId = await connectAndImport(context, name, WAREHOUSE_KEY)
  await tieCountedPlace(context, warehouse.connectionId, FLOOR, locationCode)
  await changeConnection(context, warehouse.connectionId, { kind: 'go-live' })
}

/** Connects a shop that shows what lies at these places, and whose orders the hub has sent from there. */
export async function connectShop(
  context: SyncContext,
  shop: Shop,
  locations: readonly string[],
): Promise<void> {
  shop.connectionId = await connectAndImport(context, shop.name, SHOP_KEY)
  await showWhatLiesAt(context, shop.connectionId, locations)
  await changeConnection(context, shop.connectionId, { kind: 'go-live' })
}

/** A channel shows what lies at these places, and its orders are sent from there. */
export async function showWhatLiesAt(
  context: SyncContext,
  connectionId: string,
  locations: readonly string[],
): Promise<void> {
  await changePools(context, connectionId, [{ externalId: 'default', locations: [...locations] }])
  await setShipsOrders(context, connectionId, new Date(context.clock.now()))
}

async function connectAndImport(context: SyncContext, name: string, key: string): Promise<string> {
  const { connectionId } = await connect(context, {
    connector: `lab-${name}`,
    name,
    settings: {},
    credentials: { key },
    locationCode: 'MAIN',
    ordersPollMs: ORDERS_POLL_MS,
  })
  const open = await new ConnectionRegistry(context).find(connectionId)
  if (open === undefined) throw new Error('The connection has just been made.')
  await importConnection(context, open)
  return connectionId
}
