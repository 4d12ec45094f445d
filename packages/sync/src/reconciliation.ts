import { expectedOf, type LevelKnowledge } from './expected.ts'
import type { Reading } from './read-back.ts'

/** A difference seen once: it counts only if the next look finds the very same one. */
export type Suspicion = { observed: number; expected: number }

export type ReadingVerdict =
  /** As it should be. */
  | { kind: 'agrees' }
  /** Never confirmed before: this is the first known quantity. */
  | { kind: 'first-look' }
  /** The platform does not count it, or no longer has it. */
  | { kind: 'closed' }
  /** It differs, but a write of ours or an order not seen yet may explain it. */
  | { kind: 'look-again'; suspicion: Suspicion | undefined }
  /** It differs for no reason that the hub knows: somebody edited it there. */
  | { kind: 'drift'; expected: number }

/** Judges one reading against what the platform should show now, all known orders counted. */
export function decideReading(
  level: LevelKnowledge & { isBusy: boolean },
  reading: Reading,
  earlier: Suspicion | undefined,
): ReadingVerdict {
  if (reading.kind !== 'quantity') return { kind: 'closed' }
  if (level.isBusy) return { kind: 'look-again', suspicion: undefined }
  const expected = expectedOf(level)
  if (expected === undefined) return { kind: 'first-look' }
  if (expected === reading.quantity) return { kind: 'agrees' }
  if (earlier?.observed === reading.quantity && earlier.expected === expected)
    return { kind: 'drift', expected }
  return { kind: 'look-again', suspicion: { observed: reading.quantity, expected } }
}
