import { z } from 'zod'
import { orderRoutingWhy } from './routing-shapes.ts'

/** What the routes of shipments answer. Quantities are base units. */

const instant = z.iso.datetime()
const count = z.int()

export const shipmentState = z.enum([
  'planned',
  'ready',
  'asked',
  'received',
  'working',
  'held',
  'shipped',
  'cancelled',
  'rejected',
])
export type ShipmentStateName = z.infer<typeof shipmentState>

export const parcelView = z.object({
  parcelId: z.string(),
  carrier: z.string().nullable(),
  trackingNumber: z.string().nullable(),
  trackingUrl: z.string().nullable(),
  shippedAt: instant,
  lines: z.array(
    z.object({
      sku: z.string(),
      units: count.describe('Base units.'),
      lot: z.string().nullable(),
      serials: z.array(z.string()),
      isAsked: z.boolean().describe('False: it left and nobody had asked for it.'),
    }),
  ),
  told: z
    .object({ state: z.string(), at: instant.nullable(), error: z.string().nullable() })
    .nullable()
    .describe('Whether its channel was told; null: there is nothing to tell yet.'),
})

/** GET /shipments/:id, and what changes one. */
export const shipmentDetail = z.object({
  shipmentId: z.string(),
  number: z.string(),
  orderId: z.string(),
  orderNumber: z.string(),
  channel: z.string(),
  location: z.string().describe('Code of the location that it leaves from.'),
  warehouse: z.string().nullable().describe('Name of the connection that sends it; null: your own people.'),
  state: shipmentState,
  cancelReason: z.string().nullable().describe('Why it is to be cancelled; null: it is not.'),
  externalId: z.string().nullable(),
  problem: z.string().nullable(),
  because: z
    .object({ rules: count.nullable(), why: orderRoutingWhy.nullable() })
    .describe('Why from there, as routing said it then.'),
  createdAt: instant,
  askedAt: instant.nullable(),
  heardAt: instant.nullable(),
  endedAt: instant.nullable(),
  lines: z.array(
    z.object({
      shipmentLineId: z.string(),
      lineId: z.string(),
      sku: z.string(),
      name: z.string(),
      barcodes: z.array(z.object({ barcode: z.string(), units: count.describe('Base units in one of it.') })),
      tracking: z.string(),
      bin: z.string().nullable(),
      units: count.describe('Base units.'),
      shipped: count,
      givenUp: count.describe('Will not leave by this shipment.'),
    }),
  ),
  parcels: z.array(parcelView),
  version: count.describe('Send it as If-Match.'),
})
export type ShipmentDetail = z.infer<typeof shipmentDetail>
export type ParcelView = z.infer<typeof parcelView>

/** GET /shipments */
export const shipmentPage = z.object({
  rows: z.array(
    z.object({
      shipmentId: z.string(),
      number: z.string(),
      orderId: z.string(),
      channel: z.string(),
      location: z.string(),
      warehouse: z.string().nullable(),
      state: shipmentState,
      cancelReason: z.string().nullable(),
      problem: z.string().nullable(),
      units: count.describe('Base units.'),
      shipped: count,
      createdAt: instant,
      heardAt: instant.nullable(),
      shipBy: instant.nullable(),
      version: count,
    }),
  ),
  next: z.string().nullable(),
})
export type ShipmentPage = z.infer<typeof shipmentPage>

/** GET /shipments/pick-list */
export const pickList = z.object({
  location: z.string(),
  shipments: count,
  rows: z
    .array(
      z.object({
        bin: z.string().nullable().describe('null: it lies in none.'),
        zone: z.string().nullable(),
        sku: z.string(),
        name: z.string(),
        units: count.describe('Base units, of all these shipments.'),
        shipments: z.array(z.object({ shipmentId: z.string(), number: z.string(), units: count })),
      }),
    )
    .describe('In the order of bins.'),
})
export type PickList = z.infer<typeof pickList>
