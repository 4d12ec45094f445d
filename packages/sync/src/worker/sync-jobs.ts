import { inTransaction, type SyncJobKind } from '@plimsoll/database'
import { isUuid } from '@plimsoll/stock'
import { sql } from 'kysely'
import { findConnections } from '../connections/connections.store.ts'
import { findConnectionId } from '../connections/connections.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { notify } from '../notify.ts'
import {
  cancelJob,
  findAudits,
  findJob,
  findJobs,
  insertJob,
  lockAudits,
  type NamedJob,
  type NewJob,
  type SyncJob,
} from './sync-jobs.store.ts'

/**
 * Asks for every order of a connection that changed in a period, as a job beside the lane.
 * @param period without an end: until now
 * @throws SyncProblem for a connection that is not known, or a period that is none
 */
export async function requestBackfill(
  context: SyncContext,
  connection: string,
  period: { from: Date; to: Date | undefined },
): Promise<SyncJob> {
  const now = nowOf(context)
  const to = period.to ?? null
  if (Number.isNaN(period.from.getTime()) || period.from >= (to ?? now)) {
    throw syncProblem('invalid-period', 'from', 'The period must begin in the past, and before its end.')
  }
  const connectionId = await findConnectionId(context, connection)
  return await request(context, {
    connectionId,
    kind: 'backfill',
    fromAt: period.from,
    toAt: to,
    listingId: null,
  })
}

/** Asks for a full audit: the catalogue and every level are read, compared and healed. */
export async function requestAudit(context: SyncContext, connection: string): Promise<SyncJob> {
  const connectionId = await findConnectionId(context, connection)
  return await request(context, { connectionId, kind: 'audit', fromAt: null, toAt: null, listingId: null })
}

/**
 * Asks for a full audit of several connections, all at the same time: each is done by whoever works the connection. One that
 * goes on already is not begun again, and a draft has nothing to be compared.
 * @param names ids or names of connections; none: all
 * @returns the audits of all of them, with the connections' names
 * @throws SyncProblem for a connection that is not known
 */
export async function requestAudits(context: SyncContext, names: readonly string[]): Promise<NamedJob[]> {
  const { organizationId, database, uuid } = context
  const named = await Promise.all(names.map((name) => findConnectionId(context, name)))
  return await inTransaction(database, async (tx) => {
    await lockAudits(tx, organizationId)
    const connections = (await findConnections(tx, organizationId)).filter(
      ({ connectionId, state }) => state !== 'draft' && (named.length === 0 || named.includes(connectionId)),
    )
    const open = (await findAudits(tx, organizationId)).filter(({ finishedAt }) => finishedAt === null)
    const audited = new Set(open.map(({ connectionId }) => connectionId))
    const due = connections.filter(({ connectionId }) => !audited.has(connectionId))
    const none = { fromAt: null, toAt: null, listingId: null, reason: 'asked' as const }
    // As many as there are connections.
    for (const { connectionId } of due)
      await insertJob(
        tx,
        organizationId,
        { ...none, jobId: uuid(), connectionId, kind: 'audit' },
        nowOf(context),
      )
    if (due.length > 0) {
      const connectionIds = due.map(({ connectionId }) => connectionId)
      await notify(tx, organizationId, { kind: 'lane', connectionIds })
    }
    const asked = new Set(connections.map(({ connectionId }) => connectionId))
    return (await findAudits(tx, organizationId)).filter(({ connectionId }) => asked.has(connectionId))
  })
}

/** The last audit of each connection that was ever audited. */
export async function listAudits(context: SyncContext): Promise<NamedJob[]> {
  return await findAudits(context.database.kysely, context.organizationId)
}

/** @throws SyncProblem where there is no such audit */
export async function getAudit(context: SyncContext, jobId: string): Promise<NamedJob> {
  const { database, organizationId } = context
  const [found] = isUuid(jobId) ? await findAudits(database.kysely, organizationId, jobId) : []
  if (found === undefined) throw syncProblem('unknown-job', 'job', `There is no audit ${jobId}.`)
  return found
}

/** Asks that one listing be read, healed and written now. @throws SyncProblem where there is no such listing */
export async function requestSyncNow(context: SyncContext, listingId: string): Promise<SyncJob> {
  const { database, organizationId } = context
  const found = isUuid(listingId)
    ? await sql<{ connectionId: string }>`
        select connection_id from listing
        where organization_id = ${organizationId} and listing_id = ${listingId}`.execute(database.kysely)
    : { rows: [] }
  const [row] = found.rows
  if (row === undefined) throw syncProblem('unknown-listing', 'listing', `There is no listing ${listingId}.`)
  return await request(context, { ...row, kind: 'sync-now', fromAt: null, toAt: null, listingId })
}

async function request(context: SyncContext, asked: Omit<NewJob, 'jobId' | 'reason'>): Promise<SyncJob> {
  const { organizationId, database } = context
  const job: NewJob = { ...asked, jobId: context.uuid(), reason: 'asked' }
  await inTransaction(database, async (tx) => {
    await insertJob(tx, organizationId, job, nowOf(context))
    await notify(tx, organizationId, { kind: 'lane', connectionIds: [job.connectionId] })
  })
  return await getSyncJob(context, job.jobId)
}

/** @throws SyncProblem where there is none */
export async function getSyncJob(context: SyncContext, jobId: string): Promise<SyncJob> {
  const found = isUuid(jobId)
    ? await findJob(context.database.kysely, context.organizationId, jobId)
    : undefined
  if (found === undefined) throw syncProblem('unknown-job', 'job', `There is no job ${jobId}.`)
  return found
}

/** The newest jobs of a connection, open ones first. @throws SyncProblem for a connection that is not known */
export async function listSyncJobs(
  context: SyncContext,
  connection: string,
  query: { kind?: SyncJobKind | undefined; limit: number },
): Promise<SyncJob[]> {
  const connectionId = await findConnectionId(context, connection)
  return await findJobs(context.database.kysely, context.organizationId, { connectionId, ...query })
}

/** Ends a job at its next step. @throws SyncProblem where there is none, or it is over */
export async function cancelSyncJob(context: SyncContext, jobId: string): Promise<SyncJob> {
  const { database, organizationId } = context
  const job = await getSyncJob(context, jobId)
  if (!(await cancelJob(database.kysely, organizationId, jobId, nowOf(context))))
    throw syncProblem('wrong-state', 'job', `The job is ${job.state} already.`)
  await notify(database.kysely, organizationId, { kind: 'screen', topics: ['connections'], itemIds: [] })
  return await getSyncJob(context, jobId)
}
