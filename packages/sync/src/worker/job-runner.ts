import { isConnectorError } from '@plimsoll/connector-kit'
import { inTransaction, isTransient } from '@plimsoll/database'
import { nowOf, type Tx } from '../context.ts'
import { stepBackfill } from '../intake/backfill.ts'
import { notify } from '../notify.ts'
import { stepAudit } from '../reconcile/audit.ts'
import type { Suspicions } from '../reconcile/reconcile.ts'
import { stepSyncNow } from '../reconcile/sync-now.ts'
import { type Trouble, troubleOf } from '../told-trouble.ts'
import { assertLease, LeaseLost } from './leases.store.ts'
import { findNextJob, type SyncJob, saveStep } from './sync-jobs.store.ts'
import type { WorkerContext } from './worker-context.ts'

/** Between two looks for work, unless somebody says that there is some. */
const LOOK_MS = 1_000
/** Below this the budget is left to writes and polls; a person who waits comes first all the same. */
const BUDGET_LEFT_MIN = 0.5
/** A step that fails by the platform's doing is tried again so often before the job fails. */
const FAILURES_MAX = 8

/** What one step did. `within` is written in the same transaction as the progress. */
export type JobStep = Pick<SyncJob, 'state' | 'position' | 'total' | 'done' | 'result'> & {
  within?: (tx: Tx) => Promise<void>
  /** When the next step may be taken; undefined: at the next turn. */
  againAt?: Date
}

export type JobTools = {
  suspicions: Suspicions
  readAndApplyOrders(): Promise<boolean>
  applyInbox(): Promise<void>
}

/**
 * Does the jobs of one connection (backfills, audits, "sync now"), a step at a time between the lane's work: each step
 * is one call or two, and its progress is written with what it did, so that any process goes on where another stopped.
 */
export class JobRunner {
  readonly #context: WorkerContext
  readonly #tools: JobTools
  #lookAt = 0
  #failures = 0

  constructor(context: WorkerContext, tools: JobTools) {
    this.#context = context
    this.#tools = tools
  }

  lookSoon(): void {
    this.#lookAt = 0
  }

  /** One step, where there is one to take. @returns true while there is more to do at once */
  async turn(): Promise<boolean> {
    const { clock, database, organizationId, connection, budgets } = this.#context
    if (clock.now() < this.#lookAt) return false
    this.#lookAt = clock.now() + LOOK_MS
    const job = await findNextJob(database.kysely, organizationId, connection.connectionId)
    if (job === undefined) return false
    if (job.kind !== 'sync-now' && budgets.snapshot().left < BUDGET_LEFT_MIN) return false
    try {
      const step = await this.#step(job)
      const isKept = await this.#save(job, step, null)
      this.#failures = 0
      this.#lookAt = step.againAt?.getTime() ?? 0
      return isKept && step.againAt === undefined
    } catch (error) {
      if (this.#context.signal.aborted || error instanceof LeaseLost || isTransient(error)) throw error
      await this.#fail(job, error)
      throw error
    }
  }

  async #step(job: SyncJob): Promise<JobStep> {
    switch (job.kind) {
      case 'backfill':
        return await stepBackfill(this.#context, job)
      case 'audit':
        return await stepAudit(this.#context, job, this.#tools)
      case 'sync-now':
        return await stepSyncNow(this.#context, job, this.#tools)
      case 'import':
        throw new Error('an import is no work of a lease')
      default: {
        const never: never = job.kind
        throw new Error(`unknown job ${String(never)}`)
      }
    }
  }

  /** A platform that is away for a while is waited for; anything else, or one that stays away, ends the job. */
  async #fail(job: SyncJob, error: unknown): Promise<void> {
    this.#failures += 1
    const passes = isConnectorError(error) && (error.kind === 'unavailable' || error.kind === 'rate-limited')
    const isOver = !passes || this.#failures >= FAILURES_MAX
    if (isOver) this.#failures = 0
    const message = error instanceof Error ? error.message : String(error)
    const { position, total, done, result } = job
    const step = { state: isOver ? 'failed' : 'running', position, total, done, result } as const
    await this.#save(job, step, { message, told: troubleOf(error) })
  }

  async #save(job: SyncJob, step: JobStep, problem: Trouble | null): Promise<boolean> {
    const { database, organizationId, lease } = this.#context
    const { within, againAt: _, ...progress } = step
    const { jobId } = job
    const isKept = await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, lease)
      const isOpen = await saveStep(tx, organizationId, {
        ...progress,
        jobId,
        problem,
        at: nowOf(this.#context),
      })
      if (isOpen) await within?.(tx)
      if (isOpen) await notify(tx, organizationId, { kind: 'screen', topics: ['connections'], itemIds: [] })
      return isOpen
    })
    if (isKept && within !== undefined) await this.#tools.applyInbox()
    return isKept
  }
}
