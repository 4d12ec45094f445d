import { type ImportMode, inTheNameOf } from '@plimsoll/database'
import { nowOf } from '@plimsoll/sync'
import { applyImport } from './apply-import.ts'
import { checkImport } from './check-import.ts'
import { ImportRefusal } from './import-errors.ts'
import {
  deleteJob,
  findJob,
  holdJob,
  type ImportJob,
  ImportTakenOver,
  letGo,
  startApplying,
} from './imports.store.ts'
import type { ImportContext } from './open-file.ts'
import { needsConfirmation } from './stampede.ts'
import { heldUntil, type OnProgress } from './work-time.ts'

/** @throws ImportRefusal unknown-import */
export async function getImport(context: ImportContext, importId: string): Promise<ImportJob> {
  const job = await findJob(context.database.kysely, context.organizationId, importId)
  if (job === undefined || job.state === 'uploading') {
    throw new ImportRefusal('unknown-import', `There is no import ${importId}.`)
  }
  return job
}

/**
 * Says that a checked file is to be applied. Asked again while it is, or when it is done, it changes nothing.
 * @throws ImportRefusal what stands against it
 */
export async function requestApply(
  context: ImportContext,
  importId: string,
  request: { mode: ImportMode; confirmZeros: boolean },
): Promise<ImportJob> {
  const job = await getImport(context, importId)
  if (job.state === 'applying' || job.state === 'done') return job
  const refusal = findHindrance(job, request)
  if (refusal !== undefined) throw refusal
  await startApplying(context.database.kysely, context.organizationId, importId, request.mode)
  return await getImport(context, importId)
}

/** What stands against applying a file that nobody applies yet. */
export function findHindrance(
  job: ImportJob,
  { mode, confirmZeros }: { mode: ImportMode; confirmZeros: boolean },
): ImportRefusal | undefined {
  if (job.state === 'uploaded')
    return new ImportRefusal('import-not-ready', 'The file is still being checked.')
  if (job.state === 'unreadable') {
    return new ImportRefusal('import-has-errors', 'The file cannot be read.')
  }
  if (job.isCut) {
    const message = `More than ${job.rowsBad.toLocaleString('en')} rows of it are wrong, and the rest was not looked at.`
    return new ImportRefusal('import-too-many-errors', message)
  }
  if (mode === 'all-or-nothing' && job.rowsBad > 0) {
    return new ImportRefusal('import-has-errors', `${job.rowsBad} of ${job.rowsTotal} rows are wrong.`)
  }
  if (needsConfirmation(job) && !confirmZeros) {
    const message = `The file leaves nothing of ${job.zeroed} items at their location; ${job.stocked} have something now.`
    return new ImportRefusal('import-takes-to-zero', message)
  }
  return undefined
}

/**
 * Does what waits to be done with an import, here and now. False where there is nothing, or where another process is
 * at it: twice at once is once.
 */
export async function workImport(
  context: ImportContext,
  importId: string,
  onProgress: OnProgress = () => undefined,
): Promise<boolean> {
  const { kysely } = context.database
  const job = await holdJob(kysely, context.organizationId, importId, {
    now: nowOf(context),
    until: heldUntil(context),
  })
  if (job === undefined) return false
  const hold = { organizationId: job.organizationId, importId, fencing: job.fencing }
  try {
    // As whoever brought the file, whichever process works on it: what settings it changes is one change set of theirs.
    const author = { actor: job.actor, why: job.name, at: nowOf(context), changeSet: importId }
    await inTheNameOf(author, async () =>
      job.state === 'uploaded'
        ? await checkImport(context, job, hold, onProgress)
        : await applyImport(context, job, hold, onProgress),
    )
    return true
  } catch (error) {
    if (error instanceof ImportTakenOver) return false
    await letGo(kysely, hold)
    throw error
  }
}

/** @throws ImportRefusal unknown-import, import-under-way */
export async function removeImport(context: ImportContext, importId: string): Promise<void> {
  await getImport(context, importId)
  if (await deleteJob(context.database.kysely, context.organizationId, importId)) return
  throw new ImportRefusal('import-under-way', 'The import is being applied.')
}
