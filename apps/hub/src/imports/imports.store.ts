import type { Db, ImportJobTable, ImportMode, Tx } from '@plimsoll/database'
import { sql } from 'kysely'

export type ImportJob = ImportJobTable

/** A job as it begins: its file is about to come in. */
export async function insertJob(
  db: Db,
  job: Pick<ImportJob, 'organizationId' | 'importId' | 'what' | 'name' | 'fileName' | 'sheet' | 'actor'> & {
    at: Date
    heldUntil: Date
  },
): Promise<void> {
  await sql`
    insert into import_job (organization_id, import_id, what, name, file_name, sheet, actor, state, bytes,
      rows_total, rows_bad, warnings, is_cut, zeroed, stocked, rows_passed, done_row, applied, unchanged, skipped,
      units, fencing, held_until, created_at)
    values (${job.organizationId}, ${job.importId}, ${job.what}, ${job.name}, ${job.fileName}, ${job.sheet},
      ${job.actor}, 'uploading', 0, 0, 0, 0, false, 0, 0, 0, 0, 0, 0, 0, 0, 0, ${job.heldUntil}, ${job.at})`.execute(
    db,
  )
}

/**
 * The file is here as a whole. False where there is an import of the same identity already, also where that came in at
 * the same time and was faster.
 */
export async function finishUpload(
  db: Db,
  job: Pick<
    ImportJob,
    'organizationId' | 'importId' | 'format' | 'encoding' | 'bytes' | 'identity' | 'digest'
  >,
): Promise<boolean> {
  const { organizationId, importId, identity } = job
  try {
    const updated = await sql`
      update import_job set state = 'uploaded', format = ${job.format}, encoding = ${job.encoding},
        bytes = ${job.bytes}, digest = ${job.digest}, identity = ${identity}, held_until = null
      where organization_id = ${organizationId} and import_id = ${importId} and state = 'uploading'
        and not exists (
          select from import_job as other
          where other.organization_id = ${organizationId} and other.identity = ${identity}
        )`.execute(db)
    return updated.numAffectedRows === 1n
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION) return false
    throw error
  }
}

const UNIQUE_VIOLATION = '23505'

export async function findJob(
  db: Db,
  organizationId: string,
  importId: string,
): Promise<ImportJob | undefined> {
  const found = await sql<SeenJob>`
    ${selectJobs(organizationId)} and import_id = ${importId}`.execute(db)
  return found.rows.map(toJob)[0]
}

export async function findJobByIdentity(
  db: Db,
  organizationId: string,
  identity: string,
): Promise<ImportJob | undefined> {
  const found = await sql<SeenJob>`
    ${selectJobs(organizationId)} and identity = ${identity}`.execute(db)
  return found.rows.map(toJob)[0]
}

/** The newest first. */
export async function findJobs(
  db: Db,
  organizationId: string,
  page: { before: string | undefined; limit: number },
): Promise<ImportJob[]> {
  const found = await sql<SeenJob>`
    ${selectJobs(organizationId)}
      and (${page.before ?? null}::uuid is null or import_id < ${page.before ?? null}::uuid)
    order by import_id desc
    limit ${page.limit}`.execute(db)
  return found.rows.map(toJob)
}

/** What others see of a job whose file is applied whole is as it was before; how far that is stands beside it. */
function selectJobs(organizationId: string) {
  return sql`
    select import_job.*, case when state = 'applying' and held_until is not null then progress.rows_passed end as rows_seen
    from import_job
    left join import_progress as progress using (organization_id, import_id, fencing)
    where organization_id = ${organizationId}`
}
type SeenJob = ImportJob & { rowsSeen: number | null }

function toJob({ rowsSeen, ...job }: SeenJob): ImportJob {
  return { ...job, rowsPassed: rowsSeen ?? job.rowsPassed }
}

/** Written beside the transaction that it is about. */
export async function saveWholeProgress(db: Db, hold: Hold, rowsPassed: number): Promise<void> {
  await sql`
    insert into import_progress (organization_id, import_id, fencing, rows_passed)
    values (${hold.organizationId}, ${hold.importId}, ${hold.fencing}, ${rowsPassed})
    on conflict (organization_id, import_id) do update
    set fencing = excluded.fencing, rows_passed = excluded.rows_passed
    where import_progress.fencing <= excluded.fencing`.execute(db)
}

/**
 * The oldest job that waits to be checked or applied and that nobody works on: neither by the time it is held for, nor
 * by its locked row, which is all that is seen of a file that is applied whole in one long transaction.
 */
export async function findWaitingJob(db: Db, organizationId: string, now: Date): Promise<string | undefined> {
  const found = await sql<{ importId: string }>`
    select import_id from import_job
    where organization_id = ${organizationId} and state in ('uploaded', 'applying')
      and (held_until is null or held_until < ${now})
    order by created_at
    limit 1
    for update skip locked`.execute(db)
  return found.rows[0]?.importId
}

/** Who works on a job: `fencing` guards all that they write. */
export type Hold = { organizationId: string; importId: string; fencing: number }

/** Takes a job that waits and that nobody holds. Undefined: there is nothing to do, or another does it. */
export async function holdJob(
  db: Db,
  organizationId: string,
  importId: string,
  time: { now: Date; until: Date },
): Promise<ImportJob | undefined> {
  const held = await sql<ImportJob>`
    update import_job set fencing = fencing + 1, held_until = ${time.until}
    where organization_id = ${organizationId} and import_id = (
      select import_id from import_job
      where organization_id = ${organizationId} and import_id = ${importId}
        and state in ('uploaded', 'applying') and (held_until is null or held_until < ${time.now})
      for update skip locked
    )
    returning *`.execute(db)
  return held.rows[0]
}

/**
 * First statement of every transaction that works on a job: it is still ours, for longer now. The row stays locked to
 * its end, so who takes the job over sees what was written.
 * @throws ImportTakenOver
 */
export async function keepHold(tx: Tx, hold: Hold, until: Date): Promise<void> {
  const kept = await sql`
    update import_job set held_until = ${until}
    where organization_id = ${hold.organizationId} and import_id = ${hold.importId}
      and fencing = ${hold.fencing} and state in ('uploaded', 'applying')`.execute(tx)
  if (kept.numAffectedRows === 0n) throw new ImportTakenOver(hold.importId)
}

export class ImportTakenOver extends Error {
  constructor(importId: string) {
    super(`Another process works on the import ${importId}, or it was deleted.`)
    this.name = 'ImportTakenOver'
  }
}

/** So that another process need not wait for the hold to run out. */
export async function letGo(db: Db, hold: Hold): Promise<void> {
  await sql`
    update import_job set held_until = null
    where organization_id = ${hold.organizationId} and import_id = ${hold.importId}
      and fencing = ${hold.fencing}`.execute(db)
}

/**
 * Looks at a file again from its beginning, for whoever brought it once more: what was wrong with it may be cured elsewhere.
 * @returns false where it stands as it is: it is done, or being worked on
 */
export async function checkAgain(
  db: Db,
  organizationId: string,
  { importId, actor }: { importId: string; actor: string },
): Promise<boolean> {
  const again = await sql`
    update import_job set state = 'uploaded', mode = null, done_row = 0, rows_passed = 0, applied = 0,
      unchanged = 0, skipped = 0, units = 0, failure = null, finished_at = null, actor = ${actor}
    where organization_id = ${organizationId} and import_id = ${importId}
      and (state in ('unreadable', 'checked') or (state = 'done' and skipped > 0))`.execute(db)
  return again.numAffectedRows === 1n
}

export type Checked = Pick<
  ImportJob,
  'rowsTotal' | 'rowsBad' | 'warnings' | 'isCut' | 'zeroed' | 'stocked'
> & { preview: object; at: Date }

export async function saveChecked(tx: Tx, hold: Hold, checked: Checked): Promise<void> {
  await sql`
    update import_job set state = 'checked', rows_total = ${checked.rowsTotal}, rows_bad = ${checked.rowsBad},
      warnings = ${checked.warnings}, is_cut = ${checked.isCut}, zeroed = ${checked.zeroed},
      stocked = ${checked.stocked}, preview = ${JSON.stringify(checked.preview)}::jsonb, failure = null,
      checked_at = ${checked.at}, rows_passed = 0, held_until = null
    where organization_id = ${hold.organizationId} and import_id = ${hold.importId}`.execute(tx)
}

export async function saveUnreadable(
  tx: Tx,
  hold: Hold,
  failure: { code: string; message: string; cure: string },
): Promise<void> {
  await sql`
    update import_job set state = 'unreadable', failure = ${JSON.stringify(failure)}::jsonb, held_until = null
    where organization_id = ${hold.organizationId} and import_id = ${hold.importId}`.execute(tx)
}

export async function saveRowsPassed(tx: Tx, hold: Hold, rowsPassed: number): Promise<void> {
  await sql`
    update import_job set rows_passed = ${rowsPassed}
    where organization_id = ${hold.organizationId} and import_id = ${hold.importId}`.execute(tx)
}

/** From checked to applying. False where the job is in another state. */
export async function startApplying(
  db: Db,
  organizationId: string,
  importId: string,
  mode: ImportMode,
): Promise<boolean> {
  const started = await sql`
    update import_job set state = 'applying', mode = ${mode}, held_until = null
    where organization_id = ${organizationId} and import_id = ${importId}
      and state = 'checked'`.execute(db)
  return started.numAffectedRows === 1n
}

export type Step = {
  doneRow: number
  passed: number
  applied: number
  unchanged: number
  skipped: number
  units: number
}

/** What one transaction has applied, written in it. */
export async function saveStep(tx: Tx, hold: Hold, step: Step): Promise<void> {
  await sql`
    update import_job set done_row = ${step.doneRow}, rows_passed = rows_passed + ${step.passed}::bigint,
      applied = applied + ${step.applied}::bigint, unchanged = unchanged + ${step.unchanged}::bigint,
      skipped = skipped + ${step.skipped}::bigint, units = units + ${step.units}::bigint
    where organization_id = ${hold.organizationId} and import_id = ${hold.importId}`.execute(tx)
}

export async function saveDone(tx: Tx, hold: Hold, at: Date): Promise<void> {
  await sql`
    update import_job set state = 'done', finished_at = ${at}, held_until = null
    where organization_id = ${hold.organizationId} and import_id = ${hold.importId}`.execute(tx)
}

/** A file that was to be applied whole, and of which nothing was. */
export async function saveRefused(tx: Tx, hold: Hold, rowsBad: number): Promise<void> {
  await sql`
    update import_job set state = 'checked',
      rows_bad = rows_bad + ${rowsBad}::bigint, held_until = null
    where organization_id = ${hold.organizationId} and import_id = ${hold.importId}`.execute(tx)
}

/** Its file and its problems go with it; what it has written to the ledger stays. False where it is being applied. */
export async function deleteJob(db: Db, organizationId: string, importId: string): Promise<boolean> {
  const deleted = await sql`
    delete from import_job
    where organization_id = ${organizationId} and import_id = ${importId} and state <> 'applying'`.execute(db)
  return deleted.numAffectedRows === 1n
}
