import { BUDGETS } from '../limits.ts'

/** A limit of one kind of call: so many at once, refilled little by little. */
export type Limit = { capacity: number; refillPerSecond: number }

export type Limits = {
  /** Takes one call; undefined where none is left. `left` and `nextMs` (from now) are what the headers say. */
  take(name: string): { isAllowed: boolean; left: number; nextMs: number }
}

/**
 * @param monotonicMs where time stands
 * @param changed limits that are other than what the connector declares, by name
 */
export function createLimits(
  monotonicMs: () => number,
  changed: Readonly<Record<string, Limit>> = {},
): Limits {
  const buckets = new Map<string, Limit & { level: number; at: number }>()
  for (const spec of BUDGETS) {
    if (spec.kind !== 'token-bucket') continue
    const { capacity, refillPerSecond } = changed[spec.name] ?? spec
    buckets.set(spec.name, { capacity, refillPerSecond, level: capacity, at: monotonicMs() })
  }
  return {
    take(name) {
      const bucket = buckets.get(name)
      if (bucket === undefined) throw new Error(`no limit is called ${name}`)
      const now = monotonicMs()
      const refilled = ((now - bucket.at) / 1_000) * bucket.refillPerSecond
      bucket.level = Math.min(bucket.capacity, bucket.level + refilled)
      bucket.at = now
      const isAllowed = bucket.level + 1e-9 >= 1
      if (isAllowed) bucket.level -= 1
      const missing = Math.floor(bucket.level) + 1 - bucket.level
      return {
        isAllowed,
        left: Math.max(0, Math.floor(bucket.level + 1e-9)),
        nextMs: (missing / bucket.refillPerSecond) * 1_000,
      }
    },
  }
}
