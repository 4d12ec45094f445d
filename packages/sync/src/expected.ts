/** What the hub knows of the number that a platform keeps, in listing units. */
export type LevelKnowledge = {
  /** Last quantity that the platform confirmed; null before the first. */
  acknowledged: number | null
  /** Cumulative units that the platform subtracted for orders the hub knows, when that was confirmed. */
  acknowledgedSubtracted: number
  /** The same, now. */
  subtracted: number
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
