import type { Connector } from '@plimsoll/connector-kit'
import { locationsOf } from '../availability/item-stock.ts'
import type { LevelWithStock } from '../availability/level-figures.ts'
import type { ItemAtLocation } from '../availability/supply.ts'
import { expectedOf } from '../lanes/expected.ts'
import { type ExpectedDemand, expectDemand } from './demand-shares.ts'
import { afterFence, type Exposure, writeEffectOf } from './exposure.ts'
import type { ItemStanding, LineFacts, LineToSave } from './load-line.store.ts'
import { type DealtLevel, drawLoadLine, type LineLevel } from './load-line.ts'
import { findObstacles, type Zone } from './protection.ts'
import { concludeStandings, type DrawnGroup, isPartOfMore } from './standings.ts'
import { type Protections, zoneOf } from './zones.ts'

/** A level with what its policies let it show. */
export type Promised = {
  level: LevelWithStock
  isKit: boolean
  promise: number
}

/** What is known of dealt levels, and the units that are there for them. */
export type LineBasis = {
  factsOf: ReadonlyMap<string, LineFacts>
  underWayOf: ReadonlyMap<string, LineLevel['underWay']>
  free: readonly ItemAtLocation[]
}
export const NO_BASIS: LineBasis = { factsOf: new Map(), underWayOf: new Map(), free: [] }

type Connectors = { connectors: ReadonlyMap<string, Connector> }

/** A level whose units are dealt, and whether a guarantee holds. */
export type PlannedLevel = DealtLevel & { protection: 'tightening' | 'guaranteed' }

/** Where the line lies, as far as it is to be written. */
export type LinePlan = {
  /** What each of the dealt levels shows next. */
  dealt: Map<string, PlannedLevel>
  lines: LineToSave[]
  grants: ({ levelId: string } & ItemAtLocation)[]
  standings: ItemStanding[]
  /** Items that are to be worked out together, since a kit joins them and not all of their levels are at hand. */
  dealAgain: string[]
  /** Base units that could be sold beyond what is there, of items that were dealt before already. */
  shortOfHeld: number
}

/**
 * The load line through the levels whose units are dealt, and what becomes of the others. Pure.
 * @param given.apart items that are in so many kits that never all of their levels are at hand
 */
export function planLines(
  context: Connectors,
  promised: readonly Promised[],
  protections: Protections,
  given: { zones: Zones; basis: LineBasis; now: Date; apart?: ReadonlySet<string> },
): LinePlan {
  const { zones, basis, now, apart = new Set<string>() } = given
  const known = { covered: protections.covered, apart }
  const dealt = dealtOf(promised, zones)
  const stood = new Map([...protections.depths].map(([itemId, { standing }]) => [itemId, standing]))
  const plan: LinePlan = {
    dealt: new Map(),
    lines: [],
    grants: [],
    standings: [],
    dealAgain: [],
    shortOfHeld: 0,
  }
  const groups: DrawnGroup[] = []
  for (const group of weighedGroups(context, dealt, basis, now)) {
    const ids = new Set(group.map(({ levelId }) => levelId))
    const itemsOfGroup = [...new Set(group.flatMap(({ parts }) => parts.map(({ itemId }) => itemId)))].sort()
    const line = drawLoadLine(group, basis.free, {
      isPartial: isPartOfMore(itemsOfGroup, known),
      hasHeld: itemsOfGroup.some((itemId) => ['guaranteed', 'broken'].includes(stood.get(itemId) ?? '')),
    })
    if (itemsOfGroup.some((itemId) => stood.get(itemId) !== undefined)) plan.shortOfHeld ||= line.shortUnits
    const protection = line.isBounded ? 'guaranteed' : 'tightening'
    for (const each of line.levels) {
      plan.dealt.set(each.levelId, { ...each, protection })
      plan.lines.push({
        levelId: each.levelId,
        protection,
        granted: each.granted,
        exposureOlder: group.find(({ levelId }) => levelId === each.levelId)?.bound.older ?? null,
      })
    }
    const items = itemsOfGroup.map((itemId) => {
      const sellers = promised.filter((each) => partsOf(each).some((part) => part.itemId === itemId))
      const obstacles = sellers.flatMap((each) => obstaclesOf(context, each, ids, basis.factsOf))
      return { itemId, obstacles: [...new Set(obstacles)].sort() }
    })
    groups.push({ items, isBounded: line.isBounded, shortUnits: line.shortUnits })
  }
  plan.lines.push(...releasedOf(promised, zones))
  const { standings, dealAgain } = concludeStandings(groups, {
    ...{ ...known, stood },
    released: partsOfReleased(promised, zones),
  })
  plan.standings = standings
  plan.dealAgain = dealAgain
  plan.grants = [...plan.dealt.values()].flatMap(({ levelId, grants: own }) =>
    own.map((grant) => ({ levelId, ...grant })),
  )
  return plan
}

/** How levels are protected now, by id. */
export type Zones = ReadonlyMap<string, Zone>

export function zonesOf(promised: readonly Promised[], protections: Protections): Zones {
  return new Map(promised.map((each) => [each.level.levelId, zoneOfLevel(each, protections)]))
}

/** How a level is protected, by what of it is dealt. */
export function protectionOf(
  levelId: string,
  zones: Zones,
  dealt: ReadonlyMap<string, Pick<PlannedLevel, 'protection'>>,
): LineToSave['protection'] {
  return dealt.get(levelId)?.protection ?? (zones.get(levelId) === 'buffered' ? 'buffered' : 'open')
}

/** Those whose units are dealt among the channels. */
export function dealtOf(promised: readonly Promised[], zones: Zones): Promised[] {
  return promised.filter(({ level }) => zones.get(level.levelId) === 'dealt')
}

/** Those that are not, as far as they are not noted so. */
function releasedOf(promised: readonly Promised[], zones: Zones): LineToSave[] {
  return promised.flatMap(({ level }): LineToSave[] => {
    if (zones.get(level.levelId) === 'dealt') return []
    const protection = protectionOf(level.levelId, zones, new Map())
    if (level.granted === null && level.protection === protection) return []
    return [{ levelId: level.levelId, protection, granted: null, exposureOlder: level.exposureOlder }]
  })
}

/** What is sold by levels that were dealt and are no more. */
function partsOfReleased(promised: readonly Promised[], zones: Zones): Set<string> {
  const released = promised.filter(
    ({ level }) => level.granted !== null && zones.get(level.levelId) !== 'dealt',
  )
  return new Set(released.flatMap((each) => partsOf(each).map(({ itemId }) => itemId)))
}

/**
 * How a level is protected now. A kit follows its parts: it is dealt where one of them is. What is not counted sells
 * without limit, whatever is dealt: it keeps its item from being guaranteed, and the other channels from nothing.
 */
function zoneOfLevel(each: Promised, protections: Protections): Zone {
  if (!each.level.tracked) return 'open'
  const zones = partsOf(each).map(({ itemId }) => zoneOf(protections, itemId, each.level.connectionId))
  if (zones.includes('dealt')) return 'dealt'
  return zones.includes('buffered') ? 'buffered' : 'open'
}

/** Dealt levels that compete for some item, directly or by others in between, each with what it is expected to sell. */
export function weighedGroups(
  context: Connectors,
  dealt: readonly Promised[],
  { factsOf, underWayOf }: LineBasis,
  now: Date,
): LineLevel[][] {
  const drawn = dealt.flatMap((each): UnweighedLevel[] => {
    const facts = factsOf.get(each.level.levelId)
    return facts === undefined ? [] : [toLineLevel(context, each, facts, underWayOf.get(facts.levelId) ?? [])]
  })
  return groupsOf(drawn).map((group) => withDemand(group, factsOf, now))
}

/** What one listing unit is made of. */
export function partsOf({ level, isKit }: Promised): { itemId: string; unitsEach: number }[] {
  if (!isKit) return [{ itemId: level.itemId, unitsEach: level.unitsPerListing }]
  return level.parts.map(({ itemId, quantity }) => ({ itemId, unitsEach: quantity * level.unitsPerListing }))
}

function toLineLevel(
  context: Connectors,
  each: Promised,
  facts: LineFacts,
  underWay: LineLevel['underWay'],
): UnweighedLevel {
  const { level, promise } = each
  const capabilities = context.connectors.get(level.connector)?.manifest.capabilities
  const exposure: Exposure = {
    older: facts.exposureOlder,
    olderUntil: facts.exposureOlderUntil,
    current: facts.exposureCurrent,
    from: facts.exposureFrom,
  }
  return {
    levelId: level.levelId,
    parts: partsOf(each),
    locationIds: locationsOf(facts.locationIds, level.policy),
    effect: capabilities === undefined ? 'blind' : writeEffectOf(capabilities),
    bound: facts.fenceAt === null ? exposure : afterFence(exposure, facts.fenceAt),
    underWay,
    shown: expectedOf(level),
    told: level.desired === null ? undefined : { units: level.desired, because: level.desiredBecause },
    wanted: Math.min(promise, capabilities?.quantityMax ?? promise),
    unsubtracted: level.unsubtracted,
    mayWrite: level.connectionState === 'live' && level.tracked && level.writable,
    pauseMs: (capabilities?.visibilityLagMs ?? 0) + 2 * (facts.writtenMs ?? PAUSE_MS),
  }
}

/** What each is expected to sell depends on all that sell the same. */
type UnweighedLevel = Omit<LineLevel, keyof ExpectedDemand>

function withDemand(
  group: readonly UnweighedLevel[],
  factsOf: ReadonlyMap<string, LineFacts>,
  now: Date,
): LineLevel[] {
  const expected = expectDemand(
    group.map(({ levelId }) => {
      const { measured = null, connectionSales = 0 } = factsOf.get(levelId) ?? {}
      return { measured, connectionSales }
    }),
    now,
  )
  return group.map((level, nth) => ({ ...level, ...(expected[nth] ?? UNKNOWN_DEMAND) }))
}
const UNKNOWN_DEMAND: ExpectedDemand = { weight: 0, perHour: 0, perSale: 1 }

/** Where nothing is measured: a write and a read of the orders. */
const PAUSE_MS = 1_000

function obstaclesOf(
  context: Connectors,
  { level }: Promised,
  dealt: ReadonlySet<string>,
  factsOf: ReadonlyMap<string, LineFacts>,
): string[] {
  return findObstacles({
    // What stands in the way of one that is not counted says so by itself.
    isDealt: !level.tracked || dealt.has(level.levelId),
    tracked: level.tracked,
    sellsBeyondZero: factsOf.get(level.levelId)?.sellsBeyondZero ?? false,
    connectionState: level.connectionState,
    hasFixedPolicy: level.policy.fixed !== undefined,
    capabilities: context.connectors.get(level.connector)?.manifest.capabilities,
  })
}

/** Levels that compete for some item, directly or by others in between. */
function groupsOf(levels: readonly UnweighedLevel[]): UnweighedLevel[][] {
  const groups: { itemIds: Set<string>; levels: UnweighedLevel[] }[] = []
  for (const level of levels) {
    const joined = { itemIds: new Set(level.parts.map(({ itemId }) => itemId)), levels: [level] }
    for (const group of [...groups]) {
      if (group.itemIds.isDisjointFrom(joined.itemIds)) continue
      groups.splice(groups.indexOf(group), 1)
      joined.itemIds = joined.itemIds.union(group.itemIds)
      joined.levels.unshift(...group.levels)
    }
    groups.push(joined)
  }
  return groups.map((group) => group.levels)
}
