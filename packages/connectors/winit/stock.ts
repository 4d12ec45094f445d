import {
  type CallOptions,
  type ExternalCount,
  type ExternalListing,
  type ExternalLocation,
  NotFound,
  type Page,
} from '@plimsoll/connector-kit'
import { item, pageOf, storage, warehouses } from './answers.ts'
import { ITEM_PAGE, ITEM_PAGES_MAX, STORAGE_PAGE } from './limits.ts'
import { productOf, toCount, toListing } from './map.ts'
import { askFor, type Context } from './transport.ts'

/** Where it stores, what it stores, and how much. Nothing here names a person, so that refusals are quoted whole. */

export async function readLocations(
  context: Context,
  options?: CallOptions,
  operation = 'locations',
): Promise<ExternalLocation[]> {
  const { value } = await askFor(
    context,
    { operation, action: 'queryWarehouse', quotable: 'all', options },
    warehouses,
  )
  return value.map(({ warehouseID, warehouseCode, warehouseName }) => ({
    externalId: warehouseID,
    name: [warehouseCode, warehouseName].filter((part) => part !== undefined).join(' ') || warehouseID,
    active: true,
  }))
}

/** Warehouse after warehouse, each page by page; the cursor is the warehouse's id and the page. */
export async function readCounts(
  context: Context,
  cursor: string | undefined,
  options?: CallOptions,
): Promise<Page<ExternalCount>> {
  // In the order of their ids, which one that opens or closes meanwhile does not change.
  const ids = (await readLocations(context, options, 'counts.warehouses'))
    .map(({ externalId }) => externalId)
    .sort()
  const [from = '', number = '1'] = cursor?.split(':') ?? []
  const warehouseId = ids.find((id) => id >= from)
  if (warehouseId === undefined) return { rows: [], next: undefined, platformTime: undefined }
  const page = warehouseId === from ? Number(number) : 1
  const { value, response } = await askFor(
    context,
    {
      operation: 'counts',
      action: 'queryWarehouseStorage',
      data: { warehouseID: warehouseId, pageSize: STORAGE_PAGE, pageNum: page },
      quotable: 'all',
      options,
    },
    pageOf(storage),
  )
  const following = ids.find((id) => id > warehouseId)
  const next = value.list.length === STORAGE_PAGE ? `${warehouseId}:${page + 1}` : following
  return {
    rows: value.list.map((row) => toCount(row, warehouseId)),
    next,
    platformTime: response.date,
  }
}

export async function readListings(
  context: Context,
  cursor: string | undefined,
  options?: CallOptions,
): Promise<Page<ExternalListing>> {
  const page = Number(cursor ?? '1')
  const { value, response } = await askFor(
    context,
    {
      operation: 'listings',
      action: 'winit.mms.item.list',
      data: { pageNo: page, pageSize: ITEM_PAGE },
      quotable: 'all',
      options,
    },
    pageOf(item),
  )
  return {
    rows: value.list.map(toListing),
    next: value.list.length === ITEM_PAGE ? String(page + 1) : undefined,
    platformTime: response.date,
  }
}

/** By code it finds all that are like it: the one is looked for among them. */
export async function readListing(
  context: Context,
  externalId: string,
  options?: CallOptions,
): Promise<ExternalListing> {
  const { code } = productOf(externalId)
  for (let page = 1; page <= ITEM_PAGES_MAX; page += 1) {
    const { value } = await askFor(
      context,
      {
        operation: 'listing',
        action: 'winit.mms.item.list',
        data: { skuCode: code, pageNo: page, pageSize: ITEM_PAGE },
        quotable: 'all',
        options,
      },
      pageOf(item),
    )
    const found = value.list.map(toListing).find((listing) => listing.externalId === externalId)
    if (found !== undefined) return found
    if (value.list.length < ITEM_PAGE) break
  }
  throw new NotFound('Winit has no such product.')
}
