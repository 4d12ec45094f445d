/**
 * Which of the orders that wait for the same item gets it first: who placed first; who placed on the channel that comes first; who
 * must be sent first. Under each of them those that are equal go by when they were placed, then by their ids.
 */
export type AllocationRule =
  | { kind: 'first-come' }
  /** Channels that are not named come after those that are. */
  | { kind: 'channel-priority'; connectionIds: readonly string[] }
  /** Orders without a date come last. */
  | { kind: 'promise-date' }

export const ALLOCATION_KINDS = [
  'first-come',
  'channel-priority',
  'promise-date',
] as const satisfies readonly AllocationRule['kind'][]

/** What the rules go by. */
export type Ranked = { orderId: string; connectionId: string; placedAt: Date; shipBy: Date | null }

/** The first part of an order's rank: less comes first. Then follow `placedAt` and `orderId`. */
export function rankOf(rule: AllocationRule, { connectionId, shipBy }: Ranked): number {
  switch (rule.kind) {
    case 'first-come':
      return 0
    case 'channel-priority': {
      const place = rule.connectionIds.indexOf(connectionId)
      return place === -1 ? rule.connectionIds.length : place
    }
    case 'promise-date':
      return shipBy?.getTime() ?? Number.MAX_SAFE_INTEGER
    default: {
      const never: never = rule
      return never
    }
  }
}

/** Negative where `a` comes before `b`. No two orders are equal. */
export function compareRanked(rule: AllocationRule, a: Ranked, b: Ranked): number {
  const byRule = rankOf(rule, a) - rankOf(rule, b)
  if (byRule !== 0) return byRule
  const byPlaced = a.placedAt.getTime() - b.placedAt.getTime()
  if (byPlaced !== 0) return byPlaced
  return a.orderId < b.orderId ? -1 : a.orderId > b.orderId ? 1 : 0
}
