import type { Tx } from '@plimsoll/database'
import { lockPlaces, prepareBalances } from '../balances.store.ts'
import { type StockContext, UNALLOCATED_LOT } from '../context.ts'
import { findLocations } from '../items.store.ts'
import { availableOf } from '../movements.ts'
import { LotBook } from './lot-book.ts'
import { findLotsById } from './lots.store.ts'
import { dayAt } from './lots.ts'

/**
 * Locks the balances of some places and says what their lots may give. All places that the transaction will move stock
 * at must be named, and the lots that it holds there already, empty or not: balances locked later could be held by
 * somebody who waits for these. A lot that is filled meanwhile gives nothing yet.
 */
export async function lockLotStock(
  tx: Tx,
  context: StockContext,
  places: readonly { itemId: string; locationId: string; lotId?: string }[],
): Promise<LotBook> {
  const { organizationId } = context
  const keys = places.flatMap(({ itemId, locationId, lotId = UNALLOCATED_LOT }) =>
    [...new Set([UNALLOCATED_LOT, lotId])].map((each) => ({ itemId, locationId, lotId: each })),
  )
  const [, balances, locations] = await Promise.all([
    prepareBalances(tx, context, keys),
    lockPlaces(tx, organizationId, keys),
    findLocations(tx, organizationId),
  ])
  const ids = new Set(balances.map(({ lotId }) => lotId).filter((lotId) => lotId !== UNALLOCATED_LOT))
  const lots = new Map((await findLotsById(tx, organizationId, [...ids])).map((lot) => [lot.lotId, lot]))
  const zones = new Map(locations.map(({ locationId, timeZone }) => [locationId, timeZone]))
  const stock = balances.flatMap((balance) => {
    const lot = lots.get(balance.lotId)
    const { itemId, locationId } = balance
    return lot === undefined ? [] : [{ itemId, locationId, lot, free: availableOf(balance) }]
  })
  return new LotBook(stock, (locationId) => dayAt(context.now(), zones.get(locationId) ?? 'UTC'))
}
