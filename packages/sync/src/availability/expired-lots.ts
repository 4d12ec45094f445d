import { inTransaction } from '@plimsoll/database'
import { nowOf, type SyncContext } from '../context.ts'
import { notify } from '../notify.ts'
import { insertChangedItems } from './availability.store.ts'
import { findItemsPastLimit, lockLotClock, saveLotClock } from './lot-stock.store.ts'

/**
 * Notes the items of which a lot has expired, or become too short for a channel, since this was last looked at: what may
 * be promised changes then without any movement. Any process may do it; two at once do it once.
 * @returns how many items were noted
 */
export async function noteExpiredLots(context: SyncContext): Promise<number> {
  const { organizationId, database } = context
  const until = nowOf(context)
  return await inTransaction(database, async (tx) => {
    const since = await lockLotClock(tx, organizationId)
    if (since === undefined || (since !== null && since >= until)) return 0
    const itemIds = await findItemsPastLimit(tx, organizationId, { since, until })
    await saveLotClock(tx, organizationId, until)
    if (itemIds.length === 0) return 0
    await insertChangedItems(tx, organizationId, itemIds, { at: until, uuid: context.uuid })
    await notify(tx, organizationId, { kind: 'items' })
    return itemIds.length
  })
}
