import {
  Malformed,
  verifyHmacBase64,
  type WebhookEvent,
  type WebhookHandling,
  type WebhookMessage,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { order, variation } from './answers.ts'
import { defaultLocationId, toStockUnitId } from './ids.ts'
import { fromGmt, isSellable, isVariable, toOrder, toQuantity } from './map.ts'
import { mayHaveFulfillments } from './order-fulfillments.ts'
import type { Credentials, Settings } from './settings.ts'
import { shipmentsKey } from './shipment-record.ts'

/**
 * Webhooks of WooCommerce. The body is what the API would answer at the moment of delivery, not of the event; there is
 * no second try; and one event may come several times. Source: class-wc-webhook.php (read 2026-08).
 */
export const webhooks: WebhookHandling<Settings, Credentials> = {
  verify: (request, { credentials }) =>
    verifyHmacBase64(
      request.headers['x-wc-webhook-signature'],
      withoutEntities(credentials.webhookSecret),
      request.body,
    ),
  isPing: (request) =>
    request.headers['x-wc-webhook-signature'] === undefined &&
    request.body.length < 64 &&
    /^webhook_id=\d+$/.test(new TextDecoder().decode(request.body)),
  // A sale of ten products sends one for each.
  mayWait: (request) => request.headers['x-wc-webhook-topic'] === 'product.updated',
  parse,
  personalDataKeys: [
    { key: 'billing', keeps: ['country', 'state', 'postcode', 'city'] },
    { key: 'shipping', keeps: ['country', 'state', 'postcode', 'city'] },
    'customer_id',
    'customer_ip_address',
    'customer_user_agent',
    'customer_note',
    'order_key',
    'transaction_id',
    'payment_url',
    // Plugins put names, birthdays and gift messages into meta data. The keys stay: see `isShipmentLost`.
    'value',
    'display_value',
  ],
}

function parse(request: WebhookMessage): WebhookEvent[] {
  const topic = request.headers['x-wc-webhook-topic']
  if (topic === undefined) throw new Malformed('A webhook without a topic', '')
  switch (topic) {
    case 'order.created':
    case 'order.updated':
    case 'order.restored':
      return [toOrderEvent(request, topic)]
    case 'order.deleted':
      return [{ kind: 'order-deleted', externalId: String(read(request, onlyId, topic).id) }]
    case 'product.created':
    case 'product.restored':
      return toProductEvents(read(request, variation, topic), true)
    case 'product.updated':
      return toProductEvents(read(request, variation, topic), false)
    case 'product.deleted':
      return [{ kind: 'listing', externalId: String(read(request, onlyId, topic).id), deleted: true }]
    default:
      return [{ kind: 'ignored', why: `topic ${topic}` }]
  }
}

/** Hooks of WordPress pass on what they were called with, which may be the number as text. */
const onlyId = z.object({ id: z.union([z.int().positive(), z.string().regex(/^[1-9]\d{0,15}$/)]) })

/**
 * The order, or only its id where the body does not tell everything: which lines a refund or a fulfilment is about, what a plugin's
 * status means in this shop, whether an unpaid one's units are held, and what has shipped where personal data was dropped
 * from the body.
 */
function toOrderEvent(request: WebhookMessage, topic: string): WebhookEvent {
  const body = read(request, order, topic)
  const externalId = String(body.id)
  // Without a version: two changes of one second share it, and the second hint would pass for the first.
  const hint: WebhookEvent = { kind: 'order', externalId, version: undefined, order: undefined }
  const isTold = body.refunds.length === 0 && isToldBy(body.status) && !mayHaveFulfillments(body)
  if (!isTold || isShipmentLost(body)) return hint
  const mapped = toOrder(body, { refunds: [], fulfillments: [], isHeld: false }, new Map())
  return { kind: 'order', externalId, version: mapped.version, order: mapped }
}

/** The record of what has shipped is meta data too; where its value was dropped only the shop can tell. */
function isShipmentLost(body: z.infer<typeof order>): boolean {
  return body.meta_data.some((meta) => meta.key === shipmentsKey && meta.value === undefined)
}

const toldStatuses = new Set([
  'on-hold',
  'processing',
  'completed',
  'cancelled',
  'failed',
  'refunded',
  'trash',
])
function isToldBy(status: string): boolean {
  return toldStatuses.has(status)
}

/**
 * Every sale and every write of ours comes as product.updated, so of a product that is sold as we know it only the
 * number is told: reading the listing each time would eat the budget. What may change how it is sold is read.
 */
function toProductEvents(row: z.infer<typeof variation>, isNew: boolean): WebhookEvent[] {
  const events: WebhookEvent[] = []
  const isAsKnown = row.manage_stock === true && row.status === 'publish' && row.backorders === 'no'
  // A variable product is not sold as itself, but may count for its variations.
  if (isSellable(row) && (isNew || !isAsKnown)) {
    events.push({ kind: 'listing', externalId: String(row.id), deleted: row.status === 'trash' })
  }
  if (row.manage_stock === true && (isSellable(row) || isVariable(row)) && row.status !== 'trash') {
    events.push({
      kind: 'level',
      level: {
        stockUnitId: toStockUnitId({ id: row.id, parentId: row.parent_id ?? 0, isCountedByParent: false }),
        locationId: defaultLocationId,
        quantity: toQuantity(row.stock_quantity),
        updatedAt: row.date_modified_gmt ? fromGmt(row.date_modified_gmt) : undefined,
      },
    })
  }
  return events.length > 0
    ? events
    : [{ kind: 'ignored', why: `a ${row.type} product is not sold as itself` }]
}

/** @throws Malformed, also for the error that the shop signs and sends when the webhook's user has lost its rights */
function read<T>(request: WebhookMessage, schema: z.ZodType<T>, topic: string): T {
  let json: unknown
  try {
    json = JSON.parse(textOf(request))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // Neither the text nor what the parser quotes of it: bodies name buyers.
    throw new Malformed(`${topic}: the body is not JSON`, '')
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new Malformed(`${topic}: ${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'wrong shape'}`, '')
}

function textOf(request: WebhookMessage): string {
  return new TextDecoder().decode(request.body).replace(/^\uFEFF/, '')
}

// What wp_specialchars_decode with ENT_QUOTES undoes before the shop signs.
const entities: readonly [RegExp, string][] = [
  [/&(?:lt|#0*60|#x3c);/gi, '<'],
  [/&(?:gt|#0*62|#x3e);/gi, '>'],
  [/&(?:quot|#0*34|#x22);/gi, '"'],
  [/&(?:#0*39|#x27|apos);/gi, "'"],
  [/&(?:amp|#0*38|#x26);/gi, '&'],
]

/** The secret that the shop really signs with. Ours have none of these; one typed into the shop by hand may. */
export function withoutEntities(secret: string): string {
  return entities.reduce((text, [entity, character]) => text.replace(entity, character), secret)
}
