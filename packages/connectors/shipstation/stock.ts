import {
  type CallOptions,
  type ExternalCount,
  type ExternalListing,
  type ExternalLocation,
  Malformed,
  NotFound,
  type Page,
} from '@plimsoll/connector-kit'
import type { z } from 'zod'
import { inventory, inventoryRow, inventoryWarehouses, product, products, warehouses } from './answers.ts'
import { PAGE_SIZE } from './limits.ts'
import { toCount, toListing } from './map.ts'
import { isId } from './settings.ts'
import { ask, type Context } from './transport.ts'

/** From where it ships, what it knows, and how much its inventory says. */

export async function readLocations(context: Context, options?: CallOptions): Promise<ExternalLocation[]> {
  const call = { api: 'v1', operation: 'locations', path: '/warehouses', options } as const
  const { value } = await ask(context, call, warehouses)
  return value.map(({ warehouseId, warehouseName }) => ({
    externalId: String(warehouseId),
    name: warehouseName || String(warehouseId),
    active: true,
  }))
}

export async function readListings(
  context: Context,
  cursor: string | undefined,
  options?: CallOptions,
): Promise<Page<ExternalListing>> {
  const page = cursor === undefined ? 1 : Number(cursor)
  const query = { page, pageSize: PAGE_SIZE, showInactive: true, sortBy: 'ProductID', sortDir: 'ASC' }
  const call = { api: 'v1', operation: 'listings', path: '/products', query, options } as const
  const { value, response } = await ask(context, call, products)
  return {
    rows: value.products.map(toListing),
    next: value.page < value.pages ? String(page + 1) : undefined,
    platformTime: response.date,
  }
}

export async function readListing(
  context: Context,
  externalId: string,
  options?: CallOptions,
): Promise<ExternalListing> {
  if (!isId(externalId)) throw new NotFound('ShipStation’s ids are numbers.')
  const call = { api: 'v1', operation: 'listing', path: `/products/${externalId}`, options } as const
  return toListing((await ask(context, call, product)).value)
}

/** Remembers so many; then begins anew. */
const KNOWN_MAX = 50_000
/** SKUs that are looked up one by one; of more, all products are read. */
const FEW = 3
/** A list that goes on beyond is one that does not end. */
const PAGES_MAX = 1_000

/**
 * Which products there are, by SKU. ShipStation takes an order of any SKU and makes a product of it, so that the hub looks
 * before it orders, once for each.
 */
export function createProducts(context: Context) {
  const idBySku = new Map<string, string>()
  const note = (found: readonly z.infer<typeof product>[]) => {
    if (idBySku.size + found.length > KNOWN_MAX) idBySku.clear()
    for (const { productId, sku } of found) if (sku) idBySku.set(sku, String(productId))
  }
  const readAll = async (operation: 'knownUnits' | 'counts.products', options?: CallOptions) => {
    for (let page = 1; page <= PAGES_MAX; page += 1) {
      const query = { page, pageSize: PAGE_SIZE, showInactive: true, sortBy: 'ProductID', sortDir: 'ASC' }
      const call = { api: 'v1', operation, path: '/products', query, options } as const
      const { value } = await ask(context, call, products)
      note(value.products)
      if (value.page >= value.pages) return
    }
    throw new Malformed(`${operation}: a list that does not end`, '')
  }
  return {
    idOf: (sku: string): string | undefined => idBySku.get(sku),
    readAll,
    async unknownUnits(
      wanted: readonly { stockUnitId: string; sku: string }[],
      options?: CallOptions,
    ): Promise<{ stockUnitId: string; sku: string }[]> {
      const isOpen = ({ stockUnitId, sku }: { stockUnitId: string; sku: string }) =>
        idBySku.get(sku) !== stockUnitId
      const skus = [...new Set(wanted.filter(isOpen).map(({ sku }) => sku))]
      if (skus.length > FEW) await readAll('knownUnits', options)
      else {
        for (const sku of skus) {
          const query = { sku, pageSize: PAGE_SIZE, showInactive: true }
          const call = { api: 'v1', operation: 'knownUnits', path: '/products', query, options } as const
          const { value } = await ask(context, call, products)
          note(value.products.filter((each) => each.sku === sku))
        }
      }
      return wanted.filter(isOpen)
    },
  }
}

/** How long it is taken as known which inventory lies where. */
const PLACES_MS = 600_000

/**
 * What ShipStation's inventory says. Nothing at all unless the settings call it right: it is a tool that prints labels, and
 * what is not told is not nought. Its inventory has warehouses of its own, which are told by their names.
 */
export function createCounts(context: Context, { idOf, readAll }: ReturnType<typeof createProducts>) {
  let known: { at: number; places: Map<string, string> } | undefined
  const placesOf = async (options?: CallOptions): Promise<Map<string, string>> => {
    if (known !== undefined && context.now() - known.at < PLACES_MS) return known.places
    const { places } = await readPlaces(context, options)
    known = { at: context.now(), places }
    return places
  }
  return async (cursor: string | undefined, options?: CallOptions): Promise<Page<ExternalCount>> => {
    if (context.settings.stock !== 'record') return { rows: [], next: undefined, platformTime: undefined }
    const places = await placesOf(options)
    if (cursor === undefined) await readAll('counts.products', options)
    const query =
      cursor === undefined
        ? { group_by: 'warehouse', limit: String(PAGE_SIZE) }
        : Object.fromEntries(new URLSearchParams(cursor))
    const call = { api: 'v2', operation: 'counts', path: '/v2/inventory', query, options } as const
    const { value, response } = await ask(context, call, inventory)
    const rows: ExternalCount[] = []
    const unreadable: { externalId: string; version: undefined }[] = []
    for (const raw of value.inventory) {
      const read = inventoryRow.safeParse(raw)
      const stockUnitId = idOf(raw.sku)
      const locationId = read.success ? places.get(read.data.inventory_warehouse_id) : undefined
      if (!read.success || stockUnitId === undefined)
        unreadable.push({ externalId: raw.sku, version: undefined })
      // Of an inventory warehouse that belongs to no place the check speaks.
      else if (locationId !== undefined) rows.push(toCount(read.data, { stockUnitId, locationId }))
    }
    return { rows, unreadable, next: nextCursor(value.links?.next?.href), platformTime: response.date }
  }
}

/** Of a page's address only what is asked for: never the host, which would be handed the key. */
export function nextCursor(href: string | null | undefined): string | undefined {
  const mark = href?.indexOf('?') ?? -1
  return mark === -1 ? undefined : href?.slice(mark + 1) || undefined
}

/** Where each inventory warehouse's stock is sent from: as the settings say, or else by one name. */
export async function readPlaces(
  context: Context,
  options?: CallOptions,
): Promise<{ places: Map<string, string>; unplaced: string[] }> {
  const from = await ask(
    context,
    { api: 'v1', operation: 'counts.places', path: '/warehouses', options },
    warehouses,
  )
  const stored = await ask(
    context,
    {
      api: 'v2',
      operation: 'counts.inventoryPlaces',
      path: '/v2/inventory_warehouses',
      query: { limit: PAGE_SIZE },
      options,
    },
    inventoryWarehouses,
  )
  const said = new Map(
    context.settings.inventoryWarehouses.map((pair) => {
      const [shipFrom = '', inventoryName = ''] = pair.split('=').map(plain)
      return [inventoryName, shipFrom]
    }),
  )
  const places = new Map<string, string>()
  const unplaced: string[] = []
  for (const { inventory_warehouse_id, name } of stored.value.inventory_warehouses) {
    const wanted = said.get(plain(name ?? '')) ?? plain(name ?? '')
    const found = from.value.filter(({ warehouseName }) => plain(warehouseName ?? '') === wanted)
    const [only] = found
    if (only !== undefined && found.length === 1) places.set(inventory_warehouse_id, String(only.warehouseId))
    else unplaced.push(name || inventory_warehouse_id)
  }
  return { places, unplaced }
}

function plain(name: string): string {
  return name.trim().toLowerCase()
}
