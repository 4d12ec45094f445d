import { decideLevels, type Levels, type LevelsQuestion } from './levels.ts'

/**
 * A kit that is put together ahead of time from units of an item, at the place where that is done. It is an item of its own
 * with a plan of its own; to the item it is somebody who is supplied. Quantities in kits, but for `each`.
 */
export type KitNeed = {
  kitId: string
  /** Units of the item in one kit. */
  each: number
  perDay: number
  variancePerDay: number
  /** Kits there are and that come, at all places that get them from there. */
  position: number
  /** That the kit is ordered by, with those places. */
  levels: Levels
  /** Kits that are to be put together now. */
  wanted: number
  packUnits: number
}

type Sums = Pick<LevelsQuestion, 'perDay' | 'variancePerDay'> & {
  onward: { demand: number; safetyStock: number }
}

/** What the kit asks of the item: its demand, and what it keeps until more of it is put together. */
export function sumsOfKit({ each, perDay, variancePerDay, levels }: KitNeed): Sums {
  return {
    perDay: each * perDay,
    variancePerDay: each * each * variancePerDay,
    onward: { demand: each * levels.demandOverLead, safetyStock: each * levels.safetyStock },
  }
}

/**
 * Units of the item that are in kits already, as far as they spare whoever orders new ones: what there is of the kit beyond
 * what sells until an order made now had come by way of it is of no use to anything else.
 * @param ordering the rule that new units are ordered by
 * @param waysDays how long units take from there to where the kit is put together
 */
export function positionInKit(
  kit: KitNeed,
  ordering: Omit<LevelsQuestion, 'perDay' | 'variancePerDay' | 'onward'>,
  waysDays: number,
): number {
  const sums = sumsOfKit(kit)
  const demand = sums.perDay * waysDays + sums.onward.demand
  const far = decideLevels({ ...ordering, ...sums, onward: { ...sums.onward, demand } })
  const most = Math.max(kit.each * kit.levels.orderUpTo, far.orderUpTo) + kit.each
  return Math.min(most, kit.each * kit.position)
}
