import { z } from 'zod'

/**
 * The parts of WooCommerce's answers that the connector reads, and the `_fields` that ask for exactly these:
 * names, addresses and e-mail addresses are never fetched. Source: REST API v3 reference (read 2026-08).
 */

/** Of a thing that is there. */
const id = z.int().positive()
/** Of a thing that another one names: 0 where there is none. */
const reference = z.int().nonnegative()

/**
 * A list. PHP writes one with gaps in it (a filter took rows out) as an object with numbers for names, and only the
 * empty one is surely `[]`.
 */
const list = <Row>(row: z.ZodType<Row>) =>
  z.preprocess((value) => (isNumbered(value) ? Object.values(value) : value), z.array(row))

function isNumbered(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const names = Object.keys(value)
  return names.length > 0 && names.every((name) => /^\d+$/.test(name))
}

/**
 * UTC without a zone: "2026-08-01T09:30:00". The pattern refuses one with a zone, since we append `Z` ourselves.
 */
const gmt = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/)
  .refine((text) => !Number.isNaN(Date.parse(`${text}Z`)), 'no such moment')

/** Integers in core; plugins that sell by weight send decimals, some as text. */
const stockQuantity = z.union([z.number(), z.string()]).nullable()

export const productFields =
  'id,parent_id,type,name,sku,global_unique_id,status,manage_stock,stock_quantity,backorders,date_modified_gmt'

export const product = z.object({
  id,
  parent_id: reference.optional(),
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
  /** Old drafts have a zero date, which PHP writes as the 30th of November of the year -1: no date at all. */
  date_modified_gmt: gmt.nullish().catch(undefined),
})
export type WooProduct = z.infer<typeof product>
export const products = list(product)

export const variationFields = `${productFields},attributes`
export const variation = product.extend({
  attributes: list(
    z.object({ name: z.string().optional(), option: z.union([z.string(), z.number()]).nullish() }),
  ).optional(),
})
export type WooVariation = z.infer<typeof variation>
export const variations = list(variation)

export const parents = list(z.object({ id, name: z.string(), status: z.string() }))
export const parentFields = 'id,name,status'

/** Of an address what routing needs; WordPress from 5.3 on leaves the rest out itself. */
const destinationFields = ['shipping', 'billing'].flatMap((of) =>
  ['country', 'state', 'postcode', 'city'].map((part) => `${of}.${part}`),
)

export const orderFields = [
  'id,number,status,created_via,currency,date_created_gmt,date_modified_gmt,date_completed_gmt,line_items,refunds,meta_data',
  ...destinationFields,
  'shipping_lines',
].join(',')

// An address that cannot be read must not make an order so.
const place = z
  .object({
    country: z.string().nullish(),
    state: z.string().nullish(),
    postcode: z.union([z.string(), z.number()]).nullish(),
    city: z.string().nullish(),
  })
  .nullish()
  .catch(undefined)
export type WooPlace = NonNullable<z.infer<typeof place>>

export const order = z.object({
  id,
  /** Numbering plugins answer numbers, too. */
  number: z.union([z.string(), z.number()]).optional(),
  status: z.string(),
  /** `checkout` and `store-api` are shoppers'; anything else is staff's, a program's or unknown. */
  created_via: z.string().nullish().catch(undefined),
  currency: z.string().optional(),
  date_created_gmt: gmt,
  /** Null where the shop has none; then nothing orders the order's states. */
  date_modified_gmt: gmt.nullish(),
  date_completed_gmt: gmt.nullish(),
  line_items: list(
    z.object({
      id,
      product_id: reference,
      variation_id: reference,
      name: z.string(),
      sku: z.string().nullish(),
      /** Plugins that sell by weight send fractions: such an order is unreadable, never rounded. */
      quantity: z.int().nonnegative(),
    }),
  ).refine((lines) => new Set(lines.map((line) => line.id)).size === lines.length, 'a line is there twice'),
  refunds: list(z.object({ id })).default([]),
  meta_data: list(z.object({ key: z.string(), value: z.unknown().optional() })).default([]),
  shipping: place,
  billing: place,
  shipping_lines: list(z.object({ method_title: z.string().nullish() }))
    .nullish()
    .catch(undefined),
})
export type WooOrder = z.infer<typeof order>

/** Read when an order is sent, and never kept. */
export const addressFields = 'id,shipping,billing'
const part = z.string().nullish()
const address = z.object({
  first_name: part,
  last_name: part,
  company: part,
  address_1: part,
  address_2: part,
  city: part,
  state: part,
  postcode: z.union([z.string(), z.number()]).nullish(),
  country: part,
  phone: part,
})
export const addresses = z.object({ id, shipping: address, billing: address.extend({ email: part }) })

/** Rows of the order list, each to be read by itself: one that cannot be read must not hold up the others. */
export const orderRows = list(z.looseObject({ id, date_modified_gmt: gmt.nullish().catch(undefined) }))
export type WooOrderRow = z.infer<typeof orderRows>[number]

export const refundFields = 'id,date_created_gmt,reason,line_items'
export const refunds = list(
  z.object({
    id,
    date_created_gmt: gmt,
    reason: z.string().nullish().catch(undefined),
    line_items: list(
      z.object({
        /** Negative: minus the units refunded. */
        quantity: z.int(),
        /** `_refunded_item_id` names the order's line. */
        meta_data: list(z.object({ key: z.string(), value: z.unknown().optional() })).default([]),
      }),
    ),
  }),
)
export type WooRefund = z.infer<typeof refunds>[number]

/** A text in core; WordPress lets plugins give numbers. */
const errorCode = z.union([z.string(), z.number()]).transform(String)

/** One row of a batch: the product after the change, or why not. */
export const batchRow = z.union([
  z.object({
    id,
    error: z.object({ code: errorCode, message: z.string().default(''), data: z.unknown().optional() }),
  }),
  z.object({
    id,
    manage_stock: z.union([z.boolean(), z.literal('parent')]),
    stock_quantity: stockQuantity,
  }),
])
export type BatchRow = z.infer<typeof batchRow>
export const batchAnswer = z.object({ update: list(batchRow) })
/** Of a batch without rows: PHP writes an empty map as an empty list. */
export const emptyBatch = z.union([z.array(z.never()), z.looseObject({})])

export const siteIndex = z.object({
  name: z.string(),
  namespaces: list(z.string()),
  timezone_string: z.string().optional(),
  gmt_offset: z.union([z.number(), z.string()]).optional(),
})

export const systemStatus = z.object({
  environment: z.object({ version: z.string() }),
  settings: z
    .object({
      currency: z.string().optional(),
      /** High-performance order storage: tables of their own instead of posts. Absent before 7.1. */
      HPOS_enabled: z.boolean().optional().catch(undefined),
    })
    .optional(),
})

export const settingOptions = list(z.object({ id: z.string(), value: z.unknown().optional() }))

export const webhook = z.object({
  id,
  name: z.string().default(''),
  status: z.string(),
  topic: z.string(),
  delivery_url: z.string(),
})
export type WooWebhook = z.infer<typeof webhook>
export const webhooks = list(webhook)
const webhookRow = z.object({ id: reference.optional(), error: z.unknown().optional() })
/** Rows of a webhook batch; only the errors matter. */
export const webhookBatch = z.object({
  create: list(webhookRow).default([]),
  update: list(webhookRow).default([]),
  delete: list(webhookRow).default([]),
})

const anyId = z.union([z.int().positive(), z.string().min(1)])
export const withId = z.object({ id: anyId })

export const fulfillment = z.object({
  id,
  is_fulfilled: z.boolean().optional().catch(undefined),
  /** In the shop's time, or null: only whether there is one is read. */
  date_deleted: z.string().nullish().catch(undefined),
  meta_data: list(z.object({ key: z.string(), value: z.unknown().optional() })).default([]),
})
export type WooFulfillment = z.infer<typeof fulfillment>
export const fulfillments = list(fulfillment)

export const trackings = list(z.object({ tracking_id: anyId, tracking_number: z.string().default('') }))
export const createdTracking = z.object({ tracking_id: anyId })

export const notes = list(z.object({ id, note: z.string() }))

/** WordPress's error envelope. The message is in the shop's language: branch on the code alone. */
export const errorEnvelope = z.object({
  code: errorCode,
  message: z.string().default(''),
  // Some routes put the bare status here, and an empty map comes as a list.
  data: z
    .object({
      status: z.int().optional().catch(undefined),
      params: z.record(z.string(), z.unknown()).optional().catch(undefined),
    })
    .nullish()
    .catch(undefined),
})
