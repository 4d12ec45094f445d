import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { FloorChange, SimulatorServices, WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { TOPICS } from '../webhooks.ts'
import { errorOf } from './account.ts'

export type Subscription = { webhook_id: string; name: string; url: string; event: string }

const body = z.object({ name: z.string().min(1), url: z.url(), event: z.enum([...TOPICS, 'track', 'batch']) })

/** The keys that V2 signs with, for everybody. */
export function createKeys() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const keyId = crypto.randomUUID()
  return {
    keyId,
    privateKey,
    routes: (app: FastifyInstance) =>
      app.get('/jwks', async () => ({
        keys: [{ ...publicKey.export({ format: 'jwk' }), kid: keyId, use: 'sig', alg: 'RS256' }],
      })),
  }
}

/** Webhooks of V2, and what they are sent. */
export function webhookRoutes(app: FastifyInstance, subscriptions: Map<string, Subscription>): void {
  let made = 0
  app.get('/v2/environment/webhooks', async () => [...subscriptions.values()])
  app.post('/v2/environment/webhooks', async (request, reply) => {
    const read = body.safeParse(request.body)
    if (!read.success)
      return reply
        .code(400)
        .send(errorOf('invalid_field_value', 'Invalid.', String(read.error.issues[0]?.path[0])))
    made += 1
    const one = { webhook_id: `wh-${made}`, ...read.data }
    subscriptions.set(one.webhook_id, one)
    return one
  })
  app.delete('/v2/environment/webhooks/:id', async (request, reply) => {
    const isKnown = subscriptions.delete(z.object({ id: z.string() }).parse(request.params).id)
    return reply.code(isKnown ? 204 : 404).send()
  })
}

export function sendWebhooks(
  floor: WarehouseFloor,
  subscriptions: ReadonlyMap<string, Subscription>,
  key: { keyId: string; privateKey: KeyObject },
  kit: SimulatorServices,
): void {
  floor.onChange((change) => {
    const event = eventOf(change)
    if (event === undefined) return
    const text = JSON.stringify({
      resource_url: `https://api.shipstation.com/v2/labels?shipment_id=se-${event.orderId}`,
      resource_type: event.name.toUpperCase(),
    })
    const timestamp = new Date(kit.clock.now()).toISOString()
    const signature = sign('RSA-SHA256', Buffer.from(`${timestamp}.${text}`), key.privateKey)
    for (const one of subscriptions.values()) {
      if (one.event !== event.name) continue
      kit.webhooks.send({
        url: one.url,
        subscription: one.webhook_id,
        headers: {
          'content-type': 'application/json',
          'x-shipengine-timestamp': timestamp,
          'x-shipengine-rsa-sha256-key-id': key.keyId,
          'x-shipengine-rsa-sha256-signature': signature.toString('base64'),
        },
        body: text,
        retry: { delaysMs: [60_000, 300_000] },
      })
    }
  })
}

function eventOf(change: FloorChange): { name: (typeof TOPICS)[number]; orderId: number } | undefined {
  if (change.kind !== 'request') return undefined
  const orderId = change.request.id
  if (change.what === 'parcel') return { name: 'label_created_v2', orderId }
  return change.what === 'cancelled' ? { name: 'fulfillment_canceled_v2', orderId } : undefined
}
