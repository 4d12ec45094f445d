import {
  type ExternalOrder,
  Malformed,
  verifyHmacBase64,
  type WebhookEvent,
  type WebhookHandling,
  type WebhookMessage,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { toDestination } from './addresses.ts'
import { gidSchema, toGid } from './ids.ts'
import { toInstant } from './instants.ts'
import { hasLeft, type OrderFacts, toFinancialStatus, toOrder, toRefundKind } from './map.ts'
import type { Credentials, Settings } from './settings.ts'

/**
 * Webhooks: signed over the raw bytes with the app's client secret; bodies have the shapes of the old REST API
 * (shopify.dev/docs/apps/build/webhooks). They come at least once and in any order.
 */
const idSchema = z.union([z.number().int().positive(), z.string().regex(/^[1-9]\d*$/)]).transform(String)

const lineSchema = z.object({
  id: idSchema,
  variant_id: idSchema.nullish(),
  sku: z.string().nullish(),
  title: z.string().nullish(),
  quantity: z.number().int(),
  /** Bodies of older versions have neither: then the order is read. */
  current_quantity: z.number().int().optional(),
  fulfillable_quantity: z.number().int().optional(),
})

const orderSchema = z.object({
  id: idSchema,
  name: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  cancelled_at: z.string().nullish(),
  confirmed: z.boolean().default(true),
  test: z.boolean().default(false),
  currency: z.string().nullish(),
  financial_status: z.string().nullish(),
  /** Nothing else of it is read. */
  shipping_address: z
    .object({
      country_code: z.string().nullish(),
      province_code: z.string().nullish(),
      province: z.string().nullish(),
      zip: z.string().nullish(),
      city: z.string().nullish(),
    })
    .nullish(),
  shipping_lines: z.array(z.object({ title: z.string().nullish() })).nullish(),
  line_items: z.array(lineSchema),
  fulfillments: z
    .array(
      z.object({
        status: z.string().nullish(),
        line_items: z.array(z.object({ id: idSchema, quantity: z.number().int() })),
      }),
    )
    .default([]),
  refunds: z
    .array(
      z.object({
        refund_line_items: z
          .array(z.object({ line_item_id: idSchema, quantity: z.number().int(), restock_type: z.string() }))
          .default([]),
      }),
    )
    .default([]),
})

/**
 * REST-shaped order → canonical order. Its location is unknown: bodies carry no fulfilment orders. Undefined where the
 * body does not say what is left of a line.
 */
export function toWebhookOrder(body: z.infer<typeof orderSchema>): ExternalOrder | undefined {
  const lines = body.line_items.flatMap(
    ({ current_quantity: current, fulfillable_quantity: open, ...line }) =>
      current === undefined || open === undefined ? [] : [{ ...line, current, open }],
  )
  if (lines.length < body.line_items.length) return undefined
  const shipped = new Map<string, number>()
  for (const fulfillment of body.fulfillments) {
    if (!hasLeft(fulfillment.status)) continue
    for (const line of fulfillment.line_items) {
      const id = toGid('LineItem', line.id)
      shipped.set(id, (shipped.get(id) ?? 0) + line.quantity)
    }
  }
  const facts: OrderFacts = {
    externalId: toGid('Order', body.id),
    number: body.name,
    placedAt: body.created_at,
    updatedAt: body.updated_at,
    cancelled: typeof body.cancelled_at === 'string',
    confirmed: body.confirmed,
    financialStatus: toFinancialStatus(body.financial_status),
    currency: body.currency ?? undefined,
    test: body.test,
    locationId: undefined,
    destination: body.shipping_address ? toWebhookDestination(body.shipping_address) : undefined,
    // Bodies carry no fulfilment orders, which say it.
    shipBy: [],
    shippingMethod: body.shipping_lines?.[0]?.title ?? undefined,
    holds: undefined,
    lines: lines.map((line) => ({
      id: toGid('LineItem', line.id),
      variantId: line.variant_id ? toGid('ProductVariant', line.variant_id) : undefined,
      sku: line.sku ?? undefined,
      title: line.title ?? '',
      ordered: line.quantity,
      currentQuantity: line.current,
      unfulfilled: line.open,
    })),
    shipped,
    refunds: body.refunds.flatMap((refund) =>
      refund.refund_line_items.map((line) => ({
        lineId: toGid('LineItem', line.line_item_id),
        quantity: line.quantity,
        kind: toRefundKind(line.restock_type),
      })),
    ),
  }
  return toOrder(facts)
}

function toWebhookDestination(address: NonNullable<z.infer<typeof orderSchema>['shipping_address']>) {
  const { country_code: country, province_code: provinceCode, province, zip, city } = address
  return toDestination({ country, provinceCode, province, zip, city })
}

const levelSchema = z.object({
  inventory_item_id: idSchema,
  location_id: idSchema,
  available: z.number().int().nullable(),
  updated_at: z.string().nullish(),
})
const refundSchema = z.object({ order_id: idSchema })
const returnSchema = z.object({ id: idSchema.optional(), admin_graphql_api_id: z.string().min(1).optional() })
const paidSchema = z.object({ id: idSchema, updated_at: z.string() })
const editSchema = z.object({ order_edit: z.object({ order_id: idSchema }) })
const placeBodySchema = z.object({ fulfillment_order: z.object({ id: z.union([idSchema, gidSchema]) }) })
const productSchema = z.object({ variants: z.array(z.object({ id: idSchema })) })
const privacySchema = z.object({ shop_domain: z.string().min(1) })
/** What Shopify posts to a fulfilment service's callback: signed alike, without a topic. */
const serviceCallSchema = z.object({ kind: z.enum(['FULFILLMENT_REQUEST', 'CANCELLATION_REQUEST']) })

function parse(request: WebhookMessage): WebhookEvent[] {
  const topic = request.headers['x-shopify-topic']
  if (topic === undefined) {
    const { kind } = read(request, serviceCallSchema, 'without a topic')
    return [
      {
        kind: 'ignored',
        why: `${kind} names no order; it is answered when the order is shipped or cancelled`,
      },
    ]
  }
  switch (topic) {
    case 'orders/create':
    case 'orders/updated':
    case 'orders/cancelled': {
      const body = read(request, orderSchema, topic)
      const order = toWebhookOrder(body)
      if (order === undefined) return [hint(body.id)]
      return [{ kind: 'order', externalId: order.externalId, version: order.version, order }]
    }
    case 'orders/paid': {
      // What holds it now its body does not say: where it waited to be paid, it is read.
      const { id, updated_at: updatedAt } = read(request, paidSchema, topic)
      const version = toInstant(updatedAt, 'update time of an order').getTime()
      return [{ kind: 'order-hold', externalId: toGid('Order', id), version, held: false }]
    }
    case 'orders/edited': {
      const { order_edit } = read(request, editSchema, topic)
      return [hint(order_edit.order_id)]
    }
    case 'fulfillment_orders/placed_on_hold':
    case 'fulfillment_orders/hold_released':
    case 'fulfillment_orders/scheduled_fulfillment_order_ready':
    case 'fulfillment_holds/added':
    case 'fulfillment_holds/released': {
      // Which order it is a part of the body does not say; its id is what the order is read by.
      const { id } = read(request, placeBodySchema, topic).fulfillment_order
      const externalId = id.startsWith('gid:') ? id : toGid('FulfillmentOrder', id)
      return [{ kind: 'order', externalId, version: undefined, order: undefined }]
    }
    case 'refunds/create':
      // A refund alone does not tell what is left of the order.
      return [hint(read(request, refundSchema, topic).order_id)]
    case 'orders/delete':
      return [
        {
          kind: 'order-deleted',
          externalId: toGid('Order', read(request, z.object({ id: idSchema }), topic).id),
        },
      ]
    case 'inventory_levels/update': {
      const level = read(request, levelSchema, topic)
      return [
        {
          kind: 'level',
          level: {
            stockUnitId: toGid('InventoryItem', level.inventory_item_id),
            locationId: toGid('Location', level.location_id),
            quantity: level.available ?? undefined,
            updatedAt: level.updated_at ? toInstant(level.updated_at, 'update time of a level') : undefined,
          },
        },
      ]
    }
    case 'returns/approve':
    case 'returns/cancel':
    case 'returns/close':
    case 'returns/decline':
    case 'returns/reopen':
    case 'returns/update': {
      // Bodies say what changed and not what is left of it: the returns of orders that changed are read.
      const { admin_graphql_api_id: gid, id } = read(request, returnSchema, topic)
      const externalId = gid ?? (id === undefined ? 'unnamed' : toGid('Return', id))
      return [{ kind: 'announced-return', externalId, version: undefined, return: undefined }]
    }
    case 'products/update': {
      const { variants } = read(request, productSchema, topic)
      if (variants.length === 0) return [{ kind: 'ignored', why: 'a product without variants sells nothing' }]
      return variants.map((variant) => ({
        kind: 'listing',
        externalId: toGid('ProductVariant', variant.id),
        deleted: false,
      }))
    }
    case 'products/delete':
      return [
        { kind: 'ignored', why: 'a deleted product names no variants; the next catalogue read misses them' },
      ]
    case 'app/uninstalled':
      return [{ kind: 'uninstalled' }]
    // The three that every public application must answer (shopify.dev/docs/apps/build/compliance/privacy-law-compliance).
    case 'customers/data_request':
      read(request, privacySchema, topic)
      return [{ kind: 'ignored', why: 'the hub keeps nothing of buyers: there is nothing to hand out' }]
    case 'customers/redact':
      read(request, privacySchema, topic)
      return [{ kind: 'ignored', why: 'the hub keeps nothing of buyers: there is nothing to erase' }]
    case 'shop/redact':
      // Two days after it was uninstalled. What was counted is the brand's own; nothing is read of the shop any more.
      read(request, privacySchema, topic)
      return [{ kind: 'uninstalled' }]
    default:
      return [{ kind: 'ignored', why: `topic ${topic}` }]
  }
}

function hint(orderId: string): WebhookEvent {
  return { kind: 'order', externalId: toGid('Order', orderId), version: undefined, order: undefined }
}

/** Ids of Shopify's own examples (820982911946154508) pass 2^53: as numbers they would name another order. */
function exact(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  return context?.source !== undefined && /^\d+$/.test(context.source) ? context.source : value
}

function read<T>(request: WebhookMessage, schema: z.ZodType<T>, topic: string): T {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(request.body).toString('utf8'), exact)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // Neither the text nor what the parser quotes of it: bodies name buyers.
    throw new Malformed(`Webhook ${topic} is not JSON`, '', false)
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new Malformed(`Webhook ${topic} has an unexpected shape at ${issue?.path.join('.')}`, '', false)
}

export const webhooks: WebhookHandling<Settings, Credentials> = {
  verify(request, { credentials }) {
    const signature = request.headers['x-shopify-hmac-sha256']
    const secrets = [credentials.clientSecret, credentials.previousClientSecret]
    return secrets.some((secret) => secret !== undefined && verifyHmacBase64(signature, secret, request.body))
  },
  // Not signed, but the body is, with the secret of the application that all its shops share.
  accountOf: ({ headers }) => headers['x-shopify-shop-domain']?.toLowerCase() || undefined,
  mayWait: (request) => request.headers['x-shopify-topic'] === 'inventory_levels/update',
  parse,
  personalDataKeys: [
    'customer',
    'email',
    'contact_email',
    'phone',
    'billing_address',
    { key: 'shipping_address', keeps: ['country_code', 'province_code', 'province', 'zip', 'city'] },
    'default_address',
    'addresses',
    'client_details',
    'browser_ip',
    'payment_details',
    'customer_locale',
    'note',
    'note_attributes',
    'customer_note',
    'return_reason_note',
    'reason_notes',
    'decline',
    'properties',
    'destination',
    'origin_address',
    'receipt',
    'landing_site',
    'referring_site',
    'landing_site_ref',
    'checkout_token',
    'cart_token',
    'token',
    'order_status_url',
    'first_name',
    'last_name',
  ],
}
