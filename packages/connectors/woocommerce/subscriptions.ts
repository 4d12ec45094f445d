import { Malformed } from '@plimsoll/connector-kit'
import type { WooWebhook } from './answers.ts'
import type { WooApi } from './api.ts'
import { readAllPages } from './pages.ts'
import { fromTheShop, toRefusalFacts } from './refusals.ts'

/** There is no topic for stock; product.updated comes with every change of it, variations included. */
export const topics = [
  'order.created',
  'order.updated',
  'order.deleted',
  'order.restored',
  'product.created',
  'product.updated',
  'product.deleted',
] as const

/**
 * Makes the shop send its webhooks to `url`. WooCommerce switches a webhook off at the seventh failure in a row and
 * never on again, so this is run every hour. One that it switched off is made anew: switched on, it would keep its count
 * of failures, and the next one would switch it off again. The secret is sent each time: the shop does not show what it has.
 */
export async function registerWebhooks(
  url: string,
  { api, secret, signal }: { api: WooApi; secret: string; signal?: AbortSignal | undefined },
): Promise<{ registered: string[]; repaired: string[] }> {
  const ours = (await listWebhooks({ api, signal })).filter((webhook) => webhook.delivery_url === url)
  const plan = planWebhooks(ours)
  const { data: changed } = await api.changeWebhooks({
    create: [...plan.missing, ...plan.disabled.map(({ topic }) => topic)].map((topic) => ({
      name: `${webhookName} ${topic}`,
      topic,
      delivery_url: url,
      secret,
      status: 'active',
    })),
    update: plan.kept.map((webhook) => ({ id: webhook.id, secret, status: 'active' })),
    remove: plan.disabled.map(({ id }) => id),
    signal,
  })
  if (
    changed.create.length !== plan.missing.length + plan.disabled.length ||
    changed.update.length !== plan.kept.length ||
    changed.delete.length !== plan.disabled.length
  ) {
    throw new Malformed(
      'registerWebhooks: the answer has other rows than the request',
      JSON.stringify(changed),
    )
  }
  for (const { error } of [...changed.create, ...changed.update, ...changed.delete]) {
    if (error === undefined) continue
    const refusal = toRefusalFacts(error)
    if (refusal === undefined)
      throw new Malformed('registerWebhooks: an error without a code', JSON.stringify(error))
    throw fromTheShop(refusal.status ?? 400, refusal, 'registerWebhooks')
  }
  return { registered: plan.missing, repaired: plan.asleep }
}

const webhookName = 'Plimsoll'

/** Topics of our webhooks that no longer deliver. */
export async function sleepingWebhooks(options: {
  api: WooApi
  signal?: AbortSignal | undefined
}): Promise<string[]> {
  const all = await listWebhooks(options)
  return all
    .filter((webhook) => webhook.name.startsWith(webhookName) && webhook.status !== 'active')
    .map((webhook) => webhook.topic)
}

function listWebhooks({
  api,
  signal,
}: {
  api: WooApi
  signal?: AbortSignal | undefined
}): Promise<WooWebhook[]> {
  return readAllPages((page) => api.webhooks({ page, signal }))
}

/** What is to be done about the webhooks that already go to our address. */
export function planWebhooks(ours: readonly WooWebhook[]): {
  missing: string[]
  /** One for each topic; a second one would only double the deliveries, and is left as it is. */
  kept: WooWebhook[]
  /** Switched off after failures, and the only one of its topic: to be made anew. */
  disabled: WooWebhook[]
  /** Topics of those that were off. */
  asleep: string[]
} {
  const found = topics.flatMap((topic) => {
    const same = ours.filter((webhook) => webhook.topic === topic)
    return same.find((webhook) => webhook.status === 'active') ?? same[0] ?? []
  })
  return {
    missing: topics.filter((topic) => !found.some((webhook) => webhook.topic === topic)),
    kept: found.filter((webhook) => webhook.status !== 'disabled'),
    disabled: found.filter((webhook) => webhook.status === 'disabled'),
    asleep: found.filter((webhook) => webhook.status !== 'active').map((webhook) => webhook.topic),
  }
}
