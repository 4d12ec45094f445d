import { z } from 'zod'
import { type Order, type OrderItem, promisedOf } from './account.ts'
import { toPlaceV0 } from './addresses.ts'
import { type ApiRoute, checkMarketplaces, invalid, notFound, oneOf, type Site } from './api.ts'
import { pageOf, readPeriod } from './order-routes.ts'

const STATUS: Readonly<Record<Order['status'], string>> = {
  PENDING: 'Pending',
  UNSHIPPED: 'Unshipped',
  PARTIALLY_SHIPPED: 'PartiallyShipped',
  SHIPPED: 'Shipped',
  CANCELLED: 'Canceled',
}

const confirmation = z.object({
  marketplaceId: z.string().min(1),
  codCollectionMethod: z.literal('DirectPayment').optional(),
  packageDetail: z.object({
    packageReferenceId: z.string().regex(/^[1-9]\d*$/),
    carrierCode: z.string().min(1),
    carrierName: z.string().min(1).optional(),
    shippingMethod: z.string().optional(),
    trackingNumber: z.string().min(1),
    shipDate: z.iso.datetime({ offset: true }),
    orderItems: z.array(z.object({ orderItemId: z.string().min(1), quantity: z.int().min(1) })).min(1),
  }),
})

/** Orders API v0: the older reads, and the confirmation of parcels, which lives on. */
export function orderRoutesV0(site: Site): ApiRoute[] {
  const { account, traits } = site
  const root = '/orders/v0/orders'
  const find = (id: string | undefined): Order => {
    const order = account.orders.get(id ?? '')
    if (order === undefined) throw notFound(`Order ${id} was not found.`)
    return order
  }
  return [
    {
      method: 'GET',
      path: root,
      operation: 'searchOrders',
      role: 'orders',
      handle({ query }) {
        checkMarketplaces(traits, query.list('MarketplaceIds'))
        oneOf(query, 'FulfillmentChannels', ['AFN', 'MFN'])
        const size = Number(query.one('MaxResultsPerPage') ?? 100)
        if (!Number.isSafeInteger(size) || size < 1 || size > 100)
          throw invalid("'MaxResultsPerPage' is 1 to 100.")
        const period = readPeriod(site, query, [
          'CreatedAfter',
          'CreatedBefore',
          'LastUpdatedAfter',
          'LastUpdatedBefore',
        ])
        const channels = query.list('FulfillmentChannels')
        const { orders, next, before } = pageOf(site, {
          ...period,
          by: channels?.map((channel) => (channel === 'MFN' ? 'MERCHANT' : 'AMAZON')),
          statuses: undefined,
          size,
          token: query.one('NextToken'),
        })
        return {
          body: {
            payload: {
              Orders: orders.map((order) => toOrder(site, order)),
              ...(next !== undefined && { NextToken: next }),
              LastUpdatedBefore: new Date(before).toISOString(),
            },
          },
        }
      },
    },
    {
      method: 'GET',
      path: `${root}/:orderId`,
      operation: 'getOrder',
      role: 'orders',
      handle: ({ params }) => ({ body: { payload: toOrder(site, find(params.orderId)) } }),
    },
    {
      method: 'GET',
      path: `${root}/:orderId/orderItems`,
      operation: 'getOrderItems',
      role: 'orders',
      handle({ params }) {
        const order = find(params.orderId)
        return {
          body: {
            payload: {
              AmazonOrderId: order.id,
              OrderItems: order.items.map((item) => toItem(site, order, item)),
            },
          },
        }
      },
    },
    {
      method: 'POST',
      path: `${root}/:orderId/shipmentConfirmation`,
      operation: 'confirmShipment',
      role: 'orders',
      handle({ params, body }) {
        const order = find(params.orderId)
        const read = confirmation.safeParse(body)
        if (!read.success) {
          const issue = read.error.issues[0]
          throw invalid(`'${issue?.path.join('.') ?? 'body'}': ${issue?.message ?? 'is not valid'}`)
        }
        confirm(site, order, read.data)
        return { status: 204 }
      },
    },
  ]
}

function confirm(
  site: Site,
  order: Order,
  { marketplaceId, packageDetail }: z.infer<typeof confirmation>,
): void {
  const { account } = site
  const { packageReferenceId: reference, carrierCode, carrierName, shipDate } = packageDetail
  if (marketplaceId !== order.marketplaceId) throw invalid("The 'marketplaceId' is not the order's.")
  if (order.by === 'AMAZON') throw invalid('The order is fulfilled by Amazon.')
  if (order.status === 'PENDING' || order.status === 'CANCELLED')
    throw invalid(`An order that is ${order.status} cannot be shipped.`)
  if (carrierCode === 'Other' && carrierName === undefined) throw invalid("'carrierName' is required.")
  const at = Date.parse(shipDate)
  if (at > site.now() || at < order.createdAt) throw invalid("'shipDate' must lie between the order and now.")
  const items = new Map<string, number>()
  for (const { orderItemId, quantity } of packageDetail.orderItems) {
    items.set(orderItemId, (items.get(orderItemId) ?? 0) + quantity)
  }
  const before = order.parcels.get(reference)
  for (const [id, quantity] of items) {
    const item = order.items.find((one) => one.id === id)
    if (item === undefined) throw invalid(`The order has no item '${id}'.`)
    // Sent again, it is the same parcel, edited.
    const others = account.shippedOf(order, id) - (before?.items.get(id) ?? 0)
    if (others + quantity > promisedOf(item)) throw invalid(`More units of '${id}' than were ordered.`)
  }
  order.parcels.set(reference, {
    reference,
    carrier: carrierName ?? carrierCode,
    tracking: packageDetail.trackingNumber,
    items,
  })
  account.judgeShipped(order)
}

function toOrder(site: Site, order: Order) {
  const shipped = order.items.reduce((sum, item) => sum + site.account.shippedOf(order, item.id), 0)
  const ordered = order.items.reduce((sum, item) => sum + promisedOf(item), 0)
  return {
    AmazonOrderId: order.id,
    PurchaseDate: new Date(order.createdAt).toISOString(),
    LastUpdateDate: new Date(order.updatedAt).toISOString(),
    OrderStatus: STATUS[order.status],
    FulfillmentChannel: order.by === 'MERCHANT' ? 'MFN' : 'AFN',
    SalesChannel: 'Amazon.com',
    MarketplaceId: order.marketplaceId,
    OrderType: 'StandardOrder',
    ShipServiceLevel: 'Std US D2D Dom',
    ...(order.status !== 'PENDING' && {
      EarliestShipDate: new Date(order.createdAt).toISOString(),
      LatestShipDate: new Date(order.createdAt + 2 * 86_400_000).toISOString(),
      // Without a token for it, no name and no street.
      ...(order.to !== undefined && { ShippingAddress: toPlaceV0(order.to) }),
    }),
    NumberOfItemsShipped: shipped,
    NumberOfItemsUnshipped: order.status === 'CANCELLED' ? 0 : ordered - shipped,
  }
}

function toItem(site: Site, order: Order, item: OrderItem) {
  return {
    ASIN: item.asin,
    SellerSKU: item.sku,
    OrderItemId: item.id,
    Title: item.title,
    // The older API has no number of units that are open: what is cancelled is taken off this one (reported, not documented).
    QuantityOrdered: order.status === 'CANCELLED' ? 0 : promisedOf(item),
    QuantityShipped: site.account.shippedOf(order, item.id),
    ...(order.isUnwanted === true && { BuyerRequestedCancel: { IsBuyerRequestedCancel: 'true' } }),
  }
}
