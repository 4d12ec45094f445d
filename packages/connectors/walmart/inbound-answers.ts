import { z } from 'zod'
import { wholeNumber } from './answers.ts'

/**
 * What is read of Walmart's answers about goods that come to its centres. Source: the OpenAPI document of 2023 and its examples
 * (inbound-shipments, inbound-shipment-items), whose schemas say nothing of what must be there.
 */

const units = wholeNumber.refine((count) => count >= 0, 'no units can be less than none')

/** One part of an announcement: Walmart divides it among its centres. */
export const inboundShipment = z.object({
  inboundOrderId: z.string().min(1),
  shipmentId: z.string().min(1),
  status: z.string().min(1),
  createdDate: z.iso.datetime(),
  receivedUnits: units.nullish(),
})
export type InboundShipment = z.infer<typeof inboundShipment>

export const inboundItem = z.object({
  shipmentId: z.string().min(1),
  sku: z.string().min(1),
  receivedQty: units.nullish(),
  damagedQty: units.nullish(),
})
export type InboundItem = z.infer<typeof inboundItem>

/** Rows are read one by one: one that makes no sense spoils no other. */
export const inboundPage = z.object({ payload: z.array(z.unknown()).nullish() })
export const inboundShipments = z.object({ payload: z.array(inboundShipment).nullish() })
export const inboundItems = z.object({ payload: z.array(inboundItem).nullish() })

export const inboundTaken = z.object({
  status: z.string().nullish(),
  payload: z.array(z.object({ shipmentId: z.string().min(1) })).nullish(),
})
