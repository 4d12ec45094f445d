import {
  type CallOptions,
  type ExternalCount,
  type ExternalListing,
  type ExternalLocation,
  NotFound,
  type Page,
} from '@plimsoll/connector-kit'
import type { z } from 'zod'
import {
  account,
  lotList,
  oneProduct,
  products,
  unitList,
  unitsBySku,
  warehouseProduct,
  warehouseProducts,
} from './answers.ts'
import * as documents from './documents.ts'
import { isCounted, toCount, toListing } from './map.ts'
import { readRows } from './rows.ts'
import { isId } from './settings.ts'
import { type Context, read } from './transport.ts'

/** Where it stores, what it stores, and how much. */

export async function readLocations(context: Context, options?: CallOptions): Promise<ExternalLocation[]> {
  const { data } = await read(context, documents.account('locations'), {}, account, options)
  return (data.account.data.warehouses ?? []).flatMap((each) =>
    each == null
      ? []
      : [
          {
            externalId: each.id,
            name: each.identifier || each.address?.name || each.company_name || each.id,
            active: true,
          },
        ],
  )
}

export async function readListings(
  context: Context,
  cursor: string | undefined,
  options?: CallOptions,
): Promise<Page<ExternalListing>> {
  const { data, date } = await read(context, documents.listings, { after: cursor }, products, options)
  const { nodes, next } = data.products.data
  return { rows: nodes.filter(isCounted).map(toListing), next, platformTime: date }
}

export async function readListing(
  context: Context,
  externalId: string,
  options?: CallOptions,
): Promise<ExternalListing> {
  if (!isId(externalId)) throw new NotFound('ShipHero’s ids are in Base64.')
  const { data } = await read(context, documents.listing, { id: externalId }, oneProduct, options)
  if (data.product.data === null) throw new NotFound('ShipHero has no such product.')
  return toListing(data.product.data)
}

type WarehouseProduct = z.infer<typeof warehouseProduct>

export async function readCounts(
  context: Context,
  cursor: string | undefined,
  options?: CallOptions,
): Promise<Page<ExternalCount>> {
  const { data, date } = await read(context, documents.counts, { after: cursor }, warehouseProducts, options)
  const { nodes, next } = data.warehouse_products.data
  const { rows, unreadable } = readRows(nodes, warehouseProduct, (row) =>
    isCounted(row.product) ? row : undefined,
  )
  const placesOf = await readLots(context, rows, options)
  return {
    rows: rows.map((row) => toCount(row, placesOf.get(row.id))),
    unreadable,
    next,
    platformTime: date,
  }
}

type Places = z.infer<typeof lotList>['data']['nodes'][number]['locations']

/** Where within its warehouse each unit that is tracked by lot lies. */
async function readLots(
  context: Context,
  rows: readonly WarehouseProduct[],
  options?: CallOptions,
): Promise<Map<string, Places>> {
  const found = new Map<string, Places>()
  const wanted = rows.filter(
    ({ product, on_hand }) => context.settings.lots && product.needs_lot_tracking === true && on_hand > 0,
  )
  for (let at = 0; at < wanted.length; at += documents.LOTS_AT_ONCE) {
    const some = wanted.slice(at, at + documents.LOTS_AT_ONCE)
    const variables = Object.fromEntries(
      some.flatMap(({ sku, warehouse_id }, place) => [
        [`sku${place}`, sku],
        [`place${place}`, warehouse_id],
      ]),
    )
    const { data } = await read(context, documents.lots(some.length), variables, unitsBySku, options)
    for (const part of Object.values(data)) {
      const list = lotList.safeParse(part)
      // What is no such list tells no lots: the count itself was read.
      if (list.success) for (const { id, locations } of list.data.data.nodes) found.set(id, locations)
    }
  }
  return found
}

/** Remembers so many; then begins anew. */
const KNOWN_MAX = 20_000
const UNITS_AT_ONCE = 50

/**
 * Which products there are, by the SKU that they go by. Nothing is published on what an order or a purchase order of an
 * unknown SKU comes to, so that the hub looks before, once for each.
 */
export function createKnownUnits(context: Context) {
  const known = new Map<string, string>()
  return async (
    wanted: readonly { stockUnitId: string; sku: string }[],
    options?: CallOptions,
  ): Promise<{ stockUnitId: string; sku: string }[]> => {
    const isOpen = ({ stockUnitId, sku }: { stockUnitId: string; sku: string }) =>
      known.get(stockUnitId) !== sku
    const skus = [...new Set(wanted.filter(isOpen).map(({ sku }) => sku))]
    if (known.size + skus.length > KNOWN_MAX) known.clear()
    for (let at = 0; at < skus.length; at += UNITS_AT_ONCE) {
      const some = skus.slice(at, at + UNITS_AT_ONCE)
      const variables = Object.fromEntries(some.map((sku, place) => [`sku${place}`, sku]))
      const { data } = await read(context, documents.units(some.length), variables, unitsBySku, options)
      for (const part of Object.values(data)) {
        const list = unitList.safeParse(part)
        if (!list.success) continue
        for (const { id, sku } of list.data.data.nodes) if (sku) known.set(id, sku)
      }
    }
    return wanted.filter(isOpen)
  }
}
