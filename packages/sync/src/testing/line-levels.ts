import type { LineLevel } from '../load-line/load-line.ts'

export const at = (ms: number) => new Date(ms)

/** A level of one item at one place: `holds` listing units, of which nothing was sold unseen. */
export function levelOf(
  levelId: string,
  changes: Partial<LineLevel> & { holds?: number; demand?: number } = {},
): LineLevel {
  const { holds = 0, demand = 1, ...others } = changes
  return {
    levelId,
    parts: [{ itemId: 'bottle', unitsEach: 1 }],
    locationIds: ['MAIN'],
    effect: 'guarded',
    bound: { older: 0, olderUntil: at(0), current: holds, from: at(0) },
    underWay: [],
    told: undefined,
    shown: holds,
    wanted: 1_000,
    unsubtracted: 0,
    weight: demand,
    perHour: demand,
    perSale: 1,
    mayWrite: true,
    pauseMs: 5_000,
    ...others,
  }
}

export const there = (units: number, locationId = 'MAIN', itemId = 'bottle') => ({
  itemId,
  locationId,
  units,
})

export function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0)
}
