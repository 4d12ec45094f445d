import { inTransaction } from '@plimsoll/database'
import {
  decideOrders,
  type IncomingOrder,
  insertOrderEvents,
  lockLotsOfOrders,
  lockOrders,
  saveOrders,
  TakenMeanwhile,
} from '@plimsoll/orders'
import { findLocations, insertMovements, refuse } from '@plimsoll/stock'
import { lockItemsToAllot } from '../allocation/waiting.store.ts'
import { updateAvailabilityOf } from '../availability/availability.ts'
import { nowOf, type SyncContext, type Tx, toStockContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { tellScreens } from '../fulfilment/order-holds.ts'
import { saveRecipient } from '../fulfilment/recipients.store.ts'
import { assertCovered } from '../fulfilment/route-in-hand.ts'
import { ensureByHand, findUsualPlace } from './by-hand-connection.store.ts'
import {
  digestOfRequest,
  type HandLine,
  type NewHandOrder,
  type ResolvedLine,
  resolveLine,
  toNewFacts,
} from './hand-order.ts'
import {
  findHandOrder,
  findSold,
  insertHandOrder,
  isNumberTaken,
  nextSequence,
  saveWaits,
} from './hand-orders.store.ts'
import { routeHandOrder, takeHandOrder, triedAgain } from './place-hand-order.ts'

export type HandOrderOutcome =
  | { kind: 'created' | 'repeated'; orderId: string; number: string }
  | { kind: 'refused'; refusal: ReturnType<typeof refuse> }

/**
 * Makes an order that no channel knows of: it reserves, is routed at once, and from then on is an order like any other. One made
 * at a point of sale leaves its location with it. Under one key it is made once.
 * @throws SyncProblem, where nothing is done
 */
export async function createHandOrder(context: SyncContext, order: NewHandOrder): Promise<HandOrderOutcome> {
  return await triedAgain(() =>
    inTransaction(context.database, (tx) => createHandOrderWithin(context, tx, order)),
  )
}

/** The same as one part of the caller's transaction, before any other lock of it. @throws SyncProblem, TakenMeanwhile */
export async function createHandOrderWithin(
  context: SyncContext,
  tx: Tx,
  order: NewHandOrder,
): Promise<HandOrderOutcome> {
  const { organizationId } = context
  const stock = toStockContext(context)
  const at = nowOf(context)
  checkTerms(order)
  const connection = await ensureByHand(tx, context)
  const { connectionId } = connection
  const lines = await resolveLines(context, tx, order.lines)
  const pinned = await findPinned(context, tx, order.location)
  const itemIds = itemsOf(lines)
  await lockItemsToAllot(tx, organizationId, itemIds)
  const known = await lockOrders(tx, organizationId, connectionId, [order.key])
  const [same] = known.rows
  if (same !== undefined) return await toRepeated(context, tx, order, same)
  const { sequence, number } = await giveNumber(tx, organizationId, connectionId, order.number)
  const locationId = pinned ?? (await findUsualPlace(tx, organizationId))
  const incoming: IncomingOrder = {
    facts: toNewFacts(order, lines, { number, locationId, at }),
    authoritative: true,
    seenBy: order.actor,
    seenAt: at,
  }
  const lots = await lockLotsOfOrders(tx, stock, connection, known, [incoming])
  const decided = decideOrders(stock, connection, { ...known, lots }, [incoming])
  const orderId = decided.orders[0]?.orderId
  if (orderId === undefined) throw new Error('a new order is applied')
  await saveOrders(tx, stock, connectionId, decided)
  await insertHandOrder(tx, organizationId, {
    orderId,
    kind: order.kind,
    sequence,
    requestDigest: digestOfRequest(order),
    locationId: pinned ?? null,
    reference: order.reference ?? null,
    note: order.note ?? null,
    createdBy: order.actor,
    createdAt: at,
  })
  const waits = lines.map(({ waitsUntil }, nth) => ({
    externalId: String(nth + 1),
    waitsUntil: waitsUntil ?? null,
  }))
  if (waits.some(({ waitsUntil }) => waitsUntil !== null)) await saveWaits(tx, organizationId, orderId, waits)
  if (order.recipient !== undefined)
    await saveRecipient(
      tx,
      context.masterKey,
      { organizationId, orderId },
      {
        recipient: order.recipient,
        at,
      },
    )
  const detail = { kind: order.kind, by: order.actor }
  const event = { orderId, at, kind: 'made-by-hand', shipmentId: null, actor: order.actor, detail }
  await insertOrderEvents(tx, context, [event])
  await insertMovements(tx, stock, decided.movements)
  let isTaken = false
  if (order.kind === 'point-of-sale') {
    if (!order.backorder) await assertWasThere(tx, organizationId, { itemIds, locationId })
  } else {
    const hand = await takeHandOrder(context, tx, orderId)
    const made = await routeHandOrder(context, tx, hand, {
      backorder: order.backorder,
      hasRecipient: order.recipient !== undefined,
    })
    isTaken = made.planned.length > 0
  }
  // What is sent is our own decision, and takes nothing that channels may sell at any moment. A sale over the counter is a fact,
  // and what only waits takes nothing of what is there: channels show less from now on.
  const cause = isTaken ? 'hub' : 'world'
  await updateAvailabilityOf(context, tx, { itemIds, at, cause })
  await tellScreens(context, tx, connectionId)
  return { kind: 'created', orderId, number }
}

/** Before several orders are made in one transaction: their items in one order, or two such could wait for each other. */
export async function lockSold(context: SyncContext, tx: Tx, skus: readonly string[]): Promise<void> {
  const { organizationId } = context
  const { items, parts } = await findSold(tx, organizationId, skus)
  const itemIds = [...items.values()].flatMap(
    ({ itemId }) => parts.get(itemId)?.map((part) => part.itemId) ?? [itemId],
  )
  await lockItemsToAllot(tx, organizationId, [...new Set(itemIds)].sort())
}

function checkTerms({ kind, location, lines }: NewHandOrder): void {
  if (lines.length === 0) throw syncProblem('invalid-order', 'lines', 'Give at least one line.')
  if (kind !== 'point-of-sale') return
  if (location === null) throw syncProblem('invalid-order', 'location', 'Say at which location it was sold.')
  if (lines.some(({ waitsUntil }) => waitsUntil !== undefined))
    throw syncProblem(
      'invalid-order',
      'lines',
      'What was sold at a point of sale has left: it waits for nothing.',
    )
}

/** @param given undefined: the next of our own that nobody has given to another. @throws SyncProblem where it is taken */
async function giveNumber(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  given: string | undefined,
): Promise<{ sequence: number; number: string }> {
  const isTaken = (number: string) => isNumberTaken(tx, organizationId, connectionId, number)
  let sequence = await nextSequence(tx, organizationId)
  if (given !== undefined) {
    if (!(await isTaken(given))) return { sequence, number: given }
    throw syncProblem('order-number-taken', 'number', `There is an order ${given} made by hand already.`)
  }
  while (await isTaken(`H-${sequence}`)) sequence += 1
  return { sequence, number: `H-${sequence}` }
}

/** @throws SyncProblem for the first line that cannot be taken as it is */
export async function resolveLines(
  context: SyncContext,
  tx: Tx,
  lines: readonly HandLine[],
): Promise<ResolvedLine[]> {
  const known = await findSold(
    tx,
    context.organizationId,
    lines.map(({ sku }) => sku),
  )
  return lines.map((line, nth) => {
    const resolved = resolveLine(line, known)
    if (resolved.kind === 'good') return resolved.line
    throw syncProblem('invalid-order', `lines.${nth}.${resolved.field}`, resolved.message)
  })
}

/** Items that lines hold units of: of a kit its parts. */
export function itemsOf(lines: readonly ResolvedLine[]): string[] {
  const ids = lines.flatMap(({ item, parts }) => parts?.map(({ itemId }) => itemId) ?? [item.itemId])
  return [...new Set(ids)].sort()
}

/** @throws SyncProblem where there is no such location, or nothing is sent from it */
export async function findPinned(
  context: SyncContext,
  tx: Tx,
  code: string | null,
): Promise<string | undefined> {
  if (code === null) return undefined
  const locations = await findLocations(tx, context.organizationId)
  const location = locations.find((each) => each.code === code)
  if (location === undefined)
    throw syncProblem('unknown-location', 'location', `There is no location with the code "${code}".`)
  if (location.archivedAt !== null)
    throw syncProblem('unknown-location', 'location', `The location "${code}" is archived.`)
  return location.locationId
}

async function toRepeated(
  context: SyncContext,
  tx: Tx,
  order: NewHandOrder,
  { orderId, number }: { orderId: string; number: string },
): Promise<HandOrderOutcome> {
  const made = await findHandOrder(tx, context.organizationId, orderId)
  if (made?.requestDigest === digestOfRequest(order)) return { kind: 'repeated', orderId, number }
  const message = 'Another order was made under this key.'
  return { kind: 'refused', refusal: refuse('key-reused', 'Idempotency-Key', message) }
}

/** What left at a point of sale was there, beyond what is promised to others. */
async function assertWasThere(
  tx: Tx,
  organizationId: string,
  { itemIds, locationId }: { itemIds: readonly string[]; locationId: string },
): Promise<void> {
  try {
    await assertCovered(
      tx,
      organizationId,
      itemIds.map((itemId) => ({ itemId, locationId })),
    )
  } catch (error) {
    if (!(error instanceof TakenMeanwhile)) throw error
    throw syncProblem(
      'beyond-free',
      'lines',
      'There is less at that location than was sold, beyond what is promised to others.',
    )
  }
}
