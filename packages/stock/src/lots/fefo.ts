import { isUsable, type Lot } from './lots.ts'

/** A lot and what of it may still be given to somebody: on hand − reserved − held there. */
export type LotStock = { lot: Lot; free: number }
export type LotPick = { lotId: string; units: number }

/**
 * First expired, first out: which lots give how many units. A lot is passed over only where it is not usable or empty.
 * @param units how many are wanted; where usable lots hold fewer, all that they hold is picked
 * @param today the day at the place of the lots
 */
export function pickFirstExpired(
  stock: readonly LotStock[],
  { units, today, minShelfLifeDays }: { units: number; today: string; minShelfLifeDays: number },
): LotPick[] {
  const usable = stock.filter(({ lot, free }) => free > 0 && isUsable(lot, today, minShelfLifeDays))
  const picks: LotPick[] = []
  let left = units
  for (const { lot, free } of usable.sort(byExpiry)) {
    if (left === 0) break
    const taken = Math.min(left, free)
    picks.push({ lotId: lot.lotId, units: taken })
    left -= taken
  }
  return picks
}

/** The earliest expiry first, lots that never expire last; then what was known first; then by code, so that it is always the same. */
export function byExpiry({ lot: a }: { lot: Lot }, { lot: b }: { lot: Lot }): number {
  if (a.expiresOn !== b.expiresOn) {
    if (a.expiresOn === null) return 1
    if (b.expiresOn === null) return -1
    return a.expiresOn < b.expiresOn ? -1 : 1
  }
  const made = a.createdAt.getTime() - b.createdAt.getTime()
  if (made !== 0) return made
  return a.code < b.code ? -1 : 1
}
