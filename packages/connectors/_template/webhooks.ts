import {
  Malformed,
  readJson,
  verifyHmacBase64,
  type WebhookHandling,
  withoutBody,
} from '@plimsoll/connector-kit'
import { order } from './api.ts'
import { toOrder } from './map.ts'
import type { Credentials, Settings } from './settings.ts'

/** The platform sends an order whenever it changes, signed over the bytes of the body. */
export const webhooks: WebhookHandling<Settings, Credentials> = {
  verify: ({ headers, body }, { credentials }) =>
    verifyHmacBase64(headers['x-signature'], credentials.webhookSecret, body),
  parse({ body }) {
    const text = Buffer.from(body).toString('utf8')
    const answer = { status: 200, headers: {}, text, date: undefined, durationMs: 0 }
    try {
      const read = toOrder(readJson(answer, order, 'webhook'))
      return [{ kind: 'order', externalId: read.externalId, version: read.version, order: read }]
    } catch (error) {
      // What cannot be read is not kept: it names a shopper.
      throw error instanceof Malformed ? withoutBody(error) : error
    }
  },
  // Dropped at any depth before anything is stored; of an address what routing needs stays.
  personalDataKeys: ['customer', { key: 'ship_to', keeps: ['country', 'region', 'zip', 'city'] }],
}
