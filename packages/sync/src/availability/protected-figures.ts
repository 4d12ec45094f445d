import type { Connector } from '@plimsoll/connector-kit'
import type { Db } from '@plimsoll/database'
import { availableOfKit } from '@plimsoll/stock'
import type { Promised } from '../load-line/line-plan.ts'
import { findProtections } from '../load-line/load-line.store.ts'
import { dynamicBufferOf, type Protections } from '../load-line/zones.ts'
import { findStaleItems, type StaleItem } from '../safety/stale-orders.store.ts'
import { staleUnitsOf } from '../safety/stale-orders.ts'
import type { LevelToDecide } from './availability.store.ts'
import { type Desired, decideDesired } from './desired.ts'
import { type LevelFigures, type LevelWithStock, readLevelFigures, type Supposed } from './level-figures.ts'

/** All that decides what the levels of some items should show, with how they are protected. */
export type ProtectedFigures = LevelFigures & { protections: Protections }

/** What levels should show less what is kept back since the orders of others are not known; and what protects them. */
export async function readProtectedFigures(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  { at, supposed }: { at: Date; supposed?: Supposed | undefined },
): Promise<ProtectedFigures> {
  const [figures, protections, stale] = await Promise.all([
    readLevelFigures(db, organizationId, itemIds, { at, supposed }),
    findProtections(db, organizationId, itemIds),
    findStaleItems(db, organizationId, itemIds),
  ])
  const beside = besideOf(figures.levels, itemIds, protections.depths)
  const { levels: besideThem } =
    beside.length === 0
      ? { levels: [] }
      : await readLevelFigures(db, organizationId, beside, { at, supposed })
  const availableOf = widestPools([...figures.levels, ...besideThem])
  // A copy: channels that are alike share what they may promise.
  const levels = figures.levels.map((level) => {
    const kept = staleUnitsOf(level, staleFor(level, stale))
    return kept === 0 ? level : { ...level, available: level.available - kept }
  })
  return { ...figures, levels, protections: { ...protections, availableOf, covered: new Set(itemIds) } }
}

/** A level as its policies decide it. */
export type DecidedLevel = Promised & {
  /** Less what is kept back because of how the item sells. */
  desired: Desired
  /** What it would show if nothing protected it. */
  unprotectedUnits: number
}

/** What the policies of each level let it show, less what is kept back because of how the item sells. */
export function promisedOf(
  { levels, partsOfKit, protections }: ProtectedFigures,
  connectors: ReadonlyMap<string, Connector>,
): DecidedLevel[] {
  return levels.map((level) => {
    const isKit = partsOfKit.has(level.itemId)
    const kept = withDynamicBuffer(level, protections, isKit)
    const desired = decideLevel(kept, connectors)
    const unprotectedUnits = kept === level ? desired.units : decideLevel(level, connectors).units
    return { level, isKit, promise: desired.promise, desired, unprotectedUnits }
  })
}

/**
 * Items that kits at hand contain too, and that are protected by how deep their stock is: what the kits alone may sell of
 * one says nothing of that, and two turns that see different kits would decide otherwise, each anew, for ever.
 */
function besideOf(
  levels: readonly LevelWithStock[],
  itemIds: readonly string[],
  depths: Protections['depths'],
): string[] {
  const parts = new Set(levels.flatMap((level) => level.parts.map(({ itemId }) => itemId)))
  return [...parts.difference(new Set(itemIds))]
    .filter((itemId) => {
      const { tightenUnits = null, buffers } = depths.get(itemId) ?? {}
      return tightenUnits !== null || [...(buffers?.values() ?? [])].some(({ autoUnits }) => autoUnits > 0)
    })
    .sort()
}

/** Base units in the widest pool of each item: a narrow one beside it says nothing of how deep the stock is. */
function widestPools(levels: readonly LevelWithStock[]): Map<string, number> {
  const widest = new Map<string, number>()
  for (const { itemId, available } of levels.flatMap((level) => level.parts))
    widest.set(itemId, Math.max(available, widest.get(itemId) ?? Number.MIN_SAFE_INTEGER))
  return widest
}

/** Of other connections: what one sells itself is in its own number. */
function staleFor(level: LevelToDecide, stale: readonly StaleItem[]): StaleItem[] {
  return stale.filter(
    ({ itemId, connectionId }) => itemId === level.itemId && connectionId !== level.connectionId,
  )
}

/** What is kept back because of how an item sells; of a kit, off each of its parts. */
function withDynamicBuffer(level: LevelWithStock, protections: Protections, isKit: boolean): LevelWithStock {
  const bufferOf = (itemId: string) => dynamicBufferOf(protections, itemId, level.connectionId)
  if (isKit) {
    if (level.parts.every(({ itemId }) => bufferOf(itemId) === 0)) return level
    const parts = level.parts.map((part) => ({ ...part, available: part.available - bufferOf(part.itemId) }))
    // By the difference: what is kept back of the kit for other reasons stays kept back.
    const keptBack = availableOfKit(level.parts) - availableOfKit(parts)
    return { ...level, available: level.available - keptBack }
  }
  const buffer = bufferOf(level.itemId)
  if (buffer === 0) return level
  const { policy } = level
  return { ...level, policy: { ...policy, bufferUnits: Math.max(buffer, policy.bufferUnits ?? 0) } }
}

/** What one level should show, by all that is known of it. */
function decideLevel(level: LevelWithStock, connectors: ReadonlyMap<string, Connector>): Desired {
  const quantityMax = connectors.get(level.connector)?.manifest.capabilities.quantityMax
  return decideDesired({ ...level, quantityMax: quantityMax ?? Number.MAX_SAFE_INTEGER }, level.policy)
}
