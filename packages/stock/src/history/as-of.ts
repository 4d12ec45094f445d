import { type Refusal, refuse } from '../errors.ts'
import type { Balance } from '../movements.ts'
import type { ClosedMonth } from './months.store.ts'
import { monthText, startOfMonth } from './months.ts'

/**
 * `recorded`: what the ledger said at that moment; it never changes later. `effective`: what was true at that moment
 * as is known now, also from what was recorded later.
 */
export type AsOfMode = 'recorded' | 'effective'

/** Where reading begins: figures of checkpoints at most so new, and the movements recorded from then on. */
export type Opening = { kind: 'opening'; at: Date }

/** Before the first closed month there are no checkpoints, and all movements are read. */
export const BEGINNING = new Date('0001-01-01T00:00:00Z')

/**
 * Where to begin so as to know the figures at `at`: at the start of its month, or of the first that is not closed.
 * Refused where movements are needed that lie in a file.
 */
export function decideOpening(months: readonly ClosedMonth[], at: Date, by: AsOfMode): Opening | Refusal {
  const missing = months.findLast(
    ({ month, isArchived }) =>
      isArchived &&
      (by === 'effective'
        ? // What was recorded later may have been effective earlier.
          at < startOfMonth(month, 1)
        : startOfMonth(at).getTime() === month.getTime()),
  )
  if (missing !== undefined && missing.movements > 0) {
    const name = monthText(missing.month)
    return refuse('month-archived', 'at', `The movements of ${name} lie in a file.`)
  }
  return { kind: 'opening', at: openingOf(months, at) }
}

/** The newest checkpoint that is not after a moment. */
export function openingOf(months: readonly ClosedMonth[], at: Date): Date {
  const last = months.at(-1)
  if (last === undefined) return BEGINNING
  const until = startOfMonth(last.month, 1)
  const month = startOfMonth(at)
  return new Date(Math.min(until.getTime(), month.getTime()))
}

/** Figures of one item at one location and lot, with what they are made of: checkpoint + movements + late ones. */
export type StockAt = {
  locationId: string
  lotId: string
  figures: Balance
  checkpoint: Balance
  /** Movements recorded between the checkpoint and the moment, and what they add up to. */
  movements: number
  /** Of `effective` alone: recorded after the moment, effective before or at it. */
  late: Balance
  lateMovements: number
}
