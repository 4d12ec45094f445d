import {
  Malformed,
  type WebhookEvent,
  type WebhookHandling,
  type WebhookMessage,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { OWN_STOCK } from './ids.ts'
import { type Credentials, type Settings, toAccountId } from './settings.ts'

/**
 * Amazon's notifications. Older ones are written NotificationType, newer ones notificationType; those that Amazon sends
 * to EventBridge alone come with its envelope around them.
 * Source: schemas/notifications of github.com/amzn/selling-partner-api-models (2026-08).
 */

/** What the hub asks Amazon to put into the queue. */
export const SUBSCRIBED = [
  { type: 'ORDER_CHANGE', version: '1.0' },
  { type: 'FBA_INVENTORY_AVAILABILITY_CHANGES', version: '1.0' },
  { type: 'FEED_PROCESSING_FINISHED', version: '1.0' },
  // Of Multi-Channel Fulfilment: asked for where it is switched on.
  { type: 'FULFILLMENT_ORDER_STATUS', version: '1.0', isOfSending: true },
] as const satisfies readonly { type: string; version: string; isOfSending?: true }[]

/** Set by `pull`: a seller ID is an account only together with its region. */
export const REGION_HEADER = 'x-plimsoll-amazon-region'

const notification = z.looseObject({ NotificationType: z.string().min(1), Payload: z.unknown() }).or(
  z
    .looseObject({ notificationType: z.string().min(1), payload: z.unknown() })
    .transform(({ notificationType, payload, eventTime, ...rest }) => ({
      ...rest,
      NotificationType: notificationType,
      Payload: payload,
      EventTime: eventTime,
    })),
)
type Notification = z.infer<typeof notification>

const orderChange = z.object({
  OrderChangeNotification: z.object({
    SellerId: z.string().min(1),
    AmazonOrderId: z.string().min(1),
    Summary: z.object({ FulfillmentType: z.string() }),
  }),
})
const sendingChange = z.object({
  FulfillmentOrderStatusNotification: z.object({
    SellerId: z.string().min(1),
    SellerFulfillmentOrderId: z.string().min(1),
  }),
})
const stockChange = z.object({ SellerId: z.string().min(1), SKU: z.string().min(1) })
const quantityChange = z.object({
  SellerId: z.string().min(1),
  FulfillmentChannelCode: z.string(),
  Sku: z.string().min(1),
  Quantity: z.int().nonnegative(),
})
const feedFinished = z.object({
  feedProcessingFinishedNotification: z.object({
    sellerId: z.string().min(1).optional(),
    feedId: z.string(),
  }),
})

export const webhooks: WebhookHandling<Settings, Credentials> = {
  // Amazon calls nobody: what is in the queue is trusted because nobody else may put anything there.
  verify: () => false,
  accountOf(message) {
    const region = message.headers[REGION_HEADER]
    const seller = sellerOf(message)
    return region === undefined || seller === undefined ? undefined : toAccountId(region, seller)
  },
  mayWait: (message) => {
    const read = tryRead(message)
    return read?.NotificationType === 'LISTINGS_ITEM_MFN_QUANTITY_CHANGE'
  },
  parse(message) {
    const read = tryRead(message)
    if (read === undefined) throw malformed('this is no notification of Amazon’s')
    return [toEvent(read)]
  },
  personalDataKeys: [
    'DestinationPostalCode',
    'BuyerInfo',
    'ShippingAddress',
    'buyer',
    'recipient',
    'deliveryAddress',
  ],
}

function toEvent({ NotificationType, Payload, EventTime }: Notification): WebhookEvent {
  const payload = <T>(schema: z.ZodType<T>): T => {
    const read = schema.safeParse(Payload)
    if (!read.success) throw malformed(`${NotificationType}: ${read.error.issues[0]?.message ?? ''}`)
    return read.data
  }
  switch (NotificationType) {
    case 'ORDER_CHANGE': {
      const { AmazonOrderId, Summary } = payload(orderChange).OrderChangeNotification
      if (Summary.FulfillmentType === 'AFN')
        return { kind: 'ignored', why: 'Amazon sends this order from what it counts itself' }
      // Its time is not the order's: taken for a version, the order as it is could seem older, and be passed over.
      return { kind: 'order', externalId: AmazonOrderId, version: undefined, order: undefined }
    }
    case 'LISTINGS_ITEM_MFN_QUANTITY_CHANGE': {
      const { FulfillmentChannelCode, Sku, Quantity } = payload(quantityChange)
      if (FulfillmentChannelCode !== OWN_STOCK)
        return { kind: 'ignored', why: `the number of ${FulfillmentChannelCode} is not the seller’s` }
      const updatedAt = toDate(EventTime)
      return {
        kind: 'level',
        level: { stockUnitId: Sku, locationId: OWN_STOCK, quantity: Quantity, updatedAt },
      }
    }
    case 'FBA_INVENTORY_AVAILABILITY_CHANGES':
      payload(stockChange)
      return { kind: 'counted' }
    case 'FULFILLMENT_ORDER_STATUS': {
      const { SellerFulfillmentOrderId: externalId } =
        payload(sendingChange).FulfillmentOrderStatusNotification
      // It tells a part of the order, in words of its own: a hint to read the list.
      return { kind: 'shipment', externalId, version: undefined, shipment: undefined }
    }
    case 'FEED_PROCESSING_FINISHED':
      payload(feedFinished)
      return { kind: 'ignored', why: 'what became of a feed is asked by its tickets' }
    default:
      return { kind: 'ignored', why: `${NotificationType} was not asked for` }
  }
}

function toDate(time: unknown): Date | undefined {
  const date = new Date(typeof time === 'string' ? time : Number.NaN)
  return Number.isNaN(date.getTime()) ? undefined : date
}

function sellerOf(message: WebhookMessage): string | undefined {
  const payload = tryRead(message)?.Payload
  const order = orderChange.safeParse(payload).data
  if (order !== undefined) return order.OrderChangeNotification.SellerId
  const sending = sendingChange.safeParse(payload).data
  if (sending !== undefined) return sending.FulfillmentOrderStatusNotification.SellerId
  const feed = feedFinished.safeParse(payload).data
  if (feed !== undefined) return feed.feedProcessingFinishedNotification.sellerId
  return z.object({ SellerId: z.string().min(1) }).safeParse(payload).data?.SellerId
}

const envelope = z.object({ 'detail-type': z.string(), detail: z.unknown() })

function tryRead({ body }: WebhookMessage): Notification | undefined {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return undefined // Whoever needs it says that it cannot be read.
  }
  const inner = envelope.safeParse(json).data?.detail
  return notification.safeParse(inner ?? json).data
}

/** Nothing of it is kept: it may say where an order goes. */
function malformed(why: string): Malformed {
  return new Malformed(why, '')
}
