import { type CustomerReturn, isOpenReturn, waitingOf } from './return.ts'

/** Base units of one item as whoever took the return in has found them so far. */
export type FoundUnits = { sku: string; restocked: number; damaged: number; disposed: number }

export type FollowedReturn = {
  next: CustomerReturn
  /** Units found beyond what was announced, of others than were announced too. */
  over: { sku: string; units: number }[]
}

/**
 * The return as the warehouse that it came to tells of it: figures are so far, and replace what was told before. What a person has
 * ended stays ended; called off and come all the same, it is closed. Pure.
 * @param isSettled no more of it will come, and all that came is in the ledger
 */
export function decideFollowed(
  returned: CustomerReturn,
  found: readonly FoundUnits[],
  { isSettled, at }: { isSettled: boolean; at: string },
): FollowedReturn {
  const bySku = new Map(found.map((units) => [units.sku, units]))
  const over: FollowedReturn['over'] = []
  const lines = returned.lines.map((line) => {
    const units = bySku.get(line.sku) ?? { restocked: 0, damaged: 0, disposed: 0 }
    const restocked = Math.min(units.restocked, line.announced)
    const damaged = Math.min(units.damaged, line.announced - restocked)
    const disposed = Math.min(units.disposed, line.announced - restocked - damaged)
    const rest = sumOf(units) - restocked - damaged - disposed
    if (rest > 0) over.push({ sku: line.sku, units: rest })
    return { ...line, restocked, damaged, disposed }
  })
  for (const units of found) {
    const isStranger = returned.lines.every(({ sku }) => sku !== units.sku)
    if (isStranger && sumOf(units) > 0) over.push({ sku: units.sku, units: sumOf(units) })
  }
  const next = { ...returned, lines }
  const hasCome = found.some((units) => sumOf(units) > 0)
  if (!isOpenReturn(returned))
    return { next: returned.state === 'cancelled' && hasCome ? { ...next, state: 'closed' } : next, over }
  const isDone = lines.every((line) => waitingOf(line) === 0)
  if (isDone || (isSettled && hasCome)) return { next: { ...next, state: 'closed', endedAt: at }, over }
  if (isSettled) return { next: { ...next, state: 'cancelled', endedAt: at }, over }
  return { next: { ...next, state: hasCome ? 'partly-inspected' : returned.state }, over }
}

function sumOf({ restocked, damaged, disposed }: Omit<FoundUnits, 'sku'>): number {
  return restocked + damaged + disposed
}
