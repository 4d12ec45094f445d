import { createHash } from 'node:crypto'
import { hmacSha256Base64 } from '@plimsoll/connector-kit'
import type { WebhookSender } from '@plimsoll/connector-kit/simulator'
import { withoutEntities } from '../webhooks.ts'
import { toOrderShape, toProductShape } from './shapes.ts'
import type { Shop, ShopEvent } from './shop.ts'

export type ShopWebhook = {
  id: number
  name: string
  status: 'active' | 'paused' | 'disabled'
  topic: string
  deliveryUrl: string
  secret: string
  failureCount: number
  createdMs: number
}

/** Source: `woocommerce_max_webhook_delivery_failures`; the failure after that many switches the webhook off. */
const failuresMax = 5

/**
 * Sends what the shop tells to the webhooks that want it: as it is at delivery, once, and never again. A webhook whose
 * deliveries fail more than five times in a row is switched off and stays so until somebody edits it.
 */
export function createWebhookDeliveries({
  shop,
  sender,
  now,
  source,
}: {
  shop: () => Shop
  sender: WebhookSender
  now: () => number
  /** The shop's own address. */
  source: () => string
}) {
  const webhooks = new Map<number, ShopWebhook>()
  let nextId = 0

  const bodyOf = (event: ShopEvent): string => {
    if (event.topic.endsWith('.deleted')) return JSON.stringify({ id: event.id })
    const shopNow = shop()
    if (event.topic.startsWith('order.')) {
      const order = shopNow.orders.find(event.id)
      return JSON.stringify(order ? toOrderShape(shopNow, order) : gone('shop_order'))
    }
    const product = shopNow.catalogue.find(event.id)
    return JSON.stringify(product ? toProductShape(shopNow, product) : gone('product'))
  }

  const deliver = (webhook: ShopWebhook, event: ShopEvent): void => {
    let body: string | undefined
    // The sender may wait before it sends, and reads these only then: the body is of that moment.
    const atDelivery = () => {
      body ??= bodyOf(event)
      return body
    }
    sender.send({
      url: webhook.deliveryUrl,
      get body() {
        return atDelivery()
      },
      get headers() {
        return headersOf(webhook, atDelivery())
      },
      retry: { delaysMs: [] },
      subscription: `woocommerce-${webhook.id}`,
      ...(event.topic.startsWith('order.') && { orderExternalId: String(event.id) }),
      onDelivered: () => {
        webhook.failureCount = 0
      },
      onFailed: () => {
        if (webhook.failureCount > failuresMax) webhook.status = 'disabled'
        else webhook.failureCount += 1
      },
    })
  }

  const headersOf = (webhook: ShopWebhook, body: string): Record<string, string> => {
    const [resource = '', event = ''] = webhook.topic.split('.')
    return {
      'content-type': 'application/json',
      'user-agent': 'WooCommerce/11.1.0 Hookshot (WordPress/6.9)',
      'x-wc-webhook-source': `${source()}/`,
      'x-wc-webhook-topic': webhook.topic,
      'x-wc-webhook-resource': resource,
      'x-wc-webhook-event': event,
      'x-wc-webhook-signature': hmacSha256Base64(withoutEntities(webhook.secret), body),
      'x-wc-webhook-id': String(webhook.id),
      // Of the webhook and the second only: two deliveries of one second share it.
      'x-wc-webhook-delivery-id': createHash('md5')
        .update(`${webhook.id}${Math.floor(now() / 1_000)}`)
        .digest('hex'),
    }
  }

  return {
    all: () => [...webhooks.values()],
    find: (id: number) => webhooks.get(id),
    add(given: {
      name: string
      topic: string
      deliveryUrl: string
      secret: string
      status: ShopWebhook['status']
    }): ShopWebhook {
      const webhook = { ...given, id: ++nextId, failureCount: 0, createdMs: now() }
      webhooks.set(webhook.id, webhook)
      return webhook
    },
    remove: (id: number) => webhooks.delete(id),
    /** Unsigned and form-encoded. The API ignores the answer; only the admin screen complains of it. */
    ping: (webhook: ShopWebhook) =>
      sender.ping({
        url: webhook.deliveryUrl,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'user-agent': 'WooCommerce/11.1.0 Hookshot (WordPress/6.9)',
        },
        body: `webhook_id=${webhook.id}`,
      }),
    tell(event: ShopEvent): void {
      for (const webhook of webhooks.values()) {
        if (webhook.status === 'active' && webhook.topic === event.topic) deliver(webhook, event)
      }
    },
  }
}
export type WebhookDeliveries = ReturnType<typeof createWebhookDeliveries>

/** What the API answers for something deleted meanwhile is what the webhook carries, rightly signed. */
function gone(type: string) {
  return { code: `woocommerce_rest_${type}_invalid_id`, message: 'Invalid ID.', data: { status: 404 } }
}
