import {
  Malformed,
  verifyHmacBase64,
  type WebhookEvent,
  type WebhookHandling,
  type WebhookMessage,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { Credentials, Settings } from './settings.ts'
import { SIGNATURE_HEADER } from './subscriptions.ts'

/**
 * Events are sent three times at the most, in any order, and say that something happened: the order itself is read. The
 * signature is an HMAC-SHA256 of the body under our secret; in which letters it is written is not documented.
 */
export const webhooks: WebhookHandling<Settings, Credentials> = {
  verify: ({ headers, body }, { credentials }) =>
    verifyHmacBase64(asBase64(headers[SIGNATURE_HEADER]), credentials.webhookSecret, body),
  parse,
  personalDataKeys: [
    'shippingInfo',
    'postalAddress',
    'customerEmailId',
    'customerName',
    'customer',
    'phone',
    'email',
    'buyerId',
    'pickupPersons',
    'recipients',
    'address',
  ],
}

function asBase64(signature: string | undefined): string | undefined {
  if (signature === undefined || !/^[0-9a-f]{64}$/i.test(signature)) return signature
  return Buffer.from(signature, 'hex').toString('base64')
}

const numbered = z.union([z.string().min(1), z.int().transform(String)])
const event = z.object({
  source: z.object({ eventType: z.string().min(1) }),
  payload: z.object({}).loose().nullish(),
})
/** The newer event names the order within `order`, the older ones at the top. */
const ofOrder = z.union([
  z
    .object({ order: z.object({ purchaseOrderId: numbered }) })
    .transform(({ order }) => order.purchaseOrderId),
  z.object({ purchaseOrderId: numbered }).transform(({ purchaseOrderId }) => purchaseOrderId),
])
const ofOffer = z.object({ sku: z.string().min(1) })

function parse(message: WebhookMessage): WebhookEvent[] {
  const text = new TextDecoder().decode(message.body).replace(/^\uFEFF/, '')
  const { source, payload } = read(text)
  const { eventType } = source
  switch (eventType) {
    case 'ORDER_UPDATES':
    case 'PO_CREATED':
    case 'PO_LINE_AUTOCANCELLED':
    case 'INTENT_TO_CANCEL': {
      const named = ofOrder.safeParse(payload)
      if (!named.success) throw new Malformed(`${eventType} names no order`, '')
      // Without a version: what became of it is for the order itself to say.
      return [{ kind: 'order', externalId: named.data, version: undefined, order: undefined }]
    }
    case 'OFFER_PUBLISHED':
    case 'OFFER_UNPUBLISHED': {
      const named = ofOffer.safeParse(payload)
      return named.success
        ? [{ kind: 'listing', externalId: named.data.sku, deleted: false }]
        : [{ kind: 'ignored', why: `${eventType} names no SKU` }]
    }
    default:
      return [{ kind: 'ignored', why: `event ${eventType}` }]
  }
}

function read(text: string): z.infer<typeof event> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // Neither the text nor what the parser quotes of it: events name buyers.
    throw new Malformed('The event is not JSON', '')
  }
  const parsed = event.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new Malformed(`event: ${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'wrong shape'}`, '')
}
