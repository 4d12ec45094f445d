import {
  type CallOptions,
  type ExternalListing,
  Malformed,
  NotFound,
  type Page,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { Api, Context } from './api.ts'
import { isTooLargeToPage, readBulkCursor, readBulkPage, startBulk } from './bulk-listings.ts'
import { type Cursor, nextCursor, readCursor } from './cursor.ts'
import { LISTING, LISTINGS, PLACED_LISTINGS } from './documents.ts'
import { fromGid } from './ids.ts'
import { listingNodeSchema, toListing } from './listing-map.ts'
import { listCountedElsewhere } from './locations.ts'
import { pageInfoSchema } from './pages.ts'

type Reading = { api: Api; context: Context }

/**
 * One page of the catalogue: of a small one from the list, of a large one from a file that Shopify makes. In a shop with
 * fulfilment services of other applications always from the list, which then says where each variant is stocked.
 */
export async function listListings(
  reading: Reading,
  from: string | undefined,
  options: CallOptions = {},
): Promise<Page<ExternalListing>> {
  const { api, context } = reading
  const bulk = readBulkCursor(from)
  if (bulk !== undefined) {
    const page = await readBulkPage(reading, bulk, options)
    // Rows that were read from a file already come again: nothing is lost by it.
    return page === 'no-file' ? await pageListings(reading, readCursor(undefined), options) : page
  }
  if (from !== undefined) return await pageListings(reading, readCursor(from), options)
  const placed = (await listCountedElsewhere(api, context.settings, options)).length > 0
  if (!placed && (await isTooLargeToPage(api, options))) {
    const started = await startBulk(api, options)
    if (started !== undefined) return { rows: [], next: JSON.stringify(started), platformTime: undefined }
  }
  return await pageListings(reading, { ...readCursor(undefined), ...(placed && { placed }) }, options)
}

const listingsSchema = z.object({
  productVariants: z.object({ nodes: z.array(listingNodeSchema), pageInfo: pageInfoSchema }),
})

async function pageListings(
  { api, context }: Reading,
  cursor: Cursor,
  options: CallOptions,
): Promise<Page<ExternalListing>> {
  const query = cursor.window === null ? null : `id:>${cursor.window}`
  const variables = { after: cursor.after, query }
  const operation = cursor.placed === true ? PLACED_LISTINGS : LISTINGS
  const { data, date } = await api.read(operation, variables, listingsSchema, { ...options, priority: 8 })
  const { nodes, pageInfo } = data.productVariants
  const last = nodes.at(-1)
  const next = nextCursor(cursor, {
    read: nodes.length,
    ...pageInfo,
    last: last === undefined ? undefined : fromGid(last.id),
  })
  const rows = nodes.map((node) => toListing(node, context.settings.fulfillmentService))
  return { rows, next, platformTime: date }
}

const listingSchema = z.object({ productVariant: listingNodeSchema.nullable() })

/** @throws NotFound */
export async function getListing(
  { api, context }: Reading,
  externalId: string,
  options: CallOptions = {},
): Promise<ExternalListing> {
  const { data } = await api.read(LISTING, { id: externalId }, listingSchema, options)
  if (data.productVariant === null) throw new NotFound(`Shopify has no variant ${externalId}`)
  if (data.productVariant.id !== externalId) {
    throw new Malformed(`Shopify answered ${externalId} with ${data.productVariant.id}`, externalId)
  }
  return toListing(data.productVariant, context.settings.fulfillmentService)
}
