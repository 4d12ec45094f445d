import type { Clock } from '@plimsoll/connector-kit'

/** Whether the lane reads the orders while it looks what there is to write. */
export type ReadAhead = 'no' | 'unless-just-read' | 'now'

/**
 * When the lane is asked what it may write. A turn of the worker comes several times a second, for the chores; thousands of
 * levels that wait until the platform lets the orders be read would be looked through each time for nothing.
 */
export class LanePace {
  readonly #clock: Clock
  readonly #atLatestMs: number
  #readAhead: ReadAhead = 'no'
  #isCalled = false
  #waitsUntil = 0

  /** @param atLatestMs between two looks, whether it was called or not: a call may have been lost */
  constructor(clock: Clock, atLatestMs: number) {
    this.#clock = clock
    this.#atLatestMs = atLatestMs
  }

  /** Something came to be written. */
  call(): void {
    if (this.#readAhead === 'no') this.#readAhead = 'unless-just-read'
    this.#isCalled = true
  }

  /** Something will have to be written soon. */
  readAhead(): void {
    this.#readAhead = 'now'
  }

  /** The most urgent write is to be tried by itself. */
  readNothingAhead(): void {
    this.#readAhead = 'no'
  }

  /** What it waited for may be known: orders were read or applied. */
  noteKnown(): void {
    this.#waitsUntil = 0
  }

  /** Since it was last run. */
  get isCalled(): boolean {
    return this.#isCalled
  }

  get isToReadAhead(): boolean {
    return this.#readAhead !== 'no'
  }

  /**
   * @param run runs the lane until nothing can be done now; when there may be more to do, undefined: only when called
   * @param always whether it waits or not: a scheduler that steps decides itself
   * @returns when to ask again (milliseconds since the epoch); undefined: only when called
   */
  async turn(
    run: (readAhead: ReadAhead) => Promise<Date | undefined>,
    { always }: { always: boolean },
  ): Promise<number | undefined> {
    const isWaiting = !this.#isCalled && !this.isToReadAhead && this.#clock.now() < this.#waitsUntil
    if (isWaiting && !always) return this.#waitsUntil
    const readAhead = this.#readAhead
    this.#readAhead = 'no'
    this.#isCalled = false
    // Before it runs: what becomes known meanwhile takes it back.
    this.#waitsUntil = this.#clock.now() + this.#atLatestMs
    const again = (await run(readAhead))?.getTime()
    // Nothing is left to look through: that is quick, and finds what no call told of.
    this.#waitsUntil = again === undefined ? 0 : Math.min(this.#waitsUntil, again)
    return again
  }
}
