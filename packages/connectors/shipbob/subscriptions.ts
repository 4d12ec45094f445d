import type { CallOptions } from '@plimsoll/connector-kit'
import type { z } from 'zod'
import { createdWebhook, webhooks } from './answers.ts'
import { fingerprintOf, webhookSecret } from './settings.ts'
import { ask, type Context, fromCursor, nextCursor, refusalOf, send } from './transport.ts'

/** What it tells of. There is none for stock and, in this version, none for receiving. */
export const TOPICS = [
  'order.shipped',
  'order.shipment.exception',
  'order.shipment.on_hold',
  'order.shipment.cancelled',
  'return.created',
  'return.updated',
  'return.completed',
] as const

type Subscription = z.infer<typeof webhooks>['items'][number]

/**
 * One subscription for the hub's address. ShipBob shows no secret again, so the subscription says in its description which
 * one it was made with; one that was made with another, is switched off or lacks a topic is made anew.
 */
export async function registerWebhooks(
  context: Context,
  url: string,
  options?: CallOptions,
): Promise<{ registered: string[]; repaired: string[] }> {
  if (url === '') return { registered: [], repaired: [] }
  const secret = webhookSecret(context.credentials)
  const description = `Plimsoll ${fingerprintOf(secret)}`
  const own = (await list(context, options)).filter((each) => each.url === url)
  const isGood = (each: Subscription) =>
    each.enabled !== false &&
    each.description === description &&
    TOPICS.every((topic) => each.topics?.includes(topic))
  const good = own.find(isGood)
  for (const each of own) if (each !== good) await remove(context, each.id, options)
  // What stands as it should is neither: the hub asks every hour, and counts what it mended.
  if (good !== undefined) return { registered: [], repaired: [] }
  await ask(
    context,
    {
      operation: 'registerWebhooks',
      method: 'POST',
      path: '/webhook',
      body: { topics: TOPICS, url, description, secret },
      scope: 'webhooks_write',
      options,
    },
    createdWebhook,
  )
  return own.length > 0
    ? { registered: [], repaired: [...TOPICS] }
    : { registered: [...TOPICS], repaired: [] }
}

async function list(context: Context, options?: CallOptions): Promise<Subscription[]> {
  const found: Subscription[] = []
  for (let cursor: string | undefined; ; ) {
    const query = fromCursor(cursor) ?? { RecordsPerPage: '250' }
    const { value } = await ask(
      context,
      { operation: 'registerWebhooks.list', path: '/webhook', query, scope: 'webhooks_read', options },
      webhooks,
    )
    found.push(...value.items)
    cursor = nextCursor(value.next)
    if (cursor === undefined) return found
  }
}

async function remove(context: Context, id: string, options?: CallOptions): Promise<void> {
  const call = {
    operation: 'registerWebhooks.remove',
    method: 'DELETE' as const,
    path: `/webhook/${encodeURIComponent(id)}`,
    scope: 'webhooks_write',
    options,
  }
  const response = await send(context, call)
  // Gone is what was wanted.
  if (response.status !== 204 && response.status !== 200 && response.status !== 404)
    throw refusalOf(response, call)
}
