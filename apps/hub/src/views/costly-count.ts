import type { Clock } from '@plimsoll/connector-kit'

/**
 * A count that every open screen asks for, again with each change. Over a million levels it takes a second of a processor:
 * such a one is not counted anew for whoever asks, but answered from the last count while one recount at a time runs, and
 * not more of the time than one part in `REST`. A cheap one is counted whenever it is asked for, so that a small
 * organization never sees an old figure.
 */
export class CostlyCount<Counted> {
  readonly #clock: Clock
  readonly #isCostly: (counted: Counted) => boolean
  readonly #onTrouble: (error: unknown) => void
  #known: Known<Counted> | undefined
  #counting: Promise<Counted> | undefined

  constructor(given: {
    clock: Clock
    isCostly(counted: Counted): boolean
    /** Told when a count that nobody waits for fails; the next one is waited for once the last is too old. */
    onTrouble(error: unknown): void
  }) {
    this.#clock = given.clock
    this.#isCostly = given.isCostly
    this.#onTrouble = given.onTrouble
  }

  async get(count: () => Promise<Counted>): Promise<Counted> {
    const known = this.#known
    const step = decideCount(known, this.#clock.monotonic())
    if (known === undefined || step === 'count') return await this.#count(count)
    if (step === 'count-behind' && this.#counting === undefined) this.#count(count).catch(this.#onTrouble)
    return known.counted
  }

  /** One at a time; of a cheap count each asks for its own, since what is under way may have begun before the change. */
  async #count(count: () => Promise<Counted>): Promise<Counted> {
    if (this.#counting !== undefined && this.#known?.isCostly === true) return await this.#counting
    const counting = this.#measure(count)
    this.#counting = counting
    try {
      return await counting
    } finally {
      if (this.#counting === counting) this.#counting = undefined
    }
  }

  async #measure(count: () => Promise<Counted>): Promise<Counted> {
    const startedMs = this.#clock.monotonic()
    const counted = await count()
    const endedMs = this.#clock.monotonic()
    const isCostly = this.#isCostly(counted)
    this.#known = { counted, isCostly, countedMs: startedMs, tookMs: endedMs - startedMs }
    return counted
  }
}

export type Known<Counted> = { counted: Counted; isCostly: boolean; countedMs: number; tookMs: number }

/** Counting takes at most a tenth of the time. */
const REST = 10
/** Older figures are not shown: whoever asks waits. */
const AGE_MS_MAX = 60_000

/** @returns what to do with a count that is known: wait for a new one, answer it, or answer it and count anew meanwhile */
export function decideCount(
  known: Known<unknown> | undefined,
  nowMs: number,
): 'count' | 'answer' | 'count-behind' {
  if (known === undefined || !known.isCostly) return 'count'
  const ageMs = nowMs - known.countedMs
  if (ageMs > AGE_MS_MAX) return 'count'
  return ageMs > known.tookMs * REST ? 'count-behind' : 'answer'
}
