import { foreseeLevels } from '../availability/foresee.ts'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { countShown } from '../safety/guard.store.ts'
import { readGuard } from '../safety/guard-settings.ts'
import { type GuardSettings, isStampede, suddenOf } from '../safety/stampede.ts'
import type { ShownUnit } from './shown.store.ts'

const ITEMS_PER_LOOK = 500

type Unit = Pick<ShownUnit, 'connectionId' | 'stockUnitId'>

/** What a stock unit comes to show, all its written levels together. `isDealt`: it has a part of what is shared out. */
export type ForeseenUnit = { units: number; isEstimate: boolean; isDealt: boolean }

/** By `unitKey`; those that are not written are left out. @param wanted.itemIds that the units sell */
export async function foreseeUnits(
  context: SyncContext,
  tx: Tx,
  wanted: { itemIds: readonly string[]; units: readonly Unit[] },
): Promise<Map<string, ForeseenUnit>> {
  const itemIds = [...new Set(wanted.itemIds)].sort()
  const isWanted = new Set(wanted.units.map(unitKey))
  const found = new Map<string, Map<string, ForeseenUnit>>()
  for (let from = 0; from < itemIds.length; from += ITEMS_PER_LOOK) {
    const chunk = itemIds.slice(from, from + ITEMS_PER_LOOK)
    for (const each of await foreseeLevels(context, tx, chunk, { at: nowOf(context) })) {
      const { level, units, estimate, protection } = each
      const key = unitKey(level)
      if (!isWanted.has(key) || !level.writable || !level.tracked) continue
      const isDealt = protection === 'tightening' || protection === 'guaranteed'
      // A kit may come along with several of its parts.
      const levels = found.get(key) ?? new Map<string, ForeseenUnit>()
      found.set(key, levels.set(level.levelId, { units, isEstimate: estimate !== null, isDealt }))
    }
  }
  return new Map([...found].map(([key, levels]) => [key, together([...levels.values()])]))
}

function together(levels: readonly ForeseenUnit[]): ForeseenUnit {
  return {
    units: levels.reduce((sum, { units }) => sum + units, 0),
    isEstimate: levels.some(({ isEstimate }) => isEstimate),
    isDealt: levels.some(({ isDealt }) => isDealt),
  }
}

/** So many listings of a connection would fall to zero, or rise, that the writes wait for a person (I8). */
export type AsksFirst = { connectionId: string; kind: 'zero' | 'raise'; listings: number }

/** What one stock unit shows and would show; null: not known. */
export type WrittenUnit = { connectionId: string; shows: number | null; willShow: number }

export async function findStampedes(
  { organizationId }: SyncContext,
  tx: Tx,
  written: readonly WrittenUnit[],
): Promise<AsksFirst[]> {
  const found: AsksFirst[] = []
  for (const [connectionId, of] of Map.groupBy(written, (each) => each.connectionId)) {
    const settings = await readGuard(tx, organizationId, connectionId)
    const listings = await countShown(tx, organizationId, connectionId)
    for (const kind of ['zero', 'raise'] as const) {
      const sudden = countSudden(of, kind, settings)
      if (isStampede(kind, { sudden, listings }, settings))
        found.push({ connectionId, kind, listings: sudden })
    }
  }
  return found
}

function countSudden(of: readonly WrittenUnit[], kind: 'zero' | 'raise', settings: GuardSettings): number {
  return of.filter(
    ({ shows, willShow }) => suddenOf({ desired: willShow, shown: shows ?? undefined }, settings) === kind,
  ).length
}

export function unitKey({ connectionId, stockUnitId }: Unit): string {
  return `${connectionId} ${stockUnitId}`
}
