import { backoffMs, isConnectorError } from '@plimsoll/connector-kit'
import { inTransaction, isTransient, type Tx } from '@plimsoll/database'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { notify } from '../notify.ts'
import { type Trouble, troubleOf } from '../told-trouble.ts'
import { findJob, type SyncJob } from '../worker/sync-jobs.store.ts'
import { getSyncJob } from '../worker/sync-jobs.ts'
import { type Progress, tellProgress } from './catalogue.ts'
import { type CatalogueProgress, type CatalogueReport, catalogueBegin } from './catalogue-run.ts'
import { stepCatalogue } from './catalogue-steps.ts'
import { findConnectionId } from './connections.ts'
import { insertImport, keepImport, leaveImport, saveImportStep, takeImport } from './import-jobs.store.ts'
import { openOperations } from './open-connector.ts'
import type { ConnectionRegistry } from './registry.ts'

/**
 * Imports of what connections sell, as jobs. A draft is worked by nobody, so no lease stands behind them: whoever is at one holds
 * the job itself, and says every few seconds that it still does. Each step is written with how far the import is then, under that
 * hold; what a dead process left goes on in another.
 */

/** What a process that died was at is taken up after so long. */
const HELD_MS = 20_000
/** So soon it is noticed that an import was cancelled, even within a call. */
const KEPT_EVERY_MS = 2_000
/** A platform that is away is waited for so often in a row, a minute or so each time at the most. */
const FAILURES_MAX = 8
const LOOK_MS = 100

/** Asks for an import; where one waits or goes on already, that is it. @throws SyncProblem `unknown-connection` */
export async function requestImport(context: SyncContext, connection: string): Promise<SyncJob> {
  return await request(context, connection, undefined)
}

/** @param holder who does it where it is a new one */
async function request(
  context: SyncContext,
  connection: string,
  holder: string | undefined,
): Promise<SyncJob> {
  const { organizationId, database } = context
  const connectionId = await findConnectionId(context, connection)
  const jobId = await inTransaction(database, async (tx) => {
    const at = nowOf(context)
    const hold = holder === undefined ? undefined : { holder, until: new Date(at.getTime() + HELD_MS) }
    const found = await insertImport(tx, organizationId, { jobId: context.uuid(), connectionId, at, hold })
    await notify(tx, organizationId, { kind: 'screen', topics: ['connections'], itemIds: [] })
    return found
  })
  return await getSyncJob(context, jobId)
}

type Working = {
  registry: ConnectionRegistry
  /** Aborts where the process stops: the import is left for another to go on. */
  signal: AbortSignal
  /** What a person is told of what failed. */
  describe(error: unknown): string
}

/**
 * Takes the oldest import that nobody is at and does it, to its end unless it is cancelled or the process stops.
 * @returns false where there is none
 */
export async function workNextImport(context: SyncContext, working: Working): Promise<boolean> {
  const job = await take(context, undefined)
  if (job === undefined) return false
  await work(context, job, working, true, () => undefined)
  return true
}

/**
 * Imports and waits for its end: does it here, or waits for whoever is at it.
 * @throws what the platform threw, where it was done here; SyncProblem `wrong-state` where it failed or was stopped elsewhere
 */
export async function importAndWait(
  context: SyncContext,
  connection: string,
  working: Omit<Working, 'signal'>,
  progress: Progress = () => undefined,
): Promise<CatalogueReport> {
  const holder = context.uuid()
  const asked = await request(context, connection, holder)
  const { jobId } = asked
  const isHeld = await keepImport(context.database.kysely, context.organizationId, {
    jobId,
    holder,
    until: new Date(context.clock.now() + HELD_MS),
  })
  let taken = isHeld ? { ...asked, holder } : undefined
  for (;;) {
    taken ??= await take(context, jobId)
    if (taken !== undefined) {
      const { signal } = new AbortController()
      const ended = await work(context, taken, { ...working, signal }, false, progress)
      if (ended.error !== undefined) throw ended.error
      taken = undefined
    }
    const now = await findJob(context.database.kysely, context.organizationId, jobId)
    if (now === undefined) throw syncProblem('unknown-job', 'job', `There is no job ${jobId}.`)
    if (now.state === 'done') return reportOf(now)
    if (now.finishedAt !== null) {
      const why = now.problem ?? 'It was stopped; ask for it again.'
      throw syncProblem('wrong-state', 'job', `The import did not come to its end. ${why}`)
    }
    await context.clock.sleep(LOOK_MS)
  }
}

type Held = SyncJob & { holder: string }

async function take(context: SyncContext, jobId: string | undefined): Promise<Held | undefined> {
  const { database, organizationId } = context
  const holder = context.uuid()
  const now = nowOf(context)
  const until = new Date(now.getTime() + HELD_MS)
  const job = await takeImport(database.kysely, organizationId, { jobId, holder, now, until })
  return job === undefined ? undefined : { ...job, holder }
}

/** It was cancelled, or another has taken it: nothing more of it is written here. */
class ImportLeft extends Error {}

/** @returns what ended it, where that was no success and nobody's wish */
async function work(
  context: SyncContext,
  job: Held,
  working: Working,
  isPatient: boolean,
  progress: Progress,
): Promise<{ error: unknown }> {
  const { database, organizationId } = context
  const kept = new AbortController()
  const left = new AbortController()
  const keeping = keepOn(context, job, { ended: kept.signal, left })
  try {
    const signal = AbortSignal.any([working.signal, left.signal])
    await steps(context, job, { ...working, signal }, isPatient, progress)
    return { error: undefined }
  } catch (error) {
    if (error instanceof ImportLeft || left.signal.aborted) return { error: undefined }
    if (working.signal.aborted || isTransient(error)) {
      await leaveImport(database.kysely, organizationId, job)
      return { error: working.signal.aborted ? undefined : error }
    }
    await fail(context, job, { message: working.describe(error), told: troubleOf(error) })
    return { error }
  } finally {
    kept.abort()
    await keeping
  }
}

/** Says again and again that this process is at it, and aborts `left` when that is not so any more. */
async function keepOn(
  context: SyncContext,
  job: Held,
  { ended, left }: { ended: AbortSignal; left: AbortController },
): Promise<void> {
  const { database, organizationId, clock, log } = context
  while (!ended.aborted) {
    await clock.sleep(KEPT_EVERY_MS, ended).catch(() => undefined) // it has ended
    if (ended.aborted) return
    const until = new Date(clock.now() + HELD_MS)
    try {
      if (await keepImport(database.kysely, organizationId, { ...job, until })) continue
      left.abort(new ImportLeft('The import is not this process’s any more.'))
      return
    } catch (error) {
      log.warn({ error, jobId: job.jobId }, 'it could not be noted that an import goes on; tried again')
    }
  }
}

async function steps(
  context: SyncContext,
  job: Held,
  { registry, signal }: Omit<Working, 'describe'>,
  isPatient: boolean,
  progress: Progress,
): Promise<void> {
  const open = await registry.find(job.connectionId)
  if (open === undefined) throw syncProblem('unknown-connection', 'id', 'The connection is there no more.')
  const run = {
    context,
    connection: open.connection,
    operations: openOperations(context, open),
    signal,
    seen: new Set<string>(),
    save: (tx: Tx, next: CatalogueProgress) => saveProgress(context, tx, job, next),
  }
  let now = progressOf(job, nowOf(context))
  let failures = 0
  while (now.position.stage !== 'done') {
    signal.throwIfAborted()
    const before = now
    try {
      now = await stepCatalogue(run, before)
      failures = 0
      tellProgress(progress, before, now)
      if (now.againInMs !== undefined) await context.clock.sleep(now.againInMs, signal)
    } catch (error) {
      const passes =
        isConnectorError(error) && (error.kind === 'unavailable' || error.kind === 'rate-limited')
      failures += 1
      if (!isPatient || !passes || failures >= FAILURES_MAX || signal.aborted) throw error
      await context.clock.sleep(backoffMs(failures, context.random), signal)
    }
  }
}

async function saveProgress(context: SyncContext, tx: Tx, job: Held, next: CatalogueProgress): Promise<void> {
  const { organizationId } = context
  const { position, report, total, prepared } = next
  const isKept = await saveImportStep(tx, organizationId, {
    jobId: job.jobId,
    holder: job.holder,
    state: position.stage === 'done' ? 'done' : 'running',
    position,
    total,
    done: report.listings,
    result: { ...report, stage: position.stage, ...(prepared !== null && { prepared }) },
    problem: null,
    at: nowOf(context),
  })
  if (!isKept) throw new ImportLeft('The import is not this process’s any more.')
  await notify(tx, organizationId, {
    kind: 'screen',
    topics: position.stage === 'done' ? ['connections', 'overview', 'tasks'] : ['connections'],
    itemIds: [],
  })
}

async function fail(context: SyncContext, { jobId, holder }: Held, problem: Trouble): Promise<void> {
  const { database, organizationId } = context
  await inTransaction(database, async (tx) => {
    const job = await findJob(tx, organizationId, jobId)
    if (job === undefined) return
    const { position, total, done, result } = job
    const ended = { state: 'failed', position, total, done, result, problem, at: nowOf(context) } as const
    await saveImportStep(tx, organizationId, { jobId, holder, ...ended })
    await notify(tx, organizationId, { kind: 'screen', topics: ['connections'], itemIds: [] })
  })
}

/** Where it goes on: what its last step wrote, or the beginning. */
function progressOf(job: SyncJob, at: Date): CatalogueProgress {
  // Written by `saveProgress`, or empty.
  const position = job.position as Partial<CatalogueProgress['position']>
  const begin = catalogueBegin(at)
  if (position.stage === undefined) return begin
  return {
    position: { ...begin.position, ...position },
    report: reportOf(job),
    total: job.total,
    prepared: null,
  }
}

function reportOf(job: SyncJob): CatalogueReport {
  const found = job.result as Partial<CatalogueReport>
  const { locations = 0, listings = 0, mappedBySku = 0, levels = 0, untracked = 0, replayed = 0 } = found
  return { locations, listings, mappedBySku, levels, untracked, replayed }
}
