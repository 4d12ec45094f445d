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
import { mapBySku } from './mappings.store.ts'
import { closeCountedAgain, findStockUnits, findStockUnitsOf, rebuildLevels } from './rebuild-levels.store.ts'

/** Listings that were read, and the stock units that they had before. */
export type ListingsRead = { externalIds: readonly string[]; stockUnitsBefore: readonly string[] }

/**
 * After listings were read: asks a person about those whose SKU says something else than before, ties those that may be
 * tied by their SKU, and brings the levels up to date. In this order: what is doubtful is never matched.
 * @param read undefined: all
 * @returns how many were tied, and the items whose levels changed: the caller notes them
 */
export async function matchListings(
  context: SyncContext,
  tx: Tx,
  connectionId: string,
  read: ListingsRead | undefined,
): Promise<{ mapped: number; itemIds: string[] }> {
  const { organizationId, uuid } = context
  const place = { organizationId, connectionId, uuid }
  const doubted = await noteListingChanges(context, tx, connectionId, read?.externalIds)
  const tied = await mapBySku(tx, organizationId, connectionId)
  const rebuilt = async () => {
    if (read === undefined) return await rebuildAllLevels(tx, place)
    const now = await findStockUnitsOf(tx, place, read.externalIds)
    return await rebuildLevels(tx, place, [
      ...new Set([...read.stockUnitsBefore, ...now, ...doubted, ...tied]),
    ])
  }
  const itemIds = await rebuilt()
  await closeCountedAgain(tx, organizationId, connectionId, nowOf(context))
  return { mapped: tied.length, itemIds }
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
  read: ListingsRead | undefined,
): Promise<number> {
  const { organizationId, uuid } = context
  const { mapped, itemIds } = await matchListings(context, tx, connectionId, read)
  await insertChangedItems(tx, organizationId, itemIds, { at: nowOf(context), uuid })
  await notify(tx, organizationId, { kind: 'items' })
  return mapped
}

/** @returns the stock units of those about which there is or was a doubt */
async function noteListingChanges(
  context: SyncContext,
  tx: Tx,
  connectionId: string,
  externalIds: readonly string[] | undefined,
): Promise<string[]> {
  const { organizationId } = context
  const at = nowOf(context)
  const gone = await forgetDoubtsOfGone(tx, organizationId, connectionId)
  const facts = await findListingFacts(tx, organizationId, { connectionId, externalIds })
  const decided = facts.map((each) => ({ facts: each, change: decideListingChange(each) }))
  const doubted = await saveDoubts(
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
  return [...gone, ...doubted]
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
