import { assert } from '@plimsoll/stock'
import type { LineBecause } from '../load-line/load-line.ts'
import type { Policy } from '../policies/policy.ts'

export type DesiredInput = {
  /**
   * Base units that may be promised of the level's pool: Σ onHand − reserved − held, less what no lot may give and what is
   * not its part (`set-aside.ts`); may be negative.
   */
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
  /** Why what may be promised is not all that is in the pool; undefined: it is. */
  partOf?: PartOf | undefined
}

/** The level's own share, or what is set aside for others. */
export type PartOf = 'share' | 'set-aside'

export type Because =
  | 'available'
  | PartOf
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
  return { promise: units, because: input.partOf ?? 'available' }
}

/** Base units of the pool that may be promised: what is available, and what is coming where that may be sold too. */
export function promisableOf(
  { available, incoming }: Pick<DesiredInput, 'available' | 'incoming'>,
  { promiseIncoming }: Pick<Policy, 'promiseIncoming'>,
): number {
  return promiseIncoming ? available + incoming : available
}

/** Base units kept back: the larger of the fixed and the proportional buffer. */
export function bufferOf(available: number, policy: Policy): number {
  const share = Math.ceil((Math.max(0, available) * (policy.bufferPercent ?? 0)) / 100)
  return Math.max(policy.bufferUnits ?? 0, share)
}
