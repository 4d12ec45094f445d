import { type CallOptions, type Cancellation, Invalid, NotFound, Unavailable } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { type CancelledUnits, unitsToCancel } from './allocation.ts'
import { userErrorSchema } from './answers.ts'
import type { Api } from './api.ts'
import { CANCEL, CANCEL_UNITS } from './cancellation-documents.ts'
import { derivedUuid } from './derived-uuid.ts'
import { giveBack, isRequested } from './fulfillment-requests.ts'
import { gidSchema } from './ids.ts'
import { hasLeft } from './map.ts'
import { readShippable } from './shippable.ts'

/**
 * Cancels what has not shipped: an order of which nothing left as a whole (`orderCancel`), else units of its lines (a
 * refund that restocks them as cancelled). Money is never moved: a person gives it back on the order's page.
 * What was requested of our fulfilment service is given back to the merchant instead.
 * `orderCancel` only begins a job: the order is cancelled a moment later, and says so by webhook.
 */
export async function cancel(api: Api, cancellation: Cancellation, options: CallOptions = {}): Promise<void> {
  const order = await readShippable(api, cancellation.orderExternalId, options)
  if (order.cancelledAt !== null) return
  const open = order.sites.filter(({ status }) => !DONE.has(status))
  const requested = open.filter(isRequested)
  if (requested.length > 0) {
    if (cancellation.lines !== undefined)
      throw new Invalid('Shopify takes a request for fulfilment back as a whole only', 'lines')
    return await giveBack(api, requested, cancellation.reason, options)
  }
  const nothingLeft = !order.parcels.some(({ status }) => hasLeft(status))
  if (cancellation.lines === undefined && nothingLeft) return await cancelWhole(api, cancellation, options)
  const units = unitsToCancel(open, cancellation.lines)
  if (units.length === 0) throw new Invalid('Nothing of the order is left to cancel', 'lines')
  await cancelUnits(api, { cancellation, units }, options)
}

const DONE = new Set(['CLOSED', 'CANCELLED', 'INCOMPLETE'])

const cancelSchema = z.object({
  orderCancel: z
    .object({
      job: z.object({ id: gidSchema }).nullable(),
      orderCancelUserErrors: z.array(userErrorSchema),
    })
    .nullable(),
})

async function cancelWhole(api: Api, cancellation: Cancellation, options: CallOptions): Promise<void> {
  const variables = {
    orderId: cancellation.orderExternalId,
    reason: toCancelReason(cancellation.reason),
    notifyCustomer: cancellation.notifyCustomer,
  }
  const { data, partial, detail } = await api.change(CANCEL, variables, cancelSchema, options)
  const error = data.orderCancel?.orderCancelUserErrors[0]
  if (data.orderCancel?.job != null && error === undefined) return
  if (partial !== undefined) throw partial
  const said = `Shopify did not cancel the order: ${error?.message ?? 'no reason given'}`
  const platform = error?.code ? { ...detail, code: error.code } : detail
  if (error?.code === 'NOT_FOUND') throw new NotFound(said, platform)
  if (error?.code === 'INTERNAL_ERROR') throw new Unavailable(said, true, platform)
  throw new Invalid(said, error?.field?.join('.') ?? 'order', platform)
}

function toCancelReason(reason: Cancellation['reason']): string {
  switch (reason) {
    case 'out-of-stock':
      return 'INVENTORY'
    case 'customer-asked':
      return 'CUSTOMER'
    case 'fraud':
      return 'FRAUD'
    case 'address':
    case 'price':
    case 'other':
      return 'OTHER'
    default: {
      const never: never = reason
      return never
    }
  }
}

const refundSchema = z.object({
  refundCreate: z
    .object({ refund: z.object({ id: gidSchema }).nullable(), userErrors: z.array(userErrorSchema) })
    .nullable(),
})

async function cancelUnits(
  api: Api,
  { cancellation, units }: { cancellation: Cancellation; units: CancelledUnits },
  options: CallOptions,
): Promise<void> {
  const { orderExternalId: orderId, cancellationId, lines, notifyCustomer: notify } = cancellation
  const refundLineItems = units.map((row) => ({
    lineItemId: row.lineItemId,
    quantity: row.quantity,
    restockType: 'CANCEL',
    ...(row.locationId !== undefined && { locationId: row.locationId }),
  }))
  // By what was asked for, not by what is left: told again after a lost answer, it is the same request to Shopify.
  const key = derivedUuid(['cancel', orderId, cancellationId ?? lines ?? 'all'])
  const variables = { input: { orderId, notify, refundLineItems }, key }
  const { data, partial, detail } = await api.change(CANCEL_UNITS, variables, refundSchema, options)
  const error = data.refundCreate?.userErrors[0]
  if (data.refundCreate?.refund != null && error === undefined) return
  if (partial !== undefined) throw partial
  throw new Invalid(
    `Shopify did not cancel the units: ${error?.message ?? 'no reason given'}`,
    error?.field?.join('.') ?? 'lines',
    detail,
  )
}
