import type { WooWebhook } from './answers.ts'
import { pageSize, type WooApi } from './api.ts'
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
 * Makes the shop send its webhooks to `url`. WooCommerce switches a webhook off after six failures in a row and
 * never on again, so this is run every hour. The secret is sent each time: the shop does not show what it has.
 */
export async function registerWebhooks(
  url: string,
  { api, secret, signal }: { api: WooApi; secret: string; signal?: AbortSignal | undefined },
): Promise<{ registered: string[]; repaired: string[] }> {
  const ours = (await listWebhooks({ api, signal })).filter((webhook) => webhook.delivery_url === url)
  const plan = planWebhooks(ours)
  const { data: changed } = await api.changeWebhooks({
    create: plan.missing.map((topic) => ({
      name: `${webhookName} ${topic}`,
      topic,
      delivery_url: url,
      secret,
      status: 'active',
    })),
    update: plan.kept.map((webhook) => ({ id: webhook.id, secret, status: 'active' })),
    signal,
  })
  const failed = [...(changed.create ?? []), ...(changed.update ?? [])].flatMap(
    (row) => toRefusalFacts(row.error) ?? [],
  )
  const [first] = failed
  if (first !== undefined) throw fromTheShop(first.status ?? 400, first, 'registerWebhooks')
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

async function listWebhooks({
  api,
  signal,
}: {
  api: WooApi
  signal?: AbortSignal | undefined
}): Promise<WooWebhook[]> {
  const all: WooWebhook[] = []
  for (let page = 1; ; page += 1) {
    const { data } = await api.webhooks({ page, signal })
    all.push(...data)
    if (data.length < pageSize) return all
  }
}

/** What is to be done about the webhooks that already go to our address. */
export function planWebhooks(ours: readonly WooWebhook[]): {
  missing: string[]
  /** One for each topic; a second one would only double the deliveries, and is left as it is. */
  kept: WooWebhook[]
  /** Topics of kept ones that were off. */
  asleep: string[]
} {
  const kept = topics.flatMap((topic) => {
    const same = ours.filter((webhook) => webhook.topic === topic)
    return same.find((webhook) => webhook.status === 'active') ?? same[0] ?? []
  })
  return {
    missing: topics.filter((topic) => !kept.some((webhook) => webhook.topic === topic)),
    kept,
    asleep: kept.filter((webhook) => webhook.status !== 'active').map((webhook) => webhook.topic),
  }
}
