import { createHmac } from 'node:crypto'
import type { FloorChange, SimulatorServices, WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { TOPICS } from '../subscriptions.ts'
import { iso, toOrderJson, toShipmentsJson } from './order-json.ts'
import { faultsOf } from './order-routes.ts'
import { toReturnJson } from './return-routes.ts'

export type Subscription = {
  id: string
  url: string
  description: string | null
  topics: string[]
  secret: string
  enabled: boolean
  createdAtMs: number
}

const body = z.object({
  // The real one wants https.
  url: z.url(),
  topics: z.array(z.enum([...TOPICS, 'order.shipment.delivered'])).min(1),
  description: z.string().nullish(),
  secret: z
    .string()
    .regex(/^whsec_[a-zA-Z0-9+/]{32}$/)
    .nullish(),
})

/** When a message that was not taken is sent again, as Svix does: asyncapi of 2026-01. */
const RETRIES_MS = [5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 36_000_000]

/** Subscriptions, and what they are sent. */
export function webhookRoutes(
  app: FastifyInstance,
  floor: WarehouseFloor,
  kit: SimulatorServices,
): Map<string, Subscription> {
  const subscriptions = new Map<string, Subscription>()
  let made = 0
  let sent = 0

  const shown = ({ id, url, description, topics, createdAtMs }: Subscription) => ({
    id,
    url,
    description,
    topics,
    created_at: iso(createdAtMs),
  })
  app.post('/webhook', async (request, reply) => {
    const read = body.safeParse(request.body)
    if (!read.success) return reply.code(422).send({ errors: Object.keys(faultsOf(read.error)) })
    made += 1
    const one: Subscription = {
      id: `ep_${made}`,
      url: read.data.url,
      topics: read.data.topics,
      description: read.data.description ?? null,
      secret: read.data.secret ?? `whsec_${'A'.repeat(32)}`,
      enabled: true,
      createdAtMs: kit.clock.now(),
    }
    subscriptions.set(one.id, one)
    return { ...shown(one), secret: one.secret }
  })
  app.get('/webhook', async () => ({
    items: [...subscriptions.values()].map((one) => ({ ...shown(one), enabled: one.enabled })),
    next: null,
    prev: null,
  }))
  app.delete('/webhook/:id', async (request, reply) => {
    const isKnown = subscriptions.delete(z.object({ id: z.string() }).parse(request.params).id)
    return reply.code(isKnown ? 204 : 404).send()
  })

  floor.onChange((change) => {
    for (const { topic, about } of messagesOf(floor, change)) {
      const text = JSON.stringify(about)
      for (const one of subscriptions.values()) {
        if (!one.enabled || !one.topics.includes(topic)) continue
        sent += 1
        const id = `msg_${sent}`
        const timestamp = String(Math.floor(kit.clock.now() / 1_000))
        const key = Buffer.from(one.secret.slice('whsec_'.length), 'base64')
        const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64')
        kit.webhooks.send({
          url: one.url,
          subscription: one.id,
          headers: {
            'content-type': 'application/json',
            'webhook-id': id,
            'webhook-timestamp': timestamp,
            'webhook-signature': `v1,${signature}`,
            'x-webhook-topic': topic,
          },
          body: text,
          retry: { delaysMs: RETRIES_MS },
          // After days of failures it switches the address off.
          onFailed: () => {
            one.enabled = false
          },
        })
      }
    }
  })
  return subscriptions
}

function messagesOf(floor: WarehouseFloor, change: FloorChange): { topic: string; about: object }[] {
  if (change.kind === 'request') {
    const shipment = () => toShipmentsJson(floor, change.request).at(-1) ?? {}
    switch (change.what) {
      case 'parcel':
        return [{ topic: 'order.shipped', about: toOrderJson(floor, change.request) }]
      case 'held': {
        const isStock = change.request.problem?.code === 'out-of-stock'
        return [{ topic: isStock ? 'order.shipment.exception' : 'order.shipment.on_hold', about: shipment() }]
      }
      case 'cancelled':
      case 'rejected':
        return [{ topic: 'order.shipment.cancelled', about: shipment() }]
      default:
        return []
    }
  }
  if (change.kind === 'return') {
    const { returned } = change
    const topic =
      returned.state === 'announced'
        ? 'return.created'
        : returned.state === 'arrived' && returned.isComplete
          ? 'return.completed'
          : 'return.updated'
    return [{ topic, about: toReturnJson(floor, returned) }]
  }
  return []
}
