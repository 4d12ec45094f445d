import type { CallOptions, RegisteredWebhooks } from '@plimsoll/connector-kit'
import type { z } from 'zod'
import { done, webhookCreated, webhooks } from './answers.ts'
import * as documents from './documents.ts'
import { isNotFound, toRefusal } from './refusals.ts'
import { readPages } from './rows.ts'
import { fingerprintOf } from './settings.ts'
import { type Context, change, read } from './transport.ts'

/**
 * What it tells of. Not "Inventory Update": it comes with each unit that moves, and all counts would be read anew each
 * time, of which a large warehouse has credits for a few an hour.
 */
export const TOPICS = ['Shipment Update', 'Order Canceled', 'PO Update', 'Return Update'] as const

type Subscription = z.infer<typeof webhooks>['webhooks']['data']['nodes'][number]

/** A secret with whose it is, as it is kept. */
const SEPARATOR = ' '

export function secretsOf(kept: readonly string[] | undefined): string[] {
  return (kept ?? []).map((each) => each.slice(each.indexOf(SEPARATOR) + 1)).filter((each) => each !== '')
}

/**
 * One subscription for each topic. ShipHero makes up what it signs with and tells it this once: one whose secret is not
 * known, or that is switched off or goes elsewhere, is made anew. They are told apart by a store name made of the address,
 * so that those of other tools, and of other connections, stay as they are.
 */
export function createSubscriptions(context: Context) {
  /** As kept, and what was made since: the connection may go on for a while with what it was opened with. */
  let kept: readonly string[] = context.credentials.webhookSecrets ?? []

  return async (url: string, options?: CallOptions): Promise<RegisteredWebhooks> => {
    if (url === '') return { registered: [], repaired: [] }
    const shopName = `plimsoll-${fingerprintOf(url)}`
    const own = (await list(context, options)).filter(({ shop_name }) => shop_name === shopName)
    const isGood = (each: Subscription) => each.url === url && each.enabled !== false
    const isTopic = (name: string): boolean => TOPICS.some((topic) => topic === name)
    const secrets: string[] = []
    const registered: string[] = []
    const repaired: string[] = []
    for (const name of new Set(own.map((each) => each.name))) {
      if (!isTopic(name)) await remove(context, name, shopName, options)
    }
    for (const topic of TOPICS) {
      const found = own.filter(({ name }) => name === topic)
      const [first] = found
      const secret = first && kept.find((each) => each.startsWith(`${first.id}${SEPARATOR}`))
      if (first !== undefined && found.length === 1 && isGood(first) && secret !== undefined) {
        secrets.push(secret)
        continue
      }
      if (first !== undefined) await remove(context, topic, shopName, options)
      if (own.length === 0) registered.push(topic)
      else repaired.push(topic)
      secrets.push(await create(context, { name: topic, url, shop_name: shopName }, options))
      // What was made before one failed is known to this connection.
      kept = [...kept, ...secrets.slice(-1)]
    }
    kept = secrets
    return { registered, repaired, secrets: { webhookSecrets: secrets } }
  }
}

function list(context: Context, options?: CallOptions): Promise<Subscription[]> {
  return readPages(async (after) => {
    const { data } = await read(context, documents.webhooks, { after }, webhooks, options)
    return data.webhooks.data
  })
}

async function create(
  context: Context,
  given: { name: string; url: string; shop_name: string },
  options?: CallOptions,
): Promise<string> {
  const data = { ...given, ...customerOf(context) }
  const made = await change(context, documents.webhookCreate, { data }, webhookCreated, options)
  if (made.kind === 'refused') throw toRefusal(made.error, 'registerWebhooks', made.status)
  const { id, shared_signature_secret } = made.data.webhook_create.webhook
  return `${id}${SEPARATOR}${shared_signature_secret}`
}

/** They are removed by name and store, all of them that there are. */
async function remove(
  context: Context,
  name: string,
  shopName: string,
  options?: CallOptions,
): Promise<void> {
  const data = { name, shop_name: shopName, ...customerOf(context) }
  const made = await change(context, documents.webhookDelete, { data }, done, options)
  // Gone is what was wanted.
  if (made.kind === 'refused' && !isNotFound(made.error))
    throw toRefusal(made.error, 'registerWebhooks.remove', made.status)
}

function customerOf({ settings }: Context): { customer_account_id?: string } {
  const { customerAccountId } = settings
  return customerAccountId === undefined ? {} : { customer_account_id: customerAccountId }
}
