import { nowOf, readPersonalDataRules } from '@plimsoll/sync'
import { tidyImports } from './import-file.store.ts'
import { findWaitingJob } from './imports.store.ts'
import { workImport } from './imports.ts'
import { type ImportContext, removeLeftFiles } from './open-file.ts'
import { SHEETS } from './sheets.ts'

/** Between two looks for what another process took in, or left behind when it was stopped. */
const LOOK_MS = 2_000
const TIDY_MS = 3_600_000
const DAY_MS = 86_400_000
/** A file with problems can be fetched again for so long. */
const FILE_KEPT_MS = 30 * DAY_MS
/** Imports whose files say who somebody is. */
const PERSONAL = Object.values(SHEETS).flatMap(({ what, personal }) => (personal === undefined ? [] : [what]))

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
    const { own } = await readPersonalDataRules(this.#context)
    await tidyImports(database.kysely, organizationId, {
      uploads: new Date(nowMs - DAY_MS),
      files: new Date(nowMs - FILE_KEPT_MS),
      personal: { what: PERSONAL, before: new Date(nowMs - own.endedDays * DAY_MS) },
    })
    await removeLeftFiles(this.#context, new Date(nowMs - DAY_MS))
  }
}

/** Leaves a job between two of its transactions. */
class WorkerStopped extends Error {
  constructor() {
    super('The hub is stopping.')
    this.name = 'WorkerStopped'
  }
}
