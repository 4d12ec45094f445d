import { inTransaction } from '@plimsoll/database'
import { RefusedAfterwards, refuse } from '@plimsoll/stock'
import { insertChangedItems } from '../availability/availability.store.ts'
import { locationsOf } from '../availability/item-stock.ts'
import { findWidelyUsed } from '../availability/kit-levels.store.ts'
import type { LevelWithStock } from '../availability/level-figures.ts'
import { addUpUnits } from '../availability/supply.ts'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { expectedOf } from '../lanes/expected.ts'
import { notify } from '../notify.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { type ExpectedDemand, expectDemand } from './demand-shares.ts'
import { passFence } from './exposure.store.ts'
import { afterFence, type Exposure, writeEffectOf } from './exposure.ts'
import {
  findAvailableAt,
  findLineFacts,
  findOtherGrants,
  findUnderWay,
  type ItemDepth,
  type LineFacts,
  type LineToSave,
  saveItemProtection,
  saveLine,
} from './load-line.store.ts'
import { type DealtLevel, drawLoadLine, type LineLevel } from './load-line.ts'
import { decideZone, findObstacles, nearestProtection, type ProtectionRow, type Zone } from './protection.ts'
import { concludeStandings, type DrawnGroup, isPartOfMore } from './standings.ts'

/** What is set and measured of the items at hand, and how deep their stock is. */
export type Protections = {
  settings: readonly ProtectionRow[]
  depths: ReadonlyMap<string, ItemDepth>
  /** Base units in the widest pool of each item. */
  availableOf: ReadonlyMap<string, number>
  /** Items all of whose levels are at hand; of others there are those of kits that contain them too. */
  covered: ReadonlySet<string>
}

/** How what a connection sells of an item is protected now. */
export function zoneOf(protections: Protections, itemId: string, connectionId: string): Zone {
  const { mode } = nearestProtection(protections.settings, { itemId, connectionId })
  const { buffers, tightenUnits = null, standing } = protections.depths.get(itemId) ?? {}
  const available = protections.availableOf.get(itemId) ?? 0
  const { autoUnits = 0 } = buffers?.get(connectionId) ?? {}
  return decideZone(mode, { available, autoUnits, tightenUnits }, standing !== undefined)
}

/** Base units kept back of an item on a connection because of how it sells. */
export function dynamicBufferOf(protections: Protections, itemId: string, connectionId: string): number {
  if (zoneOf(protections, itemId, connectionId) !== 'buffered') return 0
  const { units = 0, autoUnits = 0 } = protections.depths.get(itemId)?.buffers.get(connectionId) ?? {}
  return nearestProtection(protections.settings, { itemId, connectionId }).mode === 'auto' ? autoUnits : units
}

/** A level with what its policies let it show. */
export type Promised = {
  level: LevelWithStock
  isKit: boolean
  promise: number
}

/** The hub itself would give away units that the channels may sell at any moment: nothing of it is done. */
export class HeldByChannels extends RefusedAfterwards {
  constructor(units: number) {
    super(
      refuse(
        'insufficient-stock',
        'quantity',
        `The channels may still sell ${units} of the units that this would take. Ask for fewer, or let the channels show less first.`,
      ),
    )
    this.name = 'HeldByChannels'
  }
}

/**
 * Draws the load line through the levels whose units are dealt, under the availability lock and with their rows locked,
 * and notes it: what backs each of them, and how far each item is protected.
 * Where a kit joins items of which not all levels are at hand, what those hold is left to them; the rest is done by
 * dealing all together, soon.
 * @param cause `hub`: what changed was the hub's own decision, and is taken back where the channels may sell it already
 * @returns `levels`: what each of them shows next; the others show what their policies promise. `dealAgain`: items that
 * are to be worked out together
 * @throws HeldByChannels
 */
export async function drawLines(
  context: SyncContext,
  tx: Tx,
  promised: readonly Promised[],
  protections: Protections,
  cause: 'hub' | 'world',
): Promise<{ levels: Map<string, DealtLevel>; dealAgain: string[] }> {
  const { organizationId } = context
  // What is not counted sells without limit, whatever is dealt: it keeps its item from being guaranteed, and the other
  // channels from nothing.
  const zones = new Map(
    promised.map((each) => [
      each.level.levelId,
      each.level.tracked ? zoneOfLevel(each, protections) : ('open' as const),
    ]),
  )
  const dealt = promised.filter(({ level }) => zones.get(level.levelId) === 'dealt')
  const left = promised.filter(({ level }) => zones.get(level.levelId) !== 'dealt')
  const released = left.flatMap(({ level }): LineToSave[] => {
    const protection = zones.get(level.levelId) === 'buffered' ? 'buffered' : 'open'
    if (level.granted === null && level.protection === protection) return []
    return [{ levelId: level.levelId, protection, granted: null, exposureOlder: level.exposureOlder }]
  })
  const { covered } = protections
  const stood = new Map([...protections.depths].map(([itemId, { standing }]) => [itemId, standing]))
  const beside = [...dealt.flatMap((each) => partsOf(each).map(({ itemId }) => itemId)), ...stood.keys()]
  const uncovered = [...new Set(beside)].filter((itemId) => !covered.has(itemId)).sort()
  const apart = new Set(uncovered.length === 0 ? [] : await findWidelyUsed(tx, organizationId, uncovered))
  const known = { covered, apart }
  if (dealt.length === 0) {
    const { standings, dealAgain } = concludeStandings([], { ...known, stood })
    await saveLine(tx, organizationId, released, [])
    await saveItemProtection(tx, organizationId, standings, nowOf(context))
    return { levels: new Map(), dealAgain }
  }

  const levelIds = dealt.map(({ level }) => level.levelId)
  const itemIds = [...new Set(dealt.flatMap((each) => partsOf(each).map(({ itemId }) => itemId)))].sort()
  const minShelfLifeDays = Math.max(0, ...dealt.map(({ level }) => level.policy.minShelfLifeDays ?? 0))
  const [facts, available, others, underWay] = await Promise.all([
    findLineFacts(tx, organizationId, levelIds),
    findAvailableAt(tx, organizationId, itemIds, { at: nowOf(context), minShelfLifeDays }),
    findOtherGrants(tx, organizationId, itemIds, levelIds),
    findUnderWay(tx, organizationId, levelIds),
  ])
  const factsOf = new Map(facts.map((each) => [each.levelId, each]))
  const underWayOf = Map.groupBy(underWay, ({ levelId }) => levelId)
  const drawn = dealt.flatMap((each): UnweighedLevel[] => {
    const ofLevel = factsOf.get(each.level.levelId)
    return ofLevel === undefined
      ? []
      : [toLineLevel(context, each, ofLevel, underWayOf.get(ofLevel.levelId) ?? [])]
  })
  const free = addUpUnits([...available, ...others.map((each) => ({ ...each, units: -each.units }))])

  const dealtLevels = new Map<string, DealtLevel>()
  const lines: LineToSave[] = []
  const groups: DrawnGroup[] = []
  for (const group of groupsOf(drawn)) {
    const ids = new Set(group.map(({ levelId }) => levelId))
    const itemsOfGroup = [...new Set(group.flatMap(({ parts }) => parts.map(({ itemId }) => itemId)))].sort()
    const isPartial = isPartOfMore(itemsOfGroup, known)
    const hasHeld = itemsOfGroup.some((itemId) => ['guaranteed', 'broken'].includes(stood.get(itemId) ?? ''))
    const line = drawLoadLine(withDemand(group, factsOf, nowOf(context)), free, { isPartial, hasHeld })
    const isHeld = itemsOfGroup.some((itemId) => stood.get(itemId) !== undefined)
    if (cause === 'hub' && isHeld && line.shortUnits > 0) throw new HeldByChannels(line.shortUnits)
    for (const each of line.levels) {
      dealtLevels.set(each.levelId, each)
      lines.push({
        levelId: each.levelId,
        protection: line.isBounded ? 'guaranteed' : 'tightening',
        granted: each.granted,
        exposureOlder: group.find(({ levelId }) => levelId === each.levelId)?.bound.older ?? null,
      })
    }
    const items = itemsOfGroup.map((itemId) => {
      const sellers = promised.filter((each) => partsOf(each).some((part) => part.itemId === itemId))
      const obstacles = sellers.flatMap((each) => obstaclesOf(context, each, ids, factsOf))
      return { itemId, obstacles: [...new Set(obstacles)].sort() }
    })
    groups.push({ items, isBounded: line.isBounded, shortUnits: line.shortUnits })
  }
  const { standings, dealAgain } = concludeStandings(groups, { ...known, stood })
  const grants = [...dealtLevels.values()].flatMap(({ levelId, grants: own }) =>
    own.map((grant) => ({ levelId, ...grant })),
  )
  await Promise.all([
    saveLine(tx, organizationId, [...lines, ...released], grants),
    saveItemProtection(tx, organizationId, standings, nowOf(context)),
  ])
  return { levels: dealtLevels, dealAgain }
}

/** A kit follows its parts: it is dealt where one of them is. */
function zoneOfLevel(each: Promised, protections: Protections): Zone {
  const zones = partsOf(each).map(({ itemId }) => zoneOf(protections, itemId, each.level.connectionId))
  if (zones.includes('dealt')) return 'dealt'
  return zones.includes('buffered') ? 'buffered' : 'open'
}

/** What one listing unit is made of. */
function partsOf({ level, isKit }: Promised): { itemId: string; unitsEach: number }[] {
  if (!isKit) return [{ itemId: level.itemId, unitsEach: level.unitsPerListing }]
  return level.parts.map(({ itemId, quantity }) => ({ itemId, unitsEach: quantity * level.unitsPerListing }))
}

function toLineLevel(
  context: SyncContext,
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
  context: SyncContext,
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

/** What is known since all orders up to the fence are: units that the channels gave up are dealt again. */
export async function tellOfFence(context: WorkerContext, fenceAt: Date): Promise<void> {
  const { organizationId, connection, uuid } = context
  await inTransaction(context.database, async (tx) => {
    const itemIds = await passFence(tx, organizationId, connection.connectionId, fenceAt)
    await dealSoon(tx, { organizationId, uuid, at: nowOf(context) }, itemIds)
  })
}

/** Notes items whose levels' exposure changed though nothing else did. */
export async function dealSoon(
  tx: Tx,
  stamp: { organizationId: string; at: Date; uuid(): string },
  itemIds: readonly string[],
): Promise<void> {
  if (itemIds.length === 0) return
  await insertChangedItems(tx, stamp.organizationId, itemIds, stamp)
  await notify(tx, stamp.organizationId, { kind: 'items' })
}
