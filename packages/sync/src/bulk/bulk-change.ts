import { isDeepStrictEqual } from 'node:util'
import type { ProtectionMode } from '@plimsoll/database'
import { applyChange, isNothingSet, refuseContradictions, type StoredChange } from '../policies/policies.ts'
import { NOTHING_SET, type PolicyRow } from '../policies/policy.ts'
import { type GuardSettings, isStampede, raiseFrom } from '../safety/stampede.ts'

/** What a bulk edit sets, of policies and of protections; absent: it stays. */
export type BulkChange = {
  set: StoredChange
  protection?: { mode: ProtectionMode | null; oversellsPerMillion: number } | undefined
}

/** What becomes of one policy: it is written, it is deleted since nothing is left of it, it stays, or the change contradicts it. */
export type BulkDecision =
  | { kind: 'saved'; policy: PolicyRow }
  | { kind: 'deleted' }
  | { kind: 'unchanged' }
  | { kind: 'refused'; because: string }

/** What a change comes to on one item or listing. Pure. @param stored undefined: nothing is set there */
export function decideBulkPolicy(
  scope: 'item' | 'listing',
  stored: PolicyRow | undefined,
  change: StoredChange,
): BulkDecision {
  const before = stored ?? NOTHING_SET
  const after = applyChange(before, change)
  try {
    refuseContradictions({ scope }, after)
  } catch (error) {
    // Its message is for people, and says which values are in each other's way.
    if (error instanceof Error && error.name === 'SyncProblem')
      return { kind: 'refused', because: error.message }
    throw error
  }
  if (isDeepStrictEqual(before, after)) return { kind: 'unchanged' }
  return isNothingSet(after) ? { kind: 'deleted' } : { kind: 'saved', policy: after }
}

/** What was changed of one policy, as its history has it. */
export type PolicyChanged = { before: PolicyRow | null; after: PolicyRow | null }

/**
 * What takes it back: only the fields that were changed, and only if all of them are still as the change left them.
 * @returns `kept` where somebody has changed them since
 */
export function decideBulkUndo(
  scope: 'item' | 'listing',
  stored: PolicyRow | undefined,
  { before, after }: PolicyChanged,
): BulkDecision | { kind: 'kept' } {
  const now = stored ?? NOTHING_SET
  const [was, left] = [before ?? NOTHING_SET, after ?? NOTHING_SET]
  const fields = (Object.keys(NOTHING_SET) as (keyof PolicyRow)[]).filter(
    (name) => !isDeepStrictEqual(was[name] ?? null, left[name] ?? null),
  )
  if (fields.some((name) => !isDeepStrictEqual(now[name], left[name] ?? null))) return { kind: 'kept' }
  const change = Object.fromEntries(fields.map((name) => [name, was[name] ?? null]))
  return decideBulkPolicy(scope, stored, change)
}

export type LevelsOfConnection = {
  connectionId: string
  name: string
  isLive: boolean
  /** Levels that show something now. */
  shown: number
  /** Levels that are written. */
  written: number
  changes: readonly { before: number; after: number }[]
  guard: GuardSettings
}

export type Rail = {
  connectionId: string
  connectionName: string
  kind: 'zero' | 'raise'
  /** Listings that would be held until a person says so. */
  listings: number
  of: number
}

/** Which rails would hold writes of the change back, as far as it alone is looked at. */
export function railsOf(connections: readonly LevelsOfConnection[]): Rail[] {
  return connections.flatMap(({ connectionId, name, isLive, shown, written, changes, guard }): Rail[] => {
    if (!isLive) return []
    const zeros = changes.filter(({ before, after }) => before > 0 && after === 0).length
    const raises = changes.filter(
      ({ before, after }) => after > 0 && after >= raiseFrom(before, guard),
    ).length
    const all = [
      { kind: 'zero' as const, listings: zeros, of: shown },
      { kind: 'raise' as const, listings: raises, of: written },
    ]
    return all
      .filter(({ kind, listings, of }) => isStampede(kind, { sudden: listings, listings: of }, guard))
      .map((rail) => ({ connectionId, connectionName: name, ...rail }))
  })
}
