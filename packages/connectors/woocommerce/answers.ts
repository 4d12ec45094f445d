import { z } from 'zod'

/**
 * The parts of WooCommerce's answers that the connector reads, and the `_fields` that ask for exactly these:
 * names, addresses and e-mail addresses are never fetched. Source: REST API v3 reference (read 2026-08).
 */

const id = z.int().nonnegative()

/**
 * UTC without a zone: "2026-08-01T09:30:00". The pattern refuses one with a zone, since we append `Z` ourselves.
 */
const gmt = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)

/** Integers in core; plugins that sell by weight send decimals, some as text. */
const stockQuantity = z.union([z.number(), z.string()]).nullable()

export const productFields =
  'id,parent_id,type,name,sku,global_unique_id,status,manage_stock,stock_quantity,backorders,date_modified_gmt'

export const product = z.object({
  id,
  parent_id: id.optional(),
  /** Absent on the rows of the variation routes. */
  type: z.string().optional(),
  name: z.string().optional(),
  sku: z.string().nullish(),
  /** GTIN, UPC, EAN or ISBN; shops older than 9.2 have none. */
  global_unique_id: z.string().nullish(),
  status: z.string(),
  /** On a variation whose parent counts: the text `parent`. */
  manage_stock: z.union([z.boolean(), z.literal('parent')]),
  stock_quantity: stockQuantity,
  backorders: z.string(),
  date_modified_gmt: gmt.nullish(),
})
export type WooProduct = z.infer<typeof product>
export const products = z.array(product)

export const variationFields = `${productFields},attributes`
export const variation = product.extend({
  attributes: z.array(z.object({ name: z.string().optional(), option: z.string().optional() })).optional(),
})
export type WooVariation = z.infer<typeof variation>
export const variations = z.array(variation)

export const parents = z.array(z.object({ id, name: z.string(), status: z.string() }))
export const parentFields = 'id,name,status'

export const orderFields =
  'id,number,status,currency,date_created_gmt,date_modified_gmt,date_completed_gmt,line_items,refunds,meta_data'

export const order = z.object({
  id,
  number: z.string().optional(),
  status: z.string(),
  currency: z.string().optional(),
  date_created_gmt: gmt,
  date_modified_gmt: gmt,
  date_completed_gmt: gmt.nullish(),
  line_items: z.array(
    z.object({
      id,
      product_id: id,
      variation_id: id,
      name: z.string(),
      sku: z.string().nullish(),
      quantity: z.int(),
    }),
  ),
  refunds: z.array(z.object({ id })).default([]),
  meta_data: z.array(z.object({ key: z.string(), value: z.unknown().optional() })).default([]),
})
export type WooOrder = z.infer<typeof order>
export const orders = z.array(order)

export const refundFields = 'id,date_created_gmt,line_items'
export const refunds = z.array(
  z.object({
    id,
    date_created_gmt: gmt,
    line_items: z.array(
      z.object({
        /** Negative: minus the units refunded. */
        quantity: z.int(),
        /** `_refunded_item_id` names the order's line. */
        meta_data: z.array(z.object({ key: z.string(), value: z.unknown().optional() })).default([]),
      }),
    ),
  }),
)
export type WooRefund = z.infer<typeof refunds>[number]

/** One row of a batch: the product after the change, or why not. */
export const batchRow = z.union([
  z.object({
    id,
    error: z.object({ code: z.string(), message: z.string().default(''), data: z.unknown().optional() }),
  }),
  z.object({
    id,
    manage_stock: z.union([z.boolean(), z.literal('parent')]),
    stock_quantity: stockQuantity,
  }),
])
export type BatchRow = z.infer<typeof batchRow>
export const batchAnswer = z.object({ update: z.array(batchRow) })
/** Of a batch without rows. */
export const emptyBatch = z.looseObject({})

export const siteIndex = z.object({
  name: z.string(),
  namespaces: z.array(z.string()),
  timezone_string: z.string().optional(),
  gmt_offset: z.union([z.number(), z.string()]).optional(),
})

export const systemStatus = z.object({
  environment: z.object({ version: z.string() }),
  settings: z.object({ currency: z.string().optional() }).optional(),
})

export const settingOptions = z.array(z.object({ id: z.string(), value: z.unknown().optional() }))

export const webhook = z.object({
  id,
  name: z.string().default(''),
  status: z.string(),
  topic: z.string(),
  delivery_url: z.string(),
})
export type WooWebhook = z.infer<typeof webhook>
export const webhooks = z.array(webhook)
const webhookRow = z.object({ id: id.optional(), error: z.unknown().optional() })
/** Rows of a webhook batch; only the errors matter. */
export const webhookBatch = z.object({
  create: z.array(webhookRow).optional(),
  update: z.array(webhookRow).optional(),
})

export const withId = z.object({ id: z.union([z.int(), z.string()]) })

export const fulfillment = z.object({
  id,
  meta_data: z.array(z.object({ key: z.string(), value: z.unknown().optional() })).default([]),
})
export const fulfillments = z.array(fulfillment)

export const trackings = z.array(
  z.object({ tracking_id: z.union([z.string(), z.int()]), tracking_number: z.string().default('') }),
)
export const createdTracking = z.object({ tracking_id: z.union([z.string(), z.int()]) })

export const notes = z.array(z.object({ id, note: z.string() }))

/** WordPress's error envelope. The message is in the shop's language: branch on the code alone. */
export const errorEnvelope = z.object({
  code: z.string(),
  message: z.string().default(''),
  data: z
    .object({ status: z.int().optional(), params: z.record(z.string(), z.unknown()).optional() })
    .nullish()
    .catch(undefined),
})
