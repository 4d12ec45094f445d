import { inTransaction } from '@plimsoll/database'
import { saveLocation } from '@plimsoll/stock'
import {
  ConnectionRegistry,
  changeConnection,
  changePools,
  connect,
  importConnection,
  type SyncContext,
  setShipsOrders,
  tieCountedPlace,
  toStockContext,
} from '@plimsoll/sync'
import { FLOOR, WAREHOUSE_KEY } from './connector.ts'
import type { Warehouse } from './warehouse.ts'

/** Connects a warehouse and ties its floor to a location, as a person would. */
export async function connectWarehouse(context: SyncContext, warehouse: Warehouse): Promise<void> {
  const { name, locationCode } = warehouse
  await inTransaction(context.database, (tx) =>
    saveLocation(tx, toStockContext(context), { code: locationCode, name, kind: '3pl' }),
  )
  warehouse.connectionId = await connectAndImport(context, {
    name,
    key: WAREHOUSE_KEY,
    ordersPollMs: undefined,
  })
  await tieCountedPlace(context, warehouse.connectionId, FLOOR, locationCode)
  await changeConnection(context, warehouse.connectionId, { kind: 'go-live' })
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

/** @returns the connection's id */
export async function connectAndImport(
  context: SyncContext,
  { name, key, ordersPollMs }: { name: string; key: string; ordersPollMs: number | undefined },
): Promise<string> {
  const { connectionId } = await connect(context, {
    connector: `lab-${name}`,
    name,
    settings: {},
    credentials: { key },
    locationCode: 'MAIN',
    ordersPollMs,
  })
  const open = await new ConnectionRegistry(context).find(connectionId)
  if (open === undefined) throw new Error('The connection has just been made.')
  await importConnection(context, open)
  return connectionId
}
