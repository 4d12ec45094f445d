import { type ImportJobView, importJob } from '@plimsoll/client'
import { findJobs, type ImportJob } from './imports.store.ts'
import type { ImportContext } from './open-file.ts'
import { needsConfirmation } from './stampede.ts'

/** An import as the API and the command line tell of it. */
export function toImportView(job: ImportJob): ImportJobView {
  const { organizationId: _, identity: _identity, digest: _digest, actor: _actor, ...rest } = job
  return importJob.parse({
    ...rest,
    // Written by `checkImport` and by nobody else; dates within it are texts already.
    needsConfirmation: needsConfirmation(job),
    isWorkedOn: job.heldUntil !== null,
    createdAt: job.createdAt.toISOString(),
    checkedAt: job.checkedAt?.toISOString() ?? null,
    finishedAt: job.finishedAt?.toISOString() ?? null,
  })
}

/** The newest first; the cursor is the last id of the page before. */
export async function findImportPage(
  context: ImportContext,
  page: { cursor: string | undefined; limit: number },
): Promise<{ rows: ImportJobView[]; next: string | null }> {
  const jobs = await findJobs(context.database.kysely, context.organizationId, {
    before: page.cursor,
    limit: page.limit + 1,
  })
  const rows = jobs.slice(0, page.limit)
  return {
    rows: rows.filter(({ state }) => state !== 'uploading').map(toImportView),
    next: jobs.length > page.limit ? (rows.at(-1)?.importId ?? null) : null,
  }
}
