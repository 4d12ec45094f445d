import type { Tx } from '@plimsoll/database'
import {
  type ClaimBase,
  findItemsById,
  type Item,
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
import { decideLeftAlone, type PlacedLine, writeOffAlone } from './left-alone.ts'
import { decideSent } from './line-units.ts'
import { pinnedUnits } from './pinned.ts'
import { partsOf, settleLine } from './settle-line.ts'
import {
  findLeftByParcels,
  findShipmentLines,
  lockShipmentsOf,
  type ShipmentRow,
  type StoredShipmentLine,
  saveShipmentLines,
} from './shipments.store.ts'
import { findToldLots, lotsToLeave, notBooked, type ToldLot } from './told-lots.ts'

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

/** Base units of an item of one order line that the ledger holds for shipments which may still leave, by location. */
export function committedAt(
  hand: OrderInHand,
  lineId: string,
): (itemId: string, locationId: string) => number {
  return pinnedUnits(partsOf(rowsOf(hand, lineId)), placedLinesOf(hand, lineId))
}

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
    leaving?: { locationId: string; told: readonly ToldLot[] }
  },
): Promise<{ movements: NewMovement[]; itemIds: string[] }> {
  const { organizationId } = context
  const items = await findItemsById(
    tx,
    organizationId,
    hand.reservations.map(({ itemId }) => itemId),
  )
  const lots =
    settling.leaving === undefined ? undefined : await lotsOf(tx, context, hand, items, settling.leaving)
  // Which of its units left is told by their numbers, or found by a count.
  const isNamed = (itemId: string) =>
    items.some(
      (item) => item.itemId === itemId && item.tracking === 'serial' && item.serialCapture === 'receipt',
    )
  const lineIds = hand.lines.map(({ lineId }) => lineId)
  const hasLots = items.some(({ tracking }) => tracking === 'lot')
  const toldBefore = hasLots ? await findToldLots(tx, organizationId, lineIds) : []
  // As they were stored: what leaves now is not among them yet.
  const before = await findLeftByParcels(tx, organizationId, lineIds)
  const movements: NewMovement[] = []
  const known = new Set(hand.reservations.map(({ reservationId }) => reservationId))
  const changedRows: ReservationRow[] = []
  const changedLines: (KnownLine & { orderId: string })[] = []
  const leftAlone: PlacedLine[] = []
  for (const line of hand.lines) {
    const rows = rowsOf(hand, line.lineId)
    const own = placedLinesOf(hand, line.lineId)
    const byParcels: Leaving['byParcels'] = (itemId, locationId) =>
      before.find(
        (each) => each.lineId === line.lineId && each.itemId === itemId && each.locationId === locationId,
      )?.units ?? 0
    const pinnedAt = committedAt(hand, line.lineId)
    const base = { ...settling.base, referenceKind: 'order' as const, referenceId: hand.order.orderId }
    const told = {
      fresh: (settling.leaving?.told ?? []).filter(({ lineId }) => lineId === line.lineId),
      before: toldBefore.filter(({ lineId }) => lineId === line.lineId),
    }
    const from = settling.leaving?.locationId
    const leaving: Leaving | undefined =
      from === undefined
        ? undefined
        : {
            locationId: from,
            told: lotsToLeave(told, rows, from, byParcels),
            lots,
            byParcels,
            pinnedAt,
          }
    const settled = settleLine(line, rows, {
      state: hand.order.state,
      sent: decideSent(partsOf(rows), own),
      leaving,
      pinnedAt,
      base,
      uuid: () => context.uuid(),
    })
    const rowsNow = withRows(rows, settled.changed)
    const alone = decideLeftAlone(partsOf(rowsNow), rowsNow, own, settled.line.shipped)
    leftAlone.push(...alone)
    const now = own.map((each) => alone.find((one) => one.shipmentLineId === each.shipmentLineId) ?? each)
    const writtenOff = writeOffAlone(
      { lines: own, lots: notBooked(told.before, rows) },
      { lines: now, lots: notBooked([...told.before, ...told.fresh], rowsNow) },
      base,
    )
    movements.push(...settled.movements, ...writtenOff.filter(({ itemId }) => !isNamed(itemId)))
    changedRows.push(...settled.changed)
    changedLines.push({ ...settled.line, orderId: hand.order.orderId })
  }
  const aloneNow = new Map(leftAlone.map(({ shipmentLineId, writtenOff }) => [shipmentLineId, writtenOff]))
  hand.shipmentLines = hand.shipmentLines.map((line) => ({
    ...line,
    writtenOff: aloneNow.get(line.shipmentLineId) ?? line.writtenOff,
  }))
  await Promise.all([
    saveShipmentLines(
      tx,
      organizationId,
      hand.shipmentLines.filter(({ shipmentLineId }) => aloneNow.has(shipmentLineId)),
    ),
    saveLines(tx, organizationId, hand.connectionId, { added: [], changed: changedLines }),
    saveReservations(tx, context, {
      added: changedRows.filter(({ reservationId }) => !known.has(reservationId)),
      changed: changedRows.filter(({ reservationId }) => known.has(reservationId)),
    }),
  ])
  hand.lines = changedLines
  hand.reservations = withRows(hand.reservations, changedRows)
  return { movements, itemIds: [...new Set(hand.reservations.map(({ itemId }) => itemId))].sort() }
}

/** The lines of all shipments of an order line, with where each leaves from. */
export function placedLinesOf({ shipments, shipmentLines }: OrderInHand, lineId: string): PlacedLine[] {
  const placeOf = new Map(shipments.map((each) => [each.shipmentId, each.locationId]))
  return shipmentLines.flatMap((line) => {
    const locationId = placeOf.get(line.shipmentId)
    return line.lineId !== lineId || locationId === undefined ? [] : [{ ...line, locationId }]
  })
}

/** These rows, the changed ones as they are now. */
export function withRows(
  rows: readonly ReservationRow[],
  changed: readonly ReservationRow[],
): ReservationRow[] {
  const byId = new Map(changed.map((row) => [row.reservationId, row]))
  const kept = rows.map((row) => byId.get(row.reservationId) ?? row)
  const known = new Set(rows.map(({ reservationId }) => reservationId))
  return [...kept, ...changed.filter(({ reservationId }) => !known.has(reservationId))]
}

/** What may leave of items that are tracked by lot; undefined: none is. */
async function lotsOf(
  tx: Tx,
  context: StockContext,
  { reservations }: OrderInHand,
  items: readonly Item[],
  { locationId }: { locationId: string },
): Promise<LotBook | undefined> {
  const itemIds = [...new Set(reservations.map(({ itemId }) => itemId))]
  if (!items.some(({ tracking }) => tracking === 'lot')) return undefined
  return await lockLotStock(tx, context, [
    ...itemIds.map((itemId) => ({ itemId, locationId })),
    ...reservations.map(({ itemId, locationId: at, lotId }) => ({ itemId, locationId: at, lotId })),
    // A lot that was told for another place is filled by moving what is promised there.
    ...reservations.map(({ itemId, lotId }) => ({ itemId, locationId, lotId })),
  ])
}
