import type { SealingKey } from '../sealing.ts'
import type { Keys } from './key-text.ts'

/** What the next step of changing the secret key is. It follows from the keys alone, so that a rotation that broke off goes on. */
export type RotationStep =
  /** A new key is put beside the old one: it opens, and seals nothing yet. */
  | { kind: 'add'; keys: Keys }
  /** Every process opens by it, so it may seal. */
  | { kind: 'promote'; keys: Keys; opens: string }
  /** Every process seals by it: what the others sealed is sealed anew, and then they are not needed. */
  | { kind: 'reseal'; keys: Keys; seals: string }

/**
 * @param keys as they are kept now
 * @param fresh what a new key would be
 */
export function decideRotation(keys: Keys, fresh: SealingKey): RotationStep {
  const { seals, next, former } = keys
  // The former ones of a rotation that broke off go first: two rotations at once would help nobody.
  if (former.length > 0) return { kind: 'reseal', keys: { ...keys, former: [] }, seals: seals.name }
  if (next === undefined) return { kind: 'add', keys: { seals, next: fresh, former } }
  return { kind: 'promote', keys: { seals: next, next: undefined, former: [seals] }, opens: next.name }
}

type Holder = { name: string; seals: string; opens: readonly string[] }

/** Processes that a step must wait for: they would seal by a key that others cannot open, or could not open what others seal. */
export function findBehind(step: RotationStep, holders: readonly Holder[]): Holder[] {
  switch (step.kind) {
    case 'add':
      return []
    case 'promote':
      return holders.filter(({ opens }) => !opens.includes(step.opens))
    case 'reseal':
      return holders.filter(({ seals }) => seals !== step.seals)
    default: {
      const never: never = step
      return never
    }
  }
}
