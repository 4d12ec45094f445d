import { type Db, inTransaction, type Tx } from '@plimsoll/database'
import { nowOf, type SyncContext } from '../context.ts'
import { type Delay, decideBuffers, type ItemBuffers, UNMEASURED } from './buffers.ts'
import {
  findBuffersBefore,
  findDelays,
  findDelaysNow,
  findDemandClock,
  findDemands,
  findItemsSoldBy,
  findLevelsSelling,
  findSales,
  isAnythingProtected,
  type LevelOfItem,
  lockDemandClock,
  measureDelays,
  saveBuffers,
  saveDemandClock,
  saveDemands,
} from './demand.store.ts'
import { afterSales } from './demand.ts'
import { writeEffectOf } from './exposure.ts'
import { findProtections, type ItemDepth } from './load-line.store.ts'
import { dealSoon } from './protect.ts'
import { OVERSELLS_PER_MILLION, type ProtectionRow } from './protection.ts'
import type { Protections } from './zones.ts'

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
    await measureDelays(tx, organizationId, lately(at))
    const [sold, fading] = await Promise.all([
      findItemsSoldBy(tx, organizationId, [...byLevel.keys()]),
      findBuffersBefore(tx, organizationId, {
        before: new Date(at.getTime() - FADES_LOOKED_AT_MS),
        limit: FADING_MAX,
      }),
    ])
    const itemIds = [...new Set([...sold, ...fading])].sort()
    const [levels, delays, { settings, depths }] = await Promise.all([
      findLevelsSelling(tx, organizationId, itemIds),
      findDelays(tx, organizationId),
      findProtections(tx, organizationId, itemIds),
    ])
    const buffers = buffersOf(context, itemIds, { levels, delays, settings, depths, at })
    const changed = await saveBuffers(tx, organizationId, buffers, { known: depths, at })
    await saveDemandClock(tx, organizationId, at)
    // Shares follow demand: else they would wait for whatever next has the item worked out, minutes after it sold.
    const dealt = sold.filter((itemId) => depths.get(itemId)?.standing !== undefined)
    const itemsToDeal = [...new Set([...changed, ...dealt])].sort()
    await dealSoon(tx, { organizationId, at, uuid: context.uuid }, itemsToDeal)
  })
}

const lately = (at: Date) => ({ since: new Date(at.getTime() - DELAYS_OF_MS), at })

/**
 * Measures how fast the channels are and how much each of them sells, where nothing was protected and so nobody has: the
 * first deal follows it, and is not taken back by the next measuring.
 */
export async function measureBeforeProtecting(context: SyncContext, tx: Tx, at: Date): Promise<void> {
  const { organizationId } = context
  if (!(await isAnythingProtected(tx, organizationId))) await measureDelays(tx, organizationId, lately(at))
}

/** Orders an hour that each connection takes, as `measureBeforeProtecting` would find. Nothing is noted. */
export async function foreseeSales(context: SyncContext, db: Db): Promise<Map<string, number>> {
  const found = await findDelaysNow(db, context.organizationId, lately(nowOf(context)))
  return new Map([...found].map(([connectionId, { salesPerHour }]) => [connectionId, salesPerHour]))
}

/**
 * What the next measuring will find of these items with these settings: for whoever asks what would be kept back. Nothing
 * is noted.
 */
export async function foreseeDepths(
  context: SyncContext,
  db: Db,
  itemIds: readonly string[],
  { settings, depths }: Pick<Protections, 'settings' | 'depths'>,
): Promise<Map<string, ItemDepth>> {
  const { organizationId } = context
  const at = nowOf(context)
  const since = await findDemandClock(db, organizationId)
  const [sales, sellers, measured, known] = await Promise.all([
    since === undefined ? [] : findSales(db, organizationId, { since, until: at }),
    findLevelsSelling(db, organizationId, itemIds),
    findDelaysNow(db, organizationId, lately(at)),
    findDelays(db, organizationId),
  ])
  const soldOf = Map.groupBy(sales, ({ levelId }) => levelId)
  const levels = sellers.map((level) => {
    const sold = soldOf.get(level.levelId)
    if (sold === undefined) return level
    const units = sold.map((each) => each.units)
    return { ...level, measured: afterSales(level.measured ?? undefined, units, at) }
  })
  const delays = new Map([...known, ...measured])
  const foreseen = buffersOf(context, itemIds, { levels, delays, settings, depths, at })
  return new Map(
    foreseen.map(({ itemId, tightenUnits, buffers }) => {
      const { standing } = depths.get(itemId) ?? {}
      const own = new Map(buffers.map(({ connectionId, ...each }) => [connectionId, each]))
      return [itemId, { itemId, tightenUnits, standing, buffers: own }]
    }),
  )
}

function buffersOf(
  context: SyncContext,
  itemIds: readonly string[],
  {
    levels,
    delays,
    settings,
    depths,
    at,
  }: Pick<Protections, 'settings' | 'depths'> & {
    levels: readonly LevelOfItem[]
    delays: ReadonlyMap<string, Delay>
    at: Date
  },
): ItemBuffers[] {
  const byItem = Map.groupBy(levels, ({ itemId }) => itemId)
  const delayOf = (connectionId: string) => delays.get(connectionId) ?? UNMEASURED
  const connectorOf = new Map(levels.map(({ connectionId, connector }) => [connectionId, connector]))
  return itemIds.map((itemId) =>
    decideBuffers(itemId, byItem.get(itemId) ?? [], {
      delayOf,
      pauseMs: (connectionId) => pauseOf(context, connectorOf.get(connectionId), delayOf(connectionId)),
      now: at,
      oversellsPerMillion: riskOf(settings, itemId),
      isDealt: depths.get(itemId)?.standing !== undefined,
    }),
  )
}

/** A guarded write needs no zero before it. */
function pauseOf(context: SyncContext, connector: string | undefined, delay: Delay): number {
  const capabilities = context.connectors.get(connector ?? '')?.manifest.capabilities
  if (capabilities === undefined || writeEffectOf(capabilities) === 'guarded') return 0
  return capabilities.visibilityLagMs + 2 * delay.usualWrittenMs
}

/** The oversells that an item's buffers are made for. */
export function riskOf(settings: readonly ProtectionRow[], itemId: string): number {
  const nearest =
    settings.find(({ scope, scopeId }) => scope === 'item' && scopeId === itemId) ??
    settings.find(({ scope }) => scope === 'organization')
  return nearest?.oversellsPerMillion ?? OVERSELLS_PER_MILLION
}
