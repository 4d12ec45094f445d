/** Whether a connection's orders are known recently enough to trust its numbers. */
export type Freshness = 'fresh' | 'late' | 'stale' | 'unknown'

// Amazon shows orders about two minutes late (design, section 2), so up to three minutes is ordinary there.
const freshMs = 60_000
const lateMs = 180_000

export function decideFreshness(row: { ordersKnownUntil: string | null }, nowMs: number): Freshness {
  if (row.ordersKnownUntil === null) return 'unknown'
  const ageMs = nowMs - Date.parse(row.ordersKnownUntil)
  return ageMs < freshMs ? 'fresh' : ageMs < lateMs ? 'late' : 'stale'
}
