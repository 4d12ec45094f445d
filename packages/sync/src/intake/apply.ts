import type { ExternalOrder } from '@plimsoll/connector-kit'
import { inTransaction, isTransient } from '@plimsoll/database'
import {
  type DecidedOrders,
  decideOrders,
  type IncomingOrder,
  lockLotsOfOrders,
  lockOrders,
  saveOrders,
} from '@plimsoll/orders'
import { type insertMovements, withBalancesAssumed } from '@plimsoll/stock'
import { updateAvailabilityOf } from '../availability/availability.ts'
import { findMappings, markListingGone } from '../connections/mappings.store.ts'
import { nowOf, type Tx, toStockContext } from '../context.ts'
import { applyWarehouseRow } from '../fulfilment/apply-warehouse.ts'
import { followChannelHolds } from '../fulfilment/channel-holds.ts'
import { noteOrdersToRoute } from '../fulfilment/route-orders.store.ts'
import { addSubtracted, type MovedByOrders } from '../lanes/levels.store.ts'
import { dealSoon } from '../load-line/protect.ts'
import { notify, type Wake } from '../notify.ts'
import { decideOrderPlaces, type OrderPlaces } from '../pools/places-of-orders.ts'
import { findPlacesOfOrders } from '../pools/pools.store.ts'
import { assertLease, LeaseLost } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { judgeHoldSightings } from './hold-sightings.ts'
import {
  type Arrival,
  claimArrived,
  type InboxRow,
  type InboxVerdict,
  insertSettled,
  isToApply,
  isWarehouseRow,
  settleInbox,
  takeInbox,
  toArrivedRows,
} from './inbox.store.ts'
import {
  changeOf,
  type InboxEvent,
  type ListingMapping,
  reviveOrder,
  toInboxEvent,
  toOrderFacts,
} from './inbox.ts'
import { type LateUnits, noteLate } from './late-orders.store.ts'
import { applyLevelHints } from './level-hints.ts'
import { reparse } from './reparse.ts'
import { verdictOf, verdictOnOrder } from './verdicts.ts'

const ROWS_PER_BATCH = 200
const PARKED: Wake = { kind: 'screen', topics: ['parked', 'overview'], itemIds: [] }

/**
 * Applies a connection's waiting inbox rows, in batches of one transaction each. A batch that fails is
 * applied row by row, and the row that fails by itself is parked with its reason: it never holds up
 * the others. What each channel should show is worked out in the same transaction.
 * @returns how many rows were settled
 */
export async function applyInbox(context: WorkerContext): Promise<Applied> {
  const applied = { settled: 0 }
  for (;;) {
    const rows = await takePending(context, { hints: false })
    if (rows.length === 0) break
    const batch = await applyStored(context, rows)
    applied.settled += batch.settled
    if (rows.length < ROWS_PER_BATCH) break
  }
  return applied
}

export type Applied = { settled: number }

/** The same for rows that have just been stored, without looking what else waits. */
export async function applyStored(context: WorkerContext, rows: readonly InboxRow[]): Promise<Applied> {
  for (let from = 0; from < rows.length; from += ROWS_PER_BATCH)
    await applyBatch(context, rows.slice(from, from + ROWS_PER_BATCH))
  return { settled: rows.length }
}

/**
 * Stores events that arrive and applies them, all in one transaction. Where they cannot be applied together
 * nothing is stored either, and the caller stores them first.
 * @returns undefined when nothing was stored
 */
export async function applyArriving(
  context: WorkerContext,
  arrival: Arrival,
  events: readonly InboxEvent[],
): Promise<(Applied & { stored: number }) | undefined> {
  const rows = toArrivedRows(arrival, events)
  if (rows.length > ROWS_PER_BATCH || !rows.every(isToApply)) return undefined
  try {
    const verdicts = await withBalancesAssumed((write) =>
      inTransaction(context.database, (tx) =>
        applyRows(context, tx, rows, write, {
          claim: () => claimArrived(tx, arrival, rows),
          settle: (decided) =>
            insertSettled(
              tx,
              arrival,
              rows.filter((row) => decided.some(({ inboxId }) => inboxId === row.inboxId)),
              decided,
            ),
        }),
      ),
    )
    for (const row of rows) if (isStateOfOrder(row)) context.storedOrders.add(row.eventKey)
    context.sightings.note(rows)
    return { settled: verdicts.length, stored: verdicts.length }
  } catch (error) {
    // Stored by itself it is safe, and whatever hinders it is met again, and told, when it is applied from there.
    context.log.debug({ events: events.length, error }, 'arriving events could not be applied at once')
    return undefined
  }
}

/** What platforms say of levels is only a reason to look: it waits until nothing else does. */
export async function applyHints(context: WorkerContext): Promise<void> {
  const rows = await takePending(context, { hints: true })
  if (rows.length > 0) await applyBatch(context, rows)
}

async function takePending(context: WorkerContext, which: { hints: boolean }): Promise<InboxRow[]> {
  return await takeInbox(context.database.kysely, context.organizationId, context.connection.connectionId, {
    state: 'pending',
    ...which,
    now: nowOf(context),
    limit: ROWS_PER_BATCH,
  })
}

async function applyBatch(context: WorkerContext, rows: readonly InboxRow[]): Promise<InboxVerdict[]> {
  const [first] = rows
  const isOfWarehouse = rows.some(isWarehouseRow)
  try {
    if (first !== undefined && rows.length === 1 && isOfWarehouse)
      return [await applyWarehouseRow(context, first)]
    if (isOfWarehouse) return await oneByOne(context, rows)
    const verdicts = await withBalancesAssumed((write) =>
      inTransaction(context.database, (tx) => applyRows(context, tx, rows, write)),
    )
    rememberStored(context, rows)
    context.sightings.note(rows)
    return verdicts
  } catch (error) {
    if (error instanceof LeaseLost || isTransient(error)) throw error
    if (first === undefined) return []
    if (rows.length === 1) {
      await park(context, first, error)
      return []
    }
    context.log.warn({ rows: rows.length, error }, 'a batch of events failed; applying them one by one')
    return await oneByOne(context, rows)
  }
}

async function oneByOne(context: WorkerContext, rows: readonly InboxRow[]): Promise<InboxVerdict[]> {
  const verdicts: InboxVerdict[] = []
  for (const row of rows) verdicts.push(...(await applyBatch(context, [row])))
  return verdicts
}

/**
 * One transaction in four trips to the database: what is known, locked; all that follows from it, and the
 * figures that availability is worked out from; what the levels should show; the commit. Statements of one
 * trip are sent together and carried out in order.
 * @param writeMovements writes them, with or without making missing balances first
 * @param arriving where the rows are not stored yet: claims them, as part of the first trip, and says which are new
 *   (the others are left out); and stores those with what was decided
 */
async function applyRows(
  context: WorkerContext,
  tx: Tx,
  candidates: readonly InboxRow[],
  writeMovements: typeof insertMovements,
  arriving?: {
    claim(): Promise<ReadonlySet<string>>
    settle(verdicts: readonly InboxVerdict[]): Promise<void>
  },
): Promise<InboxVerdict[]> {
  const { organizationId, connection } = context
  const { connectionId } = connection
  const stock = toStockContext(context)
  const at = nowOf(context)
  const orders = candidates.flatMap((row) => {
    const order = row.topic === 'order' ? reviveOrder(row.payload) : undefined
    return order === undefined ? [] : [{ row, order }]
  })
  const listingIds = orders.flatMap(({ order }) =>
    order.lines.flatMap((line) => line.listingExternalId ?? []),
  )
  const [, fresh, places, mappings, known] = await Promise.all([
    assertLease(tx, organizationId, context.lease),
    arriving?.claim(),
    orders.length === 0 ? [] : findPlacesOfOrders(tx, organizationId, connectionId),
    findMappings(tx, organizationId, connectionId, [...new Set(listingIds)]),
    lockOrders(
      tx,
      organizationId,
      connectionId,
      orders.map(({ order }) => order.externalId),
    ),
  ])
  const isNew = (row: InboxRow) => fresh === undefined || fresh.has(row.inboxId)
  const rows = candidates.filter(isNew)
  const withOrder = orders.filter(({ row }) => isNew(row))
  if (rows.length === 0) return []
  const orderPlaces = decideOrderPlaces(places, {
    ...connection,
    isCountRead: context.operations.counts !== undefined,
  })
  const incoming = withOrder.map((each) => toIncoming(each, mappings, orderPlaces))
  const lots = await lockLotsOfOrders(tx, stock, connection, known, incoming)
  const decided = decideOrders(stock, connection, { ...known, lots }, incoming)
  const verdicts = [
    ...decided.orders.flatMap((result, index) => {
      const row = withOrder[index]?.row
      return row === undefined ? [] : [verdictOnOrder(row, result, connection.name)]
    }),
    ...(await applyOtherRows(context, tx, rows)),
  ]
  const isParked = verdicts.some((verdict) => verdict.state === 'parked')
  await Promise.all([
    saveOrders(tx, stock, connectionId, decided),
    connection.shipsOrdersFrom === null
      ? undefined
      : noteOrdersToRoute(tx, organizationId, connectionId, toRoute(decided, connection.shipsOrdersFrom), at),
    arriving === undefined ? settleInbox(tx, organizationId, verdicts, at) : arriving.settle(verdicts),
    isParked ? notify(tx, organizationId, PARKED) : undefined,
    // One statement for all movements: it locks their balances, in key order.
    writeMovements(tx, stock, decided.movements),
    updateAvailabilityOf(context, tx, toChangedItems(rows, incoming, decided), async () => {
      // Sent together, carried out in order.
      await Promise.all([
        addSubtracted(tx, organizationId, connectionId, toMoved(context, decided), at),
        noteLate(tx, organizationId, connectionId, toLate(withOrder, decided), at),
      ])
    }),
  ])
  await followChannelHolds(context, tx, connection, decided.orders)
  return verdicts
}

/** Orders that the hub sends and of which something may have changed. */
function toRoute({ savedOrders: { added, changed } }: DecidedOrders, from: Date): string[] {
  const sent = [...added, ...changed].filter(({ placedAt, test }) => placedAt >= from && !test)
  return sent.map(({ orderId }) => orderId)
}

/**
 * By our clock: the platform's may be ahead of it, and an order's time is given in whole seconds. Before the platform has
 * answered a new holder nobody knows by how much, and the order is one that may have come before anything.
 */
function toMoved(context: WorkerContext, decided: DecidedOrders): MovedByOrders[] {
  const aheadMs = context.platformClockAheadMs()
  return decided.orders.flatMap((result) =>
    result.subtracted.map(({ notBefore, ...moved }) => ({
      ...moved,
      notBefore:
        notBefore === undefined || aheadMs === undefined
          ? undefined
          : new Date(notBefore.getTime() - aheadMs),
    })),
  )
}

function toIncoming(
  { row, order }: { row: InboxRow; order: ExternalOrder },
  mappings: ReadonlyMap<string, ListingMapping>,
  places: OrderPlaces,
): IncomingOrder {
  return {
    facts: toOrderFacts(order, mappings, places),
    authoritative: row.source === 'fetch',
    seenBy: row.source,
    seenAt: row.receivedAt,
  }
}

/** What the platform has subtracted may change without a movement too: a pending order that is paid. */
function toChangedItems(
  rows: readonly InboxRow[],
  incoming: readonly IncomingOrder[],
  decided: DecidedOrders,
): { itemIds: string[]; at: Date } {
  const ofApplied = decided.orders.flatMap((result, index) =>
    result.verdict === 'apply'
      ? (incoming[index]?.facts.lines.flatMap((line) => line.itemId ?? []) ?? [])
      : [],
  )
  return {
    itemIds: [...decided.movements.map((movement) => movement.itemId), ...ofApplied],
    at: new Date(Math.min(...rows.map((row) => row.receivedAt.getTime()))),
  }
}

/** What a backfill found may have changed before the levels were last confirmed. */
function toLate(
  incoming: readonly { row: InboxRow; order: ExternalOrder }[],
  decided: DecidedOrders,
): LateUnits[] {
  return decided.orders.flatMap((result, index) => {
    const { row, order } = incoming[index] ?? {}
    if (row?.source !== 'backfill' || order === undefined) return []
    const changedAt = changeOf(order) ?? order.placedAt
    return result.subtracted.map(({ stockUnitId, externalLocationId, sold, givenBack }) => ({
      stockUnitId,
      externalLocationId,
      units: sold - givenBack,
      changedAt,
    }))
  })
}

/** An order as it stands, and not only a hint to read it. */
function isStateOfOrder(row: InboxRow): boolean {
  return row.topic === 'order' && (row.payload as { order?: unknown }).order !== undefined
}

/** So that the next read of the orders need not ask the database about these; only once they are surely stored. */
function rememberStored(context: WorkerContext, rows: readonly InboxRow[]): void {
  for (const row of rows) {
    const order = row.topic === 'order' ? reviveOrder(row.payload) : undefined
    if (order === undefined) continue
    const { externalId, version } = order
    const event = toInboxEvent({ kind: 'order', externalId, version, order }, context.uuid)
    if (event !== undefined) context.storedOrders.add(event.eventKey)
  }
}

/** Everything that is not an order's state: hints to look at something, and what cannot be read. */
async function applyOtherRows(
  context: WorkerContext,
  tx: Tx,
  rows: readonly InboxRow[],
): Promise<InboxVerdict[]> {
  const of = (topic: InboxRow['topic']) => rows.filter((row) => row.topic === topic)
  const verdicts = await applyLevelHints(context, tx, of('level'))
  verdicts.push(...(await judgeHoldSightings(context, tx, of('order-hold'))))
  for (const row of rows) {
    switch (row.topic) {
      case 'order':
        if (!isStateOfOrder(row)) verdicts.push(verdictOf(row, 'fetch'))
        break
      case 'order-deleted':
      case 'listing':
      case 'uninstalled':
        // Settled by reading it: see fetching.ts.
        verdicts.push(verdictOf(row, 'fetch'))
        break
      case 'listing-deleted':
        await noteGone(context, tx, row.subject)
        verdicts.push(verdictOf(row, 'applied'))
        break
      case 'level':
      case 'order-hold':
        break
      case 'shipment':
      case 'receipt':
      case 'return':
      case 'announced-return':
      case 'counted':
        // Applied by themselves: see applyWarehouseRow.
        break
      case 'unreadable':
        verdicts.push(await reparse(context, tx, row))
        break
      default: {
        const never: never = row.topic
        throw new Error(`unknown topic ${String(never)}`)
      }
    }
  }
  return verdicts
}

/** What it does not sell any more others may show. */
async function noteGone(context: WorkerContext, tx: Tx, externalId: string): Promise<void> {
  const { organizationId, connection, uuid } = context
  const itemIds = await markListingGone(tx, organizationId, connection.connectionId, externalId)
  await dealSoon(tx, { organizationId, at: nowOf(context), uuid }, itemIds)
}

async function park(context: WorkerContext, row: InboxRow, error: unknown): Promise<void> {
  context.log.error({ inboxId: row.inboxId, error }, 'an event could not be applied and is parked')
  const message = error instanceof Error ? error.message : String(error)
  const verdict: InboxVerdict = {
    ...verdictOf(row, 'parked'),
    reasonCode: 'cannot-apply',
    reason: `${message} Replay it once this is cured.`,
    told: { code: 'cannot-apply', facts: { message } },
  }
  await inTransaction(context.database, async (tx) => {
    await assertLease(tx, context.organizationId, context.lease)
    await settleInbox(tx, context.organizationId, [verdict], nowOf(context))
    await notify(tx, context.organizationId, PARKED)
  })
}
