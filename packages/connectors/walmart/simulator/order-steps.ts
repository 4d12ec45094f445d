import type { Marketplace } from './marketplace.ts'
import { type Line, openUnitsOf, type PurchaseOrder, type Tracking, unitsIn } from './records.ts'

/** What may be done to an order; each answers why not, or undefined. */

export function acknowledge(marketplace: Marketplace, order: PurchaseOrder): void {
  for (const line of order.lines) {
    const units = unitsIn(line, 'Created')
    if (units === 0) continue
    marketplace.moveUnits(order, line, { from: ['Created'], units, to: { status: 'Acknowledged', units } })
  }
}

/** @param byApi the API takes only what is acknowledged; the seller's own screen does both */
export function shipUnits(
  marketplace: Marketplace,
  order: PurchaseOrder,
  shipped: { line: Line; units: number; tracking: Tracking; byApi: boolean },
): string | undefined {
  const { line, units, tracking, byApi } = shipped
  const ready = byApi ? unitsIn(line, 'Acknowledged') : openUnitsOf(line)
  if (units > ready) return `${ready} units of line ${line.number} can be shipped.`
  marketplace.moveUnits(order, line, {
    from: ['Acknowledged', 'Created'],
    units,
    to: { status: 'Shipped', units, tracking },
  })
  return undefined
}

export function cancelUnits(
  marketplace: Marketplace,
  order: PurchaseOrder,
  cancelled: { line: Line; units: number; reason: string },
): string | undefined {
  const { line, units, reason } = cancelled
  if (units > openUnitsOf(line)) return `${openUnitsOf(line)} units of line ${line.number} can be cancelled.`
  marketplace.moveUnits(order, line, {
    from: ['Created', 'Acknowledged'],
    units,
    to: { status: 'Cancelled', units, reason },
  })
  return undefined
}

/** The seller gives money back for what has shipped. */
export function refundOrder(marketplace: Marketplace, order: PurchaseOrder): string | undefined {
  const lines = order.lines.filter((line) => !line.isRefunded && unitsIn(line, 'Shipped', 'Delivered') > 0)
  if (lines.length === 0) return 'Only what has shipped is refunded.'
  for (const line of lines) marketplace.refund(order, line)
  return undefined
}
