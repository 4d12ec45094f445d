import { nowOf } from '@plimsoll/sync'
import { tidyImports } from './import-file.store.ts'
import { findWaitingJob } from './imports.store.ts'
import { workImport } from './imports.ts'
import type { ImportContext } from './open-file.ts'

/** Between two looks for what another process took in, or left behind when it was stopped. */
const LOOK_MS = 2_000
const TIDY_MS = 3_600_000
const DAY_MS = 86_400_000
/** A file with problems can be fetched again for so long. */
const FILE_KEPT_MS = 30 * DAY_MS

/** Checks and applies imports, one at a time, beside everything else that the hub does. */
export class ImportWorker {
  readonly #context: ImportContext
  readonly #stopped = new AbortController()
  #wake = new AbortController()
  #running: Promise<void> | undefined
  #tidiedAtMs = Number.NEGATIVE_INFINITY

  constructor(context: ImportContext) {
    this.#context = context
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** There may be something to do. */
  wake(): void {
    this.#wake.abort()
  }

  /** Ends after the transaction under way; another process goes on from there. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#wake.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#context
    while (!this.#stopped.signal.aborted) {
      this.#wake = new AbortController()
      try {
        await this.#tidy()
        if (await this.#workOne()) continue
      } catch (error) {
        if (error instanceof WorkerStopped) return
        log.warn({ error }, 'an import could not be worked on; it is tried again')
      }
      await clock
        .sleep(LOOK_MS, AbortSignal.any([this.#wake.signal, this.#stopped.signal]))
        .catch(() => undefined)
    }
  }

  async #workOne(): Promise<boolean> {
    const { database, organizationId } = this.#context
    const importId = await findWaitingJob(database.kysely, organizationId, nowOf(this.#context))
    if (importId === undefined) return false
    return await workImport(this.#context, importId, () => {
      if (this.#stopped.signal.aborted) throw new WorkerStopped()
    })
  }

  async #tidy(): Promise<void> {
    const { clock, database, organizationId } = this.#context
    if (clock.monotonic() - this.#tidiedAtMs < TIDY_MS) return
    this.#tidiedAtMs = clock.monotonic()
    const nowMs = clock.now()
    await tidyImports(database.kysely, organizationId, {
      uploads: new Date(nowMs - DAY_MS),
      files: new Date(nowMs - FILE_KEPT_MS),
    })
  }
}

/** Leaves a job between two of its transactions. */
class WorkerStopped extends Error {
  constructor() {
    super('The hub is stopping.')
    this.name = 'WorkerStopped'
  }
}
