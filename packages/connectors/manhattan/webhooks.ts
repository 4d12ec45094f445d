import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import {
  Malformed,
  readJson,
  unquoted,
  type WebhookEvent,
  type WebhookHandling,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { Credentials } from './credentials.ts'
import type { Settings } from './settings.ts'

/**
 * Outbound messages (ship confirm, PIX, receipts) are set up by the customer: their shape, what they are wrapped in and how
 * often they come again differ with each. A message is therefore a hint: what it is about is read. It is taken only with the
 * token or the HMAC that the settings say, since it costs calls.
 */
export const webhooks: WebhookHandling<Settings, Credentials> = {
  personalDataKeys: [
    'DestinationAddress',
    'BillToAddress',
    'BillToName',
    'ShipToAddress',
    'ShipFromAddress',
    'BillingAddress',
    'CustomerFirstName',
    'CustomerLastName',
    'CustomerEmail',
    'CustomerPhone',
    'CustomerInfo',
    'FirstName',
    'LastName',
    'Address1',
    'Address2',
    'Address3',
    'Email',
    'Phone',
    'PaymentMethod',
    'Payment',
  ],
  verify({ headers, body }, { settings, credentials }) {
    const { webhookSecret: secret = '' } = credentials
    const given = headers[settings.webhookHeader]
    // An empty secret would let anybody in.
    if (secret === '' || given === undefined) return false
    switch (settings.webhookProof) {
      case 'token':
        return isSame(given, settings.webhookHeader === 'authorization' ? `Bearer ${secret}` : secret)
      case 'hmac-sha256-base64':
        return isSame(given, createHmac('sha256', secret).update(body).digest('base64'))
      case 'hmac-sha256-hex':
        return isSame(given, createHmac('sha256', secret).update(body).digest('hex'))
    }
  },
  parse({ body }): WebhookEvent[] {
    const text = Buffer.from(body).toString('utf8')
    const answer = { status: 200, headers: {}, text, date: undefined, durationMs: 0 }
    const message = unquoted(() => readJson(answer, z.unknown(), 'webhook'))
    const about = new Map<string, WebhookEvent>()
    for (const row of rowsOf(message))
      for (const event of eventsOf(row)) about.set(JSON.stringify(event), event)
    if (about.size === 0) throw new Malformed('webhook: it is about nothing that Manhattan has', '')
    return [...about.values()]
  },
}

/** Digests are of one length, whatever was sent. */
function isSame(given: string, wanted: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value, 'utf8').digest()
  return timingSafeEqual(digest(given), digest(wanted))
}

const DEPTH_MAX = 6

/** The objects of a message that stand in lists or in wrappers, whatever these are called. */
function rowsOf(value: unknown, depth = 0): Readonly<Record<string, unknown>>[] {
  if (depth > DEPTH_MAX || typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((each) => rowsOf(each, depth + 1))
  const row: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(value))
  if (eventsOf(row).length > 0) return [row]
  return Object.values(row).flatMap((each) => rowsOf(each, depth + 1))
}

/** By the ids that it has. A PIX is of an item, with what was added or taken away. */
function eventsOf(row: Readonly<Record<string, unknown>>): WebhookEvent[] {
  const named = (key: string): string | undefined => {
    const value = row[key]
    return typeof value === 'string' && value !== '' && value.length <= 200 ? value : undefined
  }
  const pix = named('PixTransactionId') ?? named('TransactionType') ?? named('SupplyEventTypeId')
  if (pix !== undefined && named('ItemId') !== undefined) return [{ kind: 'counted' }]
  const order = named('OriginalOrderId') ?? named('OlpnId') ?? named('ReleaseId') ?? named('OrderId')
  if (order !== undefined)
    return [{ kind: 'shipment', externalId: order, version: undefined, shipment: undefined }]
  const delivery = named('AsnId')
  if (delivery !== undefined)
    return [{ kind: 'receipt', externalId: delivery, version: undefined, receipt: undefined }]
  return []
}
