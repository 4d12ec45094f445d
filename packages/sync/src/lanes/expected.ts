/** What the hub knows of the number that a platform keeps, in listing units. */
export type LevelKnowledge = {
  /** Last quantity that the platform confirmed; null before the first. */
  acknowledged: number | null
  acknowledgedAt: Date | null
  /** Cumulative units that the platform subtracted for orders the hub knows, when that was confirmed. */
  acknowledgedSubtracted: number
  /** The same, now. */
  subtracted: number
  /** The greatest quantity that a write which the platform has only accepted may still set; null: none is open. */
  openGreatest: number | null
  /** What the last such write sets, and when it was sent. */
  openLast: number | null
  openSince: Date | null
}

/**
 * What the platform should show now: what it last confirmed, less its own sales that the hub has learned
 * of since. It is also the expected value of a compare-and-set: it comes from the orders that the hub
 * knows, never from a fresh read of the level, which would hide a sale not seen yet.
 * @returns undefined while nothing was ever confirmed
 */
export function expectedOf(level: LevelKnowledge): number | undefined {
  if (level.acknowledged === null) return undefined
  return level.acknowledged - (level.subtracted - level.acknowledgedSubtracted)
}

/** The most that the platform may come to show without another write; undefined while nothing was ever confirmed. */
export function mostShownOf(level: LevelKnowledge): number | undefined {
  const expected = expectedOf(level)
  return expected === undefined ? undefined : Math.max(expected, level.openGreatest ?? 0)
}

/**
 * Whether something must be written (or first read) for the platform to show this quantity. While a write is
 * open only less than it may set is written, and once: the rest waits for its outcome.
 */
export function needsWrite(level: LevelKnowledge, desired: number): boolean {
  const expected = expectedOf(level)
  const mostShown = mostShownOf(level)
  if (expected === undefined || mostShown === undefined) return true
  if (level.openSince === null) return expected !== desired
  const isConfirmedSince =
    expected === desired && level.acknowledgedAt !== null && level.acknowledgedAt > level.openSince
  return desired < mostShown && desired !== level.openLast && !isConfirmedSince
}
