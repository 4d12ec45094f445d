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
import { type Inventory, inventory, pageOf, type Sku, skus, warehouse, warehouses } from './answers.ts'
import { INVENTORY_PAGE, INVENTORY_PAGES_MAX, SKUS_BY_NAME } from './limits.ts'
import { toCounts, toListing } from './map.ts'
import { askFor, type Context } from './transport.ts'

/** Where it stores, what it stores, and how much. Nothing here names a person, so that refusals are quoted whole. */

export async function readLocations(context: Context, options?: CallOptions): Promise<ExternalLocation[]> {
  const { value } = await askFor(
    context,
    { operation: 'locations', method: 'com.basis.warehouse.getlist', quotable: 'all', options },
    warehouses,
  )
  return value.map((row) => {
    const { warehouse_code, warehouse_name_cn, warehouse_name_en } = parseRow(warehouse, row, 'locations')
    return {
      externalId: warehouse_code,
      name: warehouse_name_en ?? warehouse_name_cn ?? warehouse_code,
      active: true,
    }
  })
}

function parseRow<T>(schema: z.ZodType<T>, row: unknown, operation: string): T {
  const read = schema.safeParse(row)
  if (!read.success) throw new Malformed(`${operation}: a row of another shape`, '', true, { status: 200 })
  return read.data
}

/** Rows are by batch and quality, so that all of a SKU are needed before any of them says something: read to the end. */
async function readInventory(
  context: Context,
  operation: string,
  options?: CallOptions,
): Promise<{ rows: Inventory[]; platformTime: Date | undefined }> {
  const rows: Inventory[] = []
  let begunAt: Date | undefined
  for (let page = 1; page <= INVENTORY_PAGES_MAX; page += 1) {
    const { value, response } = await askFor(
      context,
      {
        operation,
        method: 'fu.wms.inventory.get',
        body: { page_no: page, page_size: INVENTORY_PAGE },
        quotable: 'all',
        options,
      },
      pageOf(inventory),
    )
    begunAt ??= response.date
    rows.push(...value.data)
    if (value.data.length < INVENTORY_PAGE) return { rows, platformTime: begunAt }
  }
  throw new Malformed(`${operation}: 4PX’s inventory does not end`, '')
}

export async function readCounts(context: Context, options?: CallOptions): Promise<Page<ExternalCount>> {
  const { rows, platformTime } = await readInventory(context, 'counts', options)
  return { rows: toCounts(rows), next: undefined, platformTime }
}

/**
 * 4PX describes SKUs by name and lists none: what it stores says which there are. They are described a hundred at a time,
 * in the order of their codes; the cursor is the last one told.
 */
export function createListings(context: Context) {
  let codes: string[] | undefined
  const allCodes = async (options?: CallOptions): Promise<string[]> => {
    const { rows } = await readInventory(context, 'listings', options)
    return [...new Set(rows.map(({ sku_code }) => sku_code))].sort()
  }
  return async (cursor: string | undefined, options?: CallOptions): Promise<Page<ExternalListing>> => {
    // From the beginning they are looked up anew.
    if (cursor === undefined || codes === undefined) codes = await allCodes(options)
    const rest = codes.filter((code) => cursor === undefined || code > cursor)
    const own = rest.slice(0, SKUS_BY_NAME)
    if (own.length === 0) return { rows: [], next: undefined, platformTime: undefined }
    const { found, platformTime } = await describe(context, own, 'listings.names', options)
    return {
      rows: own.map((code) => toListing(code, found.get(code))),
      next: rest.length > own.length ? own.at(-1) : undefined,
      platformTime,
    }
  }
}

export async function readListing(
  context: Context,
  externalId: string,
  options?: CallOptions,
): Promise<ExternalListing> {
  const { found } = await describe(context, [externalId], 'listing', options)
  const own = found.get(externalId)
  if (own === undefined) throw new NotFound('4PX has no such SKU.')
  return toListing(externalId, own)
}

async function describe(
  context: Context,
  codes: readonly string[],
  operation: string,
  options?: CallOptions,
): Promise<{ found: Map<string, Sku>; platformTime: Date | undefined }> {
  const { value, response } = await askFor(
    context,
    { operation, method: 'fu.wms.sku.getlist', body: { lstsku: codes }, quotable: 'all', options },
    skus,
  )
  return { found: new Map(value.skulist.map((each) => [each.sku_code, each])), platformTime: response.date }
}
