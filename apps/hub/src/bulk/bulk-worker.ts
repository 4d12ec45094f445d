import { type SyncContext, stepBulkEdits } from '@plimsoll/sync'

/** Between two looks for what another process took in, or left behind when it was stopped. */
const LOOK_MS = 2_000

/** Looks at, applies and undoes bulk edits, a piece at a time, beside everything else that the hub does. */
export class BulkWorker {
  readonly #context: SyncContext
  readonly #stopped = new AbortController()
  #wake = new AbortController()
  #running: Promise<void> | undefined

  constructor(context: SyncContext) {
    this.#context = context
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** There may be something to do. */
  wake(): void {
    this.#wake.abort()
  }

  /** Ends after the piece under way; another process goes on from there. */
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
        if (await stepBulkEdits(this.#context)) continue
      } catch (error) {
        log.warn({ error }, 'a bulk edit could not be worked on; it is tried again')
      }
      await clock
        .sleep(LOOK_MS, AbortSignal.any([this.#wake.signal, this.#stopped.signal]))
        .catch(() => undefined)
    }
  }
}
