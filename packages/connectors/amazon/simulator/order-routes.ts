import { z } from 'zod'
import type { Order, OrderItem } from './account.ts'
import { openUnitsOf } from './account.ts'
import { toDeliveryAddress } from './addresses.ts'
import {
  type ApiCall,
  ApiError,
  type ApiRoute,
  checkMarketplaces,
  fromPageToken,
  invalid,
  notFound,
  oneOf,
  type Query,
  type Site,
  toPageToken,
} from './api.ts'

const STATUSES = [
  'PENDING_AVAILABILITY',
  'PENDING',
  'UNSHIPPED',
  'PARTIALLY_SHIPPED',
  'SHIPPED',
  'CANCELLED',
  'UNFULFILLABLE',
]
const DATA_SETS = [
  'BUYER',
  'RECIPIENT',
  'PROCEEDS',
  'EXPENSE',
  'PROMOTION',
  'CANCELLATION',
  'FULFILLMENT',
  'PACKAGES',
  'TAX',
  'PAYMENT',
  'FULFILLMENT_ORDERS',
]
const TOKEN_MS = 24 * 3_600_000
const token = z.object({ after: z.number(), before: z.number(), last: z.string(), at: z.number() })
type Place = z.infer<typeof token>

export type OrderQuery = {
  after: number
  /** Nothing that changed later is shown. */
  before: number
  field: 'createdAt' | 'updatedAt'
  by: readonly string[] | undefined
  statuses: readonly string[] | undefined
  size: number
  token: string | undefined
}

/** A page of orders by their time and id, and where the next begins: what changes meanwhile leaves the pages alone. */
export function pageOf(
  site: Site,
  { after, before, field, by, statuses, size, token: given }: OrderQuery,
): { orders: Order[]; next: string | undefined; before: number } {
  const place = given === undefined ? undefined : readToken(given, site.now())
  const until = place?.before ?? before
  const keyOf = (order: Order) => `${String(order[field]).padStart(16, '0')} ${order.id}`
  const found = [...site.account.orders.values()]
    .filter((order) => order[field] >= after && order[field] <= until)
    .filter((order) => by === undefined || by.includes(order.by))
    .filter((order) => statuses === undefined || statuses.includes(order.status))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    .filter((order) => place === undefined || keyOf(order) > place.last)
  const orders = found.slice(0, size)
  const last = orders.at(-1)
  const next: Place | undefined =
    found.length > size && last !== undefined
      ? { after, before: until, last: keyOf(last), at: site.now() }
      : undefined
  return { orders, next: next === undefined ? undefined : toPageToken(next), before: until }
}

function readToken(given: string, now: number): Place {
  const place = token.safeParse(fromPageToken(given)).data
  if (place === undefined || now - place.at > TOKEN_MS) throw invalid('The pagination token is not valid.')
  return place
}

export function readMoment(query: Query, name: string): number | undefined {
  const text = query.one(name)
  if (text === undefined) return undefined
  const at = Date.parse(text)
  if (Number.isNaN(at) || !/(Z|[+-]\d\d:\d\d)$/.test(text))
    throw invalid(`'${name}' is no ISO 8601 date-time.`)
  return at
}

/** From when, and until when at the latest: at least two minutes ago. */
export function readPeriod(
  site: Site,
  query: Query,
  names: readonly [string, string, string, string],
): Pick<OrderQuery, 'after' | 'before' | 'field'> {
  const [createdAfter, createdBefore, updatedAfter, updatedBefore] = names
  const created = readMoment(query, createdAfter)
  const updated = readMoment(query, updatedAfter)
  if ((created === undefined) === (updated === undefined))
    throw invalid(`Exactly one of '${createdAfter}' and '${updatedAfter}' must be given.`)
  const field = created === undefined ? 'updatedAt' : 'createdAt'
  const other = field === 'updatedAt' ? createdBefore : updatedBefore
  if (query.has(other)) throw invalid(`'${other}' may not be given.`)
  const latest = site.now() - site.traits.orderLagMs
  const before = readMoment(query, field === 'updatedAt' ? updatedBefore : createdBefore) ?? latest
  const after = created ?? updated ?? 0
  if (before > latest) throw invalid('The end must be at least two minutes before the request.')
  if (before < after && site.traits.orderLagMs > 0) throw invalid('The end is before the beginning.')
  return { after, before, field }
}

/** Orders API 2026-01-01. */
export function orderRoutes(site: Site): ApiRoute[] {
  const { account, traits } = site
  const includedOf = ({ query }: ApiCall): string[] => {
    oneOf(query, 'includedData', DATA_SETS)
    const included = query.list('includedData') ?? []
    // That the whole is refused is guessed.
    const isRestricted = included.includes('RECIPIENT') || included.includes('BUYER')
    if (isRestricted && traits.missingRoles.includes('buyers'))
      throw new ApiError(403, 'Unauthorized', 'Access to requested resource is denied.')
    return included
  }
  const root = '/orders/2026-01-01/orders'
  return [
    {
      method: 'GET',
      path: root,
      operation: 'searchOrders',
      role: 'orders',
      handle(call) {
        const { query } = call
        const included = includedOf(call)
        oneOf(query, 'fulfilledBy', ['MERCHANT', 'AMAZON'])
        oneOf(query, 'fulfillmentStatuses', STATUSES)
        if (query.has('marketplaceIds')) checkMarketplaces(traits, query.list('marketplaceIds'))
        const size = Number(query.one('maxResultsPerPage') ?? 100)
        if (!Number.isSafeInteger(size) || size < 1 || size > 100)
          throw invalid("'maxResultsPerPage' is 1 to 100.")
        const period = readPeriod(site, query, [
          'createdAfter',
          'createdBefore',
          'lastUpdatedAfter',
          'lastUpdatedBefore',
        ])
        const { orders, next, before } = pageOf(site, {
          ...period,
          by: query.list('fulfilledBy'),
          statuses: query.list('fulfillmentStatuses'),
          size,
          token: query.one('paginationToken'),
        })
        return {
          body: {
            orders: orders.map((order) => toOrder(site, order, included)),
            ...(next !== undefined && { pagination: { nextToken: next } }),
            [period.field === 'updatedAt' ? 'lastUpdatedBefore' : 'createdBefore']: new Date(
              before,
            ).toISOString(),
          },
        }
      },
    },
    {
      method: 'GET',
      path: `${root}/:orderId`,
      operation: 'getOrder',
      role: 'orders',
      handle(call) {
        const included = includedOf(call)
        const order = account.orders.get(call.params.orderId ?? '')
        if (order === undefined) throw notFound(`Order ${call.params.orderId} was not found.`)
        return { body: { order: toOrder(site, order, included) } }
      },
    },
  ]
}

function toOrder(site: Site, order: Order, included: readonly string[]) {
  const has = (name: string) => included.includes(name)
  return {
    orderId: order.id,
    createdTime: new Date(order.createdAt).toISOString(),
    lastUpdatedTime: new Date(order.updatedAt).toISOString(),
    programs: [],
    salesChannel: {
      channelName: order.isMultiChannel === true ? 'NON_AMAZON' : 'AMAZON',
      marketplaceId: order.marketplaceId,
      marketplaceName: 'Amazon.com',
    },
    // What is pending has no buyer yet, for anybody.
    ...(has('BUYER') &&
      order.status !== 'PENDING' && { buyer: { buyerEmail: 'a1b2@marketplace.amazon.com' } }),
    ...(has('RECIPIENT') &&
      order.status !== 'PENDING' &&
      order.to !== undefined && { recipient: { deliveryAddress: toDeliveryAddress(order.to) } }),
    ...(has('FULFILLMENT') && {
      fulfillment: {
        fulfillmentStatus: order.status,
        fulfilledBy: order.by,
        fulfillmentServiceLevel: 'STANDARD',
        ...(order.status !== 'PENDING' && {
          shipByWindow: {
            earliestDateTime: new Date(order.createdAt).toISOString(),
            latestDateTime: new Date(order.createdAt + 2 * 86_400_000).toISOString(),
          },
        }),
      },
    }),
    ...(has('PACKAGES') &&
      order.by === 'MERCHANT' && {
        packages: [...order.parcels.values()].map(({ reference, carrier, tracking, items }) => ({
          packageReferenceId: reference,
          carrier,
          trackingNumber: tracking,
          packageStatus: { status: 'SHIPPED' },
          packageItems: [...items].map(([orderItemId, quantity]) => ({ orderItemId, quantity })),
        })),
      }),
    orderItems: order.items.map((item) => toItem(site, order, item, has)),
  }
}

function toItem(site: Site, order: Order, item: OrderItem, has: (name: string) => boolean) {
  return {
    orderItemId: item.id,
    quantityOrdered: item.ordered,
    product: {
      asin: item.asin,
      title: item.title,
      sellerSku: item.sku,
      ...(order.status !== 'PENDING' && {
        price: { unitPrice: { amount: item.price.toFixed(2), currencyCode: 'USD' } },
      }),
    },
    ...(has('FULFILLMENT') && {
      fulfillment: {
        quantityFulfilled: site.account.shippedOf(order, item.id),
        quantityUnfulfilled: openUnitsOf(site.account, order, item),
      },
    }),
    ...(has('CANCELLATION') && toCancellation(order, item)),
  }
}

function toCancellation(order: Order, item: OrderItem) {
  const isDone = order.status === 'CANCELLED' || item.cancelled !== undefined
  if (!isDone && order.isUnwanted !== true) return {}
  return {
    cancellation: {
      ...(order.isUnwanted === true && { cancellationRequest: { requester: 'BUYER' } }),
      ...(isDone && { cancellationExecution: { cancelledBy: order.cancelledBy ?? 'BUYER' } }),
    },
  }
}
