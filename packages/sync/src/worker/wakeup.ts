import type { Clock } from '@plimsoll/connector-kit'

/**
 * Something a loop waits on: woken, or after a time. A wake that comes while the loop works is kept, so
 * that nothing is slept through.
 */
export class Wakeup {
  readonly #clock: Clock
  #woken = false
  #wake: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  wake(): void {
    this.#woken = true
    this.#wake?.()
  }

  /** Resolves when woken, after `ms`, or when the signal aborts; never rejects. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#woken && !signal.aborted) {
      const ended = new AbortController()
      const either = AbortSignal.any([signal, ended.signal])
      this.#wake = () => ended.abort()
      await this.#clock.sleep(ms, either).catch(() => undefined) // woken or stopped before the time was up
      this.#wake = undefined
    }
    this.#woken = false
  }
}
