import { inTransaction } from '@plimsoll/database'
import { nowOf, type SyncContext } from './context.ts'
import {
  findBuffersBefore,
  findDelays,
  findDemands,
  findItemsSoldBy,
  findLevelsSelling,
  findSales,
  type ItemBuffer,
  isAnythingProtected,
  type LevelOfItem,
  lockDemandClock,
  measureDelays,
  saveBuffers,
  saveDemandClock,
  saveDemands,
  UNMEASURED_MS,
} from './demand.store.ts'
import { afterSales, type Demand, demandNow, unitsSoldWithin } from './demand.ts'
import { findProtections } from './load-line.store.ts'
import { dealSoon } from './protect.ts'
import { OVERSELLS_PER_MILLION, type ProtectionRow } from './protection.ts'

/** A buffer is measured anew so long after it was, though nothing was sold: it fades. */
const FADES_LOOKED_AT_MS = 60_000
const FADING_MAX = 500
const DELAYS_OF_MS = 24 * 3_600_000

/**
 * Measures what has been sold since the last time and how late the channels learn of it, and from both what is kept back
 * of each item that is sold in several places. One process at a time; the others leave it to it.
 */
export async function measureDemand(context: SyncContext): Promise<void> {
  const { organizationId, database } = context
  if (!(await isAnythingProtected(database.kysely, organizationId))) return
  const at = nowOf(context)
  await inTransaction(database, async (tx) => {
    const since = await lockDemandClock(tx, organizationId, at)
    if (since === undefined) return
    const sales = await findSales(tx, organizationId, { since, until: at })
    const byLevel = Map.groupBy(sales, ({ levelId }) => levelId)
    const known = await findDemands(tx, organizationId, [...byLevel.keys()])
    const measured = [...byLevel].map(([levelId, sold]) => {
      const units = sold.map((each) => each.units)
      return [levelId, afterSales(known.get(levelId), units, at)] as const
    })
    await saveDemands(tx, organizationId, new Map(measured))
    await measureDelays(tx, organizationId, { since: new Date(at.getTime() - DELAYS_OF_MS), at })
    const [sold, fading] = await Promise.all([
      findItemsSoldBy(tx, organizationId, [...byLevel.keys()]),
      findBuffersBefore(tx, organizationId, {
        before: new Date(at.getTime() - FADES_LOOKED_AT_MS),
        limit: FADING_MAX,
      }),
    ])
    const itemIds = [...new Set([...sold, ...fading])].sort()
    const [levels, delays, { settings }] = await Promise.all([
      findLevelsSelling(tx, organizationId, itemIds),
      findDelays(tx, organizationId),
      findProtections(tx, organizationId, itemIds),
    ])
    const byItem = Map.groupBy(levels, ({ itemId }) => itemId)
    const buffers = itemIds.map((itemId) =>
      decideBuffer(itemId, byItem.get(itemId) ?? [], {
        delays,
        now: at,
        oversellsPerMillion: riskOf(settings, itemId),
      }),
    )
    const changed = await saveBuffers(tx, organizationId, buffers, at)
    await saveDemandClock(tx, organizationId, at)
    await dealSoon(tx, { organizationId, at, uuid: context.uuid }, changed)
  })
}

function riskOf(settings: readonly ProtectionRow[], itemId: string): number {
  const nearest =
    settings.find(({ scope, scopeId }) => scope === 'item' && scopeId === itemId) ??
    settings.find(({ scope }) => scope === 'organization')
  return nearest?.oversellsPerMillion ?? OVERSELLS_PER_MILLION
}

/**
 * What is kept back of an item: the units that the channels may sell, but for the given chance, while what they show is
 * too old: each from a sale on another until it shows that one itself. A slow channel that sells little needs little. What
 * is sold on one channel alone needs none: a platform counts its own sales.
 */
export function decideBuffer(
  itemId: string,
  levels: readonly LevelOfItem[],
  {
    delays,
    now,
    oversellsPerMillion,
  }: {
    delays: ReadonlyMap<string, { seenMs: number; writtenMs: number }>
    now: Date
    oversellsPerMillion: number
  },
): ItemBuffer {
  const connectionIds = [...new Set(levels.map(({ connectionId }) => connectionId))]
  if (connectionIds.length < 2) return { itemId, units: 0, tightenUnits: 0 }
  const delayOf = (id: string) => delays.get(id) ?? { seenMs: UNMEASURED_MS, writtenMs: UNMEASURED_MS }
  const staleMs = (id: string) =>
    Math.max(...connectionIds.filter((other) => other !== id).map((other) => delayOf(other).seenMs)) +
    delayOf(id).writtenMs
  // As if for an hour: each channel's demand counts for as long as what it shows may be too old.
  const within = (msOf: (connectionId: string) => number) =>
    unitsSoldWithin(
      addUpDemand(levels, now, (id) => msOf(id) / HOUR_MS),
      HOUR_MS,
      oversellsPerMillion,
    )
  return {
    itemId,
    units: within(staleMs),
    // Until then every channel has been lowered, and what it sold meanwhile is known.
    tightenUnits: within((id) => staleMs(id) + delayOf(id).writtenMs),
  }
}
const HOUR_MS = 3_600_000

/** In base units of the item. @param weightOf how much a connection's demand counts */
function addUpDemand(
  levels: readonly LevelOfItem[],
  now: Date,
  weightOf: (connectionId: string) => number,
): Demand {
  let unitsPerHour = 0
  let salesPerHour = 0
  let squaredPerHour = 0
  for (const { measured, unitsEach, connectionId } of levels) {
    if (measured === null) continue
    const sales = (demandNow(measured, now) / measured.unitsPerSale) * weightOf(connectionId)
    unitsPerHour += sales * measured.unitsPerSale * unitsEach
    salesPerHour += sales
    squaredPerHour += sales * measured.squaredPerSale * unitsEach ** 2
  }
  if (salesPerHour === 0) return { unitsPerHour: 0, unitsPerSale: 1, squaredPerSale: 1 }
  return {
    unitsPerHour,
    unitsPerSale: unitsPerHour / salesPerHour,
    squaredPerSale: squaredPerHour / salesPerHour,
  }
}
