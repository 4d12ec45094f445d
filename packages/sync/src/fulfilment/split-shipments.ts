import { inTransaction } from '@plimsoll/database'
import {
  findShipment,
  insertOrderEvents,
  insertShipmentLines,
  isOpen,
  type OrderInHand,
  planShipments,
  rowsOf,
  type ShipmentRow,
  type StoredShipmentLine,
  saveShipment,
  saveShipmentLines,
  saveUnits,
  TakenMeanwhile,
} from '@plimsoll/orders'
import { findLocations, insertMovements, type refuse } from '@plimsoll/stock'
import { findItemsOfOrder, lockItemsToAllot } from '../allocation/waiting.store.ts'
import { updateAvailabilityOf } from '../availability/availability.ts'
import { nowOf, type SyncContext, type Tx, toStockContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { forgetUnbegun } from './errands.store.ts'
import { tellScreens } from './order-holds.ts'
import { assertCovered } from './route-in-hand.ts'
import { refuseVersion, takeShipment } from './shipment-actions.ts'
import { findSenders } from './warehouse-units.store.ts'

/** Listing units of an order line, by its id or by the SKU of what it sells. */
export type SplitLine = { lineId?: string | undefined; sku?: string | undefined; quantity: number }

export type SplitOutcome =
  | { kind: 'refused'; refusal: ReturnType<typeof refuse> }
  | { kind: 'done'; orderId: string; shipmentId: string; number: string }

/**
 * Moves units of a shipment that nobody outside has heard of into another, which leaves from the same location or from another.
 * All of it may be moved only to another location: then the first one ends.
 * @throws SyncProblem, where nothing is done
 */
export async function splitShipment(
  context: SyncContext,
  shipmentId: string,
  split: {
    lines: readonly SplitLine[]
    location: string | undefined
    version: number | undefined
    actor: string
  },
): Promise<SplitOutcome> {
  return await whereItIsThere(split.location, () =>
    inTransaction(context.database, async (tx): Promise<SplitOutcome> => {
      const { organizationId } = context
      const at = nowOf(context)
      const { actor } = split
      const { hand, shipment } = await takeUntouched(context, tx, shipmentId)
      if (split.version !== undefined && split.version !== shipment.version)
        return { kind: 'refused', refusal: refuseVersion(shipment, split.version) }
      const target = await findTarget(context, tx, shipment, split.location)
      const own = hand.shipmentLines.filter((line) => line.shipmentId === shipmentId)
      const { moved, left } = decideSplit(hand, own, split.lines)
      const isAll = left.every(({ units }) => units === 0)
      if (isAll && target.locationId === shipment.locationId)
        throw syncProblem(
          'invalid-split',
          'lines',
          'Leave something in it, or send all of it from another location.',
        )
      await unask(tx, context, [shipment])
      const rest = isAll
        ? own.map((line) => ({ ...line, givenUp: line.units }))
        : left.filter(({ units }) => units > 0)
      if (isAll) await saveShipmentLines(tx, organizationId, rest)
      else await saveUnits(tx, organizationId, left)
      const next: ShipmentRow = {
        ...shipment,
        state: isAll ? 'cancelled' : shipment.state === 'ready' ? 'planned' : shipment.state,
        ...(isAll && { cancelReason: 'split', endedAt: at }),
      }
      await saveShipment(tx, organizationId, next)
      hand.shipments = hand.shipments.map((each) => (each.shipmentId === shipmentId ? next : each))
      hand.shipmentLines = [...hand.shipmentLines.filter((line) => line.shipmentId !== shipmentId), ...rest]
      const planned = [{ ...target, lines: moved, because: { byHand: actor, splitFrom: shipment.number } }]
      const made = await planShipments(tx, toStockContext(context), hand, { planned, actor })
      const [second] = made.shipments
      if (second === undefined) throw new Error('one shipment was planned')
      const detail = { shipment: shipment.number, into: second.number }
      await insertOrderEvents(tx, context, [
        { orderId: hand.order.orderId, at, kind: 'shipment-split', shipmentId, actor, detail },
      ])
      await insertMovements(tx, toStockContext(context), made.movements)
      await assertCovered(
        tx,
        organizationId,
        hand.shipmentLines
          .filter((line) => line.shipmentId === second.shipmentId)
          .map(({ itemId }) => ({ itemId, locationId: target.locationId })),
      )
      await updateAvailabilityOf(context, tx, { itemIds: made.itemIds, at, cause: 'world' })
      await tellScreens(context, tx, hand.connectionId)
      const { orderId } = hand.order
      return { kind: 'done', orderId, shipmentId: second.shipmentId, number: second.number }
    }),
  )
}

/**
 * Puts what is in one shipment into another of the same order and location; neither has been heard of by anybody outside. The
 * emptied one ends.
 * @throws SyncProblem, where nothing is done
 */
export async function mergeShipments(
  context: SyncContext,
  intoId: string,
  merge: { other: string; version: number | undefined; actor: string },
): Promise<SplitOutcome> {
  return await inTransaction(context.database, async (tx): Promise<SplitOutcome> => {
    const { organizationId } = context
    const at = nowOf(context)
    const { actor } = merge
    const { hand, shipment: into } = await takeUntouched(context, tx, intoId)
    if (merge.version !== undefined && merge.version !== into.version)
      return { kind: 'refused', refusal: refuseVersion(into, merge.version) }
    const other = hand.shipments.find(({ shipmentId }) => shipmentId === merge.other)
    if (other === undefined || other.shipmentId === intoId)
      throw syncProblem(
        'unknown-shipment',
        'shipment',
        `Order ${hand.order.number} has no other shipment ${merge.other}.`,
      )
    if (other.locationId !== into.locationId || other.warehouseId !== into.warehouseId)
      throw syncProblem(
        'invalid-split',
        'shipment',
        `${other.number} leaves from another location than ${into.number}.`,
      )
    assertUntouched(hand, other)
    await unask(tx, context, [into, other])
    const linesOf = (id: string) => hand.shipmentLines.filter(({ shipmentId }) => shipmentId === id)
    const kept = linesOf(intoId)
    const grown = new Map<string, StoredShipmentLine>()
    const added: StoredShipmentLine[] = []
    for (const line of linesOf(other.shipmentId)) {
      const open = line.units - line.givenUp
      if (open <= 0) continue
      const same = kept.find((each) => each.lineId === line.lineId && each.itemId === line.itemId)
      if (same === undefined)
        added.push({ ...line, shipmentId: intoId, shipmentLineId: context.uuid(), units: open, givenUp: 0 })
      else {
        const now = grown.get(same.shipmentLineId) ?? same
        grown.set(same.shipmentLineId, { ...now, units: now.units + open })
      }
    }
    await saveUnits(tx, organizationId, [...grown.values()])
    await insertShipmentLines(tx, organizationId, added)
    await saveShipmentLines(
      tx,
      organizationId,
      linesOf(other.shipmentId).map((line) => ({ ...line, givenUp: line.units })),
    )
    await saveShipment(tx, organizationId, {
      ...into,
      state: into.state === 'ready' ? 'planned' : into.state,
    })
    await saveShipment(tx, organizationId, {
      ...other,
      state: 'cancelled',
      cancelReason: 'merged',
      endedAt: at,
    })
    const detail = { shipment: other.number, into: into.number }
    const { orderId } = hand.order
    await insertOrderEvents(tx, context, [
      { orderId, at, kind: 'shipments-merged', shipmentId: intoId, actor, detail },
    ])
    await tellScreens(context, tx, hand.connectionId)
    return { kind: 'done', orderId, shipmentId: intoId, number: into.number }
  })
}

/** Listing units that are moved, and what is left of each line of the shipment, in base units. Pure. */
function decideSplit(
  hand: OrderInHand,
  own: readonly StoredShipmentLine[],
  lines: readonly SplitLine[],
): { moved: { lineId: string; quantity: number }[]; left: StoredShipmentLine[] } {
  if (lines.length === 0) throw syncProblem('invalid-split', 'lines', 'Give at least one line.')
  let left = [...own]
  const moved = new Map<string, number>()
  for (const [nth, { lineId, sku, quantity }] of lines.entries()) {
    const wrong = (part: string, message: string) =>
      syncProblem('invalid-split', `lines.${nth}.${part}`, message)
    const line = hand.lines.find((each) =>
      lineId === undefined
        ? each.sku === sku && own.some((of) => of.lineId === each.lineId)
        : each.lineId === lineId,
    )
    const inIt = left.filter((each) => each.lineId === line?.lineId)
    if (line === undefined || inIt.length === 0)
      throw wrong(lineId === undefined ? 'sku' : 'lineId', 'That is not in this shipment.')
    const parts = new Map(rowsOf(hand, line.lineId).map((row) => [row.itemId, row.unitsEach]))
    const eachOf = ({ itemId }: StoredShipmentLine) => parts.get(itemId) ?? 1
    const there = Math.min(...inIt.map((each) => Math.floor(each.units / eachOf(each))))
    if (quantity < 1 || quantity > there)
      throw wrong('quantity', `${there} of ${line.sku ?? line.title} are in this shipment, not ${quantity}.`)
    left = left.map((each) =>
      each.lineId === line.lineId ? { ...each, units: each.units - quantity * eachOf(each) } : each,
    )
    moved.set(line.lineId, (moved.get(line.lineId) ?? 0) + quantity)
  }
  return { moved: [...moved].map(([lineId, quantity]) => ({ lineId, quantity })), left }
}

/** Locks the items of a shipment's order and then the order. @throws SyncProblem where somebody has the shipment in hand already */
async function takeUntouched(context: SyncContext, tx: Tx, shipmentId: string) {
  const { organizationId } = context
  const known = await findShipment(tx, organizationId, shipmentId)
  if (known !== undefined)
    await lockItemsToAllot(tx, organizationId, await findItemsOfOrder(tx, organizationId, known.orderId))
  const taken = await takeShipment(context, tx, shipmentId)
  assertUntouched(taken.hand, taken.shipment)
  return taken
}

function assertUntouched(
  { shipmentLines }: OrderInHand,
  { shipmentId, number, state, cancelReason, warehouseId }: ShipmentRow,
): void {
  if (!isOpen(state)) throw syncProblem('shipment-ended', 'shipment', `Shipment ${number} is ${state}.`)
  const isPacked = shipmentLines.some((line) => line.shipmentId === shipmentId && line.shipped > 0)
  const isOwn = warehouseId === null
  const isUnheard = state === 'planned' || state === 'ready' || (isOwn && state === 'received')
  if (cancelReason !== null || isPacked || !isUnheard)
    throw syncProblem('shipment-under-way', 'shipment', `Shipment ${number} is under way already.`)
}

/** What nobody has asked a warehouse for yet need not be asked as it was. @throws SyncProblem where it has been */
async function unask(
  tx: Tx,
  { organizationId }: SyncContext,
  shipments: readonly ShipmentRow[],
): Promise<void> {
  const asked = await forgetUnbegun(
    tx,
    organizationId,
    'request-shipment',
    shipments.map(({ shipmentId }) => shipmentId),
  )
  const heard = shipments.find(({ shipmentId }) => asked.has(shipmentId))
  if (heard !== undefined)
    throw syncProblem(
      'shipment-under-way',
      'shipment',
      `A warehouse has been asked for ${heard.number} already.`,
    )
}

async function findTarget(
  context: SyncContext,
  tx: Tx,
  { locationId, warehouseId, connectionId }: ShipmentRow,
  code: string | undefined,
): Promise<{ locationId: string; warehouseId: string | null }> {
  if (code === undefined) return { locationId, warehouseId }
  const location = (await findLocations(tx, context.organizationId)).find((each) => each.code === code)
  if (location === undefined)
    throw syncProblem('unknown-location', 'location', `There is no location with the code "${code}".`)
  const senders = await findSenders(tx, context)
  const sender = senders.find((each) => each.locationId === location.locationId)
  if (sender !== undefined && (!sender.sends || sender.warehouseId === connectionId)) {
    const message = `What lies at "${code}" its platform sells and sends itself: nothing of this order can leave from there.`
    throw syncProblem('wrong-state', 'location', message)
  }
  return { locationId: location.locationId, warehouseId: sender?.warehouseId ?? null }
}

async function whereItIsThere<T>(location: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof TakenMeanwhile)) throw error
    throw syncProblem('beyond-free', 'lines', `There is not so much free at ${location ?? 'its location'}.`)
  }
}
