import {
  type CallOptions,
  type ExternalCount,
  type ExternalListing,
  type ExternalLocation,
  NotFound,
  type Page,
} from '@plimsoll/connector-kit'
import { inventories, inventory, levels, locations, lots } from './answers.ts'
import { PAGE_SIZE } from './limits.ts'
import { toCounts, toListing } from './map.ts'
import { ask, type Context, fromCursor, nextCursor } from './transport.ts'

/** Where it stores, what it stores, and how much. Bundles have no stock of their own and are left out. */

export async function readLocations(context: Context, options?: CallOptions): Promise<ExternalLocation[]> {
  const { value } = await ask(
    context,
    { operation: 'locations', path: '/location', scope: 'locations_read', options },
    locations,
  )
  return value.map(({ id, name, is_active, access_granted }) => ({
    externalId: String(id),
    name: name || String(id),
    active: is_active !== false && access_granted !== false,
  }))
}

export async function readListings(
  context: Context,
  cursor: string | undefined,
  options?: CallOptions,
): Promise<Page<ExternalListing>> {
  const query = fromCursor(cursor) ?? { PageSize: String(PAGE_SIZE) }
  const { value, response } = await ask(
    context,
    { operation: 'listings', path: '/inventory', query, scope: 'inventory_read', options },
    inventories,
  )
  const own = value.items.filter(({ variant }) => variant?.is_bundle !== true && variant?.is_digital !== true)
  return { rows: own.map(toListing), next: nextCursor(value.next), platformTime: response.date }
}

export async function readListing(
  context: Context,
  externalId: string,
  options?: CallOptions,
): Promise<ExternalListing> {
  if (!isId(externalId)) throw new NotFound('ShipBob’s inventory has numbers for ids.')
  const { value } = await ask(
    context,
    { operation: 'listing', path: `/inventory/${externalId}`, scope: 'inventory_read', options },
    inventory,
  )
  return toListing(value)
}

export async function readCounts(
  context: Context,
  cursor: string | undefined,
  options?: CallOptions,
): Promise<Page<ExternalCount>> {
  const query = fromCursor(cursor) ?? { PageSize: String(PAGE_SIZE) }
  const scope = 'inventory_read'
  const path = '/inventory-level/locations'
  const { value, response } = await ask(context, { operation: 'counts', path, query, scope, options }, levels)
  const byId = await lotsOf(
    context,
    value.items
      .filter((item) => (item.locations ?? []).some((place) => place.on_hand_quantity > 0))
      .map((item) => item.inventory_id),
    options,
  )
  return {
    rows: value.items.flatMap((item) => toCounts(item, byId.get(item.inventory_id))),
    next: nextCursor(value.next),
    platformTime: response.date,
  }
}

type LotItem = Parameters<typeof toCounts>[1] & object

async function lotsOf(
  context: Context,
  ids: readonly number[],
  options: CallOptions | undefined,
): Promise<Map<number, LotItem>> {
  const found = new Map<number, LotItem>()
  if (!context.settings.lots || ids.length === 0) return found
  for (let cursor: string | undefined; ; ) {
    const query = fromCursor(cursor) ?? { InventoryIds: ids.join(','), PageSize: String(PAGE_SIZE) }
    const { value } = await ask(
      context,
      { operation: 'counts', path: '/inventory-level/lots', query, scope: 'inventory_read', options },
      lots,
    )
    for (const item of value.items) found.set(item.inventory_id, item)
    cursor = nextCursor(value.next)
    if (cursor === undefined) return found
  }
}

export function isId(text: string): boolean {
  return /^\d{1,10}$/.test(text)
}

/** Remembers so many; then begins anew. */
const knownMax = 20_000

/**
 * Which inventory there is, by the SKU that it goes by. ShipBob makes a new product of an ordered SKU that it does not know
 * (developer.shipbob.com/guides/orders), so that the hub looks before it orders, once for each.
 */
export function createKnownUnits(context: Context) {
  const known = new Map<string, string>()
  return async (
    wanted: readonly { stockUnitId: string; sku: string }[],
    options?: CallOptions,
  ): Promise<{ stockUnitId: string; sku: string }[]> => {
    const open = wanted.filter(({ stockUnitId, sku }) => known.get(stockUnitId) !== sku)
    const ids = [...new Set(open.map(({ stockUnitId }) => stockUnitId))].filter(isId)
    if (known.size + ids.length > knownMax) known.clear()
    for (let at = 0; at < ids.length; at += PAGE_SIZE) {
      const some = ids.slice(at, at + PAGE_SIZE)
      const { value } = await ask(
        context,
        {
          operation: 'knownUnits',
          path: '/inventory',
          query: { InventoryIds: some.join(','), PageSize: PAGE_SIZE },
          scope: 'inventory_read',
          options,
        },
        inventories,
      )
      for (const { inventory_id, sku } of value.items) if (sku) known.set(String(inventory_id), sku)
    }
    return open.filter(({ stockUnitId, sku }) => known.get(stockUnitId) !== sku)
  }
}
