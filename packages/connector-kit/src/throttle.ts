/** Until when a platform that throttled is left alone: one for all of its calls, or for one operation. Pure. */
export type Throttle = {
  /** By the monotonic clock; nothing goes before. */
  readonly until: number
  /** @returns false for the rest of a burst that was throttled already */
  note(now: number, retryAfterMs: number | undefined): boolean
  /** A call that was let go at `grantedAt` has been answered. */
  settled(grantedAt: number): void
}

const throttleFirstMs = 1_000
const throttleMaxMs = 60_000

export function createThrottle(): Throttle {
  let until = 0
  let nextDelayMs = throttleFirstMs
  let settledSince = 0
  return {
    get until() {
      return until
    },
    note(now, retryAfterMs) {
      const isBurst = now < until
      if (isBurst) {
        // Only a longer hint says something new.
        if (retryAfterMs !== undefined) until = Math.max(until, now + retryAfterMs)
      } else {
        // The throttled call itself may have settled just before: one settled call is no success yet.
        if (settledSince > 1) nextDelayMs = throttleFirstMs
        until = now + (retryAfterMs ?? nextDelayMs)
        nextDelayMs = Math.min(throttleMaxMs, nextDelayMs * 2)
      }
      settledSince = 0
      return !isBurst
    },
    settled(grantedAt) {
      if (grantedAt >= until) settledSince += 1
    },
  }
}
