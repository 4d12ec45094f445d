import { createHmac, timingSafeEqual } from 'node:crypto'
import {
  Malformed,
  readJson,
  unquoted,
  type WebhookEvent,
  type WebhookHandling,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { aboutOrder, aboutReturn } from './answers.ts'
import { type Credentials, type Settings, webhookSecret } from './settings.ts'

/**
 * Signed as Standard Webhooks are: `v1,` and the Base64 HMAC-SHA256 of `id.timestamp.body`, several with spaces between.
 * A message is a hint: what it is about is read. One that is sent again therefore does nothing new, however old.
 */
export const webhooks: WebhookHandling<Settings, Credentials> = {
  personalDataKeys: [
    'recipient',
    'name',
    'full_name',
    'email',
    'phone_number',
    'address',
    'address1',
    'address2',
    'company_name',
    'customer_name',
    'gift_message',
  ],
  verify({ headers, body }, { credentials }) {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
    if (!id || !timestamp || !signatures) return false
    const key = Buffer.from(webhookSecret(credentials).slice('whsec_'.length), 'base64')
    const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
    return signatures.split(' ').some((each) => {
      const text = /^v1,([A-Za-z0-9+/]{43}=)$/.exec(each)?.[1]
      if (text === undefined) return false
      const given = Buffer.from(text, 'base64')
      // Decoders skip what they do not know: many texts would stand for one signature.
      return given.toString('base64') === text && timingSafeEqual(given, wanted)
    })
  },
  parse({ headers, body }): WebhookEvent[] {
    const topic = headers['x-webhook-topic'] ?? ''
    const text = Buffer.from(body).toString('utf8')
    const read = <T>(schema: z.ZodType<T>): T => {
      // Some versions wrap what it is about.
      const wrapped = z.union([schema, z.object({ data: schema }).transform(({ data }) => data)])
      const message = { status: 200, headers: {}, text, date: undefined, durationMs: 0 }
      return unquoted(() => readJson(message, wrapped, 'webhook'))
    }
    if (topic.startsWith('order.')) {
      return [
        { kind: 'shipment', externalId: String(read(aboutOrder)), version: undefined, shipment: undefined },
      ]
    }
    if (topic.startsWith('return.')) {
      return [
        { kind: 'return', externalId: String(read(aboutReturn)), version: undefined, return: undefined },
      ]
    }
    if (text.trim() === '') throw new Malformed('webhook: the message is empty', '')
    return [
      { kind: 'ignored', why: `ShipBob’s topic ${topic.slice(0, 60) || 'without a name'} is not asked for` },
    ]
  },
}
