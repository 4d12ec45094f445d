import { backoffMs, isConnectorError } from '@plimsoll/connector-kit'
import { inTransaction, isTransient } from '@plimsoll/database'
import { importOneListing } from '../connections/catalogue.ts'
import { markListingGone } from '../connections/mappings.store.ts'
import { matchAndNote } from '../connections/match-listings.ts'
import { noteConnectorError } from '../connections/problems.ts'
import { nowOf } from '../context.ts'
import { dealSoon } from '../load-line/protect.ts'
import { assertLease, LeaseLost } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import {
  type InboxRow,
  type InboxVerdict,
  inheritReason,
  insertInbox,
  settleInbox,
  takeInbox,
} from './inbox.store.ts'
import { toInboxEvent } from './inbox.ts'
import { findKnownOrder } from './known-orders.store.ts'
import { verdictOf } from './verdicts.ts'

/** Few at a time: a decrease that comes meanwhile waits for no more than these. */
const FETCHES_PER_TURN = 2

/**
 * Reads directly what an event only hinted at, or whose version says nothing: the order, the listing.
 * What was read goes through the inbox like everything else, as authoritative.
 * @returns how many rows were looked at, and for how many the platform failed (they are tried again)
 */
export async function fetchHinted(
  context: WorkerContext,
  which: 'all' | 'orders',
  most: number = FETCHES_PER_TURN,
): Promise<{ looked: number; failed: number }> {
  const { kysely } = context.database
  const rows = await takeInbox(kysely, context.organizationId, context.connection.connectionId, {
    state: 'fetch',
    topics: which === 'orders' ? ['order', 'order-deleted'] : undefined,
    hints: false,
    now: nowOf(context),
    limit: most,
  })
  let failed = 0
  for (const row of rows) {
    const verdict = await fetchOne(context, row)
    if (verdict.state === 'fetch') failed += 1
    await inTransaction(context.database, async (tx) => {
      await assertLease(tx, context.organizationId, context.lease)
      await settleInbox(tx, context.organizationId, [verdict], nowOf(context))
    })
  }
  return { looked: rows.length, failed }
}

async function fetchOne(context: WorkerContext, row: InboxRow): Promise<InboxVerdict> {
  try {
    switch (row.topic) {
      case 'order':
      case 'order-deleted':
      case 'order-hold':
        await fetchOrder(context, row.subject, row)
        break
      case 'listing':
        await fetchListing(context, row.subject)
        break
      case 'uninstalled':
        // Ask who we are: if the platform has cut us off, this says so and pauses the connection.
        await context.operations.check({ signal: context.signal })
        // It was installed again meanwhile: its webhooks went with the first installation all the same.
        context.connection.webhooksCheckedAt = null
        break
      case 'level':
      case 'listing-deleted':
      case 'shipment':
      case 'receipt':
      case 'return':
      case 'announced-return':
      case 'counted':
      case 'unreadable':
        break
      default: {
        const never: never = row.topic
        throw new Error(`unknown topic ${String(never)}`)
      }
    }
    return verdictOf(row, 'applied')
  } catch (error) {
    if (!isConnectorError(error)) {
      if (context.signal.aborted || error instanceof LeaseLost || isTransient(error)) throw error
      // It would fail again each time and hold up all that comes after it.
      context.log.error(
        { inboxId: row.inboxId, error },
        'what an event named could not be read and is parked',
      )
      const message = error instanceof Error ? error.message : String(error)
      return toParked(row, {
        reasonCode: 'cannot-apply',
        reason: `${message} Replay it once this is cured.`,
        told: { code: 'cannot-apply', facts: { message } },
      })
    }
    if (error.kind === 'malformed' || error.kind === 'invalid') {
      const { kind, message } = error
      return toParked(row, {
        reasonCode: kind,
        reason: message,
        told: { code: kind === 'malformed' ? 'unreadable' : kind, facts: { message } },
      })
    }
    await noteConnectorError(context, context.connection, error)
    const delay = backoffMs(row.attempts, context.random)
    const notBefore = new Date(context.clock.now() + delay)
    return { ...verdictOf(row, 'fetch'), reasonCode: error.kind, reason: error.message, notBefore }
  }
}

function toParked(row: InboxRow, why: Pick<InboxVerdict, 'reasonCode' | 'reason' | 'told'>): InboxVerdict {
  return { ...verdictOf(row, 'parked'), ...why }
}

/** The listing as it is now; one that is gone by the time it is asked for is noted as gone. */
async function fetchListing(context: WorkerContext, externalId: string): Promise<void> {
  try {
    await importOneListing(context, externalId)
  } catch (error) {
    if (!isConnectorError(error) || error.kind !== 'not-found') throw error
    await inTransaction(context.database, async (tx) => {
      await assertLease(tx, context.organizationId, context.lease)
      const { organizationId, connection } = context
      const itemIds = await markListingGone(tx, organizationId, connection.connectionId, externalId)
      await dealSoon(tx, { organizationId, at: nowOf(context), uuid: context.uuid }, itemIds)
      await matchAndNote(context, tx, connection.connectionId, undefined)
    })
  }
}

/**
 * Reads an order directly and stores what it is now, as authoritative; one that is gone as cancelled.
 * @param hint the event that asks for it
 */
export async function fetchOrder(
  context: WorkerContext,
  externalId: string,
  hint?: Pick<InboxRow, 'inboxId'>,
): Promise<void> {
  try {
    const order = await context.operations.order(externalId, { signal: context.signal })
    const { version } = order
    await storeFetched(context, { kind: 'order', externalId: order.externalId, version, order }, hint)
  } catch (error) {
    if (!isConnectorError(error) || error.kind !== 'not-found') throw error
    await storeCancelled(context, externalId, hint)
  }
}

/** An order that the platform no longer has promises nothing any more: it is applied as cancelled. */
async function storeCancelled(
  context: WorkerContext,
  externalId: string,
  hint: Pick<InboxRow, 'inboxId'> | undefined,
): Promise<void> {
  const known = await findKnownOrder(
    context.database.kysely,
    context.organizationId,
    context.connection.connectionId,
    externalId,
  )
  if (known === undefined) return
  const { version } = known.order
  const order = { ...known.order, state: 'cancelled' as const }
  await storeFetched(context, { kind: 'order', externalId, version, order }, hint)
}

async function storeFetched(
  context: WorkerContext,
  event: Parameters<typeof toInboxEvent>[0] & { kind: 'order' },
  hint: Pick<InboxRow, 'inboxId'> | undefined,
): Promise<void> {
  const stored = toInboxEvent(event, context.uuid)
  if (stored === undefined) return
  await inTransaction(context.database, async (tx) => {
    await assertLease(tx, context.organizationId, context.lease)
    const [row] = await insertInbox(
      tx,
      {
        organizationId: context.organizationId,
        connectionId: context.connection.connectionId,
        source: 'fetch',
        at: nowOf(context),
        uuid: context.uuid,
      },
      // A direct read settles what an equal event left open, so it has an identity of its own.
      [{ ...stored, eventKey: `${stored.eventKey}:fetch:${context.uuid()}` }],
    )
    // What its hint could not say is not known until this is applied.
    if (row !== undefined && hint !== undefined) await inheritReason(tx, context.organizationId, hint, row)
  })
}
