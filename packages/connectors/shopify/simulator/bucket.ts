/** The leaky bucket of query points: charged with the worst case first, refunded with the difference. */
export type Bucket = {
  /** False, and nothing is charged, when fewer points are left. */
  charge(points: number): boolean
  refund(points: number): void
  status(): { maximumAvailable: number; currentlyAvailable: number; restoreRate: number }
}

/** @param nowMs a monotonic clock */
export function createBucket(capacity: number, restoreRate: number, nowMs: () => number): Bucket {
  let available = capacity
  let at = nowMs()
  const refill = () => {
    const now = nowMs()
    available = Math.min(capacity, available + ((now - at) / 1_000) * restoreRate)
    at = now
  }
  return {
    charge(points) {
      refill()
      if (points > available) return false
      available -= points
      return true
    },
    refund(points) {
      refill()
      available = Math.min(capacity, available + points)
    },
    status() {
      refill()
      return { maximumAvailable: capacity, currentlyAvailable: Math.floor(available), restoreRate }
    },
  }
}
