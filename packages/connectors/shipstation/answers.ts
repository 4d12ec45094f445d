import { z } from 'zod'
import { fromPacific } from './pacific.ts'

/** ShipStation's answers, as far as the hub reads them; names as in its documentation. */
const id = z.int().min(0)
const text = z.string().nullish()
const units = z.int().min(0)
const pacific = z.string().transform((written, context) => {
  const at = fromPacific(written)
  if (at !== undefined) return at
  context.addIssue({ code: 'custom', message: 'not a moment' })
  return z.NEVER
})

/** V1's lists, by page. */
const paged = { page: z.int().min(0), pages: z.int().min(0) }

export const stores = z.array(z.object({ storeId: id, storeName: text, active: z.boolean().nullish() }))
export const warehouses = z.array(z.object({ warehouseId: id, warehouseName: text }))
export const product = z.object({
  productId: id,
  sku: text,
  name: text,
  upc: text,
  active: z.boolean().nullish(),
})
export const products = z.object({ products: z.array(product), ...paged })

export const order = z.object({
  orderId: id,
  orderKey: text,
  orderNumber: text,
  orderStatus: z.string().min(1),
  createDate: pacific,
  userId: text,
  items: z
    .array(z.object({ orderItemId: id.nullish(), lineItemKey: text, sku: text, quantity: units }))
    .nullish(),
  advancedOptions: z.object({ mergedOrSplit: z.boolean().nullish() }).nullish(),
})
export type Order = z.infer<typeof order>
/** Rows whose inside is not readable are parked one by one. */
export const orderRow = z.looseObject({ orderId: id, orderKey: text })
export const orders = z.object({ orders: z.array(orderRow), ...paged })

export const shipment = z.object({
  shipmentId: id,
  orderId: id.nullish(),
  createDate: pacific,
  trackingNumber: text,
  carrierCode: text,
  voided: z.boolean().nullish(),
  isReturnLabel: z.boolean().nullish(),
  shipmentItems: z
    .array(z.object({ orderItemId: id.nullish(), lineItemKey: text, sku: text, quantity: units }))
    .nullish(),
})
export type LabelShipment = z.infer<typeof shipment>
export const shipments = z.object({ shipments: z.array(shipment), ...paged })

export const fulfillments = z.object({
  fulfillments: z.array(
    z.object({
      fulfillmentId: id,
      createDate: pacific,
      trackingNumber: text,
      carrierCode: text,
      voidDate: text,
    }),
  ),
})
export type Fulfillment = z.infer<typeof fulfillments>['fulfillments'][number]

/** V2 calls an order a shipment; its id is V1's number behind `se-`. */
export const byExternalId = z.object({
  shipment_id: z.string().regex(/^se-\d{1,15}$/),
  external_shipment_id: text,
})
export const inventory = z.object({
  inventory: z.array(z.looseObject({ sku: z.string().min(1) })),
  links: z.object({ next: z.object({ href: text }).nullish() }).nullish(),
})
export const inventoryRow = z.object({
  sku: z.string().min(1),
  on_hand: units,
  allocated: z.int().nullish(),
  available: z.int(),
  inventory_warehouse_id: z.string().min(1),
})
export type InventoryRow = z.infer<typeof inventoryRow>
export const inventoryWarehouses = z.object({
  inventory_warehouses: z.array(z.object({ inventory_warehouse_id: z.string().min(1), name: text })),
})
