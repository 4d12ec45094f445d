import { type CallOptions, NotFound } from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { Api } from './api.ts'
import { SHIPPABLE } from './documents.ts'
import { gidSchema } from './ids.ts'

/** What of an order can still be shipped or cancelled, from where, and what was shipped before. */

const more = z.object({ hasNextPage: z.boolean() })

export const fulfillmentOrderSchema = z.object({
  id: gidSchema,
  status: z.string(),
  /** Of one that is assigned to a fulfilment service: what the merchant asks of it. */
  requestStatus: z.string(),
  assignedLocation: z.object({ location: z.object({ id: gidSchema }).nullable() }),
  lineItems: z.object({
    nodes: z.array(
      z.object({
        id: gidSchema,
        remainingQuantity: z.number().int(),
        lineItem: z.object({ id: gidSchema }),
      }),
    ),
    pageInfo: more,
  }),
})

const shippableSchema = z.object({
  order: z
    .object({
      id: gidSchema,
      cancelledAt: z.string().nullable(),
      fulfillmentOrders: z.object({ nodes: z.array(fulfillmentOrderSchema), pageInfo: more }),
      fulfillments: z.array(
        z.object({
          id: gidSchema,
          status: z.string(),
          trackingInfo: z.array(z.object({ number: z.string().nullable() })),
          fulfillmentLineItems: z.object({
            nodes: z.array(
              z.object({ quantity: z.number().int().nullable(), lineItem: z.object({ id: gidSchema }) }),
            ),
            pageInfo: more,
          }),
        }),
      ),
    })
    .nullable(),
})
export type Shippable = NonNullable<z.infer<typeof shippableSchema>['order']>

/** @throws NotFound */
export async function readShippable(
  api: Api,
  orderExternalId: string,
  options: CallOptions,
): Promise<Shippable> {
  const { data } = await api.read(SHIPPABLE, { id: orderExternalId }, shippableSchema, options)
  if (data.order === null) throw new NotFound(`Shopify has no order ${orderExternalId}`)
  return data.order
}
