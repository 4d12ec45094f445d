import { type Cancellation, Conflict, Invalid, Malformed } from '@plimsoll/connector-kit'
import type { WalmartOrder } from './answers.ts'
import type { Options, WalmartApi } from './api.ts'
import { isKeptByWalmart, unitsOf } from './map.ts'
import { MARKET_TERMS, type Market } from './markets.ts'
import { fetchOrder } from './orders.ts'

type Cancelled = { lineNumber: string; quantity: number }

/**
 * Cancels units that have not shipped. What is cancelled already is left. Walmart keeps no key of ours: whether units that
 * are cancelled are those of this cancellation, told before, or of another, cannot be seen.
 */
export async function cancel(
  cancellation: Cancellation,
  { api, market, options }: { api: WalmartApi; market: Market; options: Options },
): Promise<void> {
  const { orderExternalId: id, reason } = cancellation
  const { order } = await fetchOrder(id, { api, options })
  if (isKeptByWalmart(order)) {
    throw new Invalid('Walmart ships this order itself: only the customer can cancel it.', 'orderExternalId')
  }
  if (cancellation.cancellationId !== undefined) assertUntold(cancellation.lines ?? [], order)
  const wanted = decideCancellation(cancellation.lines, order)
  if (wanted.length === 0) return
  const { data, detail } = await api.cancel(id, toBody(wanted, MARKET_TERMS[market].reasons[reason]), options)
  const answered = new Map(data.order.orderLines.orderLine.map((line) => [line.lineNumber, line]))
  for (const { lineNumber, quantity } of wanted) {
    const before = order.orderLines.orderLine.find((line) => line.lineNumber === lineNumber)
    const after = answered.get(lineNumber)
    const due = (before === undefined ? 0 : unitsOf(before).cancelled) + quantity
    if (after === undefined || unitsOf(after).cancelled < due) {
      const said = JSON.stringify(after ?? {})
      throw new Malformed(`Walmart does not show line ${lineNumber} as cancelled`, said, true, detail)
    }
  }
}

/**
 * The units to cancel; none where they are cancelled already. Pure.
 * @throws Invalid for units that have shipped, or that the order never had
 */
export function decideCancellation(lines: Cancellation['lines'], order: WalmartOrder): Cancelled[] {
  const all = new Map(order.orderLines.orderLine.map((line) => [line.lineNumber, unitsOf(line)]))
  if (lines === undefined) {
    const open = [...all].flatMap(([lineNumber, units]) =>
      units.open > 0 ? [{ lineNumber, quantity: units.open }] : [],
    )
    if (open.length === 0 && [...all.values()].some(({ shipped }) => shipped > 0)) {
      throw new Invalid(`Order ${order.purchaseOrderId} has shipped.`, 'orderExternalId')
    }
    return open
  }
  return lines.flatMap(({ lineExternalId: lineNumber, quantity }) => {
    const units = all.get(lineNumber)
    if (units === undefined) {
      throw new Invalid(`Order ${order.purchaseOrderId} has no line ${lineNumber}.`, 'lines')
    }
    if (quantity <= 0) return []
    if (units.open === 0 && units.cancelled >= quantity) return []
    if (quantity > units.open) {
      const left = `${units.open} units of line ${lineNumber} can be cancelled`
      throw new Invalid(`${left}, not ${quantity}.`, 'lines')
    }
    return [{ lineNumber, quantity }]
  })
}

/**
 * A unit too many that is cancelled never comes back; one too few is cancelled by whoever reads the order.
 * @throws Conflict where some of a line, as many as are asked for, are cancelled and others are open
 */
function assertUntold(lines: NonNullable<Cancellation['lines']>, order: WalmartOrder): void {
  for (const line of order.orderLines.orderLine) {
    const asked = lines.find(({ lineExternalId }) => lineExternalId === line.lineNumber)?.quantity ?? 0
    const { cancelled, open } = unitsOf(line)
    if (asked > 0 && open > 0 && cancelled >= asked) {
      throw new Conflict(
        `Of line ${line.lineNumber} ${cancelled} units are cancelled already, perhaps these: read the order; what is still to be cancelled is for the Seller Center.`,
      )
    }
  }
}

function toBody(lines: readonly Cancelled[], cancellationReason: string) {
  return {
    orderCancellation: {
      orderLines: {
        orderLine: lines.map(({ lineNumber, quantity }) => ({
          lineNumber,
          orderLineStatuses: {
            orderLineStatus: [
              {
                status: 'Cancelled',
                cancellationReason,
                statusQuantity: { unitOfMeasurement: 'EACH', amount: String(quantity) },
              },
            ],
          },
        })),
      },
    },
  }
}
