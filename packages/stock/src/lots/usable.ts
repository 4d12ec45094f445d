import type { Balance } from '../movements.ts'
import { findBlock, isUsable, type Lot } from './lots.ts'

/**
 * Units of one lot at one place that may not be promised, out of those that are on hand and not held. Of a lot that
 * may not leave it is all of them, for what is promised from it must come from another; of one that is only too short
 * for whoever asks, what is promised from it stays good, so it is the rest.
 */
export function unusableOf(
  lot: Pick<Lot, 'status' | 'expiresOn'>,
  balance: Pick<Balance, 'onHand' | 'held' | 'reserved'>,
  today: string,
  minShelfLifeDays: number,
): number {
  const there = balance.onHand - balance.held
  if (findBlock(lot, today) !== undefined) return Math.max(0, there)
  if (isUsable(lot, today, minShelfLifeDays)) return 0
  return Math.max(0, there - balance.reserved)
}
