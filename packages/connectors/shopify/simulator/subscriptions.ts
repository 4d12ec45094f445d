import { hmacSha256Base64 } from '@plimsoll/connector-kit'
import type { WebhookSender } from '@plimsoll/connector-kit/simulator'
import type { Shop, ShopEvent } from './shop.ts'
import { gid, instant } from './views.ts'
import {
  holdBody,
  levelBody,
  orderBody,
  privacyBody,
  productBody,
  refundBody,
  returnBody,
} from './webhook-bodies.ts'

export type Subscription = {
  id: number
  /** `ORDERS_CREATE` */
  topicName: string
  uri: string
  format: string
  includeFields: string[]
  filter: string | null
  createdAtMs: number
}

/** Webhook subscriptions of the app, and the delivery of what happens in the shop. */
export type Subscriptions = {
  list(): Subscription[]
  /** The message of the refusal where there is one. */
  add(wanted: Omit<Subscription, 'id' | 'createdAtMs'>): Subscription | string
  remove(id: number): boolean
  /** The application is removed: whoever listens is told, and nobody listens any more. */
  removeAll(): void
  /** To an address of the application's configuration, not of a subscription. */
  tellPrivacy(topic: PrivacyTopic, url: string): void
  view(subscription: Subscription): object
}

export type PrivacyTopic = 'customers/data_request' | 'customers/redact' | 'shop/redact'

const MINUTE_MS = 60_000
/** Eight retries over four hours, ever further apart (changelog: updates-to-webhook-retry-mechanism). */
export const RETRY_DELAYS_MS = [1, 2, 4, 8, 16, 32, 64, 113].map((minutes) => minutes * MINUTE_MS)

export function createSubscriptions(
  shop: Shop,
  options: { sender: WebhookSender; secret: string; apiVersion: string },
): Subscriptions {
  const { sender, secret, apiVersion } = options
  const all = new Map<number, Subscription>()

  const headersOf = (topic: string, text: string) => ({
    'content-type': 'application/json',
    'x-shopify-topic': topic,
    'x-shopify-hmac-sha256': hmacSha256Base64(secret, text),
    'x-shopify-shop-domain': shop.options.domain,
    'x-shopify-api-version': apiVersion,
    'x-shopify-triggered-at': new Date(shop.options.now()).toISOString(),
    'x-shopify-event-id': `event-${shop.nextId()}`,
  })

  /** The body is made only when somebody listens: a seeded catalogue has thousands of products. */
  function deliver(topic: string, toBody: () => object, orderId: number | undefined): void {
    const topicName = topic.replace('/', '_').toUpperCase()
    const subscribed = [...all.values()].filter((each) => each.topicName === topicName)
    if (subscribed.length === 0) return
    const text = JSON.stringify(toBody())
    const headers = headersOf(topic, text)
    for (const subscription of subscribed) {
      sender.send({
        url: subscription.uri,
        headers: { ...headers, 'x-shopify-webhook-id': `delivery-${shop.nextId()}` },
        body: text,
        retry: { delaysMs: RETRY_DELAYS_MS },
        subscription: String(subscription.id),
        ...(orderId === undefined ? {} : { orderExternalId: gid('Order', orderId) }),
        // Given up after eight retries: Shopify removes the subscription.
        onFailed: () => all.delete(subscription.id),
      })
    }
  }

  shop.onEvent((event: ShopEvent) => {
    switch (event.kind) {
      case 'order':
        for (const topic of event.topics) deliver(topic, () => orderBody(shop, event.order), event.order.id)
        break
      case 'refund':
        deliver('refunds/create', () => refundBody(event.order, event.refund), event.order.id)
        break
      case 'hold':
        for (const topic of event.topics) deliver(topic, () => holdBody(event.site), event.order.id)
        break
      case 'return':
        deliver(event.topic, () => returnBody(event.order, event.returned), event.order.id)
        break
      case 'level':
        deliver('inventory_levels/update', () => levelBody(shop, event.level), undefined)
        break
      case 'product':
        deliver(event.topic, () => productBody(shop, event.topic, event.productId), undefined)
        break
      case 'order-deleted':
        deliver('orders/delete', () => ({ id: event.orderId }), event.orderId)
        break
    }
  })

  return {
    list: () => [...all.values()],
    add(wanted) {
      if (!URL.canParse(wanted.uri)) return 'Address is invalid'
      const taken = [...all.values()].some(
        (each) => each.topicName === wanted.topicName && each.uri === wanted.uri,
      )
      if (taken) return 'Address for this topic has already been taken'
      const subscription = { ...wanted, id: shop.nextId(), createdAtMs: shop.stampMs() }
      all.set(subscription.id, subscription)
      return subscription
    },
    remove: (id) => all.delete(id),
    removeAll() {
      const body = { id: 1, name: shop.options.name, myshopify_domain: shop.options.domain }
      deliver('app/uninstalled', () => body, undefined)
      all.clear()
    },
    tellPrivacy(topic, url) {
      const text = JSON.stringify(privacyBody(shop, topic))
      sender.send({
        url,
        headers: { ...headersOf(topic, text), 'x-shopify-webhook-id': `delivery-${shop.nextId()}` },
        body: text,
        retry: { delaysMs: RETRY_DELAYS_MS },
        subscription: topic,
      })
    },
    view: (subscription) => ({
      __typename: 'WebhookSubscription',
      id: gid('WebhookSubscription', subscription.id),
      topic: subscription.topicName,
      uri: subscription.uri,
      format: subscription.format,
      includeFields: subscription.includeFields,
      filter: subscription.filter,
      createdAt: instant(subscription.createdAtMs),
      updatedAt: instant(subscription.createdAtMs),
    }),
  }
}
