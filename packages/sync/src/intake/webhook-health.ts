import type { WebhookVerdict } from '@plimsoll/database'

/**
 * How far a connection's webhooks can be relied on. Pure. Of the order versions noticed lately it counts those that a
 * webhook brought, before a poll or soon after it, and those that only a poll found.
 */
export type WebhookHealth = {
  arrived: number
  missed: number
  /** The last so many were all missed: a subscription is lost. */
  missedInRow: number
  /** From a change on the platform to its webhook, a running mean; undefined before the first. */
  delayMs: number | undefined
}

export const NO_HEALTH: WebhookHealth = { arrived: 0, missed: 0, missedInRow: 0, delayMs: undefined }

/** Counts above this are halved, so that the past fades. */
const COUNTED_MAX = 200
/** Fewer say nothing. */
const JUDGED_MIN = 5
const SILENT_ROW = 3
const HEALTHY_SHARE = 0.95
const POOR_SHARE = 0.5
const DELAY_MS_MAX = 10_000
/** Of the mean delay, what the newest counts. */
const DELAY_WEIGHT = 0.1

export type Sighting = { kind: 'arrived'; delayMs: number | undefined } | { kind: 'missed' }

/** Counts versions in the order in which they were judged. */
export function noteSightings(health: WebhookHealth, sightings: readonly Sighting[]): WebhookHealth {
  let next = health
  for (const sighting of sightings) {
    next =
      sighting.kind === 'missed'
        ? { ...next, missed: next.missed + 1, missedInRow: next.missedInRow + 1 }
        : {
            ...next,
            arrived: next.arrived + 1,
            missedInRow: 0,
            delayMs: meanOf(next.delayMs, sighting.delayMs),
          }
    if (next.arrived + next.missed > COUNTED_MAX)
      next = { ...next, arrived: Math.floor(next.arrived / 2), missed: Math.floor(next.missed / 2) }
  }
  return next
}

function meanOf(mean: number | undefined, newest: number | undefined): number | undefined {
  if (newest === undefined || newest < 0) return mean
  if (mean === undefined) return Math.round(newest)
  return Math.round(mean * (1 - DELAY_WEIGHT) + newest * DELAY_WEIGHT)
}

/** @param isRegistered whether the hub can be reached at all; without, there are none */
export function decideVerdict(health: WebhookHealth, isRegistered: boolean): WebhookVerdict {
  if (!isRegistered) return 'none'
  if (health.missedInRow >= SILENT_ROW) return 'silent'
  const judged = health.arrived + health.missed
  if (judged < JUDGED_MIN) return 'unknown'
  const share = health.arrived / judged
  if (share < POOR_SHARE) return 'silent'
  const isSlow = health.delayMs !== undefined && health.delayMs > DELAY_MS_MAX
  return share >= HEALTHY_SHARE && !isSlow ? 'healthy' : 'poor'
}

export const CHECK_MS = 3_600_000
const SOON_MS = 60_000

/**
 * When the subscriptions are looked at next: hourly; at once when webhooks stay away, and then less and less often.
 * @param inVain looks in a row that failed, or found nothing to mend though webhooks stay away
 */
export function decideNextCheck(checkedAt: Date | undefined, verdict: WebhookVerdict, inVain: number): Date {
  if (checkedAt === undefined) return new Date(0)
  const isUrgent = verdict === 'silent' || inVain > 0
  const waitMs = isUrgent ? Math.min(CHECK_MS, SOON_MS * 2 ** Math.min(inVain, 10)) : CHECK_MS
  return new Date(checkedAt.getTime() + waitMs)
}

/** So many looks in vain, and a person is told. */
export const IN_VAIN_MAX = 3
