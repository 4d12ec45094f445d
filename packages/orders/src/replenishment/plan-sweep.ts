/** How far planning has come. */
export type ReplenishmentClock = {
  /** Up to which item, by id, a sweep has come; null: it has not begun, or is over. */
  sweptItemId: string | null
  sweepStartedAt: Date | null
  /** Null with a start: it is under way. */
  sweepEndedAt: Date | null
  isSweepWanted: boolean
  changesUntil: Date | null
}

export type NextPlanning =
  | { kind: 'wait' }
  /** `begun`: it begins now. */
  | {
      kind: 'sweep'
      after: string | null
      begun: { sweepStartedAt: Date; isSweepWanted: false } | undefined
    }
  | { kind: 'changes'; since: Date }

/** Days are measured whole, so once a day is as good as more often. */
export const SWEEP_EVERY_MS = 24 * 3_600_000
/** Stock that changed is looked at so often. */
export const CHANGES_EVERY_MS = 5 * 60_000

/** What is to be done next: a sweep under way goes on; one that is due or wanted begins; else what changed is looked at. */
export function decideNext(clock: ReplenishmentClock, at: Date): NextPlanning {
  const { sweptItemId, sweepStartedAt, sweepEndedAt, isSweepWanted, changesUntil } = clock
  if (sweepStartedAt !== null && sweepEndedAt === null) {
    return { kind: 'sweep', after: sweptItemId, begun: undefined }
  }
  const isDue = sweepStartedAt === null || at.getTime() - sweepStartedAt.getTime() >= SWEEP_EVERY_MS
  if (isDue || isSweepWanted) {
    return { kind: 'sweep', after: null, begun: { sweepStartedAt: at, isSweepWanted: false } }
  }
  const since = changesUntil ?? sweepStartedAt
  return at.getTime() - since.getTime() < CHANGES_EVERY_MS ? { kind: 'wait' } : { kind: 'changes', since }
}
