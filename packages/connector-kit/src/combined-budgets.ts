import type { Budgets } from './budgets.ts'

/** Several budgets that one call spends from together (its account's and its application's), as one. */
export function combineBudgets(parts: readonly Budgets[]): Budgets {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return only
  return {
    async acquire(request) {
      const permits: Awaited<ReturnType<Budgets['acquire']>>[] = []
      try {
        // One after the other: what is scarcest is waited for last, by whoever has the rest.
        for (const part of parts) permits.push(await part.acquire(request))
      } catch (error) {
        // It never left: only the place is given up. What it was to cost may refill; too careful rather than too fast.
        for (const permit of permits) permit.settle()
        throw error
      }
      return { settle: (actualCost) => permits.forEach((permit) => void permit.settle(actualCost)) }
    },
    async ready(request) {
      for (const part of parts) await part.ready(request)
    },
    isReady: (request) => parts.map((part) => part.isReady(request)).every(Boolean),
    readyInMs: (request) => Math.max(...parts.map((part) => part.readyInMs(request))),
    snapshot() {
      const all = parts.map((part) => part.snapshot())
      const blocked = all.flatMap(({ blockedUntil }) => blockedUntil ?? [])
      return {
        left: Math.min(1, ...all.map(({ left }) => left)),
        blockedUntil: blocked.length === 0 ? undefined : Math.max(...blocked),
        pace: Math.min(1, ...all.map(({ pace }) => pace)),
        buckets: all.flatMap(({ buckets }) => buckets),
      }
    },
    learnBucket(name, seen) {
      const part = parts.find((each) => each.snapshot().buckets.some((bucket) => bucket.name === name))
      // Where none has it, the first says so.
      ;(part ?? only)?.learnBucket(name, seen)
    },
    throttled(retryAfterMs, operation) {
      // Which of them ran out the platform does not say.
      for (const part of parts) part.throttled(retryAfterMs, operation)
    },
  }
}
