import {
  ConnectionRegistry,
  changeConnection,
  connect,
  importConnection,
  type SyncContext,
} from '@plimsoll/sync'
import { z } from 'zod'
import { ensureLocation, importItems } from '../items-import.ts'
import type { Child } from './children.ts'
import { createShopControl, type ShopControl } from './control.ts'
import type { History } from './history.ts'

export const LOCATION = { code: 'MAIN', name: 'Main warehouse', kind: 'warehouse' } as const

const readyShop = z.object({ url: z.url(), settings: z.unknown(), credentials: z.unknown() })

export type DemoShop = { connectionId: string; connector: string; name: string; control: ShopControl }

/** Fills a simulated shop with the demo's catalogue; it shows the whole opening stock, as shops do before a hub comes. */
export async function stockShop(child: Child, history: History): Promise<ShopControl> {
  const { url } = readyShop.parse(child.ready)
  const control = createShopControl(url)
  await control.addProducts(
    history.items.map((item) => ({
      sku: item.sku,
      title: item.name.en,
      price: item.priceMinor / 100,
      quantity: item.opening,
    })),
  )
  return control
}

/**
 * Makes the brand's location and items, with their opening stock received into the ledger.
 * @param isStocked false: all of it lies at warehouses of others
 */
export async function makeBrand(context: SyncContext, history: History, isStocked: boolean): Promise<void> {
  await ensureLocation(context, LOCATION)
  await importItems(context, {
    name: 'opening',
    items: history.items.map((item) => ({
      sku: item.sku,
      name: item.name.en,
      ...(isStocked && { location: LOCATION.code, quantity: item.opening }),
    })),
  })
}

/** Connects a shop as a person would: try, import, look, go live. */
export async function connectShop(
  context: SyncContext,
  child: Pick<Child, 'ready'>,
  shop: { connector: string; name: string; control: ShopControl; ordersPollMs: number | undefined },
): Promise<DemoShop> {
  const { settings, credentials } = readyShop.parse(child.ready)
  const { connectionId } = await connect(context, {
    connector: shop.connector,
    name: shop.name,
    settings,
    credentials,
    locationCode: LOCATION.code,
    ordersPollMs: shop.ordersPollMs,
  })
  const open = await new ConnectionRegistry(context).find(connectionId)
  if (open === undefined) throw new Error('the connection just made cannot be found')
  await importConnection(context, open)
  await changeConnection(context, connectionId, { kind: 'go-live' })
  return { ...shop, connectionId }
}
