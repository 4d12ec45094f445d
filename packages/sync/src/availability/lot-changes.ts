import { inTransaction, type LotStatus } from '@plimsoll/database'
import {
  changeLotStatus,
  correctLot,
  createLot,
  type LotCorrected,
  type LotCorrection,
  type LotDetails,
  type LotNames,
  type LotSaved,
  type LotStatusChanged,
  type Refusal,
} from '@plimsoll/stock'
import { nowOf, type SyncContext, toStockContext } from '../context.ts'
import { updateAvailabilityOf } from './availability.ts'

/** Makes a lot of which nothing is there yet. */
export async function saveNewLot(
  context: SyncContext,
  lot: LotNames & LotDetails & { status?: LotStatus | undefined },
): Promise<LotSaved | Refusal> {
  return await inTransaction(context.database, (tx) => createLot(tx, toStockContext(context), lot))
}

/**
 * Releases, quarantines or recalls a lot, and works out in the same transaction what every channel should show now.
 * What follows from a recall is never held back, however many listings it takes to zero (I8).
 */
export async function setLotStatus(
  context: SyncContext,
  change: LotNames & { status: LotStatus },
): Promise<LotStatusChanged | Refusal> {
  return await inTransaction(context.database, async (tx) => {
    const outcome = await changeLotStatus(tx, toStockContext(context), change)
    if (outcome.kind === 'refused' || outcome.before === outcome.lot.status) return outcome
    await updateAvailabilityOf(context, tx, { itemIds: [outcome.lot.itemId], at: nowOf(context) })
    return outcome
  })
}

/**
 * Corrects what is printed on a lot, and works out in the same transaction what every channel should show now: with
 * another last day, units may leave that could not, or may not any more.
 */
export async function changeLot(
  context: SyncContext,
  correction: LotNames & LotCorrection,
): Promise<LotCorrected | Refusal> {
  return await inTransaction(context.database, async (tx) => {
    const outcome = await correctLot(tx, toStockContext(context), correction)
    if (outcome.kind === 'refused' || !outcome.changes.some(({ what }) => what === 'expiresOn'))
      return outcome
    await updateAvailabilityOf(context, tx, { itemIds: [outcome.lot.itemId], at: nowOf(context) })
    return outcome
  })
}
