import type { Tx } from '@plimsoll/database'
import {
  type NewMovement,
  openClaim,
  type ReservationRow,
  type StockContext,
  saveReservations,
} from '@plimsoll/stock'
import { freeUnitsOf } from '../held-units.ts'
import { saveLines } from '../orders.store.ts'
import { moveOpen } from './claim-steps.ts'
import { decideSent } from './line-units.ts'
import { committedAt, type OrderInHand, rowsOf, withRows } from './order-in-hand.ts'
import { partsOf } from './settle-line.ts'
import {
  insertOrderEvents,
  insertShipments,
  type ShipmentRow,
  type StoredShipmentLine,
} from './shipments.store.ts'

/** One shipment to be made of an order: which units of it leave which location. */
export type PlannedShipment = {
  locationId: string
  /** The warehouse's connection that sends it; null: our own people. */
  warehouseId: string | null
  /** In listing units of each order line. */
  lines: { lineId: string; quantity: number }[]
  /** Why from there, as data for the screen. */
  because: unknown
}

/** Listing units of each line of an order that are promised, may be sent by now, that no channel holds, and are in no shipment yet. */
export function unroutedOf(
  { order, lines }: Pick<OrderInHand, 'order' | 'lines'>,
  at: Date,
): { lineId: string; quantity: number }[] {
  // A soft promise may expire: nothing is sent for it.
  if (order.state !== 'open') return []
  return lines
    .filter(({ itemId, waitsUntil }) => itemId !== undefined && (waitsUntil == null || waitsUntil <= at))
    .map((line) => ({ lineId: line.lineId, quantity: freeUnitsOf(order.state, line) - line.committed }))
    .filter(({ quantity }) => quantity > 0)
}

/** There is less at a location than was to be sent from there: somebody else took it meanwhile. Nothing is done. */
export class TakenMeanwhile extends Error {
  constructor() {
    super('What was to be sent was taken meanwhile.')
    this.name = 'TakenMeanwhile'
  }
}

/**
 * Makes shipments of an order and moves what its lines hold to the locations that they leave from. What is in shipments
 * already stays there. The caller writes the movements, and sees to it that what is to leave is there.
 */
export async function planShipments(
  tx: Tx,
  context: StockContext,
  hand: OrderInHand,
  { planned, actor }: { planned: readonly PlannedShipment[]; actor: string },
): Promise<{ shipments: ShipmentRow[]; movements: NewMovement[]; itemIds: string[] }> {
  const { organizationId } = context
  const at = context.now()
  const movements: NewMovement[] = []
  const known = new Set(hand.reservations.map(({ reservationId }) => reservationId))
  const touched = new Map<string, ReservationRow>()
  const shipments: ShipmentRow[] = []
  for (const { locationId, warehouseId, lines, because } of planned) {
    const shipment: ShipmentRow = {
      ...NEW_SHIPMENT,
      shipmentId: context.uuid(),
      orderId: hand.order.orderId,
      connectionId: hand.connectionId,
      locationId,
      warehouseId,
      number: numberOf(hand, hand.shipments.length),
      because,
      createdAt: at,
    }
    const added: StoredShipmentLine[] = []
    for (const { lineId, quantity } of lines) {
      const rows = rowsOf(hand, lineId)
      const parts = partsOf(rows)
      const claim = openClaim(
        rows,
        {
          commandKey: `route:${shipment.shipmentId}`,
          referenceKind: 'order',
          referenceId: hand.order.orderId,
          reason: null,
          actor,
          effectiveAt: at,
        },
        () => context.uuid(),
      )
      moveOpen(claim, parts, quantity, { to: locationId, committedAt: committedAt(hand, lineId) })
      const moved = claim.done()
      movements.push(...moved.movements)
      for (const row of moved.changed) touched.set(row.reservationId, row)
      hand.reservations = withRows(hand.reservations, moved.changed)
      added.push(
        ...parts.map(({ itemId, unitsEach }) => ({
          shipmentId: shipment.shipmentId,
          shipmentLineId: context.uuid(),
          lineId,
          itemId,
          units: quantity * unitsEach,
          shipped: 0,
          givenUp: 0,
          writtenOff: 0,
        })),
      )
    }
    hand.shipments = [...hand.shipments, shipment]
    hand.shipmentLines = [...hand.shipmentLines, ...added]
    shipments.push(shipment)
  }
  hand.lines = hand.lines.map((line) => {
    const own = hand.shipmentLines.filter(({ lineId }) => lineId === line.lineId)
    return { ...line, committed: decideSent(partsOf(rowsOf(hand, line.lineId)), own).committed }
  })
  const changed = [...touched.values()]
  const { orderId } = hand.order
  await insertShipments(
    tx,
    organizationId,
    shipments,
    hand.shipmentLines.filter(({ shipmentId }) => shipments.some((each) => each.shipmentId === shipmentId)),
  )
  await Promise.all([
    saveLines(tx, organizationId, hand.connectionId, {
      added: [],
      changed: hand.lines.map((line) => ({ ...line, orderId })),
    }),
    saveReservations(tx, context, {
      added: changed.filter(({ reservationId }) => !known.has(reservationId)),
      changed: changed.filter(({ reservationId }) => known.has(reservationId)),
    }),
    insertOrderEvents(
      tx,
      context,
      shipments.map(({ shipmentId, number, locationId, because }) => ({
        orderId,
        at,
        kind: 'shipment-planned',
        shipmentId,
        actor,
        detail: { shipment: number, locationId, because },
      })),
    ),
  ])
  return { shipments, movements, itemIds: [...new Set(movements.map(({ itemId }) => itemId))].sort() }
}

/** The order's number, with which of its shipments it is: the first goes by the order's own. */
function numberOf({ order }: OrderInHand, before: number): string {
  return before === 0 ? order.number : `${order.number}-${before + 1}`
}

const NEW_SHIPMENT = {
  state: 'planned',
  cancelReason: null,
  externalId: null,
  externalVersion: null,
  problemCode: null,
  problem: null,
  askedAt: null,
  heardAt: null,
  endedAt: null,
  version: 1,
} as const
