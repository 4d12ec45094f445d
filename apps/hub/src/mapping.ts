import { inTransaction, type Tx } from '@plimsoll/database'
import { findStockItems, type Refusal, refuse, type StockItem } from '@plimsoll/stock'
import {
  closeSettledChanges,
  insertChangedItems,
  mapListing,
  notify,
  nowOf,
  rebuildLevels,
  replayParked,
  type SyncContext,
  syncProblem,
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
    return await settleMappings(context, tx, [...touched])
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

/**
 * Writes mappings as a part of the caller's transaction, which ends with `settleMappings`.
 * @returns the connections whose listings these are
 * @throws SyncProblem unknown-listing
 */
export async function tieListings(
  tx: Tx,
  organizationId: string,
  mappings: readonly { listingId: string; itemId: string | null; unitsPerListing: number }[],
): Promise<Set<string>> {
  const connectionIds = new Set<string>()
  for (const mapping of mappings) {
    const mapped = await mapListing(tx, organizationId, mapping)
    if (mapped === undefined) {
      throw syncProblem('unknown-listing', 'listingId', `There is no listing ${mapping.listingId}.`)
    }
    connectionIds.add(mapped.connectionId)
  }
  return connectionIds
}

/**
 * What follows from mappings that were written: levels as they are now, items noted whose levels changed, and what was
 * parked for want of a mapping back in line. Once for all mappings of a transaction.
 * @returns how many parked events are replayed
 */
export async function settleMappings(
  context: SyncContext,
  tx: Tx,
  connectionIds: readonly string[],
): Promise<number> {
  const { organizationId, uuid } = context
  for (const connectionId of connectionIds) {
    const changed = await rebuildLevels(tx, { organizationId, connectionId, uuid })
    await insertChangedItems(tx, organizationId, changed, { at: nowOf(context), uuid })
  }
  await closeSettledChanges(tx, organizationId, nowOf(context))
  await notify(
    tx,
    organizationId,
    { kind: 'items' },
    { kind: 'screen', topics: ['tasks', 'overview', 'connections'], itemIds: [] },
  )
  return await replayUnmapped(tx, organizationId, connectionIds)
}

/** With the mapping or not at all: an order that waited for it must not be left waiting. @returns how many */
async function replayUnmapped(
  tx: Tx,
  organizationId: string,
  connectionIds: readonly string[],
): Promise<number> {
  let replayed = 0
  for (const connectionId of connectionIds) {
    const result = await replayParked(tx, organizationId, { reasonCode: 'unmapped-listing', connectionId })
    replayed += result.replayed
  }
  if (replayed > 0) await notify(tx, organizationId, { kind: 'inbox', connectionIds: [...connectionIds] })
  return replayed
}
