import { assert } from '@plimsoll/stock'
import type { LineBecause } from './load-line.ts'

/** The nearest policy, already merged. Quantities in listing units but for the buffer; undefined: not set. */
export type Policy = {
  /** Base units kept back. */
  bufferUnits: number | undefined
  /** Share of the available units kept back, in whole percent, rounded up. */
  bufferPercent: number | undefined
  cap: number | undefined
  /** Below it the listing shows 0. */
  floor: number | undefined
  fixed: number | undefined
  paused: boolean
  /** Days that a lot must last from today to be shown; undefined: only that it has not expired. */
  minShelfLifeDays: number | undefined
  /** Whether what is on its way to the pool may be promised too (pre-order). */
  promiseIncoming: boolean
}

export const NO_POLICY: Policy = {
  bufferUnits: undefined,
  bufferPercent: undefined,
  cap: undefined,
  floor: undefined,
  fixed: undefined,
  paused: false,
  minShelfLifeDays: undefined,
  promiseIncoming: false,
}

export type DesiredInput = {
  /** Base units in the level's pool: Σ onHand − reserved − held, less what no lot may give; may be negative. */
  available: number
  /** Base units on their way to the pool; promised only where the policy says so. */
  incoming: number
  unitsPerListing: number
  /**
   * Listing units of this connection's own orders that the hub has reserved and the platform has not
   * subtracted yet: it will, so they are shown on top, else they would count twice.
   */
  unsubtracted: number
  /** The most the platform accepts. */
  quantityMax: number
}

export type Because =
  | 'available'
  | 'below-floor'
  | 'capped'
  | 'fixed'
  | 'paused'
  | 'platform-maximum'
  | LineBecause
export type Desired = { units: number; promise: number; because: Because }

/** Decides how many units one level shows, and why. Whole listing units, never negative. */
export function decideDesired(input: DesiredInput, policy: Policy): Desired {
  assert(Number.isSafeInteger(input.available), 'available is a whole number')
  assert(Number.isSafeInteger(input.incoming), 'incoming is a whole number')
  assert(input.unitsPerListing > 0, 'a listing sells at least one base unit')
  const { promise, because } = decidePromise(input, policy)
  const units = promise + input.unsubtracted
  if (units > input.quantityMax) return { units: input.quantityMax, promise, because: 'platform-maximum' }
  return { units, promise, because }
}

/** What the channel may promise to shoppers, whatever its platform has still to subtract. */
function decidePromise(input: DesiredInput, policy: Policy): { promise: number; because: Because } {
  if (policy.paused) return { promise: 0, because: 'paused' }
  if (policy.fixed !== undefined) return { promise: policy.fixed, because: 'fixed' }

  // The buffer comes off before the division: ten bottles kept back must not become ten six-packs.
  const available = promisableOf(input, policy)
  const promisable = Math.max(0, available - bufferOf(available, policy))
  const units = Math.floor(promisable / input.unitsPerListing)
  if (policy.floor !== undefined && units < policy.floor) return { promise: 0, because: 'below-floor' }
  if (policy.cap !== undefined && units > policy.cap) return { promise: policy.cap, because: 'capped' }
  return { promise: units, because: 'available' }
}

/** Base units of the pool that may be promised: what is available, and what is coming where that may be sold too. */
export function promisableOf(
  { available, incoming }: Pick<DesiredInput, 'available' | 'incoming'>,
  { promiseIncoming }: Policy,
): number {
  return promiseIncoming ? available + incoming : available
}

/** Base units kept back: the larger of the fixed and the proportional buffer. */
export function bufferOf(available: number, policy: Policy): number {
  const share = Math.ceil((Math.max(0, available) * (policy.bufferPercent ?? 0)) / 100)
  return Math.max(policy.bufferUnits ?? 0, share)
}

/** Merges from far to near: each field of the nearest policy that sets it wins. */
export function mergePolicies(farToNear: readonly (Partial<PolicyRow> | undefined)[]): Policy {
  const merged = { ...NO_POLICY }
  for (const policy of farToNear) {
    if (policy === undefined) continue
    merged.bufferUnits = policy.bufferUnits ?? merged.bufferUnits
    merged.bufferPercent = policy.bufferPercent ?? merged.bufferPercent
    merged.cap = policy.cap ?? merged.cap
    merged.floor = policy.floor ?? merged.floor
    merged.fixed = policy.fixed ?? merged.fixed
    merged.paused = policy.paused ?? merged.paused
    merged.minShelfLifeDays = policy.minShelfLifeDays ?? merged.minShelfLifeDays
    merged.promiseIncoming = policy.promiseIncoming ?? merged.promiseIncoming
  }
  return merged
}

/** A stored policy: null where a field is not set at that scope. */
export type PolicyRow = {
  bufferUnits: number | null
  bufferPercent: number | null
  cap: number | null
  floor: number | null
  fixed: number | null
  paused: boolean | null
  minShelfLifeDays: number | null
  promiseIncoming: boolean | null
}
