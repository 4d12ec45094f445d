import type { LaneCandidate } from '../lanes/lane-entries.store.ts'

/** A waiting level; the platform shows 10 and 10 is known, unless told otherwise. */
export function candidateOf(
  desired: number,
  changes: Partial<LaneCandidate> & { expected?: number | null } = {},
): LaneCandidate {
  const { expected = 10, ...others } = changes
  return {
    levelId: `level-${desired}-${expected}`,
    stockUnitId: 'unit',
    externalLocationId: 'default',
    itemId: null,
    desired,
    desiredVersion: 1,
    desiredAt: new Date(1_000),
    raisedAt: changes.desiredAt ?? new Date(1_000),
    causedAt: changes.desiredAt ?? new Date(1_000),
    attempts: 0,
    hasUnknownWrite: false,
    acknowledged: expected,
    acknowledgedAt: expected === null ? null : new Date(500),
    openGreatest: null,
    openLast: null,
    openSince: null,
    acknowledgedSubtracted: 0,
    subtracted: 0,
    givenBack: 0,
    bound: null,
    isDealt: false,
    ...others,
  }
}
