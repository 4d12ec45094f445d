import type { SetError } from './set-quantities.ts'

/**
 * Answers kept by idempotency key for 24 hours: the same key with the same input is not carried out again,
 * with another input it is a mistake, and a key whose attempt failed is spent.
 */
export type IdempotencyStore<Result> = {
  run(key: string, input: string, carryOut: () => Result): Result
}

const KEPT_MS = 24 * 3_600_000
const KEPT_MAX = 200_000

/** @param refused what is answered instead of carrying anything out */
export function createIdempotencyStore<Result extends { errors: readonly SetError[] }>(
  now: () => number,
  refused: (earlier: Result, error: SetError) => Result,
): IdempotencyStore<Result> {
  const kept = new Map<string, { input: string; atMs: number; result: Result }>()
  return {
    run(key, input, carryOut) {
      const earlier = kept.get(key)
      if (earlier !== undefined && now() - earlier.atMs < KEPT_MS) {
        if (earlier.input !== input) {
          return refused(earlier.result, {
            code: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH',
            field: ['input'],
            message: 'The same idempotency key cannot be used with different operation parameters.',
          })
        }
        if (earlier.result.errors.length > 0) {
          return refused(earlier.result, {
            code: 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED',
            field: ['input'],
            message: 'A previous request with this idempotency key failed. Retry with a new idempotency key.',
          })
        }
        // Its changes point to the levels, so the answer shows them as they are by now.
        return earlier.result
      }
      const result = carryOut()
      kept.delete(key)
      kept.set(key, { input, atMs: now(), result })
      const [oldest] = kept.size > KEPT_MAX ? kept.keys() : []
      if (oldest !== undefined) kept.delete(oldest)
      return result
    },
  }
}
