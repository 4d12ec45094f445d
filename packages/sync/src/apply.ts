import type { ExternalOrder } from '@plimsoll/connector-kit'
import { inTransaction, isTransient } from '@plimsoll/database'
import {
  type AppliedOrder,
  type DecidedOrders,
  decideOrders,
  type IncomingOrder,
  lockOrders,
  saveOrders,
} from '@plimsoll/orders'
import { insertMovements } from '@plimsoll/stock'
import { updateAvailabilityOf } from './availability.ts'
import { nowOf, type Tx, toStockContext } from './context.ts'
import { type InboxRow, type InboxVerdict, settleInbox, takeInbox } from './inbox.store.ts'
import { type ListingMapping, reviveOrder, toInboxEvent, toOrderFacts } from './inbox.ts'
import { assertLease, LeaseLost } from './leases.store.ts'
import { applyLevelHints } from './level-hints.ts'
import { addSubtracted } from './levels.store.ts'
import { findMappings, markListingGone } from './mappings.store.ts'
import { notify } from './notify.ts'
import type { WorkerContext } from './worker-context.ts'

const ROWS_PER_BATCH = 200

/**
 * Applies a connection's waiting inbox rows, in batches of one transaction each. A batch that fails is
 * applied row by row, and the row that fails by itself is parked with its reason: it never holds up
 * the others. What each channel should show is worked out in the same transaction.
 * @returns how many rows were settled, and how many of them say only that something must be read directly
 */
export async function applyInbox(context: WorkerContext): Promise<Applied> {
  const applied = { settled: 0, toRead: 0 }
  for (;;) {
    const rows = await takePending(context, { hints: false })
    if (rows.length === 0) break
    const batch = await applyStored(context, rows)
    applied.settled += batch.settled
    applied.toRead += batch.toRead
    if (rows.length < ROWS_PER_BATCH) break
  }
  return applied
}

export type Applied = { settled: number; toRead: number }

/** The same for rows that have just been stored, without looking what else waits. */
export async function applyStored(context: WorkerContext, rows: readonly InboxRow[]): Promise<Applied> {
  const verdicts: InboxVerdict[] = []
  for (let from = 0; from < rows.length; from += ROWS_PER_BATCH)
    verdicts.push(...(await applyBatch(context, rows.slice(from, from + ROWS_PER_BATCH))))
  return { settled: rows.length, toRead: verdicts.filter((verdict) => verdict.state === 'fetch').length }
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
  try {
    return await inTransaction(context.database, (tx) => applyRows(context, tx, rows))
  } catch (error) {
    if (error instanceof LeaseLost || isTransient(error)) throw error
    const [only, ...others] = rows
    if (only === undefined) return []
    if (others.length === 0) {
      await park(context, only, error)
      return []
    }
    context.log.warn({ rows: rows.length, error }, 'a batch of events failed; applying them one by one')
    const verdicts: InboxVerdict[] = []
    for (const row of rows) verdicts.push(...(await applyBatch(context, [row])))
    return verdicts
  }
}

/**
 * One transaction in four trips to the database: what is known, locked; all that follows from it, and the
 * figures that availability is worked out from; what the levels should show; the commit. Statements of one
 * trip are sent together and carried out in order.
 */
async function applyRows(context: WorkerContext, tx: Tx, rows: readonly InboxRow[]): Promise<InboxVerdict[]> {
  const { organizationId, connection } = context
  const { connectionId } = connection
  const stock = toStockContext(context)
  const at = nowOf(context)
  const withOrder = rows.flatMap((row) => {
    const order = row.topic === 'order' ? reviveOrder(row.payload) : undefined
    return order === undefined ? [] : [{ row, order }]
  })
  const listingIds = withOrder.flatMap(({ order }) =>
    order.lines.flatMap((line) => line.listingExternalId ?? []),
  )
  const [, mappings, known] = await Promise.all([
    assertLease(tx, organizationId, context.lease),
    findMappings(tx, organizationId, connectionId, [...new Set(listingIds)]),
    lockOrders(
      tx,
      organizationId,
      connectionId,
      withOrder.map(({ order }) => order.externalId),
    ),
  ])
  const incoming = withOrder.map((each) => toIncoming(each, mappings))
  const decided = decideOrders(stock, connection, known, incoming)
  for (const { order } of withOrder) rememberStored(context, order)
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
    settleInbox(tx, organizationId, verdicts, at),
    isParked
      ? notify(tx, organizationId, { kind: 'screen', topics: ['parked', 'overview'], itemIds: [] })
      : undefined,
    // One statement for all movements: it locks their balances, in key order.
    insertMovements(tx, stock, decided.movements),
    updateAvailabilityOf(context, tx, toChangedItems(rows, incoming, decided), () =>
      addSubtracted(
        tx,
        organizationId,
        connectionId,
        decided.orders.flatMap((result) => result.subtracted),
        at,
      ),
    ),
  ])
  return verdicts
}

function toIncoming(
  { row, order }: { row: InboxRow; order: ExternalOrder },
  mappings: ReadonlyMap<string, ListingMapping>,
): IncomingOrder {
  return {
    facts: toOrderFacts(order, mappings),
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

/** So that the next read of the orders need not ask the database about this one. */
function rememberStored(context: WorkerContext, order: ExternalOrder): void {
  const event = toInboxEvent(
    { kind: 'order', externalId: order.externalId, version: order.version, order },
    context.uuid,
  )
  if (event !== undefined) context.storedOrders.add(event.eventKey)
}

/** Everything that is not an order's state: hints to look at something, and what cannot be read. */
async function applyOtherRows(
  context: WorkerContext,
  tx: Tx,
  rows: readonly InboxRow[],
): Promise<InboxVerdict[]> {
  const verdicts = await applyLevelHints(
    context,
    tx,
    rows.filter((row) => row.topic === 'level'),
  )
  for (const row of rows) {
    switch (row.topic) {
      case 'order':
        if (reviveOrder(row.payload) === undefined) verdicts.push(verdictOf(row, 'fetch'))
        break
      case 'order-deleted':
      case 'listing':
      case 'uninstalled':
        // Settled by reading it: see fetching.ts.
        verdicts.push(verdictOf(row, 'fetch'))
        break
      case 'listing-deleted':
        await markListingGone(tx, context.organizationId, context.connection.connectionId, row.subject)
        verdicts.push(verdictOf(row, 'applied'))
        break
      case 'level':
        break
      case 'unreadable':
        verdicts.push(reparse(context, row))
        break
      default: {
        const never: never = row.topic
        throw new Error(`unknown topic ${String(never)}`)
      }
    }
  }
  return verdicts
}

function verdictOnOrder(row: InboxRow, result: AppliedOrder, connectionName: string): InboxVerdict {
  switch (result.verdict) {
    case 'apply': {
      const [first] = result.unmapped
      if (first === undefined) return verdictOf(row, 'applied')
      const sku = first.sku === undefined ? `"${first.title}"` : `SKU "${first.sku}"`
      return {
        ...verdictOf(row, 'parked'),
        reasonCode: 'unmapped-listing',
        reason: `${sku} on ${connectionName} is not tied to an item, so nothing is reserved for it. Import or map the listing, then replay; the other lines of the order are applied.`,
      }
    }
    case 'older':
      return { ...verdictOf(row, 'skipped'), reasonCode: 'older', reason: 'A newer state is known already.' }
    case 'repeated':
      return { ...verdictOf(row, 'skipped'), reasonCode: 'repeated', reason: 'This state is known already.' }
    case 'fetch-again':
      return verdictOf(row, 'fetch')
    default: {
      const never: never = result.verdict
      return never
    }
  }
}

/** A connector mended since may read what it could not; else the row stays parked. */
function reparse(context: WorkerContext, row: InboxRow): InboxVerdict {
  const raw = row.payload as { reason?: string }
  context.log.warn({ inboxId: row.inboxId }, 'an unreadable event was replayed and is still unreadable')
  return {
    ...verdictOf(row, 'parked'),
    reasonCode: 'malformed',
    reason: raw.reason ?? 'The event cannot be read.',
  }
}

function verdictOf(row: InboxRow, state: InboxVerdict['state']): InboxVerdict {
  return { inboxId: row.inboxId, state, reasonCode: null, reason: null, notBefore: null }
}

async function park(context: WorkerContext, row: InboxRow, error: unknown): Promise<void> {
  context.log.error({ inboxId: row.inboxId, error }, 'an event could not be applied and is parked')
  const message = error instanceof Error ? error.message : String(error)
  await inTransaction(context.database, async (tx) => {
    await assertLease(tx, context.organizationId, context.lease)
    await settleInbox(
      tx,
      context.organizationId,
      [
        {
          ...verdictOf(row, 'parked'),
          reasonCode: 'cannot-apply',
          reason: `${message} Replay it once this is cured.`,
        },
      ],
      nowOf(context),
    )
    await notify(tx, context.organizationId, { kind: 'screen', topics: ['parked', 'overview'], itemIds: [] })
  })
}
