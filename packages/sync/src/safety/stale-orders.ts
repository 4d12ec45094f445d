import type { StaleRuleKind } from '@plimsoll/database'

/**
 * What the other channels show while the orders of one connection have not been read for too long: units that they
 * promise may have been sold there already. Never more than else. The connection's own raises wait for its fence.
 */
export type StaleRule = { afterMs: number; kind: StaleRuleKind; amount: number }

/** Without a rule a person is told, and nothing is shown lower. */
export const DEFAULT_STALE_RULE: StaleRule = { afterMs: 15 * 60_000, kind: 'notice', amount: 0 }

export type StaleMark = { kind: StaleRuleKind; amount: number; since: Date; markedAt: Date }

export type StaleWorld = {
  now: Date
  /** Up to then every order is known; undefined before the first complete read. */
  knownUntil: Date | undefined
  /** When the last complete read of the orders began. */
  readAt: Date | undefined
  /** When the hub began to follow the orders, or came up: before that nobody could read them. */
  watchedSince: Date
  rule: StaleRule
  mark: StaleMark | undefined
}

export type StaleStep =
  | { kind: 'leave' }
  /** Too long by now, or under another rule than it is marked with. */
  | { kind: 'mark'; since: Date }
  /** Every order is known again, by a complete read that began after the mark. */
  | { kind: 'lift' }

export function decideStale({ now, knownUntil, readAt, watchedSince, rule, mark }: StaleWorld): StaleStep {
  const since = knownUntil ?? watchedSince
  const isStale = now.getTime() - since.getTime() > rule.afterMs
  if (mark === undefined) {
    // Who has only just come up has not had the time to read.
    const isWatched = now.getTime() - watchedSince.getTime() > Math.min(rule.afterMs, WATCHED_MS)
    return isStale && isWatched ? { kind: 'mark', since } : { kind: 'leave' }
  }
  if (!isStale) {
    const isRead = readAt !== undefined && readAt > mark.markedAt
    return isRead ? { kind: 'lift' } : { kind: 'leave' }
  }
  const isSame = mark.kind === rule.kind && mark.amount === rule.amount
  return isSame ? { kind: 'leave' } : { kind: 'mark', since: mark.since }
}

const WATCHED_MS = 30_000

/**
 * Base units (of a kit: kits) that one level keeps back because of connections whose orders are not known.
 * @param incoming what is on its way and may be promised; only `zero` keeps it back too
 */
export function staleUnitsOf(
  { available, incoming }: { available: number; incoming: number },
  marks: readonly Pick<StaleMark, 'kind' | 'amount'>[],
): number {
  const there = Math.max(0, available)
  if (marks.some(({ kind }) => kind === 'zero')) return Math.max(0, available + incoming)
  let shown = there
  for (const { kind, amount } of marks) if (kind === 'percent') shown = Math.floor((shown * amount) / 100)
  for (const { kind, amount } of marks) if (kind === 'buffer') shown = Math.max(0, shown - amount)
  return there - shown
}
