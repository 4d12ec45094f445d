import type { CallOptions, RegisteredWebhooks } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { ask, type Context, refusalOf, send } from './transport.ts'
import { TOPICS } from './webhooks.ts'

const PATH = '/v2/environment/webhooks'
const subscription = z.object({ webhook_id: z.string().min(1), url: z.string(), event: z.string() })
/** A list, or one within an object: both have been seen. */
const subscriptions = z.union([
  z.array(subscription),
  z.object({ webhooks: z.array(subscription) }).transform(({ webhooks }) => webhooks),
])

/** One webhook of V2 for each topic, at the hub's address; what goes elsewhere is others'. */
export async function registerWebhooks(
  context: Context,
  url: string,
  options?: CallOptions,
): Promise<RegisteredWebhooks> {
  if (url === '') return { registered: [], repaired: [] }
  const call = { api: 'v2', operation: 'registerWebhooks.list', path: PATH, options } as const
  const own = (await ask(context, call, subscriptions)).value.filter((each) => each.url === url)
  const registered: string[] = []
  const repaired: string[] = []
  for (const event of TOPICS) {
    const [first, ...more] = own.filter((each) => each.event === event)
    // Two at one address would tell everything twice.
    for (const { webhook_id } of more) await remove(context, webhook_id, options)
    if (first !== undefined) continue
    const body = { name: `Plimsoll ${event}`, event, url }
    const create = { api: 'v2', operation: 'registerWebhooks', method: 'POST', path: PATH, body } as const
    await ask(context, { ...create, options }, z.object({ webhook_id: z.string().min(1) }))
    if (own.length === 0) registered.push(event)
    else repaired.push(event)
  }
  return { registered, repaired }
}

async function remove(context: Context, id: string, options?: CallOptions): Promise<void> {
  const operation = 'registerWebhooks.remove'
  const path = `${PATH}/${encodeURIComponent(id)}`
  const response = await send(context, { api: 'v2', operation, method: 'DELETE', path, options })
  // Gone is what was wanted.
  if (![200, 204, 404].includes(response.status)) throw refusalOf(response, operation)
}
