import type { EditRule } from '@plimsoll/database'
import { expectedOf, type LevelKnowledge } from '../lanes/expected.ts'
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
  /** A write of ours, or an order that must be read directly, is under way: a difference says nothing. */
  | { kind: 'in-flight' }
  /** It differed when it was read, and an order read since then explains it. */
  | { kind: 'unseen-sale'; expected: number }
  /** It differs: an order not seen yet may still explain it. */
  | { kind: 'look-again'; suspicion: Suspicion }
  /** It differs for no order that the hub knows, twice in the same way. */
  | { kind: 'drift'; expected: number }

/**
 * Judges one reading against what the platform should show now, all known orders counted.
 * @param before what it should have shown when it was read, before the orders were; undefined: not known
 */
export function decideReading(
  level: LevelKnowledge & { isBusy: boolean },
  reading: Reading,
  earlier: Suspicion | undefined,
  before?: number,
): ReadingVerdict {
  if (reading.kind !== 'quantity') return { kind: 'closed' }
  if (level.isBusy) return { kind: 'in-flight' }
  const expected = expectedOf(level)
  if (expected === undefined) return { kind: 'first-look' }
  if (expected === reading.quantity) {
    return before === undefined || before === expected
      ? { kind: 'agrees' }
      : { kind: 'unseen-sale', expected: before }
  }
  if (earlier?.observed === reading.quantity && earlier.expected === expected)
    return { kind: 'drift', expected }
  return { kind: 'look-again', suspicion: { observed: reading.quantity, expected } }
}

/** Why a number differs for good: what is recorded of it. */
export type DriftCause = 'edited-on-platform' | 'platform-correction'

/**
 * Whether the platform's own way with cancels and returns explains a difference: it put back units that the hub
 * does not count, or kept back some that the hub took for put back. To take those for a person's edit would count them
 * twice (I11).
 * @param givenBack units that its orders gave back since the number was last confirmed
 */
export function decideCause(drift: { observed: number; expected: number }, givenBack: number): DriftCause {
  const difference = Math.abs(drift.observed - drift.expected)
  return givenBack > 0 && difference === givenBack ? 'platform-correction' : 'edited-on-platform'
}

/** `write`: the hub's number goes out again. `adjust`: the edit becomes a movement. `ask`: a person decides. */
export type Healing = 'write' | 'adjust' | 'ask'

/**
 * How a difference is healed under the connection's rule. Only where a level shows what is available does an edit say
 * how many units there are: a cap, a fixed number or a pause shows something else.
 */
export function decideHealing(
  cause: DriftCause,
  rule: EditRule,
  level: { desiredBecause: string | null; itemId: string | null },
): Healing {
  if (cause === 'platform-correction') return 'write'
  switch (rule) {
    case 'hub-wins':
      return 'write'
    case 'ask':
      return 'ask'
    case 'platform-wins':
      return level.desiredBecause === 'available' && level.itemId !== null ? 'adjust' : 'ask'
    default: {
      const never: never = rule
      return never
    }
  }
}
