import type { ListingChangeList } from '@plimsoll/client'
import { inTransaction, type Tx } from '@plimsoll/database'
import { findStockItems, isUuid } from '@plimsoll/stock'
import {
  copyListingPolicy,
  findListingFacts,
  type KnownDoubt,
  keepMapping,
  lockListingChanges,
  nowOf,
  proposedFor,
  type SyncContext,
  settleMappings,
  syncProblem,
  tieListings,
  untieListing,
  updateAvailability,
} from '@plimsoll/sync'
import { refuseMappingTo } from './mapping.ts'
import { RefusalProblem } from './refusal-problem.ts'

export type ListingDecision = {
  choice: 'keep' | 'move' | 'unmap'
  /** Of the item to move to; that which the SKU now says unless given. */
  sku: string | undefined
  unitsPerListing: number | undefined
}

/** Listings whose SKU says something else than what they are tied to, those that show the most first. */
export async function listListingChanges(context: SyncContext): Promise<ListingChangeList> {
  const found = await findListingFacts(context.database.kysely, context.organizationId, 'doubted')
  const rows = found.flatMap((facts) => toRow(facts) ?? [])
  return { rows: rows.sort((a, b) => (b.shows ?? 0) - (a.shows ?? 0)) }
}

function toRow(facts: KnownDoubt): ListingChangeList['rows'][number] | undefined {
  const { listingId, connectionId, externalId, title, sku, mappedSku, itemSku, unitsPerListing, shows } =
    facts
  if (facts.doubt === null || facts.doubtedAt === null) return undefined
  return {
    listingId,
    connectionId,
    externalId,
    title,
    doubt: facts.doubt,
    since: facts.doubtedAt.toISOString(),
    sku,
    mappedSku,
    itemSku,
    unitsPerListing,
    shows,
    proposed: proposedFor(facts) ?? null,
    otherExternalId: facts.former?.externalId ?? null,
  }
}

/**
 * What a person says of a listing whose SKU changed: it sells what it did, it sells what its SKU says now, or it is tied
 * to nothing. Of two that were swapped both are moved. What was ordered before stays with the item that it reserved.
 * @throws SyncProblem where nothing is asked about it, or nothing has its SKU; RefusalProblem for an archived item
 */
export async function decideOnListing(
  context: SyncContext,
  listingId: string,
  decision: ListingDecision,
): Promise<{ mapped: number; replayed: number }> {
  const { organizationId } = context
  if (!isUuid(listingId))
    throw syncProblem('unknown-listing', 'listing', `"${listingId}" is no id of a listing.`)
  const done = await inTransaction(context.database, async (tx) => {
    await lockListingChanges(tx, organizationId)
    const [facts] = await findListingFacts(tx, organizationId, { listingId })
    if (facts === undefined)
      throw syncProblem('unknown-listing', 'listing', `There is no listing ${listingId} to decide on.`)
    if (facts.doubt === null)
      throw syncProblem('wrong-state', 'listing', `Nothing is asked about "${facts.title}" any more.`)
    const mapped = await carryOut(context, tx, facts, decision)
    return { mapped, replayed: await settleMappings(context, tx, [{ connectionId: facts.connectionId }]) }
  })
  await updateAvailability(context)
  return done
}

/** @returns how many listings were tied anew */
async function carryOut(
  context: SyncContext,
  tx: Tx,
  facts: KnownDoubt,
  decision: ListingDecision,
): Promise<number> {
  const { organizationId } = context
  const { listingId } = facts
  switch (decision.choice) {
    case 'keep':
      // Tied to nothing, that is what it stays.
      if (facts.itemSku === null) await untieListing(tx, organizationId, listingId)
      else await keepMapping(tx, organizationId, listingId)
      return 0
    case 'unmap':
      await untieListing(tx, organizationId, listingId)
      return 0
    case 'move':
      return await move(context, tx, facts, decision)
    default: {
      const never: never = decision.choice
      return never
    }
  }
}

async function move(
  context: SyncContext,
  tx: Tx,
  facts: KnownDoubt,
  { sku, unitsPerListing }: ListingDecision,
): Promise<number> {
  const { organizationId } = context
  const { listingId, former, doubt } = facts
  const proposed = proposedFor(facts)
  const target = sku ?? proposed?.sku
  if (target === undefined)
    throw syncProblem('unknown-item', 'sku', `There is no item with the SKU "${facts.sku}"; name one.`)
  const moves = [
    {
      listingId,
      sku: target,
      unitsPerListing: unitsPerListing ?? (sku === undefined ? proposed?.unitsPerListing : undefined) ?? 1,
    },
  ]
  if (doubt === 'swapped' && sku === undefined && former !== null && facts.itemSku !== null)
    moves.push({ listingId: former.listingId, sku: facts.itemSku, unitsPerListing: facts.unitsPerListing })
  const items = await findStockItems(tx, organizationId, { skus: moves.map((each) => each.sku) })
  await tieListings(
    tx,
    organizationId,
    moves.map((each) => {
      const item = items.find((found) => found.sku === each.sku)
      if (item === undefined)
        throw syncProblem('unknown-item', 'sku', `There is no item with the SKU "${each.sku}".`)
      const refusal = refuseMappingTo(item)
      if (refusal !== undefined) throw new RefusalProblem(refusal)
      return { listingId: each.listingId, itemId: item.itemId, unitsPerListing: each.unitsPerListing }
    }),
  )
  if (doubt === 'relisted' && former !== null && !former.isThere)
    await copyListingPolicy(tx, organizationId, {
      from: former.listingId,
      to: listingId,
      at: nowOf(context),
    })
  return moves.length
}
