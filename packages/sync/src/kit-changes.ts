import { inTransaction } from '@plimsoll/database'
import { defineKit, type KitDefined, type KitRequest, type Refusal } from '@plimsoll/stock'
import { lockAvailability } from './availability.store.ts'
import { updateAvailabilityOf } from './availability.ts'
import { nowOf, type SyncContext, toStockContext } from './context.ts'

/**
 * Says what a kit contains, and works out in the same transaction what every listing of it, and of the kits that
 * contain it, should show now.
 */
export async function changeKit(context: SyncContext, request: KitRequest): Promise<KitDefined | Refusal> {
  const at = nowOf(context)
  return await inTransaction(context.database, async (tx) => {
    const outcome = await defineKit(tx, toStockContext(context), request)
    if (outcome.kind === 'refused' || !outcome.isChanged) return outcome
    // Also where so many kits change that they are only noted: whoever works out availability reads what kits come
    // down to several times over, and must find the same each time.
    await lockAvailability(tx, context.organizationId)
    const itemIds = [outcome.itemId, ...outcome.changedKitIds]
    await updateAvailabilityOf(context, tx, { itemIds, at })
    return outcome
  })
}
