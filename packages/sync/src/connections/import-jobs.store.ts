import type { Db, SyncJobState, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { Trouble } from '../told-trouble.ts'
import type { SyncJob } from '../worker/sync-jobs.store.ts'

const columns = sql`job_id, connection_id, kind, state, reason, from_at, to_at, listing_id, position, total, done, result,
  problem, problem_told, created_at, started_at, finished_at`

/**
 * Notes an import of a connection, or finds the one that waits or goes on.
 * @param hold by whom a new one is held from the start; absent: it waits for whoever takes it
 * @returns its id; that of `jobId` where it is new
 */
export async function insertImport(
  tx: Tx,
  organizationId: string,
  asked: {
    jobId: string
    connectionId: string
    at: Date
    hold: { holder: string; until: Date } | undefined
  },
): Promise<string> {
  const { jobId, connectionId, at, hold } = asked
  for (;;) {
    const inserted = await sql`
      insert into sync_job (organization_id, job_id, connection_id, kind, state, reason, position, done, result, created_at,
        started_at, held_by, held_until)
      values (${organizationId}, ${jobId}, ${connectionId}, 'import', ${hold === undefined ? 'waiting' : 'running'}, 'asked',
        '{}', 0, '{}', ${at}, ${hold === undefined ? null : at}, ${hold?.holder ?? null}, ${hold?.until ?? null})
      on conflict (organization_id, connection_id) where kind = 'import' and state in ('waiting', 'running')
      do nothing`.execute(tx)
    if (inserted.numAffectedRows === 1n) return jobId
    const open = await sql<{ jobId: string }>`
      select job_id from sync_job
      where organization_id = ${organizationId} and connection_id = ${connectionId} and kind = 'import'
        and state in ('waiting', 'running')`.execute(tx)
    const [found] = open.rows
    // Ended between the two statements: then it is one's own after all.
    if (found !== undefined) return found.jobId
  }
}

/**
 * Takes an import that nobody is at. What a process that died was at is free when its time is over.
 * @param which.jobId only this one
 */
export async function takeImport(
  db: Db,
  organizationId: string,
  which: { jobId: string | undefined; holder: string; now: Date; until: Date },
): Promise<SyncJob | undefined> {
  const { jobId, holder, now, until } = which
  const taken = await sql<SyncJob>`
    update sync_job set held_by = ${holder}, held_until = ${until}, state = 'running',
      started_at = coalesce(started_at, ${now})
    where organization_id = ${organizationId} and job_id = (
      select job_id from sync_job
      where organization_id = ${organizationId} and kind = 'import' and state in ('waiting', 'running')
        and (held_until is null or held_until <= ${now}) ${jobId === undefined ? sql`` : sql`and job_id = ${jobId}`}
      order by created_at, job_id
      limit 1
      for update skip locked
    )
    returning ${columns}`.execute(db)
  return taken.rows[0]
}

type Hold = { jobId: string; holder: string }

/** @returns false where it was cancelled, or another took it */
export async function keepImport(
  db: Db,
  organizationId: string,
  { jobId, holder, until }: Hold & { until: Date },
): Promise<boolean> {
  const kept = await sql`
    update sync_job set held_until = ${until}
    where organization_id = ${organizationId} and job_id = ${jobId} and held_by = ${holder} and state = 'running'`.execute(
    db,
  )
  return kept.numAffectedRows === 1n
}

/** Another may go on at once. */
export async function leaveImport(db: Db, organizationId: string, { jobId, holder }: Hold): Promise<void> {
  await sql`
    update sync_job set held_by = null, held_until = null
    where organization_id = ${organizationId} and job_id = ${jobId} and held_by = ${holder}`.execute(db)
}

/** Writes how far it is. @returns false where it was cancelled, or another took it: then nothing may be written */
export async function saveImportStep(
  tx: Tx,
  organizationId: string,
  step: Hold & {
    state: Extract<SyncJobState, 'running' | 'done' | 'failed'>
    position: unknown
    total: number | null
    done: number
    result: unknown
    problem: Trouble | null
    at: Date
  },
): Promise<boolean> {
  const isOver = step.state !== 'running'
  const saved = await sql`
    update sync_job set
      state = ${step.state},
      position = ${JSON.stringify(step.position)}::jsonb,
      total = ${step.total},
      done = ${step.done},
      result = ${JSON.stringify(step.result)}::jsonb,
      problem = ${step.problem?.message ?? null},
      problem_told = ${step.problem === null ? null : JSON.stringify(step.problem.told)}::jsonb,
      finished_at = ${isOver ? step.at : null},
      held_by = ${isOver ? null : step.holder},
      held_until = case when ${isOver} then null else held_until end
    where organization_id = ${organizationId} and job_id = ${step.jobId} and held_by = ${step.holder}
      and state = 'running'`.execute(tx)
  return saved.numAffectedRows === 1n
}
