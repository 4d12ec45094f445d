import type { FloorRequest, WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import { z } from 'zod'
import { AMAZON_STOCK } from '../ids.ts'
import { ITEMS_MAX, UNITS_MAX } from '../mcf-request.ts'
import type { Order } from './account.ts'
import { type ApiRoute, fromPageToken, invalid, notFound, type Site, toPageToken } from './api.ts'
import {
  actionOf,
  INVALID,
  type KeptDetails,
  packageNumberOf,
  statusOf,
  toItems,
  toOrder,
  toShipments,
} from './fulfillment-json.ts'
import { readMoment } from './order-routes.ts'

const address = z.object({
  name: z.string().min(1),
  addressLine1: z.string().min(1),
  addressLine2: z.string().optional(),
  addressLine3: z.string().optional(),
  city: z.string().optional(),
  districtOrCounty: z.string().optional(),
  stateOrRegion: z.string().optional(),
  postalCode: z.string().min(1),
  countryCode: z.string().regex(/^[A-Z]{2}$/),
  phone: z.string().optional(),
})
const created = z.object({
  marketplaceId: z.string().optional(),
  sellerFulfillmentOrderId: z.string().min(1).max(40),
  displayableOrderId: z.string().min(1).max(40),
  displayableOrderDate: z.string().min(1),
  displayableOrderComment: z.string().min(1).max(750),
  shippingSpeedCategory: z.enum(['Standard', 'Expedited', 'Priority', 'ScheduledDelivery']),
  destinationAddress: address,
  fulfillmentAction: z.enum(['Ship', 'Hold']).default('Ship'),
  fulfillmentPolicy: z.enum(['FillOrKill', 'FillAll', 'FillAllAvailable']).default('FillOrKill'),
  featureConstraints: z.array(z.looseObject({ featureName: z.string() })).optional(),
  items: z
    .array(
      z.object({
        sellerSku: z.string().min(1).max(50),
        sellerFulfillmentOrderItemId: z.string().min(1).max(50),
        quantity: z.int().min(1),
      }),
    )
    .min(1)
    .max(ITEMS_MAX),
})
const place = z.object({ after: z.number(), last: z.int() })
const ROOT = '/fba/outbound/2020-07-01/fulfillmentOrders'

/** What the account's orders of Multi-Channel Fulfilment do: told to whoever asked for notifications. */
export type TellOfSending = (request: FloorRequest, statusAt: number) => void

/** Fulfillment Outbound 2020-07-01, on Amazon's floor. */
export function fulfillmentRoutes(site: Site, floor: WarehouseFloor, tell: TellOfSending): ApiRoute[] {
  const { account, traits } = site
  const { requests } = floor
  /** When each was last in another status; a parcel that leaves meanwhile is none. */
  const statuses = new Map<number, { status: string; at: number }>()
  const statusAt = (request: FloorRequest): number => {
    const known = statuses.get(request.id)
    const status = `${statusOf(request)} ${actionOf(request)}`
    if (known?.status === status) return known.at
    statuses.set(request.id, { status, at: request.changedAtMs })
    return request.changedAtMs
  }
  floor.onChange((change) => {
    if (change.kind !== 'request') return
    const { request } = change
    // Whole or not at all, and nothing waits for goods.
    if (request.state === 'held' && request.problem?.code === 'out-of-stock') {
      requests.step(request.id, { step: 'reject', code: 'out-of-stock', message: 'Nothing was found.' })
      return
    }
    showAsOrder(account.orders, request, account.changed)
    tell(request, statusAt(request))
  })
  const detailsOf = ({ details }: FloorRequest) =>
    Object.keys(details).length === 0 ? undefined : (details as KeptDetails) // put there by `create`
  const orderOf = (request: FloorRequest) => toOrder(request, detailsOf(request), statusAt(request))
  const need = (id: string | undefined): FloorRequest => {
    const found = requests.byReference(id ?? '')
    if (found === undefined) throw notFound(`The fulfillment order ${id} does not exist.`)
    return found
  }

  const create: ApiRoute['handle'] = ({ body }) => {
    const read = created.safeParse(body)
    if (!read.success) {
      const at = read.error.issues[0]?.path.map(String).join('.') ?? ''
      throw invalid(`Value for parameter ${at} is invalid. Reason: InvalidValue.`)
    }
    const given = read.data
    const { destinationAddress: to, items } = given
    if (requests.byReference(given.sellerFulfillmentOrderId) !== undefined)
      throw invalid(`A fulfillment order ${given.sellerFulfillmentOrderId} for ${to.name} exists already.`)
    const stranger = items.find(({ sellerSku }) => account.listings.get(sellerSku)?.fba === undefined)
    if (stranger !== undefined)
      throw invalid(`the SellerSKU for Item Id: ${stranger.sellerFulfillmentOrderItemId} is invalid.`)
    if (items.reduce((sum, { quantity }) => sum + quantity, 0) > UNITS_MAX)
      throw invalid(`An order has at most ${UNITS_MAX} units.`)
    const isShort = items.some(
      ({ sellerSku, quantity }) => (account.listings.get(sellerSku)?.fba?.fulfillable ?? 0) < quantity,
    )
    const details: KeptDetails = {
      marketplaceId: given.marketplaceId ?? traits.marketplaces[0] ?? '',
      displayableOrderDate: given.displayableOrderDate,
      displayableOrderComment: given.displayableOrderComment,
      shippingSpeedCategory: given.shippingSpeedCategory,
      fulfillmentPolicy: given.fulfillmentPolicy,
      destinationAddress: Object.fromEntries(
        Object.entries(to).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
      featureConstraints: given.featureConstraints,
    }
    const taken = requests.ask({
      reference: given.sellerFulfillmentOrderId,
      number: given.displayableOrderId,
      facilityId: AMAZON_STOCK,
      recipient: {
        name: to.name,
        company: undefined,
        addressLines: [
          to.addressLine1,
          ...[to.addressLine2, to.addressLine3].filter((line) => line !== undefined),
        ],
        city: to.city ?? '',
        region: to.stateOrRegion,
        postalCode: to.postalCode,
        country: to.countryCode,
        phone: to.phone,
        email: undefined,
      },
      lines: items.map(({ sellerSku, sellerFulfillmentOrderItemId, quantity }) => ({
        reference: sellerFulfillmentOrderItemId,
        sku: sellerSku,
        quantity,
      })),
      details,
    })
    if (taken.kind !== 'received') throw invalid(`It cannot be taken: ${taken.kind}.`)
    const { id } = taken.request
    if (isShort)
      requests.step(id, { step: 'reject', code: INVALID, message: 'There is too little that can be sold.' })
    else if (given.fulfillmentAction === 'Hold') requests.step(id, { step: 'hold' })
    return { body: {} }
  }

  return [
    { method: 'POST', path: ROOT, operation: 'createFulfillmentOrder', role: 'stock', handle: create },
    {
      method: 'GET',
      path: ROOT,
      operation: 'listAllFulfillmentOrders',
      role: 'stock',
      handle({ query }) {
        const given = query.one('nextToken')
        const read = given === undefined ? undefined : place.safeParse(fromPageToken(given))
        if (read?.success === false) throw invalid('The nextToken is not valid.')
        const after = read?.data.after ?? readMoment(query, 'queryStartDate') ?? site.now() - 36 * 3_600_000
        const last = read?.data.last ?? 0
        const found = requests.all().filter((request) => request.id > last && statusAt(request) >= after)
        const page = found.slice(0, traits.sendingPerPage)
        const end = page.at(-1)
        return {
          body: {
            payload: {
              ...(found.length > page.length &&
                end !== undefined && { nextToken: toPageToken({ after, last: end.id }) }),
              fulfillmentOrders: page.map(orderOf),
            },
          },
        }
      },
    },
    {
      method: 'GET',
      path: `${ROOT}/:id`,
      operation: 'getFulfillmentOrder',
      role: 'stock',
      handle({ params }) {
        const request = need(params.id)
        return {
          body: {
            payload: {
              fulfillmentOrder: orderOf(request),
              fulfillmentOrderItems: toItems(request),
              fulfillmentShipments: toShipments(request, traits.carrier),
              returnItems: [],
              returnAuthorizations: [],
            },
          },
        }
      },
    },
    {
      method: 'PUT',
      path: `${ROOT}/:id/cancel`,
      operation: 'cancelFulfillmentOrder',
      role: 'stock',
      handle({ params }) {
        const request = need(params.id)
        if (requests.cancel(request.id, 'until-working') === 'too-late')
          throw invalid(`The fulfillment order for ${request.recipient.name} cannot be cancelled.`)
        return { body: {} }
      },
    },
    {
      method: 'GET',
      path: '/fba/outbound/2020-07-01/tracking',
      operation: 'getPackageTrackingDetails',
      role: 'stock',
      handle({ query }) {
        const number = Number(query.need('packageNumber'))
        for (const request of requests.all()) {
          const parcel = request.parcels.find((each) => packageNumberOf(request, each) === number)
          if (parcel === undefined) continue
          const { city, region = '', country } = request.recipient
          return {
            body: {
              payload: {
                packageNumber: number,
                trackingNumber: parcel.trackingNumber,
                customerTrackingLink: `https://www.swiship.com/track?id=${parcel.trackingNumber}`,
                carrierCode: traits.carrier ?? parcel.carrier,
                shipDate: new Date(parcel.shippedAtMs).toISOString(),
                shipToAddress: { city, state: region, country },
                currentStatus: 'IN_TRANSIT',
              },
            },
          }
        }
        throw notFound(`There is no package ${number}.`)
      },
    },
  ]
}

/** In the seller's own list of orders it is one that Amazon sends and did not sell. */
function showAsOrder(
  orders: Map<string, Order>,
  request: FloorRequest,
  changed: (order: Order) => void,
): void {
  const id = `S01-${String(request.id).padStart(7, '0')}-0000001`
  const order: Order = orders.get(id) ?? {
    id,
    status: 'UNSHIPPED',
    createdAt: request.receivedAtMs,
    updatedAt: request.receivedAtMs,
    pendingUntil: undefined,
    marketplaceId: 'ATVPDKIKX0DER',
    by: 'AMAZON',
    isMultiChannel: true,
    to: request.recipient,
    items: request.lines.map(({ id: line, sku, quantity }) => ({
      id: `${request.id}${line}`,
      sku,
      title: sku,
      asin: 'B000000000',
      ordered: quantity,
      price: 0,
    })),
    parcels: new Map(),
  }
  orders.set(id, order)
  const ended = { shipped: 'SHIPPED', cancelled: 'CANCELLED', rejected: 'CANCELLED' } as const
  order.status = request.state in ended ? ended[request.state as keyof typeof ended] : 'UNSHIPPED'
  changed(order)
}
