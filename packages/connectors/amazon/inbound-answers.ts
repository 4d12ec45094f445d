import { z } from 'zod'
import { id, units } from './answers.ts'

/**
 * The parts that the connector reads of Fulfillment Inbound v0, which alone says what was received.
 * Source: models/fulfillment-inbound-api-model/fulfillmentInboundV0.json (getShipments, getShipmentItemsByShipmentId).
 */

const text = z.string().nullish()

/** Where it is sent from stands beside it, and is dropped. */
export const inboundShipment = z.object({
  ShipmentId: id,
  ShipmentName: text,
  ShipmentStatus: id,
})
export type InboundShipment = z.infer<typeof inboundShipment>

/** Rows one by one: what cannot be read is named, the others go on. */
export const inboundShipments = z.object({
  payload: z.object({ ShipmentData: z.array(z.looseObject({})).nullish(), NextToken: text }),
})

export const inboundItems = z.object({
  payload: z.object({
    ItemData: z.array(
      z.object({ SellerSKU: id, QuantityShipped: units.nullish(), QuantityReceived: units.nullish() }),
    ),
    NextToken: text,
  }),
})
export type InboundItem = z.infer<typeof inboundItems>['payload']['ItemData'][number]
