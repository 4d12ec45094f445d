/**
 * Turns of the event loop with nothing under way after which it is said that something is waited for that is not the
 * database. What follows from an answer by itself follows within a few turns; a machine that is slow, loaded or stopped for
 * minutes makes no turns meanwhile, so it is never blamed. As many as a tenth of a second of an idle machine.
 */
const TURNS_MAX = 100_000
/** And so long by a real clock: what a thread of Node's does beside its loop (a cipher, a file) may find no processor. */
const LEAST_MS = 30_000

/** Counts turns from when nothing is under way until something is again, or for good. */
export class IdleWatch {
  readonly #onIdle: () => void
  /** Which count is going on; one begun before is over. */
  #count = 0

  /** @param onIdle so many turns went by and nothing was asked for */
  constructor(onIdle: () => void) {
    this.#onIdle = onIdle
  }

  nothingIsUnderWay(): void {
    this.#count += 1
    const count = this.#count
    let turns = 0
    const since = performance.now()
    const turn = () => {
      if (count !== this.#count) return
      turns += 1
      if (turns < TURNS_MAX || performance.now() - since < LEAST_MS) setImmediate(turn)
      else this.#onIdle()
    }
    setImmediate(turn)
  }

  stop(): void {
    this.#count += 1
  }
}
