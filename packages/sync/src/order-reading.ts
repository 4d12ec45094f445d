import { inTransaction } from '@plimsoll/database'
import { nowOf } from './context.ts'
import { findOrderCursor, saveOrderCursor } from './cursors.store.ts'
import { clockBehindMs, planOrderRead, toFence } from './fences.ts'
import { insertInbox } from './inbox.store.ts'
import { type InboxEvent, toInboxEvent } from './inbox.ts'
import { assertLease } from './leases.store.ts'
import type { WorkerContext } from './worker-context.ts'

/** A first read begins where following the connection began; older orders are a backfill of their own. */
const PAGES_MAX = 1_000

/**
 * Reads the orders changed since the cursor, to the end, into the inbox. Webhooks get lost, so this is
 * the truth and they are hints; it is also what passes a fence.
 * @returns how many events were new, and up to when every order is known now
 */
export async function readOrders(context: WorkerContext): Promise<{ fresh: number; fenceAt: Date }> {
  const { organizationId, connection, connector } = context
  const { visibilityLagMs } = connector.manifest.capabilities
  const startedAt = context.clock.now()
  const cursor = (await findOrderCursor(
    context.database.kysely,
    organizationId,
    connection.connectionId,
  )) ?? {
    since: new Date(startedAt),
    fenceAt: null,
    deepReadAt: null,
  }
  let behindMs = 0
  const plan = planOrderRead(cursor, startedAt, context.pace, {
    visibilityLagMs,
    clockBehindMs: context.platformClockBehindMs(),
  })

  let page: string | undefined
  let fresh = 0
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const read = await context.operations.orders(
      { since: plan.since, cursor: page },
      { signal: context.signal },
    )
    if (pages === 0) behindMs = clockBehindMs(read.platformTime, context.clock.now())
    const events = read.rows.flatMap(
      (order) =>
        toInboxEvent(
          { kind: 'order', externalId: order.externalId, version: order.version, order },
          context.uuid,
        ) ?? [],
    )
    fresh += await store(context, events)
    page = read.next
    if (page === undefined) break
  }
  // Stopping short proves nothing: the cursor stays where it was.
  if (page !== undefined)
    throw new Error(`More than ${PAGES_MAX} pages of orders since ${plan.since.toISOString()}.`)

  const fenceAt = toFence(startedAt, visibilityLagMs)
  context.notePlatformClock(behindMs)
  await inTransaction(context.database, async (tx) => {
    await assertLease(tx, organizationId, context.lease)
    await saveOrderCursor(tx, organizationId, connection.connectionId, {
      since: fenceAt,
      fenceAt,
      deepReadAt: plan.isDeep ? new Date(startedAt) : null,
    })
  })
  return { fresh, fenceAt }
}

async function store(context: WorkerContext, events: readonly InboxEvent[]): Promise<number> {
  if (events.length === 0) return 0
  return await inTransaction(context.database, async (tx) => {
    await assertLease(tx, context.organizationId, context.lease)
    return await insertInbox(
      tx,
      {
        organizationId: context.organizationId,
        connectionId: context.connection.connectionId,
        source: 'poll',
        at: nowOf(context),
        uuid: context.uuid,
      },
      events,
    )
  })
}
