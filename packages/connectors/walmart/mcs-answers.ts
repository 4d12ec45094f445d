import { z } from 'zod'
import { wholeNumber } from './answers.ts'

/**
 * What is read of Walmart's answers about customers' orders that it sends for other channels. Names and addresses are in
 * them too, and are dropped as they are read. Source: the OpenAPI document of 2023 and its examples;
 * developer.walmart.com/us-marketplace/docs/get-fulfillment-order-status (2026-08).
 */

const text = z.string().nullish()
const units = wholeNumber.refine((count) => count >= 0, 'no units can be less than none')
const quantity = z.object({ measurementValue: units })

/** Creating and cancelling are taken to be worked on; `FAIL` comes with status 200 too. */
export const taken = z.object({
  status: z.string().min(1),
  errors: z
    .array(z.object({ code: z.string().default(''), field: text, description: text, info: text }))
    .nullish(),
})

export const fulfilmentOrder = z.object({
  sellerOrderId: z.string().min(1),
  status: z.string().min(1),
  shipments: z
    .array(
      z.object({
        status: z.string().min(1),
        shipmentNo: text,
        packageId: text,
        scac: text,
        carrierDescription: text,
        trackingNo: text,
        externalTrackingURL: text,
        actualShipmentDate: text,
        lastModified: text,
        shipmentLines: z.array(z.object({ fulfillerLineId: z.string().min(1), quantity })).nullish(),
      }),
    )
    .nullish(),
  orderLines: z
    .array(
      z.object({
        orderedQty: quantity,
        orderLineQuantityInfo: z
          .array(z.object({ status: z.string().min(1), statusQuantity: quantity }))
          .nullish(),
      }),
    )
    .min(1),
})
export type FulfilmentOrder = z.infer<typeof fulfilmentOrder>

/** None under the number comes as an empty list, or as an error of its own. */
export const status = z.object({ payload: z.array(z.unknown()).nullable() })
