import { z } from 'zod'
import { defaultLocationId } from '../ids.ts'
import { scopes } from '../scopes.ts'
import { type Account, type SellerListing, shownOf, stockUnitIdOf, type Unit } from './account.ts'
import { toItem, toOffer } from './inventory-shapes.ts'
import { inventoryError, queryOf, RestRefusal, type RestRoute, type RowError, wholeOf } from './rest.ts'

export type InventoryTraits = {
  marketplace: string
  currency: string
  /** What the documents contradict each other about: 25 SKUs in one write, or one. */
  skusPerWrite: number
  /** Inventory locations of the account. */
  locations: readonly string[]
  /** From taking a write to having carried it out; meanwhile the same group refuses another. */
  writeMs: number
}

export type TakenWrite = {
  atNs: string
  stockUnitId: string
  locationId: string
  quantity: number
  before: number
  after: number
}

type Record_ = { listing: SellerListing; unit: Unit }
const quantityMax = 2_147_483_647
const root = '/sell/inventory/v1'

/** The Sell Inventory API over an account. */
export function inventoryRoutes(options: {
  account: Account
  traits: InventoryTraits
  sleep(ms: number): Promise<void>
  onWrite(write: TakenWrite): void
}): RestRoute[] {
  const { account, traits } = options
  /** Groups and listings that are being written. */
  const busy = new Set<string>()
  const route = (method: 'GET' | 'POST', path: string, handle: RestRoute['handle']): RestRoute => ({
    method,
    path: `${root}${path}`,
    api: 'inventory',
    scopes: { user: scopes.inventory },
    handle,
  })
  const invalidPage = inventoryError(25_706, 'You have provided invalid pagination values.')
  const notFound = (sku: string) => inventoryError(25_702, `SKU ${sku} is not available in the system`)
  const itemOf = ({ listing, unit }: Record_) => toItem(account, listing, unit)
  /** Lists and single reads name the groups twice. */
  const wholeItemOf = (found: Record_) => ({
    ...itemOf(found),
    ...(found.listing.groupKey !== undefined && { groupIds: [found.listing.groupKey] }),
  })
  const offerOf = ({ listing, unit }: Record_) => toOffer(account, traits, listing, unit)

  return [
    route('GET', '/inventory_item', ({ request }) => {
      const query = queryOf(request)
      const limit = wholeOf(query, 'limit', { fallback: 25, least: 1, most: 200, error: invalidPage })
      // A page number here, not a number of rows.
      const page = wholeOf(query, 'offset', { fallback: 0, least: 0, most: 1_000_000, error: invalidPage })
      const all = account.records()
      const rows = all.slice(page * limit, (page + 1) * limit)
      return {
        href: request.url,
        total: all.length,
        size: rows.length,
        limit,
        inventoryItems: rows.map(wholeItemOf),
      }
    }),
    route('GET', '/inventory_item/:sku', ({ request }) => {
      const { sku } = z.object({ sku: z.string() }).parse(request.params)
      const found = account.record(sku)
      if (found === undefined) throw new RestRefusal(404, notFound(sku))
      return wholeItemOf(found)
    }),
    route('POST', '/bulk_get_inventory_item', ({ request, reply }) => {
      const { requests } = readBody(bulkGet, request.body)
      if (requests.length > 25)
        throw new RestRefusal(
          400,
          inventoryError(25_727, 'The number of InventoryItems in the request cannot exceed 25.'),
        )
      if (new Set(requests.map(({ sku }) => sku)).size < requests.length)
        throw new RestRefusal(400, inventoryError(25_734, 'SKU should be unique in the request.'))
      const responses = requests.map(({ sku }) => {
        const found = account.record(sku)
        return found === undefined
          ? { sku, statusCode: 404, errors: [notFound(sku)] }
          : { sku, statusCode: 200, inventoryItem: itemOf(found), errors: [], warnings: [] }
      })
      return reply
        .code(responses.every(({ statusCode }) => statusCode === 200) ? 200 : 207)
        .send({ responses })
    }),
    route('GET', '/offer', ({ request }) => {
      const query = queryOf(request)
      const sku = query.get('sku')
      wholeOf(query, 'limit', { fallback: 100, least: 1, most: 100, error: invalidPage })
      if (sku === null || sku === '' || sku.length > 50)
        throw new RestRefusal(
          400,
          inventoryError(25_709, 'Invalid value for sku.', [{ name: 'fieldName', value: 'sku' }]),
        )
      const found = account.record(sku)
      if (found === undefined)
        throw new RestRefusal(404, inventoryError(25_713, 'This Offer is not available.'))
      const offers = [offerOf(found)]
      return { href: request.url, total: offers.length, size: offers.length, limit: 100, offers }
    }),
    route('POST', '/bulk_update_price_quantity', async ({ request, reply }) => {
      const { requests } = readBody(bulkUpdate, request.body)
      if (requests.length === 0 || requests.length > traits.skusPerWrite) {
        throw new RestRefusal(
          400,
          inventoryError(25_709, `Invalid value for requests. 1 to ${traits.skusPerWrite} are allowed.`, [
            { name: 'fieldName', value: 'requests' },
          ]),
        )
      }
      const responses = []
      for (const each of requests) responses.push(...(await write(each, request.receivedAtNs)))
      return reply
        .code(responses.every(({ statusCode }) => statusCode === 200) ? 200 : 207)
        .send({ responses })
    }),
    route('GET', '/location', ({ request }) => {
      const query = queryOf(request)
      const limit = wholeOf(query, 'limit', { fallback: 100, least: 1, most: 100, error: invalidPage })
      const rows = traits.locations.map((merchantLocationKey) => ({
        merchantLocationKey,
        merchantLocationStatus: 'ENABLED',
        name: merchantLocationKey,
        locationTypes: ['WAREHOUSE'],
      }))
      return { href: request.url, total: rows.length, limit, offset: 0, locations: rows.slice(0, limit) }
    }),
  ]

  async function write(each: z.infer<typeof bulkUpdate>['requests'][number], atNs: string) {
    const { sku, offers = [], shipToLocationAvailability } = each
    const found = account.record(sku ?? '')
    const rows = offers.length > 0 ? offers.map(({ offerId }) => ({ sku, offerId })) : [{ sku }]
    const refuse = (statusCode: number, error: RowError) =>
      rows.map((row) => ({ ...row, statusCode, errors: [error], warnings: [] }))
    if (found === undefined) return refuse(404, notFound(sku ?? ''))
    const { listing, unit } = found
    const quantities = [
      shipToLocationAvailability?.quantity,
      ...offers.map((offer) => offer.availableQuantity),
    ]
    const isBad = quantities.some(
      (quantity) => quantity !== undefined && (quantity < 0 || quantity > quantityMax),
    )
    if (isBad) {
      return refuse(
        400,
        inventoryError(25_709, 'Invalid value for quantity.', [{ name: 'fieldName', value: 'quantity' }]),
      )
    }
    if (offers.some(({ offerId }) => offerId !== unit.offerId)) {
      return refuse(404, inventoryError(25_713, 'This Offer is not available.'))
    }
    if (listing.status === 'Ended') return refuse(400, inventoryError(25_019, 'Cannot revise the listing.'))
    const place = listing.groupKey ?? listing.itemId
    if (busy.has(place))
      return refuse(
        500,
        inventoryError(25_025, 'Concurrent access of the same inventory item is not allowed.'),
      )
    if (!account.mayRevise(listing)) {
      return refuse(
        400,
        inventoryError(25_002, 'A user error has occurred. The listing was revised too often today.'),
      )
    }
    busy.add(place)
    try {
      if (traits.writeMs > 0) await options.sleep(traits.writeMs)
      const before = shownOf(listing, unit)
      const total = shipToLocationAvailability?.quantity
      if (total !== undefined) {
        unit.total = total
        unit.recent = []
        // The spread is lost where it is left out.
        unit.spread = (shipToLocationAvailability?.availabilityDistributions ?? []).map((each) => ({
          merchantLocationKey: each.merchantLocationKey,
          quantity: each.quantity ?? 0,
        }))
      }
      const [offered] = offers
      if (offered?.availableQuantity !== undefined) unit.offered = offered.availableQuantity
      options.onWrite({
        atNs,
        stockUnitId: stockUnitIdOf(listing, unit),
        locationId: defaultLocationId,
        quantity: total ?? offered?.availableQuantity ?? before,
        before,
        after: shownOf(listing, unit),
      })
      return rows.map((row) => ({ ...row, statusCode: 200, errors: [], warnings: [] }))
    } finally {
      busy.delete(place)
    }
  }
}

const bulkGet = z.object({ requests: z.array(z.object({ sku: z.string().min(1).max(50) })) })
const bulkUpdate = z.object({
  requests: z.array(
    z.object({
      sku: z.string().max(50).optional(),
      shipToLocationAvailability: z
        .object({
          quantity: z.int(),
          availabilityDistributions: z
            .array(z.object({ merchantLocationKey: z.string(), quantity: z.int().optional() }))
            .optional(),
        })
        .optional(),
      offers: z
        .array(z.object({ offerId: z.string(), availableQuantity: z.int().optional() }))
        .max(25)
        .optional(),
    }),
  ),
})

/** @throws RestRefusal 400 */
export function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body ?? {})
  if (parsed.success) return parsed.data
  const name = parsed.error.issues[0]?.path.map(String).join('.') ?? 'body'
  throw new RestRefusal(
    400,
    inventoryError(25_709, `Invalid value for ${name}.`, [{ name: 'fieldName', value: name }]),
  )
}
