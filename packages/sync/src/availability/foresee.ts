import type { Tx } from '@plimsoll/database'
import { nowOf, type SyncContext } from '../context.ts'
import { isAnythingProtected } from '../load-line/demand.store.ts'
import {
  dealtOf,
  type LineBasis,
  NO_BASIS,
  type Promised,
  partsOf,
  protectionOf,
  zonesOf,
} from '../load-line/line-plan.ts'
import { foreseeDepths, foreseeSales, riskOf } from '../load-line/measure-demand.ts'
import { readLineBasis } from '../load-line/protect.ts'
import { nearestProtection } from '../load-line/protection.ts'
import { settleLines } from '../load-line/settled.ts'
import type { Protections } from '../load-line/zones.ts'
import { orZeroed } from '../safety/zeroing.ts'
import { findKitsBeyond } from './kit-levels.store.ts'
import type { LevelWithStock } from './level-figures.ts'
import { promisedOf, readProtectedFigures } from './protected-figures.ts'
import { addUpUnits } from './supply.ts'
import type { Supposition } from './suppose.ts'
import { findItemsBeside } from './whatif.store.ts'

/**
 * Why a number is an estimate. `measured-now`: it rests on how the item sells, as far as that is known now. `unsettled`:
 * what the channels come to depends on the order in which they answer, or on what nobody knows yet.
 */
export type Estimate = 'measured-now' | 'unsettled'

export type Foreseen = {
  level: LevelWithStock
  units: number
  because: ReturnType<typeof orZeroed>['because']
  protection: LevelWithStock['protection']
  /** Null: it is what it comes to as long as nothing else changes. */
  estimate: Estimate | null
}

/**
 * What each level of these items comes to show once the channels have answered and nothing else changes, at a moment and
 * with what is supposed: by the same decisions as what is really shown, with protections.
 * @param supposed undefined: as it is
 */
export async function foreseeLevels(
  context: SyncContext,
  tx: Tx,
  itemIds: readonly string[],
  { at, supposed }: { at: Date; supposed?: Supposition | undefined },
): Promise<Foreseen[]> {
  const { organizationId, connectors } = context
  const now = nowOf(context)
  // Dealt together are all that share something, by kits too.
  const beside = await findItemsBeside(tx, organizationId, itemIds, BESIDE_MAX)
  const looked = beside.slice(0, BESIDE_MAX)
  const [read, kitsBeyond] = await Promise.all([
    readProtectedFigures(tx, organizationId, looked, { at, supposed: supposed?.figures }),
    findKitsBeyond(tx, organizationId, looked),
  ])
  const isPart = beside.length > BESIDE_MAX || kitsBeyond.length > 0
  const { protections, measured, salesOf } = await toProtections(context, tx, read.protections, supposed)
  const promised = promisedOf({ ...read, protections }, connectors)
  const zones = zonesOf(promised, protections)
  const dealt = dealtOf(promised, zones)
  const basis =
    dealt.length === 0
      ? NO_BASIS
      : await readLineBasis(tx, organizationId, dealt, {
          at,
          heldBy: promised.map(({ level }) => level.levelId),
        })
  const free = addUpUnits([...basis.free, ...(supposed?.stock ?? [])])
  const factsOf = withSales(dealt, basis.factsOf, salesOf)
  const settled = settleLines(context, dealt, { basis: { ...basis, factsOf, free }, now })
  return promised.map((each): Foreseen => {
    const { level, desired } = each
    const line = settled.get(level.levelId)
    const shown = line === undefined ? desired : { ...desired, units: line.units, because: line.because }
    const { units, because } = orZeroed(level, shown)
    const isBuffered = zones.get(level.levelId) === 'buffered'
    const isFaded = at > now && (line !== undefined || isBuffered)
    const isUnsure = line !== undefined && (!line.isSure || isPart)
    return {
      level,
      units,
      because,
      protection: protectionOf(level.levelId, zones, settled),
      estimate: isUnsure
        ? 'unsettled'
        : isFaded || isByDemand(each, protections, measured)
          ? 'measured-now'
          : null,
    }
  })
}

/** Items that are looked at together; a box that is in all kits brings no more along. */
const BESIDE_MAX = 5_000

/**
 * Settings as they are supposed to be; and what would be kept back by them, where that has not been measured for them.
 * `salesOf`: how much each connection sells, where nothing was protected and so nobody has measured it.
 */
async function toProtections(
  context: SyncContext,
  tx: Tx,
  stored: Protections,
  supposed: Supposition | undefined,
): Promise<{
  protections: Protections
  measured: ReadonlySet<string>
  salesOf?: ReadonlyMap<string, number>
}> {
  if (supposed?.protections === undefined) return { protections: stored, measured: new Set() }
  const settings = supposed.protections(stored.settings)
  const isMeasured = await isAnythingProtected(tx, context.organizationId)
  const itemIds = [...stored.availableOf.keys()].filter(
    (itemId) => !isMeasured || riskOf(stored.settings, itemId) !== riskOf(settings, itemId),
  )
  if (itemIds.length === 0) return { protections: { ...stored, settings }, measured: new Set() }
  const foreseen = await foreseeDepths(context, tx, itemIds.sort(), { ...stored, settings })
  const depths = new Map([...stored.depths, ...foreseen])
  const planned = { protections: { ...stored, settings, depths }, measured: new Set(itemIds) }
  return isMeasured ? planned : { ...planned, salesOf: await foreseeSales(context, tx) }
}

/** What is known of dealt levels, with what their connections sell where only this answer has measured it. */
function withSales(
  dealt: readonly Promised[],
  factsOf: LineBasis['factsOf'],
  salesOf: ReadonlyMap<string, number> | undefined,
): LineBasis['factsOf'] {
  if (salesOf === undefined) return factsOf
  const connectionOf = new Map(dealt.map(({ level }) => [level.levelId, level.connectionId]))
  return new Map(
    [...factsOf].map(([levelId, facts]) => {
      const connectionSales = salesOf.get(connectionOf.get(levelId) ?? '') ?? facts.connectionSales
      return [levelId, { ...facts, connectionSales }]
    }),
  )
}

/** Whether it rests on what was measured only for this answer. */
function isByDemand(
  each: Promised,
  { settings, depths }: Protections,
  measured: ReadonlySet<string>,
): boolean {
  return partsOf(each).some(({ itemId }) => {
    const { mode } = nearestProtection(settings, { itemId, connectionId: each.level.connectionId })
    if (!measured.has(itemId) || mode === 'open') return false
    // Shares follow what each connection sells, which is measured the same for the first deal.
    const buffers = [...(depths.get(itemId)?.buffers.values() ?? [])]
    return mode !== 'guaranteed' || buffers.some(({ units, autoUnits }) => units > 0 || autoUnits > 0)
  })
}
