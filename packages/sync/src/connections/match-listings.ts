import { insertChangedItems } from '../availability/availability.store.ts'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { notify } from '../notify.ts'
import { openTask } from '../tasks.store.ts'
import {
  closeSettledChanges,
  findListingFacts,
  forgetDoubtsOfGone,
  type KnownDoubt,
  saveDoubts,
} from './listing-changes.store.ts'
import {
  decideListingChange,
  describeListingChange,
  type ListingDoubt,
  toldListingChange,
} from './listing-changes.ts'
import { findStockUnits, mapBySku, rebuildLevels } from './mappings.store.ts'

/**
 * After listings were read: asks a person about those whose SKU says something else than before, ties those that may be
 * tied by their SKU, and brings the levels up to date. In this order: what is doubtful is never matched.
 * @param externalIds of those that were read; undefined: all
 * @returns how many were tied, and the items whose levels changed: the caller notes them
 */
export async function matchListings(
  context: SyncContext,
  tx: Tx,
  connectionId: string,
  externalIds: readonly string[] | undefined,
): Promise<{ mapped: number; itemIds: string[] }> {
  const { organizationId, uuid } = context
  await noteListingChanges(context, tx, connectionId, externalIds)
  const mapped = await mapBySku(tx, organizationId, connectionId)
  return { mapped, itemIds: await rebuildAllLevels(tx, { organizationId, connectionId, uuid }) }
}

/** Stock units whose levels are rebuilt by one statement: a hundred thousand rows at once would hold the event loop. */
const REBUILT_AT_ONCE = 2_000

async function rebuildAllLevels(
  tx: Tx,
  place: { organizationId: string; connectionId: string; uuid(): string },
): Promise<string[]> {
  const changed = new Set<string>()
  let after: string | undefined
  for (;;) {
    const stockUnitIds = await findStockUnits(tx, place, { after, limit: REBUILT_AT_ONCE })
    if (stockUnitIds.length === 0) return [...changed]
    for (const itemId of await rebuildLevels(tx, place, stockUnitIds)) changed.add(itemId)
    after = stockUnitIds.at(-1)
  }
}

/** The same, and what follows is worked out by the turns. @returns how many were tied */
export async function matchAndNote(
  context: SyncContext,
  tx: Tx,
  connectionId: string,
  externalIds: readonly string[] | undefined,
): Promise<number> {
  const { organizationId, uuid } = context
  const { mapped, itemIds } = await matchListings(context, tx, connectionId, externalIds)
  await insertChangedItems(tx, organizationId, itemIds, { at: nowOf(context), uuid })
  await notify(tx, organizationId, { kind: 'items' })
  return mapped
}

async function noteListingChanges(
  context: SyncContext,
  tx: Tx,
  connectionId: string,
  externalIds: readonly string[] | undefined,
): Promise<void> {
  const { organizationId } = context
  const at = nowOf(context)
  await forgetDoubtsOfGone(tx, organizationId, connectionId)
  const facts = await findListingFacts(tx, organizationId, { connectionId, externalIds })
  const decided = facts.map((each) => ({ facts: each, change: decideListingChange(each) }))
  await saveDoubts(
    tx,
    organizationId,
    decided.map(({ facts: { listingId }, change }) => ({
      listingId,
      doubt: change.kind === 'doubtful' ? change.doubt : null,
    })),
    at,
  )
  for (const { facts: each, change } of decided) {
    if (change.kind === 'doubtful') await ask(context, tx, each, change.doubt)
  }
  await closeSettledChanges(tx, organizationId, at)
  if (decided.length > 0)
    await notify(tx, organizationId, {
      kind: 'screen',
      topics: ['tasks', 'overview', 'connections'],
      itemIds: [],
    })
}

async function ask(context: SyncContext, tx: Tx, facts: KnownDoubt, doubt: ListingDoubt): Promise<void> {
  await openTask(
    tx,
    context.organizationId,
    {
      kind: 'listing-changed',
      subject: facts.listingId,
      connectionId: facts.connectionId,
      sku: facts.itemSku,
      units: doubt === 'relisted' ? null : facts.shows,
      detail: describeListingChange(facts, doubt),
      told: toldListingChange(facts, doubt),
    },
    { at: nowOf(context), uuid: context.uuid },
  )
}
