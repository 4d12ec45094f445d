import type { LotDetail } from '@plimsoll/client'

/** How a lot stands: as a person set it, or expired by time, which no one sets. */
export type LotStanding = LotDetail['status'] | 'expired'

/**
 * A released lot has expired where the hub says that it may not leave; the days are those of each location. Of one that
 * is nowhere the day itself must do.
 * @param nowMs by the hub's clock
 */
export function standingOf(
  lot: Pick<LotDetail, 'status' | 'expiresOn' | 'balances'>,
  nowMs: number,
): LotStanding {
  if (lot.status !== 'released') return lot.status
  const today = new Date(nowMs).toISOString().slice(0, 10)
  const isExpired =
    lot.balances.length === 0
      ? lot.expiresOn !== null && lot.expiresOn < today
      : lot.balances.some((balance) => !balance.isUsable)
  return isExpired ? 'expired' : 'released'
}
