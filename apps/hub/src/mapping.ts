import { inTransaction } from '@plimsoll/database'
import { findStockItems, type Refusal, refuse, type StockItem } from '@plimsoll/stock'
import {
  type SyncContext,
  settleMappings,
  syncProblem,
  tieListings,
  updateAvailability,
} from '@plimsoll/sync'
import { RefusalProblem } from './refusal-problem.ts'

/** `sku` null: tied to nothing, and no match by SKU ties it again. */
export type MappingInput = { listingId: string; sku: string | null; unitsPerListing: number }

/**
 * Ties listings to items as a person decided, all or none; then what was parked for want of a mapping is
 * put back in line.
 * @throws SyncProblem naming the SKU or listing that is unknown; RefusalProblem for an archived item
 */
export async function mapListings(
  context: SyncContext,
  mappings: readonly MappingInput[],
): Promise<{ mapped: number; replayed: number }> {
  const { organizationId } = context
  const replayed = await inTransaction(context.database, async (tx) => {
    const items = await findStockItems(tx, organizationId, {
      skus: mappings.flatMap((mapping) => mapping.sku ?? []),
    })
    const bySku = new Map(items.map((item) => [item.sku, item]))
    const touched = await tieListings(
      tx,
      organizationId,
      mappings.map(({ listingId, sku, unitsPerListing }) => {
        if (sku === null) return { listingId, itemId: null, unitsPerListing: 1 }
        const item = bySku.get(sku)
        if (item === undefined) {
          throw syncProblem('unknown-item', 'sku', `There is no item with the SKU "${sku}".`)
        }
        const refusal = refuseMappingTo(item)
        if (refusal !== undefined) throw new RefusalProblem(refusal)
        return { listingId, itemId: item.itemId, unitsPerListing }
      }),
    )
    return await settleMappings(context, tx, touched)
  })
  await updateAvailability(context)
  return { mapped: mappings.length, replayed }
}

/** Nothing new may sell an archived item. */
export function refuseMappingTo({ sku, archivedAt }: StockItem): Refusal | undefined {
  return archivedAt === null
    ? undefined
    : refuse('item-archived', 'sku', `The item "${sku}" is archived, so nothing new may sell it.`)
}
