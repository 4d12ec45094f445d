import { type Cancellation, Invalid, type OrderLine } from '@plimsoll/connector-kit'
import type { WooApi } from './api.ts'
import { fromExternalId } from './ids.ts'
import { type CustomStatuses, toOrder } from './map.ts'
import { partsOf } from './orders.ts'
import { cancelledBy } from './refunded-units.ts'

type Cancelling = { api: WooApi; statuses: CustomStatuses; signal?: AbortSignal | undefined }

/**
 * Cancels what has not shipped: an order of which nothing left by its status, which puts its units back and mails as the
 * shop is set; units of it by a refund of no money that restocks them, the only way that the shop has. Money is never moved:
 * a person gives it back in the shop. Source: class-wc-rest-order-refunds-v2-controller.php and wc-order-functions.php.
 */
export async function cancel(cancellation: Cancellation, cancelling: Cancelling): Promise<void> {
  const { api, statuses, signal } = cancelling
  const orderId = fromExternalId(cancellation.orderExternalId, 'orderExternalId')
  const { data: order } = await api.order({ id: orderId, signal })
  const parts = await partsOf(order, cancelling)
  if (parts.refunds.some((refund) => isSame(refund.reason, cancellation))) return
  const { state, lines } = toOrder(order, parts, statuses)
  if (state === 'cancelled') return
  const left = lines.filter((line) => line.current > line.shipped)
  if (left.length === 0) throw new Invalid('Nothing of the order is left to cancel', 'lines')
  const units = cancellation.lines ?? left.map(toAll)
  for (const { lineExternalId, quantity } of units) assertLeft(left, lineExternalId, quantity)
  // The shop does not look at what it was before: whoever completes the order in this moment is overruled.
  if (isWhole(lines, units))
    return void (await api.updateOrder({ id: orderId, change: { status: 'cancelled' }, signal }))
  await api.createRefund({
    orderId,
    body: {
      amount: '0',
      reason: reasonOf(cancellation),
      // Otherwise the payment gateway gives money back.
      api_refund: false,
      api_restock: true,
      line_items: units.map(({ lineExternalId, quantity }) => ({
        id: Number(lineExternalId),
        quantity,
        refund_total: 0,
      })),
    },
    signal,
  })
}

function toAll(line: OrderLine): { lineExternalId: string; quantity: number } {
  return { lineExternalId: line.externalId, quantity: line.current - line.shipped }
}

function assertLeft(left: readonly OrderLine[], lineExternalId: string, quantity: number): void {
  const line = left.find(({ externalId }) => externalId === lineExternalId)
  const units = line === undefined ? 0 : line.current - line.shipped
  if (quantity > units) throw new Invalid(`Of line ${lineExternalId} ${units} units are left`, 'lines')
}

/** All that is promised, and nothing of it has left. */
function isWhole(
  lines: readonly OrderLine[],
  units: readonly { lineExternalId: string; quantity: number }[],
): boolean {
  return lines.every((line) => {
    const cancelled = units.reduce(
      (sum, each) => sum + (each.lineExternalId === line.externalId ? each.quantity : 0),
      0,
    )
    return line.shipped === 0 && cancelled === line.current
  })
}

function reasonOf({ cancellationId, reason }: Cancellation): string {
  return cancellationId === undefined
    ? `${cancelledBy}: ${reason}`
    : `${cancelledBy} ${cancellationId}: ${reason}`
}

/** Told before: only one that has an id can be told apart from another of the same units. */
function isSame(said: string | null | undefined, { cancellationId }: Cancellation): boolean {
  return cancellationId !== undefined && said?.startsWith(`${cancelledBy} ${cancellationId}: `) === true
}
