import { addUpUnits, type Demander, type ItemAtLocation, Supply } from '../availability/supply.ts'
import type { ExpectedDemand } from './demand-shares.ts'
import { type Exposure, exposureOf, type WriteEffect, type Written } from './exposure.ts'

/**
 * Deals the units of some items among the levels that sell them, so that no shopper can buy what is not there: for
 * every item and location the grants come to no more than what is available, and no level's exposure exceeds its grant.
 * A level that must show more waits for a grant; one that holds more than its share gives it up when that pays.
 * The argument for it is in docs/decisions/0013. Pure.
 * @param options.isPartial other levels sell some of these items too: while nothing is short, each goes on as it was
 * told, and nothing is dealt before all are at hand. `hasHeld`: a guarantee has been given, so that nothing is written
 * that lets more be sold, not even to lower it
 */
export function drawLoadLine(
  levels: readonly LineLevel[],
  available: readonly ItemAtLocation[],
  { isPartial = false, hasHeld = false }: { isPartial?: boolean; hasHeld?: boolean } = {},
): LoadLine {
  const pools = levels.map((level) => level.locationIds)
  const supply = new Supply(available, pools)
  const lackingUnits = supply.lackingUnits
  const ideals = shareOut(levels, new Supply(available, pools))
  // What may have been sold already comes first. Levels with few places to draw on before those with many.
  const dealt = [...levels]
    .sort((a, b) => a.locationIds.length - b.locationIds.length || (a.levelId < b.levelId ? -1 : 1))
    .map((level) => cover(level, ideals.get(level.levelId) ?? 0, supply))
  const shortUnits = lackingUnits + dealt.reduce((sum, each) => sum + each.shortUnits, 0)
  const isBounded = shortUnits === 0 && dealt.every((each) => each.exposure !== undefined)
  if (!isBounded) {
    const kept = partKept(dealt)
    for (const each of dealt) tighten(each, { isShort: shortUnits > 0, kept, hasHeld })
    return { isBounded, shortUnits, levels: toDealt(levels, dealt) }
  }
  if (isPartial) {
    for (const each of dealt) goOn(each)
    return { isBounded, shortUnits, levels: toDealt(levels, dealt) }
  }
  // The neediest first: what is left may not be enough for all.
  const byNeed = dealt.toSorted((a, b) => needOf(b) - needOf(a))
  for (const each of byNeed) deal(each, supply)
  recallFor(byNeed)
  return { isBounded, shortUnits, levels: toDealt(levels, dealt) }
}

export type LineLevel = Demander &
  ExpectedDemand & {
    levelId: string
    effect: WriteEffect
    bound: Exposure
    /** Writes that have no final outcome, in the order in which they were sent. */
    underWay: readonly Written[]
    /** What the platform should show now; undefined: nothing was ever confirmed. */
    shown: number | undefined
    /** What it was last told to show. */
    told: { units: number; because: string | null } | undefined
    /** Listing units that its policies let it show. */
    wanted: number
    /** Listing units of known orders that its platform's number has yet to fall by: of as many it sells none. */
    unsubtracted: number
    /** False while the hub may not write to it. */
    mayWrite: boolean
    /** How long it shows nothing when it is taken to zero and brought back. */
    pauseMs: number
  }

export type LoadLine = {
  /** True: whatever shoppers do, no more can be sold than is there. */
  isBounded: boolean
  /** Base units that could be sold beyond what is there. */
  shortUnits: number
  levels: DealtLevel[]
}

export type DealtLevel = {
  levelId: string
  /** What it should show next. */
  units: number
  because: LineBecause
  /** Listing units that its exposure may come to. */
  granted: number
  grants: ItemAtLocation[]
}

/**
 * `granted`: its share. `kept`: not quite its share, but a change is not worth its price now. `recalled`: nothing, so
 * that others get what it holds. `waiting`: nothing until all orders are known, then its share. `tightening`: no more
 * than this, until no more can be sold than is there.
 */
const LINE_REASONS = ['granted', 'kept', 'recalled', 'waiting', 'tightening'] as const
export type LineBecause = (typeof LINE_REASONS)[number]

type Dealing = {
  level: LineLevel
  ideal: number
  exposure: number | undefined
  shortUnits: number
  granted: number
  grants: ItemAtLocation[]
  units: number
  because: LineBecause
}

/** Covers what the platform could sell already. */
function cover(level: LineLevel, ideal: number, supply: Supply): Dealing {
  const exposure = exposureOf(level.bound, level.underWay, level.effect)
  const covered = Math.min(exposure ?? 0, supply.mostFor(level))
  const perUnit = level.parts.reduce((sum, { unitsEach }) => sum + unitsEach, 0)
  return {
    level,
    ideal,
    exposure,
    shortUnits: ((exposure ?? 0) - covered) * perUnit,
    granted: exposure ?? 0,
    grants: supply.take(level, covered),
    units: 0,
    because: 'tightening',
  }
}

/**
 * No bound holds yet: nothing is raised. Where more could be sold than is there, what is above its share is lowered: by a
 * guarded write to any quantity, for one that lowers lets nothing more be sold. By a blind one once to what will be left
 * of its share when its orders are known, for until then what was shown before counts as well; and where it then still
 * shows more than its share, to zero, or it would be lowered on and on as the others sell. Once a guarantee was given a
 * blind one goes to zero: what is written may be sold on top of what was shown.
 * @param isShort more could be sold than is there
 * @param kept the part of the shares that will be left by then
 */
function tighten(
  each: Dealing,
  { isShort, kept, hasHeld }: { isShort: boolean; kept: number; hasHeld: boolean },
): void {
  const { level, ideal, exposure } = each
  const shown = shownBy(level)
  if (level.effect === 'guarded') each.units = Math.min(shown, ideal)
  else if (!isShort) each.units = shown > level.wanted ? 0 : shown
  else if (shown <= ideal) each.units = shown
  else if (
    !hasHeld &&
    exposure !== undefined &&
    shown >= ideal * LOWERED_ONCE &&
    level.underWay.length === 0
  ) {
    each.units = Math.round(ideal * kept)
    each.granted = exposure + each.units
  } else each.units = 0
}

/** A level that shows so many times its share is lowered to it; what shows less was lowered already. */
const LOWERED_ONCE = 2

/** Of what is shared out now, the part that will not be sold until the slowest orders are known. */
function partKept(dealt: readonly Dealing[]): number {
  const shared = dealt.reduce((sum, { ideal }) => sum + ideal, 0)
  const pauseMs = Math.max(0, ...dealt.map(({ level }) => level.pauseMs))
  const sold = dealt.reduce((sum, { level }) => sum + (level.perHour * pauseMs) / HOUR_MS, 0)
  return shared === 0 ? 0 : Math.max(0, 1 - sold / shared)
}

function deal(each: Dealing, supply: Supply): void {
  const { level, ideal } = each
  const coming = comingTo(level)
  if (!level.mayWrite) return void keep(each)
  if (ideal === coming) return void settleOn(each, ideal, 'granted')
  if (ideal === 0) return void settleOn(each, 0, 'granted')
  const most = mostAffordable(each, supply)
  if (most >= ideal) return void raise(each, ideal, supply)
  // A blind write of less than it shows needs as much as one of more.
  if (coming > level.wanted) return void settleOn(each, 0, 'waiting')
  if (coming > ideal) return void keep(each)
  // It gave up what it showed to get more than this: raised now, it would go to zero again, and so on.
  if (isStillWaiting(each)) return void settleOn(each, 0, 'waiting')
  if (most > coming) return void raise(each, most, supply)
  if (coming === 0) return void settleOn(each, 0, 'waiting')
  // Once it is known what became of the last one.
  if (level.underWay.length > 0) return void keep(each)
  // What it holds and what is left would do, but only by way of zero.
  const byWayOfZero = Math.min(ideal, supply.mostFor(level) + (each.exposure ?? 0))
  if (isPauseWorth(each, byWayOfZero - coming, level.perHour)) return void settleOn(each, 0, 'waiting')
  keep(each)
}

/** It went to zero to get its share, and orders of what it showed before may not be known yet. */
function isStillWaiting({ level }: Dealing): boolean {
  return level.told?.because === 'waiting' && comingTo(level) === 0 && level.bound.older !== 0
}

/** The greatest quantity up to its share whose write the supply can back. */
function mostAffordable({ level, exposure, ideal }: Dealing, supply: Supply): number {
  if (exposure === undefined) return 0
  const free = supply.mostFor(level)
  let low = 0
  let high = ideal
  // What a write costs grows with its quantity.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (costOf(level, exposure, middle) <= free) low = middle
    else high = middle - 1
  }
  return low
}

/** Listing units that must be granted on top for this quantity to be written. */
function costOf(level: LineLevel, exposure: number, quantity: number): number {
  const sent = { quantity, givenBack: 0, expected: level.shown }
  const after = exposureOf(level.bound, [...level.underWay, sent], level.effect)
  return after === undefined ? Number.MAX_SAFE_INTEGER : after - exposure
}

function raise(each: Dealing, units: number, supply: Supply): void {
  if (each.exposure === undefined) return void keep(each)
  const cost = units === comingTo(each.level) ? 0 : costOf(each.level, each.exposure, units)
  each.grants = addUpUnits([...each.grants, ...supply.take(each.level, cost)])
  each.granted += cost
  settleOn(each, units, units === each.ideal ? 'granted' : 'kept')
}

/** A shop that sold below zero shows nothing. */
function shownBy({ shown }: Pick<LineLevel, 'shown'>): number {
  return Math.max(0, shown ?? 0)
}

/** What it shows once the last write is done: while one is under way, deciding anew would only chase it. */
function comingTo(level: Pick<LineLevel, 'shown' | 'underWay'>): number {
  const last = level.underWay.at(-1)
  return last === undefined ? shownBy(level) : last.quantity + last.givenBack
}

function settleOn(each: Dealing, units: number, because: LineBecause): void {
  each.units = units
  each.because = because
}

function keep(each: Dealing): void {
  settleOn(each, Math.min(comingTo(each.level), each.level.wanted), 'kept')
}

function goOn(each: Dealing): void {
  const { told, wanted } = each.level
  const because = LINE_REASONS.find((reason) => reason === told?.because)
  if (told === undefined || because === undefined || told.units > wanted) keep(each)
  else settleOn(each, told.units, because)
}

/** How much of its share it lacks, the most sought first. */
function needOf({ level, ideal }: Dealing): number {
  if (ideal === 0) return 0
  return (1 - Math.min(1, comingTo(level) / ideal)) * (1 + level.perHour)
}

/**
 * A level that can sell nothing, or next to nothing, while others hold more than their share: the one that holds the
 * most more gives all up, and both get their shares once its orders are known. One at a time.
 */
function recallFor(dealt: readonly Dealing[]): void {
  const isComing = dealt.some(({ level, units }) => units < comingTo(level) || level.underWay.length > 0)
  if (isComing) return
  const starving = dealt.filter(
    ({ level, units, ideal }) =>
      level.mayWrite && ideal > 0 && forSale(level, units) * STARVING_PART < forSale(level, ideal),
  )
  const [worst] = starving
  if (worst === undefined) return
  const donor = dealt
    .filter(
      ({ level, ideal }) => level.mayWrite && shownBy(level) > ideal && isDrawingOnSame(level, worst.level),
    )
    .sort((a, b) => surplusOf(b) - surplusOf(a))[0]
  if (donor === undefined) return
  const gain = Math.min(surplusOf(donor), worst.ideal - worst.units)
  // It shows nothing for a while and gets most of it back: for little that is done again and again, one after the other.
  // What another cannot sell at all is not little.
  if (forSale(worst.level, worst.units) > 0 && gain * RECALLED_PART < shownBy(donor.level)) return
  if (isPauseWorth(donor, gain, worst.level.perHour)) settleOn(donor, 0, 'recalled')
}

/** Of what it shows, what shoppers can buy. */
function forSale({ unsubtracted }: LineLevel, units: number): number {
  return Math.max(0, units - unsubtracted)
}

/** It has for sale less than this part of its share. */
const STARVING_PART = 4
/** Of what a level shows at least this part must become free for it to be recalled. */
const RECALLED_PART = 4

function surplusOf({ level, ideal }: Dealing): number {
  return shownBy(level) - ideal
}

function isDrawingOnSame(a: LineLevel, b: LineLevel): boolean {
  return (
    a.parts.some(({ itemId }) => b.parts.some((part) => part.itemId === itemId)) &&
    a.locationIds.some((locationId) => b.locationIds.includes(locationId))
  )
}

/**
 * Whether a pause sells more than it costs: what the level would have sold in it, against what is sold of the units it
 * makes free before the level would have run out by itself. For a fiftieth of what it shows none is made, ever.
 */
function isPauseWorth({ level }: Dealing, gain: number, demandForGain: number): boolean {
  const shown = shownBy(level)
  if (gain <= 0 || gain * 50 < shown) return false
  // Where nobody has asked yet, nothing is lost.
  if (level.perHour === 0) return true
  const lost = (level.perHour * level.pauseMs) / HOUR_MS
  return Math.min(gain, (demandForGain * shown) / level.perHour) > lost
}
const HOUR_MS = 3_600_000

/**
 * What each level would show if all could be changed at once: shares by demand, none beyond what its policies let it
 * show, each at least one unit for sale while there are enough.
 */
function shareOut(levels: readonly LineLevel[], supply: Supply): Map<string, number> {
  const shares = new Map(levels.map((level) => [level.levelId, 0]))
  const least = leastOf(levels)
  const weightOf = (level: LineLevel) => Math.max(level.weight, least)
  const byDemand = [...levels].sort((a, b) => weightOf(b) - weightOf(a) || (a.levelId < b.levelId ? -1 : 1))
  const give = (level: LineLevel, units: number): number => {
    const share = shares.get(level.levelId) ?? 0
    const given = Math.max(0, Math.min(units, level.wanted - share, supply.mostFor(level)))
    if (given > 0) supply.take(level, given)
    shares.set(level.levelId, share + given)
    return given
  }
  for (const level of byDemand) give(level, 1)
  // Where sold units are still in the number, the first for sale comes on top of them. They rest, though: no more than half.
  const mostFor = new Map(levels.map((level) => [level, supply.mostFor(level)]))
  for (const level of byDemand) {
    const left = supply.mostFor(level) - level.unsubtracted
    if (level.unsubtracted > 0 && left * 2 >= (mostFor.get(level) ?? 0)) give(level, level.unsubtracted)
  }
  for (let isMore = true; isMore; ) {
    const open = byDemand.filter(
      (level) => level.wanted > (shares.get(level.levelId) ?? 0) && supply.mostFor(level) > 0,
    )
    const weights = open.reduce((sum, level) => sum + weightOf(level), 0)
    const parts = open.map((level) => Math.floor((supply.mostFor(level) * weightOf(level)) / weights))
    isMore = open.map((level, nth) => give(level, parts[nth] ?? 0)).some((given) => given > 0)
  }
  // What does not divide goes to those that have least for their demand.
  for (;;) {
    const merit = (level: LineLevel) => weightOf(level) / ((shares.get(level.levelId) ?? 0) + 1)
    const [next] = byDemand
      .filter((level) => level.wanted > (shares.get(level.levelId) ?? 0) && supply.mostFor(level) > 0)
      .sort((one, other) => merit(other) - merit(one))
    if (next === undefined) return shares
    give(next, 1)
  }
}

/** What sells nothing at all may be asked for as well: it counts as a tenth of the least that does. */
function leastOf(levels: readonly LineLevel[]): number {
  const weights = levels.map(({ weight }) => weight).filter((weight) => weight > 0)
  return weights.length === 0 ? 1 : Math.min(...weights) / 10
}

/** In the order in which the levels were given. */
function toDealt(levels: readonly LineLevel[], dealt: readonly Dealing[]): DealtLevel[] {
  const byLevel = new Map(dealt.map((each) => [each.level, each]))
  return levels.flatMap((level) => {
    const each = byLevel.get(level)
    if (each === undefined) return []
    const { units, because, granted, grants } = each
    return [{ levelId: level.levelId, units, because, granted, grants }]
  })
}
