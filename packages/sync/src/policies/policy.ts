/**
 * How much of the available stock a listing may show. Set on organization, connection, item or listing, without an end
 * or for a time (a window): each field of the nearest that sets it wins, a window before what is set beside it. Listings
 * that share a level show the strictest of what they may.
 */
export type Policy = {
  /** Locations that may be sold from, out of those of the level's pool; undefined: all of them. */
  poolLocationIds: readonly string[] | undefined
  /** The most that is shown of the pool, in percent; with an exclusive share, of the rest, and none unless told. */
  sharePercent: number | undefined
  /** Set aside for this one: no other shows it. In percent of what is available at each of its locations. */
  exclusivePercent: number | undefined
  /** Set aside for a campaign and consumed by its own sales; listing units. Only a window has it. */
  campaignUnits: number | undefined
  /** Base units kept back. */
  bufferUnits: number | undefined
  /** Share of the available units kept back, in whole percent, rounded up. */
  bufferPercent: number | undefined
  cap: number | undefined
  /** Below it the listing shows 0. */
  floor: number | undefined
  /** Shown whatever there is: it sells what may not be there. */
  fixed: number | undefined
  paused: boolean
  /** Days that a lot must last from today to be shown; undefined: only that it has not expired. */
  minShelfLifeDays: number | undefined
  /** Whether what is on its way to the pool may be promised too (pre-order). */
  promiseIncoming: boolean
  /** How much of that, in percent; undefined: all. */
  incomingPercent: number | undefined
  /** Only what inbound shipments are expected to bring within so many days; undefined: whenever it comes. */
  incomingWithinDays: number | undefined
}

export const NO_POLICY: Policy = {
  poolLocationIds: undefined,
  sharePercent: undefined,
  exclusivePercent: undefined,
  campaignUnits: undefined,
  bufferUnits: undefined,
  bufferPercent: undefined,
  cap: undefined,
  floor: undefined,
  fixed: undefined,
  paused: false,
  minShelfLifeDays: undefined,
  promiseIncoming: false,
  incomingPercent: undefined,
  incomingWithinDays: undefined,
}

/** A stored policy: null where a field is not set at that scope. */
export type PolicyRow = {
  poolLocationIds: readonly string[] | null
  sharePercent: number | null
  exclusivePercent: number | null
  bufferUnits: number | null
  bufferPercent: number | null
  cap: number | null
  floor: number | null
  fixed: number | null
  paused: boolean | null
  minShelfLifeDays: number | null
  promiseIncoming: boolean | null
  incomingPercent: number | null
  incomingWithinDays: number | null
}

/** What a window may set: the same, and a campaign's units. */
export type WindowRow = PolicyRow & { campaignUnits: number | null }

export const NOTHING_SET: PolicyRow = {
  poolLocationIds: null,
  sharePercent: null,
  exclusivePercent: null,
  bufferUnits: null,
  bufferPercent: null,
  cap: null,
  floor: null,
  fixed: null,
  paused: null,
  minShelfLifeDays: null,
  promiseIncoming: null,
  incomingPercent: null,
  incomingWithinDays: null,
}

/** Merges from far to near: each field of the nearest policy that sets it wins. */
export function mergePolicies(farToNear: readonly (Partial<WindowRow> | undefined)[]): Policy {
  const merged = { ...NO_POLICY }
  for (const policy of farToNear) {
    if (policy === undefined) continue
    merged.poolLocationIds = policy.poolLocationIds ?? merged.poolLocationIds
    merged.sharePercent = policy.sharePercent ?? merged.sharePercent
    merged.exclusivePercent = policy.exclusivePercent ?? merged.exclusivePercent
    merged.campaignUnits = policy.campaignUnits ?? merged.campaignUnits
    merged.bufferUnits = policy.bufferUnits ?? merged.bufferUnits
    merged.bufferPercent = policy.bufferPercent ?? merged.bufferPercent
    merged.cap = policy.cap ?? merged.cap
    merged.floor = policy.floor ?? merged.floor
    merged.fixed = policy.fixed ?? merged.fixed
    merged.paused = policy.paused ?? merged.paused
    merged.minShelfLifeDays = policy.minShelfLifeDays ?? merged.minShelfLifeDays
    merged.promiseIncoming = policy.promiseIncoming ?? merged.promiseIncoming
    merged.incomingPercent = policy.incomingPercent ?? merged.incomingPercent
    merged.incomingWithinDays = policy.incomingWithinDays ?? merged.incomingWithinDays
  }
  return merged
}

/**
 * What several listings that share a level show together: no more than any of them may. Of what is set aside, the least
 * that one of them was given: it is the level's, whichever of its listings sells it. A quantity fixed for only some of
 * them caps the others, which must not show what is not there.
 * @param readings one for each listing, at least one
 */
export function strictestOf(readings: readonly Policy[]): Policy {
  const [first = NO_POLICY, ...others] = readings
  return others.reduce(stricterOf, first)
}

function stricterOf(a: Policy, b: Policy): Policy {
  const isFixed = a.fixed !== undefined && b.fixed !== undefined
  const fixedAsCap = isFixed ? undefined : leastOf(a.fixed, b.fixed)
  return {
    poolLocationIds: inBoth(a.poolLocationIds, b.poolLocationIds),
    sharePercent: leastOf(a.sharePercent, b.sharePercent),
    exclusivePercent: leastOf(a.exclusivePercent, b.exclusivePercent),
    campaignUnits: leastOf(a.campaignUnits, b.campaignUnits),
    bufferUnits: greatestOf(a.bufferUnits, b.bufferUnits),
    bufferPercent: greatestOf(a.bufferPercent, b.bufferPercent),
    cap: leastOf(leastOf(a.cap, b.cap), fixedAsCap),
    floor: greatestOf(a.floor, b.floor),
    fixed: isFixed ? leastOf(a.fixed, b.fixed) : undefined,
    paused: a.paused || b.paused,
    minShelfLifeDays: greatestOf(a.minShelfLifeDays, b.minShelfLifeDays),
    promiseIncoming: a.promiseIncoming && b.promiseIncoming,
    incomingPercent: leastOf(a.incomingPercent, b.incomingPercent),
    incomingWithinDays: leastOf(a.incomingWithinDays, b.incomingWithinDays),
  }
}

function leastOf(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return Math.min(a, b)
}

function greatestOf(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return Math.max(a, b)
}

function inBoth(
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
): readonly string[] | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a.filter((each) => b.includes(each))
}
