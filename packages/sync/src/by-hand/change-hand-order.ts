import type { Recipient } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import {
  decideOrders,
  insertOrderEvents,
  isOpen,
  type KnownLine,
  type LineFacts,
  lockOrders,
  type OrderFacts,
  type OrderInHand,
  rowsOf,
  saveOrders,
  takeOrderInHand,
} from '@plimsoll/orders'
import { insertMovements, refuse } from '@plimsoll/stock'
import { findItemsOfOrder, lockItemsToAllot } from '../allocation/waiting.store.ts'
import { updateAvailabilityOf } from '../availability/availability.ts'
import { nowOf, type SyncContext, type Tx, toStockContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { findAsked } from '../fulfilment/errands.store.ts'
import { resolveOrderId } from '../fulfilment/find-order.ts'
import { tellScreens } from '../fulfilment/order-holds.ts'
import { findRecipient, saveRecipient } from '../fulfilment/recipients.store.ts'
import { stopUnwanted } from '../fulfilment/route-orders.ts'
import { findPinned, itemsOf, resolveLines } from './create-hand-order.ts'
import { destinationOf, type HandLine, type ResolvedLine, toLineFacts } from './hand-order.ts'
import {
  findHandOrder,
  type HandOrderRow,
  noteRecipientEnded,
  saveHandTerms,
  saveWaits,
} from './hand-orders.store.ts'
import { routeHandOrder, takeHandOrder, triedAgain } from './place-hand-order.ts'

/** A line that is there keeps its unit: its quantity is in the order's own. Null: it waits for no date any more. */
export type ChangedLine =
  | { lineId: string; quantity: number; waitsUntil?: Date | null | undefined }
  | (HandLine & { lineId?: undefined })

/** What is left out stays; null takes back what was said. */
export type HandOrderChange = {
  /** The one that the person has seen; undefined: whatever it is. */
  version: number | undefined
  /** All lines that it is to have; one that is not among them is taken out. */
  lines?: readonly ChangedLine[] | undefined
  shipBy?: Date | undefined
  shippingMethod?: string | undefined
  reference?: string | null | undefined
  note?: string | null | undefined
  /** For what is in no shipment yet. */
  location?: string | null | undefined
  recipient?: Recipient | undefined
  backorder: boolean
  actor: string
}

export type HandOrderChanged =
  | { kind: 'changed'; orderId: string }
  | { kind: 'refused'; refusal: ReturnType<typeof refuse> }

/**
 * Brings an order made by hand to what it is to be: units that it gives up are released, shipments that hold them stopped, units
 * that it gains routed at once.
 * @throws SyncProblem, where nothing is done
 */
export async function changeHandOrder(
  context: SyncContext,
  order: string,
  change: HandOrderChange,
): Promise<HandOrderChanged> {
  const orderId = await resolveOrderId(context, order)
  return await triedAgain(() =>
    inTransaction(context.database, async (tx) => {
      const added = (change.lines ?? []).filter((line) => line.lineId === undefined)
      const resolved = await resolveLines(context, tx, added)
      const { hand, made } = await takeOurs(context, tx, orderId, itemsOf(resolved))
      const refusal = refuseVersion(hand, change.version)
      if (refusal !== undefined) return { kind: 'refused', refusal } as const
      if (hand.order.state !== 'open')
        throw syncProblem(
          'wrong-state',
          'order',
          `Order ${hand.order.number} is ${hand.order.state}: only open orders are changed.`,
        )
      const lines =
        change.lines === undefined ? hand.lines.map(keepLine(hand)) : toLines(hand, change.lines, resolved)
      const facts: Partial<OrderFacts> = {
        ...(change.shipBy !== undefined && { shipBy: change.shipBy }),
        ...(change.shippingMethod !== undefined && { shippingMethod: change.shippingMethod }),
        ...(change.recipient !== undefined && { destination: destinationOf(change.recipient) }),
      }
      await saveState(context, tx, hand, { ...facts, state: 'open', lines }, change.actor)
      await saveTerms(context, tx, { hand, made, change, lines })
      const takesMore = lines.some(({ externalId, current }) => {
        const known = hand.lines.find((line) => line.externalId === externalId)
        return current > (known?.current ?? 0)
      })
      await settle(context, tx, orderId, {
        change,
        kind: 'changed-by-hand',
        takesMore,
      })
      return { kind: 'changed', orderId } as const
    }),
  )
}

/**
 * Nothing more of it is to be sent: what it holds is released, what nobody outside has heard of is stopped, and warehouses of
 * others are asked. What has left has left.
 * @throws SyncProblem
 */
export async function cancelHandOrder(
  context: SyncContext,
  order: string,
  cancel: { version: number | undefined; note: string | null; actor: string },
): Promise<HandOrderChanged> {
  const orderId = await resolveOrderId(context, order)
  return await triedAgain(() =>
    inTransaction(context.database, async (tx) => {
      const { hand } = await takeOurs(context, tx, orderId, [])
      if (hand.order.state === 'cancelled') return { kind: 'changed', orderId } as const
      const refusal = refuseVersion(hand, cancel.version)
      if (refusal !== undefined) return { kind: 'refused', refusal } as const
      if (hand.order.state === 'closed')
        throw syncProblem(
          'wrong-state',
          'order',
          `All of order ${hand.order.number} has left: take it back by a return.`,
        )
      await saveState(
        context,
        tx,
        hand,
        { state: 'cancelled', lines: hand.lines.map(keepLine(hand)) },
        cancel.actor,
      )
      await settle(context, tx, orderId, {
        change: { ...cancel, backorder: true },
        kind: 'cancelled-by-hand',
        takesMore: false,
        note: cancel.note,
      })
      await noteRecipientEnded(tx, context.organizationId, orderId, nowOf(context))
      return { kind: 'changed', orderId } as const
    }),
  )
}

/** Locks its items, those to come among them, and then the order. */
async function takeOurs(
  context: SyncContext,
  tx: Tx,
  orderId: string,
  moreItemIds: readonly string[],
): Promise<{ hand: OrderInHand; made: HandOrderRow }> {
  const { organizationId } = context
  const made = await findHandOrder(tx, organizationId, orderId)
  if (made === undefined)
    throw syncProblem(
      'not-by-hand',
      'order',
      'A channel keeps this order: it is changed and cancelled there.',
    )
  const itemIds = [...(await findItemsOfOrder(tx, organizationId, orderId)), ...moreItemIds]
  await lockItemsToAllot(tx, organizationId, [...new Set(itemIds)])
  return { hand: await takeHandOrder(context, tx, orderId), made }
}

function refuseVersion({ order }: OrderInHand, given: number | undefined) {
  if (given === undefined || given === order.version) return undefined
  return refuse(
    'version-changed',
    'If-Match',
    `Order ${order.number} is at version ${order.version}, not ${given}.`,
  )
}

/** A line as it stands, as its channel would say it. */
function keepLine(hand: OrderInHand): (line: KnownLine) => LineFacts {
  return (line) => {
    const rows = rowsOf(hand, line.lineId)
    const parts = [...new Map(rows.map(({ itemId, unitsEach }) => [itemId, unitsEach]))]
    const isKit = parts.some(([itemId]) => itemId !== line.itemId)
    return {
      externalId: line.externalId,
      listingExternalId: undefined,
      stockUnitId: undefined,
      sku: line.sku,
      title: line.title,
      itemId: line.itemId,
      unitsPerListing: line.unitsPerListing,
      ...(isKit && {
        parts: parts.map(([itemId, unitsEach]) => ({ itemId, unitsEach: unitsEach / line.unitsPerListing })),
      }),
      ordered: line.ordered,
      current: line.current,
      shipped: line.shipped,
      returned: line.platformReturned,
      subtracted: 'yes',
    }
  }
}

function toLines(
  hand: OrderInHand,
  lines: readonly ChangedLine[],
  resolved: readonly ResolvedLine[],
): (LineFacts & { waitsUntil?: Date | null | undefined })[] {
  const added = [...resolved]
  let last = Math.max(0, ...hand.lines.map(({ externalId }) => Number(externalId) || 0))
  const named = new Set<string>()
  const next = lines.map((line, nth) => {
    const wrong = (part: string, message: string) =>
      syncProblem('invalid-order', `lines.${nth}.${part}`, message)
    if (line.lineId === undefined) {
      const made = added.shift()
      if (made === undefined) throw new Error('each added line was resolved')
      last += 1
      return { ...toLineFacts(String(last), made, false), waitsUntil: made.waitsUntil ?? null }
    }
    const { lineId, quantity } = line
    const known = hand.lines.find((each) => each.lineId === lineId)
    if (known === undefined || named.has(lineId))
      throw wrong('lineId', `The order has no line ${lineId}, or it is named twice.`)
    named.add(lineId)
    if (quantity < known.shipped)
      throw wrong('quantity', `${known.shipped} of ${known.sku ?? known.title} have left already.`)
    return { ...keepLine(hand)(known), current: quantity, waitsUntil: line.waitsUntil }
  })
  for (const [nth, { lineId, shipped, sku, title }] of hand.lines.entries())
    if (!named.has(lineId) && shipped > 0)
      throw syncProblem(
        'invalid-order',
        `lines.${nth}`,
        `${shipped} of ${sku ?? title} have left already: keep the line.`,
      )
  return next
}

async function saveState(
  context: SyncContext,
  tx: Tx,
  { order, connectionId }: OrderInHand,
  state: Partial<OrderFacts> & Pick<OrderFacts, 'state' | 'lines'>,
  actor: string,
): Promise<void> {
  const { organizationId } = context
  const stock = toStockContext(context)
  const known = await lockOrders(tx, organizationId, connectionId, [order.externalId])
  const locationId = known.reservations.at(-1)?.locationId
  if (locationId === undefined) throw new Error('an order by hand reserves')
  const made = await findHandOrder(tx, organizationId, order.orderId)
  const facts: OrderFacts = {
    externalId: order.externalId,
    number: order.number,
    placedAt: order.placedAt,
    version: (order.version ?? 0) + 1,
    currency: order.currency ?? undefined,
    test: false,
    externalLocationId: undefined,
    reservesAt: made?.locationId ?? locationId,
    ...state,
  }
  const incoming = { facts, authoritative: true, seenBy: actor, seenAt: nowOf(context) }
  const decided = decideOrders(stock, { connectionId, defaultLocationId: locationId }, known, [incoming])
  await saveOrders(tx, stock, connectionId, decided)
  await insertMovements(tx, stock, decided.movements)
}

async function saveTerms(
  context: SyncContext,
  tx: Tx,
  {
    hand,
    made,
    change,
    lines,
  }: {
    hand: OrderInHand
    made: HandOrderRow
    change: HandOrderChange
    lines: readonly (LineFacts & { waitsUntil?: Date | null | undefined })[]
  },
): Promise<void> {
  const { organizationId } = context
  const { orderId } = hand.order
  const { reference, note, location } = change
  const locationId =
    location === undefined ? made.locationId : ((await findPinned(context, tx, location)) ?? null)
  await saveHandTerms(tx, organizationId, {
    orderId,
    locationId,
    reference: reference === undefined ? made.reference : reference,
    note: note === undefined ? made.note : note,
  })
  const waits = lines.flatMap(({ externalId, waitsUntil }) =>
    waitsUntil === undefined ? [] : [{ externalId, waitsUntil }],
  )
  if (waits.length > 0) await saveWaits(tx, organizationId, orderId, waits)
  if (change.recipient === undefined) return
  const open = hand.shipments.filter(({ state, warehouseId }) => isOpen(state) && warehouseId !== null)
  const asked = await findAsked(
    tx,
    organizationId,
    'request-shipment',
    open.map(({ shipmentId }) => shipmentId),
  )
  const heard = open.find(({ shipmentId }) => asked.has(shipmentId))
  if (heard !== undefined)
    throw syncProblem(
      'wrong-state',
      'recipient',
      `A warehouse has been asked for ${heard.number} already, to the address that it was given: cancel that shipment first.`,
    )
  const stamp = { recipient: change.recipient, at: nowOf(context) }
  await saveRecipient(tx, context.masterKey, { organizationId, orderId }, stamp)
}

/** Shipments follow what the order is now; then the channels do. */
async function settle(
  context: SyncContext,
  tx: Tx,
  orderId: string,
  {
    change,
    kind,
    note,
    takesMore,
  }: {
    change: { backorder: boolean; actor: string }
    kind: string
    note?: string | null
    takesMore: boolean
  },
): Promise<void> {
  const { organizationId } = context
  const at = nowOf(context)
  const { actor, backorder } = change
  const detail = note == null ? {} : { note }
  await insertOrderEvents(tx, context, [{ orderId, at, kind, shipmentId: null, actor, detail }])
  const hand = await takeOrderInHand(tx, organizationId, orderId)
  if (hand === undefined) throw new Error('the order is in hand')
  const stopped = await stopUnwanted(context, tx, hand)
  await insertMovements(tx, toStockContext(context), stopped.movements)
  const hasRecipient = (await findRecipient(tx, context.masterKey, { organizationId, orderId })) !== undefined
  // What waits already was said to; only what is taken now must be free.
  const made = await routeHandOrder(context, tx, hand, { backorder: backorder || !takesMore, hasRecipient })
  const itemIds = [...new Set(hand.reservations.map(({ itemId }) => itemId))]
  // What is sent beyond what was is our own decision, and takes nothing that channels may sell at any moment.
  const cause = takesMore && made.planned.length > 0 ? 'hub' : 'world'
  await updateAvailabilityOf(context, tx, { itemIds, at, cause })
  await tellScreens(context, tx, hand.connectionId)
}
