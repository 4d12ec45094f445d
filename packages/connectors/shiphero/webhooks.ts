import { createHmac, timingSafeEqual } from 'node:crypto'
import { readJson, unquoted, type WebhookEvent, type WebhookHandling } from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { Credentials, Settings } from './settings.ts'
import { secretsOf } from './subscriptions.ts'

const id = z.union([z.string().min(1), z.int()]).nullish()
const about = z.object({ order_uuid: id, order_id: id, partner_order_id: id })

/** Wherever a type puts what it is about; every one says its own type. */
const message = z.looseObject({
  webhook_type: z.string().min(1),
  ...about.shape,
  fulfillment: about.nullish(),
  purchase_order: z.object({ po_uuid: id, po_id: id, po_number: id }).nullish(),
  po_uuid: id,
  po_id: id,
  po_number: id,
  return: z.object({ return_uuid: id, return_id: id }).nullish(),
  return_uuid: id,
  return_id: id,
})

/**
 * Signed with the Base64 HMAC-SHA256 of the body; each subscription has a secret of its own, and no header says which. A
 * message is a hint: what it is about is read. One that is sent again (`X-Shiphero-Message-ID` says so) therefore does
 * nothing new, however old. Source: developer.shiphero.com/webhooks.
 */
export const webhooks: WebhookHandling<Settings, Credentials> = {
  personalDataKeys: [
    'shipping_address',
    'billing_address',
    'address',
    'address1',
    'address2',
    'customer_name',
    'first_name',
    'last_name',
    'name',
    'company',
    'email',
    'phone',
    'ship_to',
    'recipient',
  ],
  verify({ headers, body }, { credentials }) {
    const text = headers['x-shiphero-hmac-sha256'] ?? ''
    if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) return false
    const given = Buffer.from(text, 'base64')
    // Decoders skip what they do not know: many texts would stand for one signature.
    if (given.toString('base64') !== text) return false
    const isGood = secretsOf(credentials.webhookSecrets).map((secret) =>
      timingSafeEqual(given, createHmac('sha256', secret).update(body).digest()),
    )
    return isGood.includes(true)
  },
  /** It looks whether an address answers (HEAD) before it takes it. */
  challenge: ({ method }) =>
    method === 'POST'
      ? undefined
      : { contentType: 'application/json', body: '{"code":"200","Status":"Success"}' },
  parse({ body }): WebhookEvent[] {
    const text = Buffer.from(body).toString('utf8')
    const said = unquoted(() =>
      readJson({ status: 200, headers: {}, text, date: undefined, durationMs: 0 }, message, 'webhook'),
    )
    const none = { version: undefined }
    switch (said.webhook_type) {
      case 'Shipment Update':
      case 'Order Canceled': {
        const externalId = orderOf(said.fulfillment ?? said) ?? orderOf(said) ?? ''
        return [{ kind: 'shipment', externalId, ...none, shipment: undefined }]
      }
      case 'PO Update': {
        const { po_uuid, po_id, po_number } = said.purchase_order ?? said
        return [
          {
            kind: 'receipt',
            externalId: String(po_uuid ?? po_id ?? po_number ?? ''),
            ...none,
            receipt: undefined,
          },
        ]
      }
      case 'Return Update': {
        const { return_uuid, return_id } = said.return ?? said
        return [
          { kind: 'return', externalId: String(return_uuid ?? return_id ?? ''), ...none, return: undefined },
        ]
      }
      default:
        return [
          { kind: 'ignored', why: `ShipHero’s type ${said.webhook_type.slice(0, 60)} is not asked for` },
        ]
    }
  },
}

/** Its id, the older number turned into one, or our reference: the list is read whichever it is. */
function orderOf({ order_uuid, order_id, partner_order_id }: z.infer<typeof about>): string | undefined {
  if (order_uuid != null) return String(order_uuid)
  if (order_id != null)
    return /^\d+$/.test(String(order_id))
      ? Buffer.from(`Order:${order_id}`).toString('base64')
      : String(order_id)
  return partner_order_id == null ? undefined : String(partner_order_id)
}
