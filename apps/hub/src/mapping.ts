import { inTransaction, type Tx } from '@plimsoll/database'
import { findStockItems, refuse } from '@plimsoll/stock'
import {
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

export type MappingInput = { listingId: string; sku: string; unitsPerListing: number }

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
    const items = await findStockItems(tx, organizationId, { skus: mappings.map((mapping) => mapping.sku) })
    const bySku = new Map(items.map((item) => [item.sku, item]))
    const touched = new Set<string>()
    for (const { listingId, sku, unitsPerListing } of mappings) {
      const item = bySku.get(sku)
      if (item === undefined) {
        throw syncProblem('unknown-item', 'sku', `There is no item with the SKU "${sku}".`)
      }
      if (item.archivedAt !== null) {
        const message = `The item "${sku}" is archived, so nothing new may sell it.`
        throw new RefusalProblem(refuse('item-archived', 'sku', message))
      }
      const { itemId } = item
      const mapped = await mapListing(tx, organizationId, { listingId, itemId, unitsPerListing })
      if (mapped === undefined)
        throw syncProblem('unknown-listing', 'listingId', `There is no listing ${listingId}.`)
      touched.add(mapped.connectionId)
    }
    for (const connectionId of touched) {
      const changed = await rebuildLevels(tx, { organizationId, connectionId, uuid: context.uuid })
      await insertChangedItems(tx, organizationId, changed, { at: nowOf(context), uuid: context.uuid })
    }
    await notify(tx, organizationId, { kind: 'items' })
    return await replayUnmapped(tx, organizationId, [...touched])
  })
  await updateAvailability(context)
  return { mapped: mappings.length, replayed }
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
