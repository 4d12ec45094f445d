import { type CallOptions, Invalid } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { userErrorSchema } from './answers.ts'
import type { Api } from './api.ts'
import { SUBSCRIBE, SUBSCRIPTIONS, UNSUBSCRIBE } from './documents.ts'
import { gidSchema } from './ids.ts'
import { pageInfoSchema, readAllPages } from './pages.ts'
import { grantedSchema, includes, RETURNS_SCOPE, toScopes } from './scopes.ts'

/** Of returns: each needs the right to read them. A request that nobody has granted yet tells nothing. */
const RETURN_TOPICS = [
  'returns/approve',
  'returns/cancel',
  'returns/close',
  'returns/decline',
  'returns/reopen',
  'returns/update',
] as const

/** The topics that the hub listens to, as they stand in the `X-Shopify-Topic` header. */
export const TOPICS = [
  'orders/create',
  'orders/updated',
  'orders/cancelled',
  'orders/paid',
  'orders/edited',
  'orders/delete',
  'refunds/create',
  'fulfillment_orders/placed_on_hold',
  'fulfillment_orders/hold_released',
  'fulfillment_orders/scheduled_fulfillment_order_ready',
  'fulfillment_holds/added',
  'fulfillment_holds/released',
  'inventory_levels/update',
  'products/update',
  'products/delete',
  ...RETURN_TOPICS,
  'app/uninstalled',
] as const

const listSchema = grantedSchema.extend({
  webhookSubscriptions: z.object({
    nodes: z.array(
      z.object({
        id: gidSchema,
        topic: z.string(),
        uri: z.string(),
        format: z.string(),
        includeFields: z.array(z.string()),
        filter: z.string().nullable(),
      }),
    ),
    pageInfo: pageInfoSchema,
  }),
})
type Subscription = z.infer<typeof listSchema>['webhookSubscriptions']['nodes'][number]

const createSchema = z.object({
  webhookSubscriptionCreate: z
    .object({
      webhookSubscription: z.object({ id: gidSchema }).nullable(),
      userErrors: z.array(userErrorSchema),
    })
    .nullable(),
})
const deleteSchema = z.object({
  webhookSubscriptionDelete: z.object({ userErrors: z.array(userErrorSchema) }).nullable(),
})

/**
 * Subscribes `url` to every topic, leaving what is right alone. `repaired` are topics that Shopify had dropped
 * (it removes a subscription after eight failed deliveries) while others still stood, and ones that someone
 * narrowed by a filter. Topics of returns are left out where the shop has not granted to read them. Subscriptions for other addresses are other people's.
 */
export async function registerWebhooks(
  api: Api,
  url: string,
  options: CallOptions = {},
): Promise<{ registered: string[]; repaired: string[] }> {
  const { subscriptions, mayReadReturns } = await listSubscriptions(api, options)
  const ours = subscriptions.filter((each) => each.uri === url)
  const registered: string[] = []
  const repaired: string[] = []
  for (const topic of TOPICS) {
    if (isOfReturns(topic) && !mayReadReturns) continue
    const topicEnum = topic.replace('/', '_').toUpperCase()
    const existing = ours.filter((each) => each.topic === topicEnum)
    if (existing.some(isWhole)) continue
    for (const narrowed of existing) await unsubscribe(api, narrowed, options)
    await subscribe(api, topicEnum, url, options)
    if (ours.length === 0) registered.push(topic)
    else repaired.push(topic)
  }
  return { registered, repaired }
}

function isWhole(subscription: Subscription): boolean {
  return subscription.format === 'JSON' && subscription.includeFields.length === 0 && !subscription.filter
}

function isOfReturns(topic: string): boolean {
  return RETURN_TOPICS.some((each) => each === topic)
}

async function listSubscriptions(
  api: Api,
  options: CallOptions,
): Promise<{ subscriptions: Subscription[]; mayReadReturns: boolean }> {
  let mayReadReturns = false
  const subscriptions = await readAllPages(async (after) => {
    const { data } = await api.read(SUBSCRIPTIONS, { after }, listSchema, options)
    mayReadReturns = includes(toScopes(data.currentAppInstallation.accessScopes), RETURNS_SCOPE)
    return data.webhookSubscriptions
  })
  return { subscriptions, mayReadReturns }
}

/** A subscription that stays would deliver half of what the new one delivers, and pass for whole to a reader. */
async function unsubscribe(api: Api, { id, topic }: Subscription, options: CallOptions): Promise<void> {
  const answer = await api.change(UNSUBSCRIBE, { id }, deleteSchema, options)
  if (answer.partial !== undefined) throw answer.partial
  const error = answer.data.webhookSubscriptionDelete?.userErrors[0]
  // Somebody else removed it between our list and this call.
  if (error === undefined || /does not exist|not found/i.test(error.message)) return
  throw new Invalid(`Shopify kept the webhook ${topic}: ${error.message}`, 'url', answer.detail)
}

async function subscribe(api: Api, topic: string, uri: string, options: CallOptions): Promise<void> {
  const answer = await api.change(
    SUBSCRIBE,
    { topic, subscription: { uri, format: 'JSON' } },
    createSchema,
    options,
  )
  const payload = answer.data.webhookSubscriptionCreate
  if (payload?.webhookSubscription) return
  if (answer.partial !== undefined) throw answer.partial
  const error = payload?.userErrors[0]
  // Another process of the hub registered it between our list and this call.
  if (error !== undefined && /already been taken/i.test(error.message)) return
  throw new Invalid(`Shopify refused the webhook ${topic}: ${error?.message}`, 'url', answer.detail)
}
