import { createHmac } from 'node:crypto'
import type { WebhookSender } from '@plimsoll/connector-kit/simulator'
import { z } from 'zod'
import { invalid, notFound } from './api-error.ts'
import { fieldOf } from './inventory-routes.ts'
import type { Marketplace } from './marketplace.ts'
import { type OrderEvent, openUnitsOf, type PurchaseOrder } from './records.ts'
import type { Route, RouteCall } from './server.ts'

const API = 'GMP_NOTIFICATION_API'

const EVENT_TYPES = [
  { resourceName: 'ORDER', eventType: 'ORDER_UPDATES', description: 'What happens to orders' },
  { resourceName: 'ORDER', eventType: 'PO_CREATED', description: 'New orders' },
  { resourceName: 'ORDER', eventType: 'PO_LINE_AUTOCANCELLED', description: 'Lines cancelled by Walmart' },
  { resourceName: 'ORDER', eventType: 'INTENT_TO_CANCEL', description: 'A customer wants to cancel' },
  { resourceName: 'ITEM', eventType: 'OFFER_PUBLISHED', description: 'Offers on sale' },
  { resourceName: 'ITEM', eventType: 'OFFER_UNPUBLISHED', description: 'Offers off sale' },
].map((each) => ({ ...each, eventVersion: 'V1' }))

const authDetails = z.object({
  authMethod: z.enum(['BASIC_AUTH', 'HMAC', 'OAUTH']),
  authHeaderName: z.string().optional(),
  userName: z.string().optional(),
  password: z.string().optional(),
  clientSecret: z.string().optional(),
  clientId: z.string().optional(),
  authUrl: z.string().optional(),
})
const headers = z.record(z.string(), z.string())
const subscriptionBody = z.object({
  eventType: z.string(),
  eventVersion: z.string(),
  resourceName: z.string(),
  eventUrl: z.url(),
  authDetails: authDetails.optional(),
  headers: headers.optional(),
  status: z.enum(['ACTIVE', 'INACTIVE']),
})
export type Subscription = z.infer<typeof subscriptionBody> & { subscriptionId: string; partnerId: string }

/** Three tries in all, and then an event is dropped. */
const RETRY = { delaysMs: [60_000, 300_000] }

export type EventOptions = {
  sender: WebhookSender
  now: () => number
  partnerId: string
  /** In which letters a signature is written is not documented. */
  signatureEncoding: 'base64' | 'hex'
}

/** Subscriptions, and the events that go to them. */
export function createEvents(marketplace: Marketplace, options: EventOptions) {
  const subscriptions = new Map<string, Subscription>()

  const send = (eventType: string, payload: object, orderExternalId?: string): void => {
    for (const subscription of subscriptions.values()) {
      if (subscription.eventType !== eventType || subscription.status !== 'ACTIVE') continue
      const source = {
        eventType,
        eventTime: new Date(options.now()).toISOString(),
        eventId: `event-${marketplace.nextId()}`,
      }
      const body = JSON.stringify({ source, payload })
      options.sender.send({
        url: subscription.eventUrl,
        headers: headersOf(subscription, body, options.signatureEncoding),
        body,
        retry: RETRY,
        subscription: subscription.subscriptionId,
        ...(orderExternalId !== undefined && { orderExternalId }),
      })
    }
  }

  marketplace.onEvent((event) => {
    if (event.kind === 'offer') {
      const eventType = event.isPublished ? 'OFFER_PUBLISHED' : 'OFFER_UNPUBLISHED'
      const { sku, title } = event.item
      send(eventType, { partnerId: options.partnerId, sku, itemName: title })
      return
    }
    const { order, what } = event
    const about = toPayload(order, options.partnerId)
    send('ORDER_UPDATES', { meta: { subEventType: what }, order: about }, order.id)
    if (isOlder(what)) send(what, about, order.id)
  })

  const create = ({ body }: RouteCall) => {
    const parsed = z.object({ events: z.array(subscriptionBody).min(1) }).safeParse(body)
    if (!parsed.success) throw invalid(API, fieldOf(parsed.error), 'Request content is invalid.')
    const created = parsed.data.events.map((given): Subscription => {
      if (!EVENT_TYPES.some(({ eventType }) => eventType === given.eventType)) {
        throw invalid(API, 'eventType', `No event is called ${given.eventType}.`)
      }
      const subscriptionId = `sub-${marketplace.nextId()}`
      return { ...given, subscriptionId, partnerId: options.partnerId }
    })
    for (const each of created) subscriptions.set(each.subscriptionId, each)
    return { events: created }
  }
  const find = ({ params }: RouteCall): Subscription => {
    const found = subscriptions.get(params.id ?? '')
    if (found === undefined) throw notFound(API, `No subscription ${params.id}.`)
    return found
  }

  const limit = 'webhooks'
  const routes: Route[] = [
    { method: 'GET', path: '/v3/webhooks/eventTypes', limit, handle: () => ({ events: EVENT_TYPES }) },
    {
      method: 'GET',
      path: '/v3/webhooks/subscriptions',
      limit,
      handle: ({ query }) => ({
        events: [...subscriptions.values()].filter(
          (each) =>
            (query.eventType === undefined || each.eventType === query.eventType) &&
            (query.status === undefined || each.status === query.status),
        ),
      }),
    },
    { method: 'POST', path: '/v3/webhooks/subscriptions', limit, handle: create },
    {
      method: 'PATCH',
      path: '/v3/webhooks/subscriptions/:id',
      limit,
      handle(call) {
        const parsed = subscriptionBody.partial().safeParse(call.body)
        if (!parsed.success) throw invalid(API, fieldOf(parsed.error), 'Request content is invalid.')
        const changed = Object.assign(find(call), parsed.data)
        return { events: [changed] }
      },
    },
    {
      method: 'DELETE',
      path: '/v3/webhooks/subscriptions/:id',
      limit,
      handle(call) {
        const { subscriptionId } = find(call)
        subscriptions.delete(subscriptionId)
        return { subscriptionId, message: 'Successfully deleted subscription' }
      },
    },
  ]
  return { subscriptions, routes }
}

function isOlder(what: OrderEvent): boolean {
  return what !== 'FRAUD_CANCEL'
}

function toPayload(order: PurchaseOrder, partnerId: string) {
  return {
    partnerId,
    purchaseOrderId: order.id,
    customerOrderId: order.customerOrderId,
    orderDate: new Date(order.createdMs).toISOString(),
    orderLines: order.lines.map((line) => ({
      lineNumber: line.number,
      sku: line.sku,
      productName: line.title,
      quantity: { unitOfMeasure: 'EACH', measurementValue: String(line.ordered) },
      status: openUnitsOf(line) > 0 ? 'CREATED' : 'CANCELLED',
      shipNodeType: order.node === undefined ? 'WFSFulfilled' : 'SellerFulfilled',
    })),
  }
}

function headersOf(
  { authDetails: auth, headers: own = {} }: Subscription,
  body: string,
  encoding: 'base64' | 'hex',
): Record<string, string> {
  const plain = { 'content-type': 'application/json', ...own }
  const name = auth?.authHeaderName ?? 'Authorization'
  switch (auth?.authMethod) {
    case 'HMAC': {
      const signature = createHmac('sha256', auth.clientSecret ?? '')
        .update(body)
        .digest(encoding)
      return { ...plain, [name]: signature }
    }
    case 'BASIC_AUTH': {
      const given = Buffer.from(`${auth.userName}:${auth.password}`).toString('base64')
      return { ...plain, [name]: `Basic ${given}` }
    }
    default:
      // OAuth would ask for a token first, which nobody here uses.
      return plain
  }
}
