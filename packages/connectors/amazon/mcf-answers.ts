import { z } from 'zod'
import { id, instant, units } from './answers.ts'

/**
 * The parts that the connector reads of what Fulfillment Outbound 2020-07-01 answers. Addresses and e-mail addresses are
 * in it too, and are dropped as it is read.
 * Source: models/fulfillment-outbound-api-model/fulfillmentOutbound_2020-07-01.json.
 */

const text = z.string().nullish()

export const fulfillmentOrder = z.object({
  sellerFulfillmentOrderId: id,
  /** The model writes `Processing`, its examples `PROCESSING`. */
  fulfillmentOrderStatus: z.string().min(1),
  fulfillmentAction: text,
  statusUpdatedDate: instant,
})
export type FulfillmentOrder = z.infer<typeof fulfillmentOrder>

/** Rows one by one: what cannot be read is named, the others go on. */
export const fulfillmentOrders = z.object({
  payload: z.object({
    nextToken: text,
    fulfillmentOrders: z.array(z.looseObject({ sellerFulfillmentOrderId: id })).nullish(),
  }),
})

const shipmentItem = z.object({
  sellerSku: id,
  sellerFulfillmentOrderItemId: text,
  quantity: units,
  packageNumber: z.int().nullish(),
  serialNumber: text,
})

const shipmentPackage = z.object({
  packageNumber: z.int(),
  carrierCode: text,
  trackingNumber: text,
  amazonFulfillmentTrackingNumber: text,
})

const shipment = z.object({
  amazonShipmentId: id,
  fulfillmentShipmentStatus: z.string().min(1),
  shippingDate: instant.nullish(),
  fulfillmentShipmentItem: z.array(shipmentItem),
  fulfillmentShipmentPackage: z.array(shipmentPackage).nullish(),
})
export type FulfillmentShipment = z.infer<typeof shipment>

export const fulfillmentOrderAnswer = z.object({
  payload: z.object({
    fulfillmentOrder,
    fulfillmentOrderItems: z.array(
      z.object({
        sellerSku: id,
        quantity: units,
        cancelledQuantity: units.nullish(),
        unfulfillableQuantity: units.nullish(),
      }),
    ),
    fulfillmentShipments: z.array(shipment).nullish(),
  }),
})
export type FulfillmentDetail = z.infer<typeof fulfillmentOrderAnswer>['payload']

/** Creating and cancelling answer nothing but that it went well. */
export const taken = z.looseObject({})

export const packageTracking = z.object({
  payload: z.object({
    packageNumber: z.int(),
    trackingNumber: text,
    carrierCode: text,
    customerTrackingLink: text,
  }),
})
