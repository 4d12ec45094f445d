import type { Tx } from '@plimsoll/database'
import {
  type ClaimBase,
  claimOf,
  movementOf,
  type NewMovement,
  openClaim,
  type ReservationRow,
  type StockContext,
  saveReservations,
} from '@plimsoll/stock'
import { sql } from 'kysely'
import type { KnownLine } from '../order-change.ts'
import { saveLines } from '../orders.store.ts'
import { rowsOf, takeOrderInHand } from './order-in-hand.ts'
import { findPartsBack, savePartsBack } from './part-back.store.ts'
import { type ReturnedUnits, whereItLies, writeOff } from './returned-units.ts'
import { partsOf } from './settle-line.ts'
import { type PartBack, takeBackPart } from './take-back-part.ts'

/** Units of one item that came back of a shipment, or of an order whichever way they left, inspected. */
export type UnitsBack = ReturnedUnits &
  ({ shipmentId: string } | { orderId: string }) & {
    /** The one line of the order that it left with, where that is known. */
    lineId?: string
  }

/** What one line of an order took back, base units. */
export type TakenBackLine = {
  line: KnownLine
  units: number
  movements: NewMovement[]
  changed: ReservationRow[]
}

export type TakenBack = {
  movements: NewMovement[]
  itemIds: string[]
  /** Base units that the order accounts for; whatever came beyond them never left by it. */
  units: number
}

/**
 * Takes units back on the order that they left with, at most as many as left and are not back (I11). What the order's channel
 * had put back before, by a refund, is not put back again: it is brought to where it came in, held where it is damaged, and
 * off again where it is disposed of. Part of the caller's transaction, before any other lock of it; the caller writes the
 * movements and works out what channels show.
 */
export async function takeBack(
  tx: Tx,
  context: StockContext,
  returned: UnitsBack,
  base: Omit<ClaimBase, 'referenceKind' | 'referenceId'>,
): Promise<TakenBack> {
  const { organizationId } = context
  const none: TakenBack = { movements: [], itemIds: [], units: 0 }
  const orderId = await findOrderId(tx, organizationId, returned)
  const hand = orderId === undefined ? undefined : await takeOrderInHand(tx, organizationId, orderId)
  if (hand === undefined) return none
  const lineIds = new Set(
    'orderId' in returned
      ? hand.reservations.filter(({ itemId }) => itemId === returned.itemId).map(({ ownerId }) => ownerId)
      : hand.shipmentLines
          .filter(
            ({ shipmentId, itemId }) => shipmentId === returned.shipmentId && itemId === returned.itemId,
          )
          .map(({ lineId }) => lineId),
  )
  const movements: NewMovement[] = []
  const changedRows: ReservationRow[] = []
  const changedLines: (KnownLine & { orderId: string })[] = []
  const partsBack: (PartBack & { lineId: string })[] = []
  const known = await findPartsBack(tx, organizationId, [...lineIds])
  let left = returned.units
  const how = {
    base: { ...base, referenceKind: 'order' as const, referenceId: hand.order.orderId },
    uuid: () => context.uuid(),
  }
  const named = hand.lines.filter(
    ({ lineId }) => lineIds.has(lineId) && (returned.lineId ?? lineId) === lineId,
  )
  for (const line of named) {
    const rows = rowsOf(hand, line.lineId)
    const some = { ...returned, units: left }
    const isOfKit = partsOf(rows).length > 1
    const part = isOfKit ? takeBackPart(line, rows, known.get(line.lineId) ?? [], some, how) : undefined
    const taken = part ?? takeBackLine(line, rows, some, how)
    partsBack.push(...(part?.parts ?? []).map((each) => ({ ...each, lineId: line.lineId })))
    if (taken.units === 0) continue
    left -= taken.units
    movements.push(...taken.movements)
    changedRows.push(...taken.changed)
    changedLines.push({ ...taken.line, orderId: hand.order.orderId })
  }
  if (changedLines.length === 0) return none
  await Promise.all([
    saveLines(tx, organizationId, hand.connectionId, { added: [], changed: changedLines }),
    saveReservations(tx, context, { added: [], changed: changedRows }),
    savePartsBack(tx, organizationId, partsBack),
  ])
  const itemIds = [...new Set(movements.map(({ itemId }) => itemId))].sort()
  return { movements, itemIds, units: returned.units - left }
}

async function findOrderId(tx: Tx, organizationId: string, returned: UnitsBack): Promise<string | undefined> {
  if ('orderId' in returned) return returned.orderId
  const found = await sql<{ orderId: string }>`
    select order_id from shipment
    where organization_id = ${organizationId} and shipment_id = ${returned.shipmentId}`.execute(tx)
  return found.rows[0]?.orderId
}

/** As many whole units of one order line, which is no kit of several items, as are out. Pure but for the claim. */
export function takeBackLine(
  line: KnownLine,
  rows: readonly ReservationRow[],
  returned: ReturnedUnits,
  { base, uuid }: { base: ClaimBase; uuid(): string },
): TakenBackLine {
  const nothing = { line, units: 0, movements: [], changed: [] }
  const [part] = partsOf(rows)
  if (part === undefined) return nothing
  const claim = claimOf(rows)
  const out = Math.max(0, claim.shipped - line.takenBack)
  const back = Math.min(Math.floor(returned.units / part.unitsEach), out)
  if (back === 0) return nothing
  const takenBack = line.takenBack + back
  const fresh = Math.max(claim.returned, takenBack) - claim.returned
  const work = openClaim(rows, base, uuid)
  let units = fresh * part.unitsEach
  // Those of the lot that was told first, then those that left last.
  const isTold = (row: ReservationRow) => row.lotId === returned.lotId
  const ordered = [...work.rows].reverse().sort((a, b) => Number(isTold(b)) - Number(isTold(a)))
  for (const row of ordered) {
    const some = Math.min(units, row.shipped - row.returned)
    if (some <= 0) continue
    units -= some
    work.take(row, 'return', some)
  }
  const { movements, changed } = work.done()
  const { locationId, condition } = returned
  const arrived = movements.flatMap((movement) => {
    const here = { ...movement, locationId }
    const back = movementOf(here, 'return', {
      onHandDelta: movement.onHandDelta,
      heldDelta: condition === 'damaged' ? movement.onHandDelta : 0,
    })
    return condition === 'disposed' ? [back, writeOff(here, movement.onHandDelta)] : [back]
  })
  let known = (back - fresh) * part.unitsEach
  let before = line.takenBack * part.unitsEach
  const moved = [...rows].reverse().flatMap((row) => {
    const skipped = Math.min(before, row.returned)
    before -= skipped
    const some = Math.min(known, row.returned - skipped)
    known -= some
    return some > 0 ? whereItLies(some, row, returned, base) : []
  })
  return {
    line: { ...line, takenBack, returned: Math.max(line.returned, takenBack) },
    units: back * part.unitsEach,
    movements: [...arrived, ...moved],
    changed,
  }
}
