import { z } from 'zod'

/**
 * The parts of Magento's answers that the connector reads, and the `fields` that ask for exactly these: names, addresses
 * and e-mail addresses are never fetched. Source: the published Swagger of 2.4.9 and of the cloud service; its `required`
 * lists come from comments in PHP, so what may be null is learned from the sources.
 */

const id = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  ])
  .pipe(z.int().positive())
const reference = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  ])
  .nullish()

/** UTC without a zone. The pattern refuses one with a zone, since we append `Z` ourselves. */
const gmt = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  .refine((text) => !Number.isNaN(Date.parse(`${text.replace(' ', 'T')}Z`)), 'no such moment')

/** A list; PHP writes an empty one as null in old versions, and one with gaps as an object with numbers for names. */
const list = <Row>(row: z.ZodType<Row>) =>
  z.preprocess(
    (value) => (value === null ? [] : isNumbered(value) ? Object.values(value) : value),
    z.array(row),
  )

function isNumbered(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const names = Object.keys(value)
  return names.length > 0 && names.every((name) => /^\d+$/.test(name))
}

const total = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  ])
  .pipe(z.int().nonnegative())

/** One page of a list endpoint. */
const found = <Row>(row: z.ZodType<Row>) => z.object({ items: list(row), total_count: total })

/** A quantity is a decimal with four places, as number or as text. */
const decimal = z.union([z.number(), z.string()])
const flag = z.union([z.boolean(), z.number(), z.string()]).nullish()

export const counted = z.object({ total_count: total })

// Stock of many sources.

export const sourceItem = z.object({
  sku: z.string().min(1),
  source_code: z.string().min(1),
  quantity: decimal.nullable(),
  status: z.union([z.int(), z.string()]),
})
export type SourceItem = z.infer<typeof sourceItem>
export const sourceItems = found(sourceItem)
export const sourceItemFields = 'items[sku,source_code,quantity,status],total_count'

export const sources = found(
  z.object({ source_code: z.string().min(1), name: z.string().nullish(), enabled: flag }),
)
export const sourceFields = 'items[source_code,name,enabled],total_count'
export const assignedSources = list(
  z.object({ source_code: z.string().min(1), name: z.string().nullish(), enabled: flag }),
)
export const stock = z.object({
  stock_id: id,
  name: z.string().nullish(),
  extension_attributes: z
    .object({ sales_channels: list(z.object({ type: z.string(), code: z.string() })).optional() })
    .optional()
    // An empty map is an empty list.
    .catch(undefined),
})
export const stocks = found(stock)

/** Of a batch that was saved: nothing at all. */
export const saved = z.array(z.never())

// Single stock.

export const stockItem = z.object({
  item_id: id,
  product_id: reference,
  qty: decimal.nullable(),
  /** What counts in the end: the product's own setting, or the shop's. */
  manage_stock: z.boolean(),
  backorders: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]),
})
export type StockItem = z.infer<typeof stockItem>
export const stockItemFields = 'items[item_id,product_id,qty,manage_stock,backorders],total_count'
export const stockItems = found(stockItem)
export const savedId = z.union([z.int(), z.string().regex(/^\d+$/)])

// Products.

export const product = z.object({
  id,
  sku: z.string().min(1),
  name: z.string().nullish(),
  /** 1 enabled, 2 disabled. */
  status: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]).nullish(),
  type_id: z.string().nullish(),
  custom_attributes: z
    .array(z.object({ attribute_code: z.string(), value: z.unknown().optional() }))
    .nullish()
    .catch(undefined),
})
export type Product = z.infer<typeof product>
export const products = found(product)
export const productFields = 'items[id,sku,name,status,type_id,custom_attributes],total_count'
export const savedProduct = z.object({ sku: z.string() })

// Orders.

/** Units of a line, absent where nothing has happened to them. Fractions are read by nobody: the order is unreadable. */
const units = z.preprocess(
  (value) => (value === null || value === undefined ? 0 : asNumber(value)),
  z.int().nonnegative(),
)

function asNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value
}

export const orderItem = z.object({
  item_id: id,
  parent_item_id: reference,
  product_id: reference,
  product_type: z.string().nullish(),
  sku: z.string().nullish(),
  name: z.string().nullish(),
  is_virtual: flag,
  qty_ordered: z.preprocess(asNumber, z.int().nonnegative()),
  qty_canceled: units,
  qty_invoiced: units,
  qty_refunded: units,
  qty_shipped: units,
})
export type OrderItem = z.infer<typeof orderItem>

/** Nothing that is wrong with an address may make an order unreadable. */
const part = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(undefined)
const place = { city: part, region: part, region_code: part, postcode: part, country_id: part }
const assignmentsOf = <Address>(address: z.ZodType<Address>) =>
  z
    .object({
      shipping_assignments: list(
        z.object({ shipping: z.object({ address: address.nullish() }).nullish() }),
      ).nullish(),
    })
    .nullish()

export const order = z.object({
  entity_id: id,
  increment_id: z.union([z.string(), z.number()]).nullish(),
  state: z.string(),
  created_at: gmt,
  /** Null: nothing orders the states of the order. */
  updated_at: gmt.nullish(),
  order_currency_code: z.string().nullish(),
  shipping_description: z.string().nullish().catch(undefined),
  extension_attributes: assignmentsOf(z.object(place)).catch(undefined),
  items: list(orderItem).refine(
    (items) => new Set(items.map((item) => item.item_id)).size === items.length,
    'a line is there twice',
  ),
})
export type MagentoOrder = z.infer<typeof order>

/** Read when an order is sent, and never kept. */
export const addressedOrder = z.object({
  entity_id: id,
  extension_attributes: assignmentsOf(
    z.object({
      ...place,
      firstname: part,
      middlename: part,
      lastname: part,
      company: part,
      street: z.union([list(z.string()), z.string().transform((line) => [line])]).nullish(),
      telephone: part,
      email: part,
    }),
  ),
})
const addressParts = (parts: string) =>
  `extension_attributes[shipping_assignments[shipping[address[${parts}]]]]`
const placeParts = 'city,region,region_code,postcode,country_id'
export const addressFields = `entity_id,${addressParts(`${placeParts},firstname,middlename,lastname,company,street,telephone,email`)}`

/** Rows of the order list, each to be read by itself: one that cannot be read must not hold up the others. */
export const orderRows = found(z.looseObject({ entity_id: id, updated_at: gmt.nullish().catch(undefined) }))
export type OrderRow = z.infer<typeof orderRows>['items'][number]

const orderParts = `entity_id,increment_id,state,created_at,updated_at,order_currency_code,shipping_description,items[item_id,parent_item_id,product_id,product_type,sku,name,is_virtual,qty_ordered,qty_canceled,qty_invoiced,qty_refunded,qty_shipped],${addressParts(placeParts)}`
export const orderFields = orderParts
export const orderListFields = `items[${orderParts}],total_count`

export const shipments = found(
  z.object({
    entity_id: id,
    order_id: id,
    tracks: list(z.object({ track_number: z.string().nullish() })).optional(),
    comments: list(z.object({ comment: z.string().nullish() })).optional(),
  }),
)
export const shipmentFields = 'items[entity_id,order_id,tracks[track_number],comments[comment]],total_count'
export const invoices = found(z.object({ entity_id: id, order_id: id }))
export const invoiceFields = 'items[entity_id,order_id],total_count'

/** Shipments or credit memos, as hints that something has become of an order. */
export const documents = found(z.object({ entity_id: id, order_id: id, created_at: gmt }))
export const documentFields = 'items[entity_id,order_id,created_at],total_count'
/** What each of them was for. */
export const lineDocuments = found(
  z.object({
    entity_id: id,
    order_id: id,
    created_at: gmt,
    items: list(z.object({ order_item_id: id, qty: units })),
    comments: list(z.object({ comment: z.string().nullish() }))
      .nullish()
      .catch(undefined),
  }),
)
export type LineDocument = z.infer<typeof lineDocuments>['items'][number]
export const lineDocumentFields =
  'items[entity_id,order_id,created_at,items[order_item_id,qty],comments[comment]],total_count'

export const done = z.boolean()

// Asynchronous bulks.

export const bulkTaken = z.object({
  bulk_uuid: z.string().min(1),
  request_items: list(z.object({ id: z.union([z.int(), z.string()]), status: z.string() })),
})
export const bulkStatus = z.object({
  operations_list: list(
    z.object({
      serialized_data: z.string().nullish(),
      status: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]),
      result_message: z.string().nullish(),
    }),
  ),
})
export type BulkStatus = z.infer<typeof bulkStatus>

// The shop itself.

export const storeConfigs = list(
  z.object({
    code: z.string(),
    website_id: reference,
    base_currency_code: z.string().nullish(),
    timezone: z.string().nullish(),
    base_url: z.string().nullish(),
  }),
)
export const storeViews = list(
  z.object({
    id: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]),
    code: z.string(),
    website_id: reference,
  }),
)
export const websites = list(
  z.object({ id: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]), code: z.string() }),
)
