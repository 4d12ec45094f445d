import {
  type CallOptions,
  type ExternalCount,
  type ExternalListing,
  type ExternalLocation,
  NotFound,
  type Page,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { inventory, product, warehouse } from './answers.ts'
import { INVENTORY_PAGE, LENGTHS, PRODUCT_PAGE } from './limits.ts'
import { toCount, toListing } from './map.ts'
import { askFor, askForPage, type Context } from './transport.ts'

/** Where it stores, what it stores, and how much. Nothing here names a person, so that refusals are quoted whole. */

export async function readLocations(context: Context, options?: CallOptions): Promise<ExternalLocation[]> {
  const { value } = await askFor(
    context,
    { operation: 'locations', path: '/base_data/get_warehouse', quotable: 'all', options },
    z.object({ data: z.array(warehouse) }),
  )
  return value.data.map(({ warehouse_code, warehouse_name }) => ({
    externalId: warehouse_code,
    name: warehouse_name ?? warehouse_code,
    active: true,
  }))
}

export async function readListings(
  context: Context,
  cursor: string | undefined,
  options?: CallOptions,
): Promise<Page<ExternalListing>> {
  const page = pageOf(cursor)
  const { rows, next, response } = await askForPage(
    context,
    {
      operation: 'listings',
      path: '/product/get_product_sku_list',
      body: { page, pageSize: PRODUCT_PAGE },
      quotable: 'all',
      options,
    },
    { row: product, page, size: PRODUCT_PAGE },
  )
  return { rows: rows.map(toListing), next: next?.toString(), platformTime: response.date }
}

export async function readListing(
  context: Context,
  externalId: string,
  options?: CallOptions,
): Promise<ExternalListing> {
  if (externalId === '' || [...externalId].length > LENGTHS.sku)
    throw new NotFound(`GoodCang’s SKUs have 1 to ${LENGTHS.sku} characters.`)
  const { rows } = await askForPage(
    context,
    {
      operation: 'listing',
      path: '/product/get_product_sku_list',
      body: { page: 1, pageSize: PRODUCT_PAGE, product_sku: externalId },
      quotable: 'all',
      options,
    },
    { row: product, page: 1, size: PRODUCT_PAGE },
  )
  const found = rows.find(({ product_sku }) => product_sku === externalId)
  if (found === undefined) throw new NotFound('GoodCang has no such product.')
  return toListing(found)
}

export async function readCounts(
  context: Context,
  cursor: string | undefined,
  options?: CallOptions,
): Promise<Page<ExternalCount>> {
  const page = pageOf(cursor)
  const { rows, next, response } = await askForPage(
    context,
    {
      operation: 'counts',
      path: '/inventory/get_product_inventory',
      body: { page, pageSize: INVENTORY_PAGE },
      quotable: 'all',
      options,
    },
    { row: inventory, page, size: INVENTORY_PAGE },
  )
  return { rows: rows.map(toCount), next: next?.toString(), platformTime: response.date }
}

/** Of a cursor: a page's number from 1 on. */
export function pageOf(cursor: string | undefined): number {
  return cursor === undefined ? 1 : Number(cursor)
}
