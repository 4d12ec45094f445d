import { type ExternalOrder, isConnectorError, type Page } from '@plimsoll/connector-kit'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { nowOf } from '../context.ts'
import { clockOffset } from '../lanes/fences.ts'
import type { JobStep } from '../worker/job-runner.ts'
import type { SyncJob } from '../worker/sync-jobs.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { findFollowedSince } from './cursors.store.ts'
import { settleGap } from './gaps.store.ts'
import { insertInbox } from './inbox.store.ts'
import { changeOf, type InboxEvent, toInboxEvent } from './inbox.ts'

/** Reads begin so much earlier than where the last page ended: update times are whole seconds, clocks differ. */
const OVERLAP_MS = 2_500

/** Where a backfill goes on: by the platform's place in its list and, should that not be known any more, by time. */
type Position = { since?: string; cursor?: string; reached?: string }

/** What a backfill has found by now. */
export type BackfillResult = {
  /** States that the hub had not seen. */
  fresh: number
  /** Finished before the hub followed the connection: no stock is owed for them. */
  beforeOpening: number
  unreadable: number
}

const NOTHING: BackfillResult = { fresh: 0, beforeOpening: 0, unreadable: 0 }

/**
 * One page of a backfill: every order that changed in its period, as it stands now, through the same inbox as webhooks
 * and polls, under the same identity, so that none counts twice whoever else tells of it (I3).
 */
export async function stepBackfill(context: WorkerContext, job: SyncJob): Promise<JobStep> {
  const position = job.position as Position
  const result = { ...NOTHING, ...(job.result as Partial<BackfillResult>) }
  const from = job.fromAt ?? nowOf(context)
  const since = position.since === undefined ? from : new Date(position.since)
  const startedAt = context.clock.now()
  const page = await readPage(context, since, position)
  const answeredAt = context.clock.now()
  context.notePlatformClock(clockOffset(page.platformTime, { startedAt, answeredAt }))

  const until = job.toAt
  const isInPeriod = (order: Pick<ExternalOrder, 'version'>) => {
    const changedAt = changeOf(order)
    return until === null || changedAt === undefined || changedAt < until
  }
  const wanted = page.rows.filter(isInPeriod)
  const owed = await withoutFinishedBefore(context, wanted)
  const { uuid } = context
  const events: InboxEvent[] = [
    ...owed.map((order) => ({ ...order, order })),
    ...(page.unreadable ?? []).map((row) => ({ ...row, order: undefined })),
  ].flatMap(
    ({ externalId, version, order }) =>
      toInboxEvent({ kind: 'order', externalId, version, order }, uuid) ?? [],
  )
  // Oldest change first: what comes after a row beyond the period is beyond it too.
  const isEnd = page.next === undefined || (page.rows.length > 0 && wanted.length === 0)
  const reached = page.rows.map(changeOf).at(-1)?.toISOString() ?? position.reached
  const next: JobStep = {
    state: isEnd ? 'done' : 'running',
    position: isEnd ? {} : toPosition(since, page.next, reached),
    total: null,
    done: job.done + wanted.length,
    result: {
      ...result,
      beforeOpening: result.beforeOpening + wanted.length - owed.length,
      unreadable: result.unreadable + (page.unreadable?.length ?? 0),
    },
  }
  const { organizationId, connection } = context
  const { connectionId } = connection
  next.within = async (tx) => {
    const arrival = { organizationId, connectionId, source: 'backfill' as const, at: nowOf(context), uuid }
    const fresh = (await insertInbox(tx, arrival, events)).length
    const told = { ...(next.result as BackfillResult), fresh: result.fresh + fresh }
    await sql`
      update sync_job set result = ${JSON.stringify(told)}::jsonb
      where organization_id = ${organizationId} and job_id = ${job.jobId}`.execute(tx)
    if (isEnd) await settleGap(tx, organizationId, job.jobId, nowOf(context))
  }
  return next
}

function toPosition(since: Date, cursor: string | undefined, reached: string | undefined): Position {
  return {
    since: since.toISOString(),
    ...(cursor !== undefined && { cursor }),
    ...(reached !== undefined && { reached }),
  }
}

/** A place in the list that the platform no longer knows: the read goes on from the last change that was read. */
async function readPage(
  context: WorkerContext,
  since: Date,
  { cursor, reached }: Position,
): Promise<Page<ExternalOrder>> {
  const { operations, signal } = context
  try {
    return await operations.orders({ since, cursor }, { signal })
  } catch (error) {
    if (!isConnectorError(error) || cursor === undefined) throw error
    if (error.kind !== 'invalid' && error.kind !== 'not-found') throw error
    const again = reached === undefined ? since : new Date(Date.parse(reached) - OVERLAP_MS)
    return await operations.orders({ since: again, cursor: undefined }, { signal })
  }
}

/**
 * Orders placed before the hub followed the connection and finished since: what they took was gone before its stock was
 * counted. Those that the hub knows all the same are brought up to date.
 */
async function withoutFinishedBefore(
  context: WorkerContext,
  orders: readonly ExternalOrder[],
): Promise<ExternalOrder[]> {
  const { database, organizationId, connection } = context
  const followedSince = await findFollowedSince(database.kysely, organizationId, connection.connectionId)
  if (followedSince === undefined) return [...orders]
  const isOver = (order: ExternalOrder) =>
    order.placedAt < followedSince &&
    (changeOf(order) ?? order.placedAt) < followedSince &&
    order.lines.every((line) => order.state !== 'pending' && line.current <= line.shipped)
  const over = orders.filter(isOver).map((order) => order.externalId)
  const known = await findKnownIds(database.kysely, organizationId, connection.connectionId, over)
  return orders.filter((order) => !isOver(order) || known.has(order.externalId))
}

async function findKnownIds(
  db: Db,
  organizationId: string,
  connectionId: string,
  externalIds: readonly string[],
): Promise<Set<string>> {
  if (externalIds.length === 0) return new Set()
  const found = await sql<{ externalId: string }>`
    select external_id from sales_order
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and external_id = any(${sql.val([...externalIds])}::text[])`.execute(db)
  return new Set(found.rows.map((row) => row.externalId))
}
