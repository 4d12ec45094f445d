import type { Tx } from '@plimsoll/database'
import {
  type ClaimBase,
  findItemsById,
  type LotBook,
  lockLotStock,
  lockReservationsOf,
  type NewMovement,
  type ReservationRow,
  type StockContext,
  saveReservations,
} from '@plimsoll/stock'
import { sql } from 'kysely'
import type { KnownLine } from '../order-change.ts'
import { findLines, lockOrderRows, type OrderRow, saveLines } from '../orders.store.ts'
import type { Leaving } from './claim-steps.ts'
import { decideSent } from './line-units.ts'
import { partsOf, settleLine } from './settle-line.ts'
import { isOpen } from './shipment.ts'
import {
  findLeftByParcels,
  findShipmentLines,
  lockShipmentsOf,
  type ShipmentRow,
  type StoredShipmentLine,
} from './shipments.store.ts'

/** One order with everything that its shipments depend on, locked by the caller's transaction. */
export type OrderInHand = {
  order: OrderRow
  connectionId: string
  lines: KnownLine[]
  reservations: ReservationRow[]
  shipments: ShipmentRow[]
  shipmentLines: StoredShipmentLine[]
}

/**
 * Locks an order: its channel's writers take turns with this one, its row, what its lines hold, its shipments; in this
 * order, before any balance. @returns undefined where there is no such order
 */
export async function takeOrderInHand(
  tx: Tx,
  organizationId: string,
  orderId: string,
): Promise<OrderInHand | undefined> {
  const named = await sql<{ connectionId: string; externalId: string }>`
    select connection_id, external_id from sales_order
    where organization_id = ${organizationId} and order_id = ${orderId}`.execute(tx)
  const [key] = named.rows
  if (key === undefined) return undefined
  const [order] = await lockOrderRows(tx, organizationId, key.connectionId, [key.externalId])
  if (order === undefined) return undefined
  const lines = (await findLines(tx, organizationId, [orderId])).get(orderId) ?? []
  const reservations = await lockReservationsOf(
    tx,
    organizationId,
    lines.map(({ lineId }) => lineId),
  )
  const shipments = await lockShipmentsOf(tx, organizationId, [orderId])
  const shipmentLines = await findShipmentLines(
    tx,
    organizationId,
    shipments.map(({ shipmentId }) => shipmentId),
  )
  return { order, connectionId: key.connectionId, lines, reservations, shipments, shipmentLines }
}

export function rowsOf({ reservations }: OrderInHand, lineId: string): ReservationRow[] {
  return reservations.filter(({ ownerId }) => ownerId === lineId)
}

/** Base units of an item of one order line that are in shipments which may still leave, by location. */
export function committedAt(
  { shipments, shipmentLines }: OrderInHand,
  lineId: string,
): (itemId: string, locationId: string) => number {
  const open = new Map(
    shipments.filter(({ state }) => isOpen(state)).map((each) => [each.shipmentId, each.locationId]),
  )
  return (itemId, locationId) =>
    shipmentLines
      .filter((line) => line.lineId === lineId && line.itemId === itemId)
      .filter((line) => open.get(line.shipmentId) === locationId)
      .reduce((sum, line) => sum + line.units - line.shipped - line.givenUp, 0)
}

/** Lots that were told by code, as the hub knows them. */
export type FoundLots = readonly { itemId: string; lotId: string; units: number }[]

/**
 * Brings the lines of an order to where its shipments say they stand now, and writes them with what they hold.
 * @param settling.leaving what has just left: from where, and from which lots as far as that was told
 * @returns the movements that the caller writes, with all others of its transaction, and the items concerned
 */
export async function settleOrder(
  tx: Tx,
  context: StockContext,
  hand: OrderInHand,
  settling: {
    base: Omit<ClaimBase, 'referenceKind' | 'referenceId'>
    leaving?: { locationId: string; told: FoundLots }
  },
): Promise<{ movements: NewMovement[]; itemIds: string[] }> {
  const { organizationId } = context
  const lots = settling.leaving === undefined ? undefined : await lotsOf(tx, context, hand, settling.leaving)
  // As they were stored: what leaves now is not among them yet.
  const before = await findLeftByParcels(
    tx,
    organizationId,
    hand.lines.map(({ lineId }) => lineId),
  )
  const movements: NewMovement[] = []
  const known = new Set(hand.reservations.map(({ reservationId }) => reservationId))
  const changedRows: ReservationRow[] = []
  const changedLines: (KnownLine & { orderId: string })[] = []
  for (const line of hand.lines) {
    const rows = rowsOf(hand, line.lineId)
    const own = hand.shipmentLines.filter(({ lineId }) => lineId === line.lineId)
    const byParcels: Leaving['byParcels'] = (itemId, locationId) =>
      before.find(
        (each) => each.lineId === line.lineId && each.itemId === itemId && each.locationId === locationId,
      )?.units ?? 0
    const pinnedAt = committedAt(hand, line.lineId)
    const settled = settleLine(line, rows, {
      state: hand.order.state,
      sent: decideSent(partsOf(rows), own),
      leaving:
        settling.leaving === undefined ? undefined : { ...settling.leaving, lots, byParcels, pinnedAt },
      pinnedAt,
      base: { ...settling.base, referenceKind: 'order', referenceId: hand.order.orderId },
      uuid: () => context.uuid(),
    })
    movements.push(...settled.movements)
    changedRows.push(...settled.changed)
    changedLines.push({ ...settled.line, orderId: hand.order.orderId })
  }
  await Promise.all([
    saveLines(tx, organizationId, hand.connectionId, { added: [], changed: changedLines }),
    saveReservations(tx, context, {
      added: changedRows.filter(({ reservationId }) => !known.has(reservationId)),
      changed: changedRows.filter(({ reservationId }) => known.has(reservationId)),
    }),
  ])
  hand.lines = changedLines
  hand.reservations = [
    ...hand.reservations.filter(
      (row) => !changedRows.some((each) => each.reservationId === row.reservationId),
    ),
    ...changedRows,
  ]
  return { movements, itemIds: [...new Set(hand.reservations.map(({ itemId }) => itemId))].sort() }
}

/** What may leave of items that are tracked by lot; undefined: none is. */
async function lotsOf(
  tx: Tx,
  context: StockContext,
  { reservations }: OrderInHand,
  { locationId }: { locationId: string },
): Promise<LotBook | undefined> {
  const itemIds = [...new Set(reservations.map(({ itemId }) => itemId))]
  const items = await findItemsById(tx, context.organizationId, itemIds)
  if (!items.some(({ tracking }) => tracking === 'lot')) return undefined
  return await lockLotStock(tx, context, [
    ...itemIds.map((itemId) => ({ itemId, locationId })),
    ...reservations.map(({ itemId, locationId: at, lotId }) => ({ itemId, locationId: at, lotId })),
    // A lot that was told for another place is filled by moving what is promised there.
    ...reservations.map(({ itemId, lotId }) => ({ itemId, locationId, lotId })),
  ])
}
