import { inTransaction } from '@plimsoll/database'
import { defineKit, findItemsBySku, type KitDefined, type KitRequest, type Refusal } from '@plimsoll/stock'
import { nowOf, type SyncContext, type Tx, toStockContext } from '../context.ts'
import { lockAvailability } from './availability.store.ts'
import { updateAvailabilityOf } from './availability.ts'
import { hasSetAside } from './set-aside.store.ts'
import { findKitParts } from './stock-in-pools.store.ts'

/**
 * Says what a kit contains, and works out in the same transaction what every listing of it, and of the kits that
 * contain it, should show now.
 */
export async function changeKit(context: SyncContext, request: KitRequest): Promise<KitDefined | Refusal> {
  return await inTransaction(context.database, async (tx) => {
    const [before] = await findItemsBySku(tx, context.organizationId, [request.sku])
    const partsBefore = before === undefined ? [] : await findPartsOf(context, tx, [before.itemId])
    const outcome = await defineKit(tx, toStockContext(context), request)
    if (outcome.kind === 'refused' || !outcome.isChanged) return outcome
    await tellOfKits(context, tx, [outcome.itemId, ...outcome.changedKitIds, ...partsBefore])
    return outcome
  })
}

/**
 * What every listing of these kits should show now, after they were defined and as the last thing in that transaction:
 * everybody else who works out availability waits for its end.
 */
export async function tellOfKits(context: SyncContext, tx: Tx, itemIds: readonly string[]): Promise<void> {
  // Also where so many kits change that they are only noted: whoever works out availability reads what kits come
  // down to several times over, and must find the same each time.
  await lockAvailability(tx, context.organizationId)
  const at = nowOf(context)
  // What is set aside for a listing of a kit is set aside of its parts, which others sell too.
  const parts = await findPartsOf(context, tx, itemIds)
  await updateAvailabilityOf(context, tx, { itemIds: [...itemIds, ...parts], at })
}

/** What these kits contain, where anything is set aside for anybody. */
async function findPartsOf(context: SyncContext, tx: Tx, itemIds: readonly string[]): Promise<string[]> {
  const { organizationId } = context
  if (!(await hasSetAside(tx, organizationId, nowOf(context)))) return []
  const parts = await findKitParts(tx, organizationId, itemIds)
  return parts.map((part) => part.partItemId)
}
