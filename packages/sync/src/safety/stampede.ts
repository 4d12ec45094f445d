import type { Because } from '../availability/desired.ts'

/**
 * When so many listings go to zero, or rise so far, that a person must say whether it is meant (I8). Pure. What follows
 * from orders, reservations or a recall is never held; that it does is shown by the ledger and not by whoever claims it,
 * so that a defect of ours cannot take a shop to zero either.
 */

export type GuardSettings = {
  /** Above this share of the listings that show something, zeros are held. */
  zeroPercent: number
  /** Fewer are never held. */
  zeroMinimum: number
  raisePercent: number
  raiseMinimum: number
  /** A listing that would show more than this many times what it shows is a raise that counts. */
  raiseFactor: number
  /** Changes within so many seconds are one. */
  windowSeconds: number
}

export const DEFAULT_GUARD: GuardSettings = {
  zeroPercent: 10,
  zeroMinimum: 10,
  raisePercent: 30,
  raiseMinimum: 10,
  raiseFactor: 10,
  windowSeconds: 600,
}

export type SuddenKind = 'zero' | 'raise'

/** The least quantity that counts as a raise. From nothing, the factor is taken of one unit. */
export function raiseFrom(shown: number, { raiseFactor }: Pick<GuardSettings, 'raiseFactor'>): number {
  return Math.max(1, shown) * raiseFactor + 1
}

/** @param shown the most that the platform may show now; undefined: nobody knows, and it is read before it is written */
export function suddenOf(
  { desired, shown }: { desired: number; shown: number | undefined },
  settings: Pick<GuardSettings, 'raiseFactor'>,
): SuddenKind | undefined {
  if (shown === undefined) return undefined
  if (desired === 0) return shown > 0 ? 'zero' : undefined
  return desired >= raiseFrom(shown, settings) ? 'raise' : undefined
}

/** Whether so many are too many at once. */
export function isStampede(
  kind: SuddenKind,
  { sudden, listings }: { sudden: number; listings: number },
  settings: GuardSettings,
): boolean {
  const [minimum, percent] =
    kind === 'zero'
      ? [settings.zeroMinimum, settings.zeroPercent]
      : [settings.raiseMinimum, settings.raisePercent]
  return sudden >= minimum && sudden * 100 > listings * percent
}

/** What the log and the ledger say of one change of a level. */
export type Evidence = {
  /** What the platform shows now, in listing units; null or absent: nobody knows. */
  shown?: number | null
  /** In listing units, before and after; null: nothing had been worked out. */
  before: number | null
  desired: number
  because: string
  unitsPerListing: number
  /** Base units that orders and reservations took, or that were shipped, in the time of the change. */
  taken: number
  /** Base units that cancels, releases and returns gave back since the platform confirmed what it shows. */
  given: number
  /** Base units of lots that were recalled, or expired, in that time. */
  recalled: number
}

/** A person said so, or the load line did, which changes what it deals at every sale: never a stampede. */
const MEANT: readonly (Because | 'zeroed')[] = [
  'zeroed',
  'tightening',
  'recalled',
  'waiting',
  'granted',
  'kept',
]

/**
 * Whether orders, reservations or a recall explain the change. A listing that showed n falls to zero only when at least
 * (n − 1) × units per listing + 1 base units are gone, whatever cap or buffer stands between; below a floor, any.
 */
export function isExplained(kind: SuddenKind, evidence: Evidence): boolean {
  const { shown, before, desired, because, unitsPerListing, taken, given, recalled } = evidence
  if (MEANT.some((each) => each === because)) return true
  if (before === null) return false
  if (kind === 'raise') {
    // Several changes may have waited to be shown: one of them that orders explain explains none of the others.
    const from = Math.min(before, shown ?? before)
    return given > 0 && given >= (desired - from - 1) * unitsPerListing + 1
  }
  const gone = taken + recalled
  if (because === 'below-floor') return gone > 0
  return gone >= Math.max(0, before - 1) * unitsPerListing + 1
}
