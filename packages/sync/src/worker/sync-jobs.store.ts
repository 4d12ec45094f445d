import type { Db, SyncJobKind, SyncJobState, SyncJobTable, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ToldTrouble, Trouble } from '../told-trouble.ts'

export type SyncJob = Omit<SyncJobTable, 'organizationId' | 'heldBy' | 'heldUntil' | 'problemTold'> & {
  problemTold: ToldTrouble | null
}

const columns = sql`job_id, connection_id, kind, state, reason, from_at, to_at, listing_id, position, total, done, result,
  problem, problem_told, created_at, started_at, finished_at`

export type NewJob = Pick<
  SyncJob,
  'jobId' | 'connectionId' | 'kind' | 'reason' | 'fromAt' | 'toAt' | 'listingId'
>

export async function insertJob(db: Db, organizationId: string, job: NewJob, at: Date): Promise<void> {
  await sql`
    insert into sync_job
      (organization_id, job_id, connection_id, kind, state, reason, from_at, to_at, listing_id, position, done, result,
       created_at)
    values (${organizationId}, ${job.jobId}, ${job.connectionId}, ${job.kind}, 'waiting', ${job.reason}, ${job.fromAt},
      ${job.toAt}, ${job.listingId}, '{}', 0, '{}', ${at})`.execute(db)
}

/** One at a time asks for the audits of all connections: two that ask at once must not begin each of them twice. */
export async function lockAudits(tx: Tx, organizationId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('plimsoll audits'), hashtext(${organizationId}))`.execute(
    tx,
  )
}

/** A job with the connection as a person knows it. */
export type NamedJob = SyncJob & { connectionName: string }

/**
 * The last audit of each connection, one that goes on before one that is over.
 * @param jobId only this one, whether it is the last or not
 */
export async function findAudits(db: Db, organizationId: string, jobId?: string): Promise<NamedJob[]> {
  const found = await sql<NamedJob>`
    select distinct on (connection.created_at, connection.name, connection.connection_id) connection.name as connection_name, job.*
    from (
      select ${columns} from sync_job
      where organization_id = ${organizationId} and kind = 'audit'
        and (${jobId ?? null}::uuid is null or job_id = ${jobId ?? null}::uuid)
    ) as job
    join connection on connection.organization_id = ${organizationId} and connection.connection_id = job.connection_id
    order by connection.created_at, connection.name, connection.connection_id, job.finished_at is not null,
      job.created_at desc, job.job_id desc`.execute(db)
  return found.rows
}

export async function findJob(db: Db, organizationId: string, jobId: string): Promise<SyncJob | undefined> {
  const found = await sql<SyncJob>`
    select ${columns} from sync_job
    where organization_id = ${organizationId} and job_id = ${jobId}`.execute(db)
  return found.rows[0]
}

/** The newest jobs of a connection, open ones first. */
export async function findJobs(
  db: Db,
  organizationId: string,
  query: { connectionId: string; kind?: SyncJobKind | undefined; limit: number },
): Promise<SyncJob[]> {
  const found = await sql<SyncJob>`
    select ${columns} from sync_job
    where organization_id = ${organizationId} and connection_id = ${query.connectionId}
      and (${query.kind ?? null}::text is null or kind = ${query.kind ?? null}::text)
    order by finished_at is not null, created_at desc, job_id desc
    limit ${query.limit}`.execute(db)
  return found.rows
}

/** What the holder of a connection's lease does next: a person waits for "sync now"; then the oldest. Imports need no lease. */
export async function findNextJob(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<SyncJob | undefined> {
  const found = await sql<SyncJob>`
    select ${columns} from sync_job
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and state in ('waiting', 'running') and kind <> 'import'
    order by kind = 'sync-now' desc, created_at, job_id
    limit 1`.execute(db)
  return found.rows[0]
}

/**
 * Writes how far a job has come, as a part of the transaction that did the step. One that was cancelled meanwhile stays so.
 * @returns false when it was
 */
export async function saveStep(
  tx: Tx,
  organizationId: string,
  step: {
    jobId: string
    state: SyncJobState
    position: unknown
    total: number | null
    done: number
    result: unknown
    problem: Trouble | null
    at: Date
  },
): Promise<boolean> {
  const isOver = step.state !== 'waiting' && step.state !== 'running'
  const saved = await sql`
    update sync_job set
      state = ${step.state},
      position = ${JSON.stringify(step.position)}::jsonb,
      total = ${step.total},
      done = ${step.done},
      result = ${JSON.stringify(step.result)}::jsonb,
      problem = ${step.problem?.message ?? null},
      problem_told = ${step.problem === null ? null : JSON.stringify(step.problem.told)}::jsonb,
      started_at = coalesce(started_at, ${step.at}),
      finished_at = ${isOver ? step.at : null}
    where organization_id = ${organizationId} and job_id = ${step.jobId} and state in ('waiting', 'running')`.execute(
    tx,
  )
  return Number(saved.numAffectedRows ?? 0n) === 1
}

/** @returns false when it is over already */
export async function cancelJob(db: Db, organizationId: string, jobId: string, at: Date): Promise<boolean> {
  const cancelled = await sql`
    update sync_job set state = 'cancelled', finished_at = ${at}
    where organization_id = ${organizationId} and job_id = ${jobId} and state in ('waiting', 'running')`.execute(
    db,
  )
  return Number(cancelled.numAffectedRows ?? 0n) === 1
}
