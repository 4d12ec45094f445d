import { createRandom, type Random } from './random.ts'

/** Whose event it is: nothing of a dead process happens, and what is due to a frozen one waits for its thaw. */
export type Owner = { readonly name: string; state: 'running' | 'frozen' | 'dead' }

export type Happening = {
  owner?: Owner
  /** For the story: `hub-1 transaction`, `shop: request setLevels`. */
  what: string
  run(): void | Promise<void>
}

type Scheduled = Happening & { at: number; tie: number; sequence: number; isCancelled: boolean }

/**
 * Simulated time: what will happen, and when. One thing happens at a time, to its end; what falls on one moment
 * goes in an order that the seed chooses. Nobody sleeps: time jumps to the next happening.
 */
export class Scheduler {
  readonly startMs: number
  readonly #ties: Random
  readonly #waiting: Scheduled[] = []
  readonly #parked = new Map<Owner, Scheduled[]>()
  /** Since the start, so that fractions of a millisecond keep their digits. */
  #elapsed = 0
  #sequence = 0

  constructor(seed: string, startMs: number) {
    this.startMs = startMs
    this.#ties = createRandom(`${seed}/ties`)
  }

  /** True time, milliseconds since the epoch. Processes and platforms may have clocks that are wrong. */
  get now(): number {
    return this.startMs + this.#elapsed
  }

  get elapsed(): number {
    return this.#elapsed
  }

  /** @returns cancels it */
  after(ms: number, happening: Happening): () => void {
    const scheduled: Scheduled = {
      ...happening,
      at: this.#elapsed + Math.max(0, ms),
      tie: this.#ties.next(),
      sequence: this.#sequence++,
      isCancelled: false,
    }
    this.#insert(scheduled)
    return () => {
      scheduled.isCancelled = true
    }
  }

  /** A process runs on: what came due while it was frozen happens now. */
  thaw(owner: Owner): void {
    const parked = this.#parked.get(owner) ?? []
    this.#parked.delete(owner)
    for (const scheduled of parked) {
      // The same one, so that it can be cancelled still.
      scheduled.at = this.#elapsed
      this.#insert(scheduled)
    }
  }

  /** Takes the next happening and moves time to it; undefined: nothing will ever happen again. */
  next(): Happening | undefined {
    for (;;) {
      const scheduled = this.#waiting.pop()
      if (scheduled === undefined) return undefined
      if (scheduled.isCancelled) continue
      const { owner } = scheduled
      if (owner?.state === 'dead') continue
      if (owner?.state === 'frozen') {
        this.#parked.set(owner, [...(this.#parked.get(owner) ?? []), scheduled])
        continue
      }
      this.#elapsed = Math.max(this.#elapsed, scheduled.at)
      return scheduled
    }
  }

  /** Kept with the next one last; a few hundred wait at the most. */
  #insert(scheduled: Scheduled): void {
    let low = 0
    let high = this.#waiting.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#waiting[middle]
      if (other !== undefined && isBefore(scheduled, other)) low = middle + 1
      else high = middle
    }
    this.#waiting.splice(low, 0, scheduled)
  }
}

function isBefore(one: Scheduled, other: Scheduled): boolean {
  if (one.at !== other.at) return one.at < other.at
  if (one.tie !== other.tie) return one.tie < other.tie
  return one.sequence < other.sequence
}

/**
 * Lets everything run that can run by itself: promises, `nextTick`. Sockets and real timers are not waited for;
 * nothing in the laboratory uses them outside of a transaction, which is waited for by itself.
 */
export async function untilQuiet(): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
  }
}
