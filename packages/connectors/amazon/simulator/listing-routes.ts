import { z } from 'zod'
import { OWN_STOCK } from '../ids.ts'
import { isListedIn, type Listing } from './account.ts'
import {
  type ApiCall,
  ApiError,
  type ApiRoute,
  checkMarketplaces,
  fromPageToken,
  invalid,
  notFound,
  oneOf,
  type Site,
  toPageToken,
} from './api.ts'
import { type Applied, aboutUnknown, patches, readChange, submit } from './quantities.ts'

const DATA_SETS = [
  'summaries',
  'attributes',
  'issues',
  'offers',
  'fulfillmentAvailability',
  'procurement',
  'relationships',
  'productTypes',
]
const SEARCHED_MAX = 1_000
const IDENTIFIERS_MAX = 20
const PAGE_MAX = 20

const patchBody = z.object({ productType: z.string().min(1), patches })
const pageToken = z.object({ from: z.int().nonnegative() })

/** Listings Items API 2021-08-01. */
export function listingRoutes(site: Site, onApplied: Applied): ApiRoute[] {
  const { account, traits } = site
  const root = '/listings/2021-08-01/items/:sellerId'
  const checkSeller = ({ params }: ApiCall): void => {
    if (params.sellerId !== traits.sellerId)
      throw new ApiError(403, 'Unauthorized', 'Access to requested resource is denied.')
  }
  const find = ({ params, query }: ApiCall): Listing => {
    const sku = params.sku ?? ''
    const listing = account.listings.get(sku)
    if (listing === undefined || !isListedIn(listing, firstOf(query)))
      throw notFound(`SKU '${sku}' not found in marketplace ${query.one('marketplaceIds')}`)
    return listing
  }
  const view = (listing: Listing, call: ApiCall) =>
    toItem(listing, {
      // Of several the first alone is answered (docs issue 2362, models issue 3008).
      marketplaces: [firstOf(call.query)],
      included: call.query.list('includedData') ?? ['summaries'],
    })

  return [
    {
      method: 'GET',
      path: root,
      operation: 'searchListingsItems',
      role: 'listings',
      handle(call) {
        checkSeller(call)
        checkMarketplaces(traits, call.query.list('marketplaceIds'))
        oneOf(call.query, 'includedData', DATA_SETS)
        oneOf(call.query, 'sortBy', ['sku', 'createdDate', 'lastUpdatedDate'])
        oneOf(call.query, 'sortOrder', ['ASC', 'DESC'])
        const size = Number(call.query.one('pageSize') ?? 10)
        if (!Number.isSafeInteger(size) || size < 1 || size > PAGE_MAX)
          throw invalid(`'pageSize' is 1 to ${PAGE_MAX}.`)
        const skus = call.query.list('identifiers')
        if (skus !== undefined && call.query.one('identifiersType') !== 'SKU')
          throw invalid("'identifiersType' is required with 'identifiers'.")
        if (skus !== undefined && skus.length > IDENTIFIERS_MAX)
          throw invalid(`'identifiers' takes at most ${IDENTIFIERS_MAX} values.`)
        const found = (
          skus === undefined
            ? [...account.listings.values()].sort((a, b) => a.createdAt - b.createdAt)
            : [...new Set(skus)].flatMap((sku) => account.listings.get(sku) ?? [])
        ).filter((listing) => isListedIn(listing, firstOf(call.query)))
        const token = call.query.one('pageToken')
        const from = token === undefined ? 0 : pageToken.parse(fromPageToken(token)).from
        if (from >= SEARCHED_MAX) throw invalid('A search is not paged further than 1,000 items.')
        const next =
          from + size < Math.min(found.length, SEARCHED_MAX) ? toPageToken({ from: from + size }) : undefined
        return {
          body: {
            numberOfResults: found.length,
            ...(next !== undefined && { pagination: { nextToken: next } }),
            items: found.slice(from, from + size).map((listing) => view(listing, call)),
          },
        }
      },
    },
    {
      method: 'GET',
      path: `${root}/:sku`,
      operation: 'getListingsItem',
      role: 'listings',
      handle(call) {
        checkSeller(call)
        checkMarketplaces(traits, call.query.list('marketplaceIds'))
        oneOf(call.query, 'includedData', DATA_SETS)
        return { body: view(find(call), call) }
      },
    },
    {
      method: 'PATCH',
      path: `${root}/:sku`,
      operation: 'patchListingsItem',
      role: 'listings',
      handle(call) {
        checkSeller(call)
        checkMarketplaces(traits, call.query.list('marketplaceIds'))
        oneOf(call.query, 'includedData', ['identifiers', 'issues'])
        oneOf(call.query, 'mode', ['VALIDATION_PREVIEW'])
        const body = patchBody.safeParse(call.body)
        if (!body.success) throw invalid('Request has missing or invalid parameters and cannot be parsed.')
        const sku = call.params.sku ?? ''
        const listing = account.listings.get(sku)
        const change = readChange(body.data.patches)
        const issues = Array.isArray(change) ? change : listing === undefined ? aboutUnknown(sku, traits) : []
        const isPreview = call.query.one('mode') === 'VALIDATION_PREVIEW'
        if (!isPreview && issues.length === 0 && listing !== undefined && !Array.isArray(change)) {
          const delayMs = account.delayMs()
          submit(account, listing, change, {
            appliesAt: site.now() + delayMs,
            receivedAtNs: delayMs === 0 ? call.request.receivedAtNs : undefined,
            onApplied,
          })
          account.settle()
        }
        return {
          body: {
            sku,
            status: issues.length > 0 ? 'INVALID' : isPreview ? 'VALID' : 'ACCEPTED',
            submissionId: `submission-${account.fresh()}`,
            issues: issues.map(({ attribute, ...issue }) => ({
              ...issue,
              attributeNames: [attribute],
              categories: ['INVALID_ATTRIBUTE'],
            })),
          },
        }
      },
    },
  ]
}

function firstOf(query: ApiCall['query']): string {
  return query.list('marketplaceIds')?.[0] ?? ''
}

function toItem(
  listing: Listing,
  { marketplaces, included }: { marketplaces: readonly string[]; included: readonly string[] },
) {
  const isSold = listing.childSkus === undefined
  const units = listing.quantity === undefined ? (listing.fba?.fulfillable ?? 0) : (listing.quantity ?? 1)
  const availability = [
    ...(listing.quantity === undefined
      ? []
      : [
          {
            fulfillmentChannelCode: OWN_STOCK,
            ...(listing.quantity !== null && { quantity: listing.quantity }),
          },
        ]),
    ...(listing.fba === undefined ? [] : [{ fulfillmentChannelCode: 'AMAZON_NA' }]),
  ]
  const parts: Record<string, unknown> = {
    summaries: marketplaces.map((marketplaceId) => ({
      marketplaceId,
      asin: listing.asin,
      productType: 'PRODUCT',
      conditionType: 'new_new',
      status: !isSold ? [] : units > 0 ? ['BUYABLE', 'DISCOVERABLE'] : ['DISCOVERABLE'],
      itemName: listing.title,
      createdDate: new Date(listing.createdAt).toISOString(),
      lastUpdatedDate: new Date(listing.updatedAt).toISOString(),
    })),
    attributes: {
      item_name: [{ value: listing.title, language_tag: 'en_US' }],
      ...(listing.barcode !== undefined && {
        externally_assigned_product_identifier: [{ type: 'ean', value: listing.barcode }],
      }),
      ...(listing.submitted !== undefined && {
        fulfillment_availability: [
          {
            fulfillment_channel_code: OWN_STOCK,
            ...(listing.submitted !== null && { quantity: listing.submitted }),
            ...(listing.leadTimeDays !== undefined && { lead_time_to_ship_max_days: listing.leadTimeDays }),
          },
        ],
      }),
    },
    issues: [],
    offers: marketplaces.map((marketplaceId) => ({
      marketplaceId,
      offerType: 'B2C',
      price: { currencyCode: 'USD', amount: listing.price.toFixed(2) },
    })),
    fulfillmentAvailability: availability,
    relationships: marketplaces.map((marketplaceId) => ({
      marketplaceId,
      relationships:
        listing.childSkus === undefined ? [] : [{ type: 'VARIATION', childSkus: [...listing.childSkus] }],
    })),
    productTypes: marketplaces.map((marketplaceId) => ({ marketplaceId, productType: 'PRODUCT' })),
  }
  return {
    sku: listing.sku,
    ...Object.fromEntries(included.flatMap((name) => (name in parts ? [[name, parts[name]]] : []))),
  }
}
