import { type Cancellation, type ConnectorContext, Invalid, isConnectorError } from '@plimsoll/connector-kit'
import type { EbayOrder } from './answers.ts'
import * as answers from './answers.ts'
import { signatureHeaders } from './digital-signature.ts'
import type { FulfillmentApi } from './fulfillment.ts'
import { addressOf } from './places.ts'
import type { Credentials, Settings } from './settings.ts'
import type { Transport } from './transport.ts'

type Cancelling = {
  transport: Transport
  fulfillment: FulfillmentApi
  context: Pick<ConnectorContext<Settings, Credentials>, 'settings' | 'credentials' | 'now'>
  signal?: AbortSignal | undefined
}

const root = '/post-order/v2/cancellation'

/**
 * Cancels a whole order by the Post-Order API: approves the buyer's request where there is one, else cancels on the
 * seller's behalf. eBay refunds the buyer. It does not put the units back on sale; the hub writes what it wants shown.
 * @throws NotFound, Invalid where eBay does not allow it (any more)
 */
export async function cancelOrder(cancellation: Cancellation, cancelling: Cancelling): Promise<void> {
  const { orderExternalId, lines } = cancellation
  const { fulfillment, signal } = cancelling
  if (lines !== undefined) throw new Invalid('eBay cancels whole orders only.', 'lines')
  const { data: order } = await fulfillment.order(orderExternalId, { signal })
  if (isCancelled(order)) return
  if (order.orderFulfillmentStatus !== 'NOT_STARTED')
    throw new Invalid(
      'Something of the order has been shipped: eBay no longer cancels it.',
      'orderExternalId',
    )
  try {
    await requestCancellation(cancellation, order, cancelling)
  } catch (error) {
    if (!isConnectorError(error) || error.kind !== 'conflict') throw error
    // Somebody else was first: what counts is how the order stands.
    const { data: now } = await fulfillment.order(orderExternalId, { signal })
    if (!isCancelled(now)) throw error
  }
}

function isCancelled({ cancelStatus }: EbayOrder): boolean {
  return cancelStatus?.cancelState === 'CANCELED'
}

async function requestCancellation(
  { orderExternalId, reason }: Cancellation,
  order: EbayOrder,
  cancelling: Cancelling,
): Promise<void> {
  const asked = askedByBuyer(order)
  if (asked !== undefined) {
    await post(`${root}/${encodeURIComponent(asked)}/approve`, {}, cancelling)
    return
  }
  if (order.cancelStatus?.cancelState === 'IN_PROGRESS') {
    // Ours of before, still on its way: eBay waits for the refund.
    return
  }
  await assertEligible(orderExternalId, cancelling)
  const paidAt = order.paymentSummary?.payments?.find(
    ({ paymentDate }) => paymentDate !== undefined,
  )?.paymentDate
  const isPaid = order.orderPaymentStatus !== 'PENDING' && order.orderPaymentStatus !== 'FAILED'
  const body = {
    legacyOrderId: orderExternalId,
    cancelReason: toReason(reason),
    buyerPaid: isPaid,
    ...(isPaid && paidAt !== undefined && { buyerPaidDate: { value: paidAt } }),
  }
  await post(root, body, cancelling)
}

/** @throws Invalid with eBay's reasons */
async function assertEligible(orderId: string, { transport, context, signal }: Cancelling): Promise<void> {
  const { environment, endpoint } = context.settings
  // eBay's sandbox has no such call; the cancellation itself is refused there where it must be.
  if (environment === 'sandbox' && endpoint === undefined) return
  const { data } = await transport.ask(
    {
      operation: 'cancel',
      method: 'POST',
      path: `${root}/check_eligibility`,
      body: { legacyOrderId: orderId },
      signal,
    },
    answers.eligibility,
  )
  if (data.eligible) return
  const why = data.failureReason?.join(', ') || 'no reason given'
  throw new Invalid(`eBay does not allow the order to be cancelled: ${why}.`, 'orderExternalId')
}

/** The buyer's request that waits for the seller; only the order read by itself tells of it. */
function askedByBuyer({ cancelStatus }: EbayOrder): string | undefined {
  if (cancelStatus?.cancelState !== 'IN_PROGRESS') return undefined
  return cancelStatus.cancelRequests?.find(
    ({ cancelInitiator, cancelRequestState }) =>
      cancelInitiator?.toUpperCase() === 'BUYER' && cancelRequestState?.toUpperCase() === 'REQUESTED',
  )?.cancelRequestId
}

async function post(path: string, body: object, { transport, context, signal }: Cancelling): Promise<void> {
  const text = JSON.stringify(body)
  const url = `${addressOf('api', context.settings)}${path}`
  await transport.send(
    {
      operation: 'cancel',
      method: 'POST',
      path,
      body,
      headers: signatureHeaders(context.credentials, {
        method: 'POST',
        url,
        body: text,
        atMs: context.now(),
      }),
      signal,
    },
    [200, 201, 204],
  )
}

/** What the buyer asked for is no defect of the seller; everything else of these is. */
function toReason(reason: Cancellation['reason']): string {
  switch (reason) {
    case 'customer-asked':
      return 'BUYER_ASKED_CANCEL'
    case 'address':
      return 'ADDRESS_ISSUES'
    case 'out-of-stock':
    case 'fraud':
    case 'price':
    case 'other':
      return 'OUT_OF_STOCK_OR_CANNOT_FULFILL'
    default: {
      const never: never = reason
      return never
    }
  }
}
