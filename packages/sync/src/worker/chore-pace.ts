import type { Clock } from '@plimsoll/connector-kit'

/** Between two rounds of everything that is not a write, while something moves. */
const CHORES_MS = 200
/** Where nothing has moved for so long, a connection is quiet. */
const QUIET_AFTER_MS = 5_000
/** Quiet, whether anything waits is asked so often (one statement), and all is done so often whatever the answer. */
const LOOK_MS = 1_000
const ALL_MS = 5_000
/** While something moves it is asked at every round, and all is done so often. */
const ALL_MOVING_MS = 1_000

/**
 * When a worker does its chores: everything that is not a write. Looking through ten queues several times a second is no
 * cost while something moves; a brand has dozens of connections on which nothing does.
 */
export class ChorePace {
  readonly #clock: Clock
  #movedAt: number
  #dueAt = 0
  #allAt = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#movedAt = clock.now()
  }

  /** Something came in, or is to go out. */
  noteMoved(): void {
    this.#movedAt = this.#clock.now()
    this.#dueAt = Math.min(this.#dueAt, this.#movedAt + CHORES_MS)
  }

  /** They are due at once. */
  hurry(): void {
    this.#dueAt = 0
    this.#allAt = 0
  }

  get isQuiet(): boolean {
    return this.#clock.now() - this.#movedAt >= QUIET_AFTER_MS
  }

  get isDue(): boolean {
    return this.#clock.now() >= this.#dueAt
  }

  get dueAt(): number {
    return this.#dueAt
  }

  /** All has been done, and found nothing, not long ago: a look whether anything waits will do. */
  get isLookEnough(): boolean {
    return this.#clock.now() < this.#allAt
  }

  /** Nothing waits. */
  noteLooked(): void {
    this.#dueAt = this.#clock.now() + (this.isQuiet ? LOOK_MS : CHORES_MS)
  }

  /**
   * All has been done.
   * @param found `more`: there is more at once; `waiting`: something is to be looked at again soon
   */
  noteDone(found: 'nothing' | 'waiting' | 'more'): void {
    const now = this.#clock.now()
    if (found !== 'nothing') this.#movedAt = now
    this.#allAt = found === 'nothing' ? now + (this.isQuiet ? ALL_MS : ALL_MOVING_MS) : now
    this.#dueAt = now + (found === 'more' ? 0 : this.isQuiet ? LOOK_MS : CHORES_MS)
  }
}
