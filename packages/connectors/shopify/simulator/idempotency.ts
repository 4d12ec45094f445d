import type { SetError, SetResult } from './set-quantities.ts'

/**
 * Answers kept by idempotency key for 24 hours: the same key with the same input is not carried out again,
 * with another input it is a mistake, and a key whose attempt failed is spent.
 */
export type IdempotencyStore = { run(key: string, input: string, carryOut: () => SetResult): SetResult }

const KEPT_MS = 24 * 3_600_000
const KEPT_MAX = 200_000

export function createIdempotencyStore(now: () => number): IdempotencyStore {
  const kept = new Map<string, { input: string; atMs: number; result: SetResult }>()
  return {
    run(key, input, carryOut) {
      const earlier = kept.get(key)
      if (earlier !== undefined && now() - earlier.atMs < KEPT_MS) {
        if (earlier.input !== input) {
          return failed(carryOutNothing(earlier.result), {
            code: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH',
            field: ['input'],
            message: 'The same idempotency key cannot be used with different operation parameters.',
          })
        }
        if (earlier.result.errors.length > 0) {
          return failed(carryOutNothing(earlier.result), {
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

function carryOutNothing(earlier: SetResult): SetResult {
  return { ...earlier, changes: [] }
}

function failed(result: SetResult, error: SetError): SetResult {
  return { ...result, errors: [error] }
}
