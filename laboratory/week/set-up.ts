import { inTransaction } from '@plimsoll/database'
import { saveItems, saveLocation } from '@plimsoll/stock'
import { changeConnection, changeProtection, type SyncContext, toStockContext } from '@plimsoll/sync'
import { connectAndImport, showWhatLiesAt } from '../warehouses/connect.ts'
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

/** Connects a shop that shows what lies at these places, and whose orders the hub has sent from there. */
export async function connectShop(
  context: SyncContext,
  shop: Shop,
  locations: readonly string[],
): Promise<void> {
  const { name } = shop
  shop.connectionId = await connectAndImport(context, { name, key: SHOP_KEY, ordersPollMs: ORDERS_POLL_MS })
  await showWhatLiesAt(context, shop.connectionId, locations)
  await changeConnection(context, shop.connectionId, { kind: 'go-live' })
}
