import type { FloorRequest } from '@plimsoll/connector-kit/simulator'
import { z } from 'zod'
import { arnOf } from '../subscriptions.ts'
import type { Order } from './account.ts'
import { ApiError, type ApiRoute, invalid, notFound, type Site } from './api.ts'
import type { Queue } from './queue.ts'
import { keptChange, sendingChange } from './sending-notifications.ts'

const ARN = /^arn:aws(-cn)?:sqs:\S+:\S+:\S+$/
const destinationBody = z.object({
  name: z.string().min(1).max(256),
  resourceSpecification: z.object({ sqs: z.object({ arn: z.string().regex(ARN).max(1_000) }) }),
})
const subscriptionBody = z.object({ payloadVersion: z.string().min(1), destinationId: z.string().min(1) })

type Destination = { id: string; name: string; arn: string }
type Subscription = { id: string; type: string; payloadVersion: string; destinationId: string }

const TYPES = [
  'ORDER_CHANGE',
  'FBA_INVENTORY_AVAILABILITY_CHANGES',
  'FEED_PROCESSING_FINISHED',
  'FULFILLMENT_ORDER_STATUS',
]

/** Notifications API v1: where Amazon puts what it has to tell. */
export function createNotifications(site: Site, { queue, queueUrl }: { queue: Queue; queueUrl: string }) {
  const { account, traits, now } = site
  const destinations = new Map<string, Destination>()
  const subscriptions = new Map<string, Subscription>()
  const ownArn = arnOf(queueUrl)
  const uuid = (): string => `00000000-0000-4000-8000-${String(account.fresh()).padStart(12, '0')}`

  if (traits.isSubscribed) {
    const destination = { id: uuid(), name: 'before', arn: ownArn }
    destinations.set(destination.id, destination)
    for (const type of TYPES)
      subscriptions.set(type, { id: uuid(), type, payloadVersion: '1.0', destinationId: destination.id })
  }

  const tell = (
    type: string,
    toBody: (meta: { subscriptionId: string; id: string; at: string }) => object,
  ) => {
    const subscription = subscriptions.get(type)
    const destination = destinations.get(subscription?.destinationId ?? '')
    if (subscription === undefined || destination?.arn !== ownArn) return
    const meta = { subscriptionId: subscription.id, id: uuid(), at: new Date(now()).toISOString() }
    queue.put(JSON.stringify(toBody(meta)))
  }

  const routes: ApiRoute[] = [
    {
      method: 'GET',
      path: '/notifications/v1/destinations',
      operation: 'getDestinations',
      token: 'grantless',
      handle: () => ({ body: { payload: [...destinations.values()].map(toDestination) } }),
    },
    {
      method: 'POST',
      path: '/notifications/v1/destinations',
      operation: 'createDestination',
      token: 'grantless',
      handle({ body }) {
        const read = destinationBody.safeParse(body)
        if (!read.success) throw invalid("'resourceSpecification' is not valid.")
        const { arn } = read.data.resourceSpecification.sqs
        if ([...destinations.values()].some((one) => one.arn === arn))
          throw new ApiError(409, 'Conflict', 'A destination with this resource exists.')
        const destination = { id: uuid(), name: read.data.name, arn }
        destinations.set(destination.id, destination)
        return { body: { payload: toDestination(destination) } }
      },
    },
    {
      method: 'GET',
      path: '/notifications/v1/subscriptions/:type',
      operation: 'getSubscription',
      handle({ params }) {
        const found = subscriptions.get(params.type ?? '')
        if (found === undefined) throw notFound(`There is no subscription to ${params.type}.`)
        return { body: { payload: toSubscription(found) } }
      },
    },
    {
      method: 'POST',
      path: '/notifications/v1/subscriptions/:type',
      operation: 'createSubscription',
      handle({ params, body }) {
        const type = params.type ?? ''
        const read = subscriptionBody.safeParse(body)
        if (!read.success || !TYPES.includes(type))
          throw invalid(`'${type}' cannot be subscribed to like this.`)
        if (!destinations.has(read.data.destinationId)) throw invalid('There is no such destination.')
        if (subscriptions.has(type))
          throw new ApiError(409, 'Conflict', 'A subscription of this type exists already.')
        const made = { id: uuid(), type, ...read.data }
        subscriptions.set(type, made)
        return { body: { payload: toSubscription(made) } }
      },
    },
    {
      method: 'DELETE',
      path: '/notifications/v1/subscriptions/:type/:id',
      operation: 'deleteSubscriptionById',
      token: 'grantless',
      handle({ params }) {
        if (subscriptions.get(params.type ?? '')?.id !== params.id)
          throw notFound('There is no such subscription.')
        subscriptions.delete(params.type ?? '')
        return { body: {} }
      },
    },
  ]

  return {
    routes,
    /** For tests: what leads where. */
    subscriptions,
    destinations,
    tellOfOrder(order: Order): void {
      tell('ORDER_CHANGE', (meta) => orderChange(site, order, meta))
    },
    tellOfSending(request: FloorRequest, statusAt: number): void {
      tell('FULFILLMENT_ORDER_STATUS', (meta) => sendingChange(site, request, { ...meta, statusAt }))
      for (const { sku } of request.lines)
        tell('FBA_INVENTORY_AVAILABILITY_CHANGES', (meta) => keptChange(site, sku, meta))
    },
    tellOfFeed(feed: { id: string; feedType: string; status: string; result: string | undefined }): void {
      tell('FEED_PROCESSING_FINISHED', ({ subscriptionId, id, at }) => ({
        notificationVersion: '2020-09-04',
        notificationType: 'FEED_PROCESSING_FINISHED',
        payloadVersion: '2020-09-04',
        eventTime: at,
        payload: {
          feedProcessingFinishedNotification: {
            sellerId: traits.sellerId,
            accountId: `amzn1.merchant.o.${traits.sellerId}`,
            feedId: feed.id,
            feedType: feed.feedType,
            processingStatus: feed.status,
            ...(feed.result !== undefined && { resultFeedDocumentId: feed.result }),
          },
        },
        notificationMetadata: {
          applicationId: 'amzn1.sellerapps.app.simulator',
          subscriptionId,
          publishTime: at,
          notificationId: id,
        },
      }))
    },
  }
}
export type Notifications = ReturnType<typeof createNotifications>

const STATUS: Readonly<Record<Order['status'], string>> = {
  PENDING: 'Pending',
  UNSHIPPED: 'Unshipped',
  PARTIALLY_SHIPPED: 'PartiallyShipped',
  SHIPPED: 'Shipped',
  CANCELLED: 'Canceled',
}

function orderChange(
  { account, traits }: Site,
  order: Order,
  { subscriptionId, id, at }: { subscriptionId: string; id: string; at: string },
) {
  const shipped = order.items.reduce((sum, item) => sum + account.shippedOf(order, item.id), 0)
  const ordered = order.items.reduce((sum, item) => sum + item.ordered, 0)
  return {
    NotificationVersion: '1.0',
    NotificationType: 'ORDER_CHANGE',
    PayloadVersion: '1.0',
    EventTime: at,
    Payload: {
      OrderChangeNotification: {
        NotificationLevel: 'OrderLevel',
        SellerId: traits.sellerId,
        AmazonOrderId: order.id,
        OrderChangeType: 'OrderStatusChange',
        OrderChangeTrigger: {
          TimeOfOrderChange: new Date(order.updatedAt).toISOString(),
          ChangeReason: 'OrderStatusChange',
        },
        Summary: {
          MarketplaceId: order.marketplaceId,
          OrderStatus: STATUS[order.status],
          PurchaseDate: new Date(order.createdAt).toISOString(),
          DestinationPostalCode: null,
          FulfillmentType: order.by === 'MERCHANT' ? 'MFN' : 'AFN',
          OrderType: 'StandardOrder',
          NumberOfItemsShipped: shipped,
          NumberOfItemsUnshipped: order.status === 'CANCELLED' ? 0 : ordered - shipped,
          OrderItems: order.items.map((item) => ({
            OrderItemId: item.id,
            SellerSKU: item.sku,
            SupplySourceId: null,
            Quantity: item.ordered,
            QuantityShipped: account.shippedOf(order, item.id),
          })),
        },
      },
    },
    NotificationMetadata: {
      ApplicationId: 'amzn1.sellerapps.app.simulator',
      SubscriptionId: subscriptionId,
      PublishTime: at,
      NotificationId: id,
    },
  }
}

function toDestination({ id, name, arn }: Destination) {
  return { destinationId: id, name, resource: { sqs: { arn } } }
}

function toSubscription({ id, payloadVersion, destinationId }: Subscription) {
  return { subscriptionId: id, payloadVersion, destinationId }
}
