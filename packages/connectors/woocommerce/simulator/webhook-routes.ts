import { z } from 'zod'
import {
  batch,
  idOf,
  paged,
  type RestAnswer,
  RestError,
  type RestRoute,
  readBody,
  withFields,
} from './rest.ts'
import { toDateText } from './shapes.ts'
import type { ShopWebhook, WebhookDeliveries } from './webhook-deliveries.ts'

const topicPattern = /^((coupon|customer|order|product)\.(created|updated|deleted|restored)|action\.\w+)$/

export function webhookRoutes({
  deliveries,
  newSecret,
  batchMax,
}: {
  deliveries: WebhookDeliveries
  /** For webhooks that are made without one. */
  newSecret: () => string
  batchMax: () => number
}): RestRoute[] {
  const find = (id: number | undefined, status: number): ShopWebhook => {
    const webhook = deliveries.find(id ?? 0)
    if (webhook === undefined)
      throw new RestError('woocommerce_rest_shop_webhook_invalid_id', status, 'ID is invalid.')
    return webhook
  }

  const create = async (body: unknown): Promise<RestAnswer> => {
    const given = readBody(webhookChange, body)
    const webhook = deliveries.add({
      name: given.name ?? 'Webhook',
      topic: topicOf(given.topic),
      deliveryUrl: urlOf(given.delivery_url),
      secret: given.secret || newSecret(),
      status: 'active',
    })
    await deliveries.ping(webhook)
    return { status: 201, body: show(webhook) }
  }
  const update = (id: number | undefined, body: unknown): RestAnswer => {
    const webhook = find(id, 400)
    const given = readBody(webhookChange, body)
    if (given.topic !== undefined) webhook.topic = topicOf(given.topic)
    if (given.delivery_url !== undefined) webhook.deliveryUrl = urlOf(given.delivery_url)
    if (given.secret) webhook.secret = given.secret
    if (given.name) webhook.name = given.name
    // Switching it on again does not forget the failures: the next one switches it off at once.
    if (given.status !== undefined) webhook.status = given.status
    return { body: show(webhook) }
  }
  const remove = (id: number | undefined, isForced: boolean): RestAnswer => {
    const webhook = find(id, 404)
    if (!isForced)
      throw new RestError('woocommerce_rest_trash_not_supported', 501, 'Webhooks do not support trashing.')
    deliveries.remove(webhook.id)
    return { body: show(webhook) }
  }

  return [
    {
      methods: ['GET'],
      path: '/wc/v3/webhooks',
      handle: (call) => {
        const { status = 'all' } = call.query
        return paged(
          call,
          deliveries.all().filter((webhook) => status === 'all' || webhook.status === status),
          show,
        )
      },
    },
    { methods: ['POST'], path: '/wc/v3/webhooks', handle: ({ body }) => create(body) },
    {
      methods: ['POST', 'PUT', 'PATCH'],
      path: '/wc/v3/webhooks/batch',
      handle: (call) =>
        batch(call, {
          max: batchMax(),
          create,
          update: (item) => update(idOf(item), item),
          remove: (item) => remove(z.int().safeParse(item).data, true),
          dies: () => undefined,
        }),
    },
    {
      methods: ['GET'],
      path: '/wc/v3/webhooks/:id',
      handle: ({ ids, query }) => ({ body: withFields(show(find(ids[0], 404)), query) }),
    },
    {
      methods: ['POST', 'PUT', 'PATCH'],
      path: '/wc/v3/webhooks/:id',
      handle: ({ ids, body }) => update(ids[0], body),
    },
    {
      methods: ['DELETE'],
      path: '/wc/v3/webhooks/:id',
      handle: ({ ids, query }) => remove(ids[0], query.force === 'true'),
    },
  ]
}

/** Without the secret: the API never shows it. */
function show(webhook: ShopWebhook): Record<string, unknown> {
  const [resource, event] = webhook.topic.split('.')
  return {
    id: webhook.id,
    name: webhook.name,
    status: webhook.status,
    topic: webhook.topic,
    resource,
    event,
    hooks: [],
    delivery_url: webhook.deliveryUrl,
    date_created_gmt: toDateText(webhook.createdMs),
  }
}

function topicOf(topic: string | undefined): string {
  if (topic === undefined || !topicPattern.test(topic)) {
    throw new RestError(
      'woocommerce_rest_shop_webhook_invalid_topic',
      400,
      'Webhook topic is required and must be valid.',
    )
  }
  return topic
}

function urlOf(url: string | undefined): string {
  if (url === undefined || !/^https?:\/\//.test(url)) {
    throw new RestError(
      'woocommerce_rest_shop_webhook_invalid_delivery_url',
      400,
      'Webhook delivery URL must be a valid URL starting with http:// or https://.',
    )
  }
  return url
}

const webhookChange = z.object({
  name: z.string().optional(),
  topic: z.string().optional(),
  delivery_url: z.string().optional(),
  secret: z.string().optional(),
  status: z.enum(['active', 'paused', 'disabled']).optional(),
})
