import assert from 'node:assert/strict'

const baseMs = 200
const maxMs = 60_000

/**
 * How long to wait before trying again, milliseconds, with full jitter: anywhere between nothing and a bound
 * that doubles from 200 ms to 60 s, so that many waiters do not come back together.
 * Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (full jitter).
 * @param attempt 0 after the first failure
 * @param random  handed in; 0 ≤ value < 1
 */
export function backoffMs(attempt: number, random: () => number): number {
  assert(Number.isSafeInteger(attempt) && attempt >= 0, 'attempt is a whole number from 0')
  // Past 2^20 the bound is long reached; the cap keeps the power finite.
  return random() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 20))
}
