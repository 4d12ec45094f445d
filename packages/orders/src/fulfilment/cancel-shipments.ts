import type { Tx } from '@plimsoll/database'
import type { NewMovement, StockContext } from '@plimsoll/stock'
import { freeUnitsOf } from '../held-units.ts'
import { openUnitsOf } from '../order-facts.ts'
import { decideSent } from './line-units.ts'
import { type OrderInHand, rowsOf, settleOrder } from './order-in-hand.ts'
import { partsOf } from './settle-line.ts'
import { isOpen, type ShipmentState } from './shipment.ts'
import { insertOrderEvents, type ShipmentRow, saveShipment, saveShipmentLines } from './shipments.store.ts'

/** Nobody outside has heard of it: it ends at once. */
const UNHEARD: ReadonlySet<ShipmentState> = new Set(['planned', 'ready'])

/** Shipments of an order that are to be stopped, and why; each that is open and not being stopped already. */
export function shipmentsToStop({ order, lines, shipments, shipmentLines }: OrderInHand): ShipmentRow[] {
  const open = shipments.filter(({ state, cancelReason }) => isOpen(state) && cancelReason === null)
  const surplus = lines.filter((line) => line.committed > openUnitsOf(order.state, line))
  if (surplus.length === 0) return []
  const concerned = new Set(surplus.map(({ lineId }) => lineId))
  // A request is stopped whole; what of it is still wanted is routed anew once its warehouse has said that it stays.
  return open.filter(({ shipmentId }) =>
    shipmentLines.some(
      (line) =>
        line.shipmentId === shipmentId &&
        concerned.has(line.lineId) &&
        line.units > line.shipped + line.givenUp,
    ),
  )
}

/**
 * Shipments with units that their order's channel holds, no more than it takes: those that end at once first, and of equals the
 * newest. What is being stopped already counts as stopped.
 * @param isWithin whether nobody outside has heard of it
 */
export function shipmentsToHold(
  hand: OrderInHand,
  isWithin: (shipment: ShipmentRow) => boolean,
): ShipmentRow[] {
  const { order, lines, shipments } = hand
  const surplus = new Map(
    lines.map((line) => [line.lineId, line.committed - freeUnitsOf(order.state, line)] as const),
  )
  const take = ({ shipmentId }: ShipmentRow): boolean => {
    const units = lines.flatMap(({ lineId }) => {
      const own = hand.shipmentLines.filter(
        (each) => each.lineId === lineId && each.shipmentId === shipmentId,
      )
      return own.length === 0
        ? []
        : [{ lineId, units: decideSent(partsOf(rowsOf(hand, lineId)), own).committed }]
    })
    if (!units.some(({ lineId, units: open }) => open > 0 && (surplus.get(lineId) ?? 0) > 0)) return false
    for (const { lineId, units: open } of units) surplus.set(lineId, (surplus.get(lineId) ?? 0) - open)
    return true
  }
  const open = shipments.filter(({ state }) => isOpen(state))
  for (const shipment of open) if (shipment.cancelReason !== null) take(shipment)
  const rank = (shipment: ShipmentRow) => (isWithin(shipment) ? 0 : 1)
  return open
    .filter(({ cancelReason }) => cancelReason === null)
    .sort(
      (a, b) =>
        rank(a) - rank(b) || b.createdAt.getTime() - a.createdAt.getTime() || (a.number < b.number ? 1 : -1),
    )
    .filter(take)
}

export type Stopping = {
  movements: NewMovement[]
  itemIds: string[]
  /** Their warehouses must be asked; until they answer, what they hold stays reserved. */
  toAsk: ShipmentRow[]
}

/**
 * Stops shipments: those that nobody outside has heard of end at once, of the others the wish is noted, to be told to their
 * warehouses. Done again it changes nothing.
 * @param requested shipments whose request is under way: nobody knows whether their warehouse has heard of them
 */
export async function stopShipments(
  tx: Tx,
  context: StockContext,
  hand: OrderInHand,
  stopping: {
    shipments: readonly ShipmentRow[]
    requested: ReadonlySet<string>
    reason: string
    actor: string
  },
): Promise<Stopping> {
  const { organizationId } = context
  const at = context.now()
  const { reason, actor } = stopping
  const toAsk: ShipmentRow[] = []
  for (const shipment of stopping.shipments) {
    if (!isOpen(shipment.state) || shipment.cancelReason !== null) continue
    const isUnheard = UNHEARD.has(shipment.state) && !stopping.requested.has(shipment.shipmentId)
    const isOwn = shipment.warehouseId === null
    const next: ShipmentRow = {
      ...shipment,
      cancelReason: reason,
      ...((isUnheard || isOwn) && { state: 'cancelled' as const, endedAt: at }),
    }
    await saveShipment(tx, organizationId, next)
    hand.shipments = hand.shipments.map((each) => (each.shipmentId === next.shipmentId ? next : each))
    if (isOpen(next.state)) {
      toAsk.push(next)
      continue
    }
    const ended = hand.shipmentLines
      .filter(({ shipmentId }) => shipmentId === next.shipmentId)
      .map((line) => ({ ...line, givenUp: line.units - line.shipped }))
    await saveShipmentLines(tx, organizationId, ended)
    const byId = new Map(ended.map((line) => [line.shipmentLineId, line]))
    hand.shipmentLines = hand.shipmentLines.map((line) => byId.get(line.shipmentLineId) ?? line)
  }
  await insertOrderEvents(
    tx,
    context,
    stopping.shipments.map(({ shipmentId, number }) => ({
      orderId: hand.order.orderId,
      at,
      kind: 'shipment-stopped',
      shipmentId,
      actor,
      detail: { shipment: number, reason },
    })),
  )
  const settled = await settleOrder(tx, context, hand, {
    base: {
      commandKey:
        `stop:${hand.order.orderId}:${stopping.shipments.map((each) => each.shipmentId.slice(0, 8)).join(',')}`.slice(
          0,
          300,
        ),
      reason: null,
      actor,
      effectiveAt: at,
    },
  })
  return { ...settled, toAsk }
}
