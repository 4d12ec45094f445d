import type { AuditList, ConnectionIntake, SyncJobView } from '@plimsoll/client'
import type { WrittenCell } from '@plimsoll/files'
import {
  findConnectionId,
  findDifferences,
  findGaps,
  getSyncJob,
  listAudits,
  listSyncJobs,
  type NamedJob,
  requestAudits,
  requestSyncNow,
  type SyncContext,
  syncProblem,
} from '@plimsoll/sync'
import { findIntake, findStreams, toGapView, toJobView } from './intake.store.ts'

const SHOWN_MAX = 20
const WAIT_MS_MAX = 12_000
const LOOK_MS = 50
const PAGE_ROWS = 1_000

/** How one connection takes in: webhooks, streams, gaps and jobs. @throws SyncProblem where there is none */
export async function getIntake(context: SyncContext, connection: string): Promise<ConnectionIntake> {
  const { database, organizationId } = context
  const connectionId = await findConnectionId(context, connection)
  const [intake, streams, gaps, jobs] = await Promise.all([
    findIntake(database.kysely, organizationId, connectionId),
    findStreams(database.kysely, organizationId, connectionId),
    findGaps(database.kysely, organizationId, connectionId, SHOWN_MAX),
    listSyncJobs(context, connectionId, { limit: SHOWN_MAX }),
  ])
  if (intake === undefined)
    throw syncProblem('unknown-connection', 'connection', `There is no connection "${connection}".`)
  return { connectionId, ...intake, streams, gaps: gaps.map(toGapView), jobs: jobs.map(toJobView) }
}

/** Waits for a job for a while. @returns it as it is then, over or not */
export async function waitForJob(
  context: SyncContext,
  jobId: string,
  waitMs: number,
  onLook: (job: SyncJobView) => void = () => undefined,
): Promise<SyncJobView> {
  const until = context.clock.monotonic() + waitMs
  for (;;) {
    const job = toJobView(await getSyncJob(context, jobId))
    onLook(job)
    if (job.finishedAt !== null || context.clock.monotonic() >= until) return job
    await context.clock.sleep(LOOK_MS)
  }
}

/**
 * Reads one listing now and writes what differs; waits so that whoever pressed the button sees what it did. Where no
 * process works the connection the job stays waiting, and the answer says so.
 */
export async function syncAndWait(context: SyncContext, listingId: string): Promise<SyncJobView> {
  const { jobId } = await requestSyncNow(context, listingId)
  return await waitForJob(context, jobId, WAIT_MS_MAX)
}

/** The last audit of each connection. */
export async function showAudits(context: SyncContext): Promise<AuditList> {
  return { rows: (await listAudits(context)).map(toAuditView) }
}

/** Audits these connections, or all. */
export async function beginAudits(context: SyncContext, connections: readonly string[]): Promise<AuditList> {
  return { rows: (await requestAudits(context, connections)).map(toAuditView) }
}

function toAuditView({ connectionName, ...job }: NamedJob): AuditList['rows'][number] {
  return { ...toJobView(job), connectionName }
}

export const AUDIT_HEADER = [
  'connection',
  'sku',
  'listing',
  'stock unit',
  'location',
  'expected',
  'observed',
  'class',
  'healed',
  'read at',
] as const

/** The report of audits, one after the other, page by page. */
export async function* auditRows(
  context: SyncContext,
  audits: readonly { jobId: string; connectionName: string }[],
): AsyncGenerator<readonly WrittenCell[]> {
  for (const audit of audits) yield* rowsOfAudit(context, audit)
}

async function* rowsOfAudit(
  context: SyncContext,
  { jobId, connectionName }: { jobId: string; connectionName: string },
): AsyncGenerator<readonly WrittenCell[]> {
  let after: string | undefined
  for (;;) {
    const rows = await findDifferences(context.database.kysely, context.organizationId, jobId, {
      after,
      limit: PAGE_ROWS,
    })
    for (const row of rows) {
      yield [
        connectionName,
        row.sku,
        row.listingExternalId,
        row.stockUnitId,
        row.externalLocationId,
        row.expected,
        row.observed,
        row.class ?? 'in-flight',
        row.healed,
        row.readAt.toISOString(),
      ]
    }
    if (rows.length < PAGE_ROWS) return
    after = rows.at(-1)?.differenceId
  }
}
