import { z } from 'zod'

/** ShipBob's answers, as far as the hub reads them; names as in its OpenAPI description of 2026-01. */
const id = z.int().min(0)
const text = z.string().nullish()
const units = z.int().min(0)
export const instant = z
  .string()
  .refine((written) => !Number.isNaN(Date.parse(zoned(written))), 'not an instant')
  .transform((written) => new Date(zoned(written)))
const maybeInstant = instant.nullish()

/** Its instants are UTC, some of them written without saying so. */
function zoned(written: string): string {
  return /(Z|[+-]\d\d:?\d\d)$/i.test(written) ? written : `${written}Z`
}

const urlPage = <Row>(row: z.ZodType<Row>) => z.object({ items: z.array(row), next: text })

export const channels = urlPage(
  z.object({ id, name: text, application_name: text, scopes: z.array(z.string()).nullish() }),
)
export const locations = z.array(
  z.object({ id, name: text, is_active: z.boolean().nullish(), access_granted: z.boolean().nullish() }),
)

export const inventory = z.object({
  inventory_id: id,
  sku: text,
  name: text,
  barcode: text,
  variant: z
    .object({
      is_active: z.boolean().nullish(),
      is_digital: z.boolean().nullish(),
      is_bundle: z.boolean().nullish(),
    })
    .nullish(),
})
export const inventories = urlPage(inventory)

const quantities = { on_hand_quantity: units, fulfillable_quantity: units, committed_quantity: units }
export const levels = urlPage(
  z.object({
    inventory_id: id,
    locations: z.array(z.object({ location_id: id, ...quantities, awaiting_quantity: units })).nullish(),
  }),
)
export const lots = urlPage(
  z.object({
    inventory_id: id,
    lots: z
      .array(
        z.object({
          lot_number: text,
          lot_date: maybeInstant,
          locations: z.array(z.object({ location_id: id, ...quantities })).nullish(),
        }),
      )
      .nullish(),
  }),
)

const shipment = z.object({
  id,
  status: z.string(),
  status_details: z.array(z.object({ id: z.int().nullish(), name: text, description: text })).nullish(),
  created_date: maybeInstant,
  last_update_at: maybeInstant,
  actual_fulfillment_date: maybeInstant,
  tracking: z
    .object({ carrier: text, tracking_number: text, tracking_url: text, shipping_date: maybeInstant })
    .nullish(),
  products: z
    .array(
      z.object({
        reference_id: text,
        sku: text,
        inventory_items: z
          .array(
            z.object({
              quantity: units,
              lot: text,
              serial_numbers: z.array(z.string()).nullish(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
})
export const order = z.object({
  id,
  reference_id: text,
  status: z.string(),
  created_date: maybeInstant,
  shipments: z.array(shipment).nullish(),
})
/** Rows whose inside is not readable are parked one by one. */
export const orderRow = z.looseObject({ id })
export const orderRows = z.array(orderRow)
export const cancelled = z.object({
  status: z.enum(['Success', 'Failure', 'PartialSuccess']),
  order: order.nullish(),
})
export type Order = z.infer<typeof order>
export type OrderShipment = z.infer<typeof shipment>

export const receiving = z.object({
  id,
  status: z.string(),
  purchase_order_number: text,
  fulfillment_center: z.object({ id }),
  insert_date: instant,
  last_updated_date: instant,
  inventory_quantities: z
    .array(
      z.object({
        inventory_id: id,
        sku: text,
        expected_quantity: units,
        received_quantity: units,
        stowed_quantity: units,
      }),
    )
    .nullish(),
})
export const receivings = z.array(receiving)
export const boxes = z.array(
  z.object({
    box_id: id,
    arrived_date: maybeInstant,
    received_date: maybeInstant,
    box_items: z
      .array(
        z.object({
          inventory_id: id,
          lot_number: text,
          lot_date: maybeInstant,
          stowed_quantity: units,
        }),
      )
      .nullish(),
  }),
)
export type Receiving = z.infer<typeof receiving>
export type Boxes = z.infer<typeof boxes>

export const returned = z.object({
  id,
  status: z.string(),
  reference_id: text,
  store_order_id: text,
  fulfillment_center: z.object({ id }),
  insert_date: instant,
  arrived_date: maybeInstant,
  completed_date: maybeInstant,
  status_history: z.array(z.object({ timestamp: instant })).nullish(),
  inventory: z
    .array(
      z.object({
        id,
        sku: text,
        quantity: units,
        lot_information: z.object({ number: text, expiration: maybeInstant }).nullish(),
        action_taken: z.array(z.object({ action: text, quantity_processed: units })).nullish(),
      }),
    )
    .nullish(),
})
export const returnRow = z.looseObject({ id })
export const returnRows = urlPage(returnRow)
/** Where each of them must be understood. */
export const returnPage = urlPage(returned)
export type Returned = z.infer<typeof returned>

export const webhooks = urlPage(
  z.object({
    id: z.string(),
    url: z.string(),
    description: text,
    topics: z.array(z.string()).nullish(),
    enabled: z.boolean().nullish(),
  }),
)
export const createdWebhook = z.object({ id: z.string() })

/** A message is about an order, a shipment of one, or a return; whatever the version wraps it in. */
export const aboutOrder = z.union([
  z.object({ order_id: id }).transform(({ order_id }) => order_id),
  z.object({ id, shipments: z.array(z.unknown()) }).transform(({ id: orderId }) => orderId),
])
export const aboutReturn = z.object({ id }).transform(({ id: returnId }) => returnId)
