import { setTimeout as after } from 'node:timers/promises'

/**
 * Time as it is handed to everything that needs it, so that a seed can replay a run. This is the only file
 * of the kit that reads the real clock or sets a timer.
 */
export type Clock = {
  /** Whole milliseconds since the epoch: for stamps that people and platforms see. May jump when the machine's time is set. */
  now(): number
  /** Milliseconds from an arbitrary start, never going back: for measuring and waiting. */
  monotonic(): number
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. Zero and less resolve soon. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

// Node's timers hold 31 bits; a longer sleep would fire at once.
const timerMsMax = 2_147_483_647

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    // A timer counts from when its loop last looked at the clock, which may be a while ago: it may fire early, and a
    // waiter would look, find nothing and wait again.
    const wakeAt = performance.now() + Math.max(0, ms)
    for (let leftMs = Math.max(0, ms); ; leftMs = wakeAt - performance.now()) {
      await after(
        Math.ceil(Math.min(leftMs, timerMsMax)),
        undefined,
        signal === undefined ? {} : { signal },
      ).catch((error: unknown) => {
        throw signal?.aborted === true ? signal.reason : error
      })
      if (performance.now() >= wakeAt) return
    }
  },
}

/**
 * A clock that runs `factor` times as fast as another from a moment on: whole days of a platform's delays in minutes.
 * Processes that are handed the same factor and origin agree on the time.
 * @param originMs when both show the same, milliseconds since the epoch
 */
export function scaledClock(factor: number, originMs: number, base: Clock = systemClock): Clock {
  return {
    now: () => Math.floor(originMs + (base.now() - originMs) * factor),
    monotonic: () => base.monotonic() * factor,
    sleep: (ms, signal) => base.sleep(ms / factor, signal),
  }
}

/** A clock that stands still until it is told: for tests. */
export type ManualClock = Clock & {
  /** Moves on by `ms`, waking sleepers in the order of their moments and letting each run before the next. */
  advance(ms: number): Promise<void>
  /** How many sleep now. */
  sleepers(): number
  /** The moment (`monotonic`) at which the next sleeper wakes; undefined when none sleeps. */
  nextWake(): number | undefined
}

/** @param startMs what `now()` says first, milliseconds since the epoch; `monotonic()` starts at 0. */
export function manualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  let elapsedMs = 0
  let sequence = 0
  type Sleeper = { at: number; sequence: number; wake: () => void }
  const sleeping = new Set<Sleeper>()

  const next = (): Sleeper | undefined => {
    let first: Sleeper | undefined
    for (const sleeper of sleeping) {
      const isEarlier = first === undefined || sleeper.at < first.at
      const isSameButOlder =
        first !== undefined && sleeper.at === first.at && sleeper.sequence < first.sequence
      if (isEarlier || isSameButOlder) first = sleeper
    }
    return first
  }

  return {
    now: () => Math.floor(startMs + elapsedMs),
    monotonic: () => elapsedMs,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(signal.reason)
          return
        }
        const abort = () => {
          sleeping.delete(sleeper)
          reject(signal?.reason)
        }
        const sleeper: Sleeper = {
          at: elapsedMs + Math.max(0, ms),
          sequence: sequence++,
          wake: () => {
            signal?.removeEventListener('abort', abort)
            resolve()
          },
        }
        sleeping.add(sleeper)
        signal?.addEventListener('abort', abort, { once: true })
      })
    },
    async advance(ms) {
      const until = elapsedMs + ms
      await letOthersRun()
      for (let first = next(); first !== undefined && first.at <= until; first = next()) {
        elapsedMs = Math.max(elapsedMs, first.at)
        sleeping.delete(first)
        first.wake()
        await letOthersRun()
      }
      elapsedMs = until
      await letOthersRun()
    },
    sleepers: () => sleeping.size,
    nextWake: () => next()?.at,
  }
}

/** Everything already promised runs before this resolves. */
function letOthersRun(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
