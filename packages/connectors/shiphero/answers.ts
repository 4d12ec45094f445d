import { z } from 'zod'

/** ShipHero's answers, as far as the hub reads them. Nearly every field of its schema may be null. */
const id = z.string().min(1)
const text = z.string().nullish()
const flag = z.boolean().nullish()
const units = z.int().min(0)
/** ISO 8601 with or without a zone; without, it is UTC. */
export const instant = z
  .string()
  .refine((written) => !Number.isNaN(Date.parse(zoned(written))), 'not an instant')
  .transform((written) => new Date(zoned(written)))
const maybeInstant = instant.nullish()

function zoned(written: string): string {
  const spaced = written.trim().replace(' ', 'T')
  return /(Z|[+-]\d\d:?\d\d)$/i.test(spaced) ? spaced : `${spaced}${spaced.includes('T') ? '' : 'T00:00:00'}Z`
}

const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: text })
/** A connection; edges may hold nothing, for what is not ours to see. */
const connection = <Node>(node: z.ZodType<Node>) =>
  z
    .object({
      pageInfo: pageInfo.nullish(),
      edges: z.array(z.object({ node: node.nullish() }).nullish()),
    })
    .transform(({ pageInfo: info, edges }) => ({
      nodes: edges.flatMap((edge) => (edge?.node == null ? [] : [edge.node])),
      hasMore: info?.hasNextPage === true,
      next: info?.hasNextPage === true ? (info.endCursor ?? undefined) : undefined,
    }))
    // The end of a list and the loss of its place must not look alike.
    .refine(({ hasMore, next }) => !hasMore || next !== undefined, 'there is more, and no cursor')
const listOf = <Node>(node: z.ZodType<Node>) => z.object({ data: connection(node) })

/** Rows whose inside is not readable are parked one by one. */
const row = z.looseObject({ id })

const warehouse = z.object({
  id,
  identifier: text,
  company_name: text,
  address: z.object({ name: text }).nullish(),
})
export const account = z.object({
  account: z.object({
    data: z.object({
      id,
      username: text,
      email: text,
      is_3pl: flag,
      warehouses: z.array(warehouse.nullish()).nullish(),
    }),
  }),
})
export const customers = z.object({
  account: z.object({
    data: z.object({ customers: connection(z.object({ id, username: text })) }),
  }),
})

export const product = z.object({
  id,
  sku: text,
  name: text,
  barcode: text,
  active: flag,
  kit: flag,
  kit_build: flag,
  virtual: flag,
})
export const products = z.object({ products: listOf(product) })
export const oneProduct = z.object({ product: z.object({ data: product.nullable() }) })
export const unitsBySku = z.record(z.string(), z.unknown())
export const unitList = listOf(z.object({ id, sku: text }))

export const warehouseProduct = z.object({
  id,
  sku: z.string().min(1),
  warehouse_id: id,
  on_hand: units,
  allocated: z.int().nullish(),
  available: z.int(),
  non_sellable_quantity: units.nullish(),
  product: z.object({
    id,
    kit: flag,
    kit_build: flag,
    virtual: flag,
    needs_lot_tracking: flag,
  }),
})
export const warehouseProducts = z.object({ warehouse_products: listOf(row) })
export const lotList = listOf(
  z.object({
    id,
    locations: connection(
      z.object({
        quantity: units,
        location: z.object({ sellable: flag }).nullish(),
        expiration_lot: z.object({ name: text, expires_at: maybeInstant }).nullish(),
      }),
    ),
  }),
)

const orderLine = z.object({
  id,
  sku: z.string().min(1),
  partner_line_item_id: text,
  quantity: units,
  quantity_pending_fulfillment: z.int().nullish(),
  quantity_shipped: units.nullish(),
  backorder_quantity: z.int().nullish(),
  serial_numbers: z.array(z.object({ serial_number: text }).nullish()).nullish(),
  shipped_line_item_lots: z.array(z.object({ lot_name: text }).nullish()).nullish(),
  tote_picks: z.array(z.object({ quantity: z.int().nullish() }).nullish()).nullish(),
})
const label = z.object({ id, tracking_number: text, carrier: text, refunded: flag })
const shipment = z.object({
  id,
  created_date: instant,
  refunded: flag,
  picked_up: flag,
  delivered: flag,
  shipping_labels: z.array(label.nullish()).nullish(),
  line_items: connection(z.object({ id, quantity: units, line_item_id: id, shipping_label_id: text })),
})
export const order = z.object({
  id,
  partner_order_id: text,
  fulfillment_status: z.string().min(1),
  holds: z.record(z.string(), z.boolean().nullish()).nullish(),
  line_items: connection(orderLine),
  shipments: z.array(shipment.nullish()).nullish(),
})
export type Order = z.infer<typeof order>
export type OrderShipment = z.infer<typeof shipment>

export const orders = z.object({ orders: listOf(row) })
export const oneOrder = z.object({ order: z.object({ data: row.nullable() }) })
export const references = z.object({
  orders: listOf(
    z.object({ id, legacy_id: z.int().nullish(), partner_order_id: text, fulfillment_status: text }),
  ),
})
export const orderCreated = z.object({ order_create: z.object({ order: z.object({ id }) }) })
export const orderCancelled = z.object({
  order_cancel: z.object({ order: z.object({ id, fulfillment_status: text }).nullish() }),
})

export const purchaseOrderFound = z.object({
  purchase_order: z
    .object({ data: z.object({ id, po_number: text, fulfillment_status: text }).nullish() })
    .nullish(),
})
export const purchaseOrderCreated = z.object({
  purchase_order_create: z.object({ purchase_order: z.object({ id }) }),
})
export const purchaseOrder = z.object({
  id,
  po_number: text,
  warehouse_id: id,
  fulfillment_status: text,
  created_at: instant,
  date_closed: maybeInstant,
})
export const purchaseOrders = z.object({ purchase_orders: listOf(row) })
const purchaseOrderLine = z.object({
  id,
  sku: z.string().min(1),
  quantity_received: units.nullish(),
  updated_at: maybeInstant,
  expiration_lots: connection(z.object({ name: text, expires_at: maybeInstant })).nullish(),
})
export const purchaseOrderLines = z.object({
  purchase_order: z.object({ data: z.object({ line_items: connection(purchaseOrderLine) }) }),
})
export type PurchaseOrder = z.infer<typeof purchaseOrder>
export type PurchaseOrderLine = z.infer<typeof purchaseOrderLine>

export const returned = z.object({
  id,
  partner_id: text,
  status: text,
  created_at: instant,
  order: z.object({ partner_order_id: text }).nullish(),
  line_items: z.array(
    z.object({
      id,
      quantity: units,
      quantity_received: units.nullish(),
      restock: units.nullish(),
      condition: text,
      warehouse_id: text,
      created_at: maybeInstant,
      updated_at: maybeInstant,
      line_item: z.object({ sku: text }).nullish(),
    }),
  ),
})
export const returns = z.object({ returns: listOf(row) })
export type Returned = z.infer<typeof returned>

export const webhooks = z.object({
  webhooks: listOf(z.object({ id, name: z.string(), url: z.string(), shop_name: text, enabled: flag })),
})
export const webhookCreated = z.object({
  webhook_create: z.object({ webhook: z.object({ id, shared_signature_secret: z.string().min(1) }) }),
})
export const done = z.record(z.string(), z.object({ request_id: text }))
