import { insertChangedItems } from '../availability/availability.store.ts'
import { closeSettledChanges } from '../connections/listing-changes.store.ts'
import { rebuildLevels } from '../connections/rebuild-levels.store.ts'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { replayParked } from '../intake/inbox.store.ts'
import { notify } from '../notify.ts'
import { type Tie, type TiedUnit, type TouchedUnit, updateTies } from './tie.store.ts'

/**
 * Ties listings to items as a part of the caller's transaction, which ends with `settleMappings`; of one named twice the
 * last word counts.
 * @throws SyncProblem unknown-listing
 */
export async function tieListings(
  tx: Tx,
  organizationId: string,
  ties: readonly Tie[],
  by: 'person' | 'rule' = 'person',
): Promise<TiedUnit[]> {
  if (ties.length === 0) return []
  const wanted = new Map(ties.map((tie) => [tie.listingId, tie]))
  const tied = await updateTies(tx, organizationId, [...wanted.values()], by)
  const known = new Set(tied.map(({ listingId }) => listingId))
  const missing = ties.find(({ listingId }) => !known.has(listingId))
  if (missing !== undefined)
    throw syncProblem('unknown-listing', 'listingId', `There is no listing ${missing.listingId}.`)
  return tied
}

/** The levels of these stock units as their listings say now. @returns the items whose levels changed */
export async function rebuildUnits(
  context: SyncContext,
  tx: Tx,
  units: readonly TouchedUnit[],
): Promise<string[]> {
  const { organizationId, uuid } = context
  const itemIds: string[] = []
  for (const [connectionId, of] of groupByConnection(units)) {
    const named = [...new Set(of.flatMap(({ stockUnitId }) => stockUnitId ?? []))]
    const stockUnitIds = of.some(({ stockUnitId }) => stockUnitId === undefined) ? undefined : named
    itemIds.push(...(await rebuildLevels(tx, { organizationId, connectionId, uuid }, stockUnitIds)))
  }
  return [...new Set(itemIds)]
}

/**
 * What follows from mappings that were written: levels as they are now, items noted whose levels changed, and what was
 * parked for want of a mapping back in line. Once for all mappings of a transaction.
 * @returns how many parked events are replayed
 */
export async function settleMappings(
  context: SyncContext,
  tx: Tx,
  units: readonly TouchedUnit[],
): Promise<number> {
  const { organizationId, uuid } = context
  const changed = await rebuildUnits(context, tx, units)
  await insertChangedItems(tx, organizationId, changed, { at: nowOf(context), uuid })
  await closeSettledChanges(tx, organizationId, nowOf(context))
  await notify(
    tx,
    organizationId,
    { kind: 'items' },
    { kind: 'screen', topics: ['tasks', 'overview', 'connections'], itemIds: [] },
  )
  return await replayUnmapped(tx, organizationId, [...groupByConnection(units).keys()])
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

function groupByConnection(units: readonly TouchedUnit[]): Map<string, TouchedUnit[]> {
  const inOrder = [...units].sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1))
  return Map.groupBy(inOrder, ({ connectionId }) => connectionId)
}
