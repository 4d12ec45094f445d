import type { SyncContext } from '@plimsoll/sync'

/** Between two looks for what another process took in, or left behind when it was stopped. */
const LOOK_MS = 2_000

/** Does what waits, a piece at a time, beside everything else that the hub does; looks now and then, and when it is told. */
export class StepWorker {
  readonly #context: Pick<SyncContext, 'clock' | 'log'>
  readonly #step: (stopped: AbortSignal) => Promise<boolean>
  readonly #failed: string
  readonly #stopped = new AbortController()
  #wake = new AbortController()
  #running: Promise<void> | undefined

  /**
   * @param work.step one piece; false where there is nothing to do
   * @param work.failed what is logged where a piece failed: it is tried again
   */
  constructor(
    context: Pick<SyncContext, 'clock' | 'log'>,
    work: { step(stopped: AbortSignal): Promise<boolean>; failed: string },
  ) {
    this.#context = context
    this.#step = (stopped) => work.step(stopped)
    this.#failed = work.failed
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
        if (await this.#step(this.#stopped.signal)) continue
      } catch (error) {
        if (!this.#stopped.signal.aborted) log.warn({ error }, this.#failed)
      }
      await clock
        .sleep(LOOK_MS, AbortSignal.any([this.#wake.signal, this.#stopped.signal]))
        .catch(() => undefined) // woken, or stopped
    }
  }
}
