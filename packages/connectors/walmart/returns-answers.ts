import { z } from 'zod'
import { wholeNumber } from './answers.ts'

/** What is read of return orders. Quantities are numbers and moments ISO texts here, unlike in orders. */

const quantity = z.object({ measurementValue: z.number() })
const moment = z.string().refine((said) => !Number.isNaN(Date.parse(said)), 'no moment')

const returnLine = z.object({
  purchaseOrderId: z.union([z.string().min(1), z.int().transform(String)]),
  purchaseOrderLineNumber: wholeNumber,
  quantity,
  returnExpectedFlag: z.boolean().nullish(),
  isKeepIt: z.boolean().nullish(),
  status: z.string().nullish(),
  statusTime: moment.nullish(),
  returnCancellationReason: z.string().nullish(),
})

export const returnOrder = z.object({
  returnOrderId: z.union([z.string().min(1), z.int().transform(String)]),
  returnOrderDate: moment.nullish(),
  returnOrderLines: z.array(returnLine),
})
export type WalmartReturn = z.infer<typeof returnOrder>

export const returnList = z.object({
  meta: z.object({ nextCursor: z.string().nullish() }).nullish(),
  returnOrders: z.array(returnOrder).nullish(),
})
