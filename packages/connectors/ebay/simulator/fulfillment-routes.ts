import type { Recipient } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { scopes } from '../scopes.ts'
import type { OrderBook, SoldFulfillment, SoldOrder } from './order-book.ts'
import { queryOf, RestRefusal, type RestRoute, type RowError, wholeOf } from './rest.ts'

export type FulfillmentTraits = { marketplace: string; currency: string }

const root = '/sell/fulfillment/v1/order'
const reachMs = 2 * 366 * 24 * 3_600_000

function fulfillmentError(errorId: number, message: string): RowError {
  return { errorId, domain: 'API_FULFILLMENT', category: 'REQUEST', message }
}

/** The Sell Fulfillment API over the orders of an account. */
export function fulfillmentRoutes(options: {
  book: OrderBook
  traits: FulfillmentTraits
  now(): number
}): RestRoute[] {
  const { book, traits, now } = options
  const route = (method: 'GET' | 'POST', path: string, handle: RestRoute['handle']): RestRoute => ({
    method,
    path: `${root}${path}`,
    api: 'fulfillment',
    scopes: { user: scopes.fulfillment },
    handle,
  })
  const find = (params: unknown, isWhole = false): SoldOrder => {
    const { orderId } = z.object({ orderId: z.string() }).parse(params)
    const order = book.find(orderId)
    if (order !== undefined && order.payment !== 'UNPAID') return order
    // Only the order itself is documented to be missing; what hangs on it is a bad request.
    const isMissing = isWhole && /^\d{2}-\d{5}-\d{5}$/.test(orderId)
    throw new RestRefusal(isMissing ? 404 : 400, fulfillmentError(32_100, `Invalid order ID: ${orderId}`))
  }

  return [
    route('GET', '', ({ request }) => {
      const query = queryOf(request)
      const limit = wholeOf(query, 'limit', {
        fallback: 50,
        least: 1,
        most: 200,
        error: fulfillmentError(31_100, 'Invalid limit'),
      })
      // A number of orders here, not of pages.
      const offset = wholeOf(query, 'offset', {
        fallback: 0,
        least: 0,
        most: 10_000_000,
        error: fulfillmentError(31_000, 'Invalid offset'),
      })
      const window = readFilter(query.get('filter'), now())
      const all = book.listed().filter(({ changedMs }) => changedMs >= window.from && changedMs <= window.to)
      const orders = all.slice(offset, offset + limit).map((order) => toOrder(order, traits, false))
      const isMore = offset + limit < all.length
      return {
        href: request.url,
        total: all.length,
        limit,
        offset,
        orders,
        ...(isMore && { next: `${root}?limit=${limit}&offset=${offset + limit}` }),
      }
    }),
    route('GET', '/:orderId', ({ request }) => toOrder(find(request.params, true), traits, true)),
    route('GET', '/:orderId/shipping_fulfillment', ({ request }) => {
      const { fulfillments } = find(request.params)
      return { fulfillments: fulfillments.map(toFulfillment), total: fulfillments.length }
    }),
    route('POST', '/:orderId/shipping_fulfillment', ({ request, reply }) => {
      const order = find(request.params)
      const parsed = shipping.safeParse(request.body)
      if (!parsed.success) throw new RestRefusal(400, fulfillmentError(32_600, 'Invalid input data'))
      const { lineItems, shippedDate, shippingCarrierCode: carrier, trackingNumber: tracking } = parsed.data
      const isHalf = (carrier === undefined) !== (tracking === undefined)
      if (isHalf || (tracking !== undefined && !/^[A-Za-z0-9]+$/.test(tracking)))
        throw new RestRefusal(400, fulfillmentError(32_300, 'Invalid shipment tracking number or carrier'))
      if (new Set(lineItems.map(({ lineItemId }) => lineItemId)).size < lineItems.length)
        throw new RestRefusal(400, fulfillmentError(32_210, 'Duplicate line item in the request'))
      const shippedMs = shippedDate === undefined ? now() : Date.parse(shippedDate)
      if (Number.isNaN(shippedMs))
        throw new RestRefusal(400, fulfillmentError(32_500, 'Invalid shipped date'))
      const lines = lineItems.map(({ lineItemId, quantity }) => ({
        lineItemId,
        quantity: quantity ?? order.lines.find((line) => line.lineItemId === lineItemId)?.quantity ?? 0,
      }))
      const made =
        order.cancel === 'CANCELED' ? undefined : book.fulfill(order, { lines, carrier, tracking, shippedMs })
      if (made === undefined) throw new RestRefusal(400, fulfillmentError(32_200, 'Invalid line item id'))
      const location = `https://api.ebay.com${root}/${order.orderId}/shipping_fulfillment/${made.fulfillmentId}`
      return reply.code(201).header('location', location).send({})
    }),
  ]
}

const shipping = z.object({
  lineItems: z.array(z.object({ lineItemId: z.string(), quantity: z.int().positive().optional() })).min(1),
  shippedDate: z.string().optional(),
  shippingCarrierCode: z.string().optional(),
  trackingNumber: z.string().optional(),
})

/** @throws RestRefusal 400 */
function readFilter(filter: string | null, now: number): { from: number; to: number } {
  if (filter === null) return { from: now - 90 * 24 * 3_600_000, to: now }
  const match = /^lastmodifieddate:\[([^\].]+(?:\.\d+)?Z?)\.\.([^\]]*)\]$/.exec(filter)
  if (match === null) throw new RestRefusal(400, fulfillmentError(30_700, 'Invalid filter name'))
  const from = Date.parse(match[1] ?? '')
  const to = match[2] === '' || match[2] === undefined ? now : Date.parse(match[2])
  if (Number.isNaN(from) || Number.isNaN(to))
    throw new RestRefusal(400, fulfillmentError(30_810, 'Invalid date format'))
  if (from > now || to > now)
    throw new RestRefusal(400, fulfillmentError(30_850, 'Start and end dates can’t be in the future'))
  if (from > to) throw new RestRefusal(400, fulfillmentError(30_840, 'Start date should be before end date'))
  if (to - from > reachMs)
    throw new RestRefusal(
      400,
      fulfillmentError(30_830, 'Time range between start date and end date must be within 2 years.'),
    )
  return { from, to }
}

function statusOf(shipped: number, quantity: number): 'NOT_STARTED' | 'IN_PROGRESS' | 'FULFILLED' {
  return shipped === 0 ? 'NOT_STARTED' : shipped < quantity ? 'IN_PROGRESS' : 'FULFILLED'
}

/** @param isWhole read by itself: only then requests to cancel are told */
function toOrder(order: SoldOrder, { marketplace, currency }: FulfillmentTraits, isWhole: boolean) {
  const amount = (value: number) => ({ value: value.toFixed(2), currency })
  const sum = order.lines.reduce((total, { listing, quantity }) => total + listing.price * quantity, 0)
  const shipped = order.lines.reduce((total, line) => total + line.shipped, 0)
  const ordered = order.lines.reduce((total, line) => total + line.quantity, 0)
  return {
    orderId: order.orderId,
    creationDate: new Date(order.createdMs).toISOString(),
    lastModifiedDate: new Date(order.changedMs).toISOString(),
    orderFulfillmentStatus: statusOf(shipped, ordered),
    orderPaymentStatus: order.payment === 'UNPAID' ? 'PENDING' : order.payment,
    sellerId: 'plimsoll_seller',
    buyer: { username: 'a_buyer' },
    cancelStatus: {
      cancelState: order.cancel,
      cancelRequests:
        isWhole && order.cancelRequestId !== undefined
          ? [
              {
                cancelRequestId: order.cancelRequestId,
                cancelInitiator: 'BUYER',
                cancelRequestState: order.cancel === 'CANCELED' ? 'COMPLETED' : 'REQUESTED',
              },
            ]
          : [],
    },
    pricingSummary: { priceSubtotal: amount(sum), total: amount(sum) },
    paymentSummary: {
      totalDueSeller: amount(sum),
      payments: [
        { paymentStatus: 'PAID', paymentDate: new Date(order.createdMs).toISOString(), amount: amount(sum) },
      ],
      refunds: order.payment === 'FULLY_REFUNDED' ? [{ refundStatus: 'REFUNDED', amount: amount(sum) }] : [],
    },
    fulfillmentStartInstructions: [
      {
        fulfillmentInstructionsType: 'SHIP_TO',
        ebaySupportedFulfillment: false,
        shippingStep: {
          shippingServiceCode: 'StandardShipping',
          ...(order.to !== undefined && { shipTo: toContact(order.to) }),
        },
      },
    ],
    fulfillmentHrefs: order.fulfillments.map(
      ({ fulfillmentId }) =>
        `https://api.ebay.com${root}/${order.orderId}/shipping_fulfillment/${fulfillmentId}`,
    ),
    lineItems: order.lines.map(({ lineItemId, listing, unit, quantity, shipped: left, isRefunded }) => ({
      lineItemId,
      legacyItemId: listing.itemId,
      ...(listing.groupKey !== undefined && {
        legacyVariationId: unit.variationId,
        variationAspects: unit.aspects,
      }),
      ...(unit.sku !== undefined && { sku: unit.sku }),
      title: listing.title,
      quantity,
      soldFormat: 'FIXED_PRICE',
      listingMarketplaceId: marketplace,
      purchaseMarketplaceId: marketplace,
      lineItemFulfillmentStatus: statusOf(left, quantity),
      lineItemCost: amount(listing.price * quantity),
      total: amount(listing.price * quantity),
      lineItemFulfillmentInstructions: {
        shipByDate: new Date(order.createdMs + 2 * 86_400_000).toISOString(),
        guaranteedDelivery: false,
      },
      refunds: isRefunded ? [{ refundId: `5${lineItemId}`, amount: amount(listing.price * quantity) }] : [],
    })),
  }
}

function toContact(to: Recipient) {
  const [addressLine1 = '', ...more] = to.addressLines
  return {
    fullName: to.name,
    ...(to.company !== undefined && { companyName: to.company }),
    ...(to.email !== undefined && { email: to.email }),
    ...(to.phone !== undefined && { primaryPhone: { phoneNumber: to.phone } }),
    contactAddress: {
      addressLine1,
      ...(more.length > 0 && { addressLine2: more.join(', ') }),
      city: to.city,
      ...(to.region !== undefined && { stateOrProvince: to.region }),
      ...(to.postalCode !== undefined && { postalCode: to.postalCode }),
      countryCode: to.country,
    },
  }
}

function toFulfillment({ fulfillmentId, shippedMs, carrier, tracking, lines }: SoldFulfillment) {
  return {
    fulfillmentId,
    shippedDate: new Date(shippedMs).toISOString(),
    ...(carrier !== undefined && { shippingCarrierCode: carrier }),
    ...(tracking !== undefined && { shipmentTrackingNumber: tracking }),
    lineItems: lines,
  }
}
