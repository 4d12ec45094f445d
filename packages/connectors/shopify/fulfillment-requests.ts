import { type CallOptions, type Cancellation, Invalid } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { userErrorSchema } from './answers.ts'
import type { Api } from './api.ts'
import type { Operation } from './documents.ts'
import { gidSchema } from './ids.ts'
import {
  ACCEPT_CANCELLATION,
  ACCEPT_REQUEST,
  CLOSE_FULFILLMENT_ORDER,
  CREATE_SERVICE,
  REJECT_CANCELLATION,
  REJECT_REQUEST,
  SERVICES,
} from './service-documents.ts'
import type { FulfillmentOrder } from './shippable.ts'

/**
 * The hub as a fulfilment service: the merchant requests that it ships, and the service accepts or rejects; of what it
 * accepted the merchant may request the cancellation, which it accepts or rejects too. The merchant's order is never the
 * service's to cancel: it gives the request back. Source: shopify.dev/docs/apps/build/orders-fulfillment/
 * fulfillment-service-apps/build-for-fulfillment-services (read 2026-11).
 */

/** Of a fulfilment order that is no service's it is UNSUBMITTED. */
export function isRequested({ requestStatus }: Pick<FulfillmentOrder, 'requestStatus'>): boolean {
  return ['SUBMITTED', 'ACCEPTED', 'CANCELLATION_REQUESTED', 'CANCELLATION_REJECTED'].includes(requestStatus)
}

/** Before units leave: their request is accepted, and a cancellation that came too late is rejected. */
export async function takeOn(
  api: Api,
  orders: readonly FulfillmentOrder[],
  options: CallOptions,
): Promise<void> {
  for (const { id, requestStatus } of orders) {
    if (requestStatus === 'SUBMITTED') await answer(api, ACCEPT_REQUEST, { id }, options)
    if (requestStatus === 'CANCELLATION_REQUESTED') await answer(api, REJECT_CANCELLATION, { id }, options)
  }
}

/** Units that cannot be shipped go back to the merchant. */
export async function giveBack(
  api: Api,
  orders: readonly FulfillmentOrder[],
  reason: Cancellation['reason'],
  options: CallOptions,
): Promise<void> {
  for (const { id, requestStatus } of orders) {
    switch (requestStatus) {
      case 'SUBMITTED':
        await answer(api, REJECT_REQUEST, { id, reason: toRejectionReason(reason) }, options)
        break
      case 'CANCELLATION_REQUESTED':
        await answer(api, ACCEPT_CANCELLATION, { id }, options)
        break
      default:
        await answer(api, CLOSE_FULFILLMENT_ORDER, { id }, options)
    }
  }
}

function toRejectionReason(reason: Cancellation['reason']): string {
  switch (reason) {
    case 'out-of-stock':
      return 'INVENTORY_OUT_OF_STOCK'
    case 'address':
      return 'INCORRECT_ADDRESS'
    case 'customer-asked':
    case 'fraud':
    case 'price':
    case 'other':
      return 'OTHER'
    default: {
      const never: never = reason
      return never
    }
  }
}

const answeredSchema = z.record(
  z.string(),
  z
    .object({
      fulfillmentOrder: z.object({ id: gidSchema }).nullable(),
      userErrors: z.array(userErrorSchema),
    })
    .nullable(),
)

async function answer(
  api: Api,
  operation: Operation,
  variables: object,
  options: CallOptions,
): Promise<void> {
  const { data, partial, detail } = await api.change(operation, variables, answeredSchema, options)
  const [payload] = Object.values(data)
  const error = payload?.userErrors[0]
  if (payload?.fulfillmentOrder != null && error === undefined) return
  if (partial !== undefined) throw partial
  throw new Invalid(
    `Shopify did not take the answer to its request: ${error?.message ?? 'no reason given'}`,
    error?.field?.join('.') ?? 'fulfillmentOrder',
    detail,
  )
}

const servicesSchema = z.object({
  shop: z.object({ fulfillmentServices: z.array(z.object({ id: gidSchema, serviceName: z.string() })) }),
})
const createdSchema = z.object({
  fulfillmentServiceCreate: z
    .object({
      fulfillmentService: z.object({ id: gidSchema }).nullable(),
      userErrors: z.array(userErrorSchema),
    })
    .nullable(),
})

/** Makes the service, with a location of its own, where the shop has none of this name. @returns true: it was made */
export async function ensureService(api: Api, name: string, options: CallOptions): Promise<boolean> {
  const { data } = await api.read(SERVICES, {}, servicesSchema, options)
  if (data.shop.fulfillmentServices.some(({ serviceName }) => serviceName === name)) return false
  const made = await api.change(CREATE_SERVICE, { name }, createdSchema, options)
  if (made.data.fulfillmentServiceCreate?.fulfillmentService) return true
  if (made.partial !== undefined) throw made.partial
  const error = made.data.fulfillmentServiceCreate?.userErrors[0]
  throw new Invalid(
    `Shopify did not make the fulfilment service ${name}: ${error?.message ?? 'no reason given'}`,
    'fulfillmentService',
    made.detail,
  )
}
