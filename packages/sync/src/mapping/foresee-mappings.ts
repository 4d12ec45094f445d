import { inTransaction } from '@plimsoll/database'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { type ConflictKind, findConflicts } from './conflicts.store.ts'
import { foreseeUnits, unitKey } from './foresee-units.ts'
import { ignoreListings } from './ignore.store.ts'
import type { ChangedListing } from './mapping-batches.ts'
import { findItemsOfUnits, findShown } from './shown.store.ts'
import { lockListings } from './tie.store.ts'
import { rebuildUnits, tieListings } from './tie.ts'

/** What a listing is supposed to sell, or that it is supposed to be ignored. */
export type SupposedMapping = ChangedListing & {
  listingId: string
  unitsAfter: number
  ignoredAfter: string | null
}

export type ForeseenMapping = {
  listingId: string
  /** On the platform now, all its locations together; null: not known. */
  shows: number | null
  /** What it comes to show; null: it is not written. */
  willShow: number | null
  estimated: boolean
  conflicts: { kind: ConflictKind; other: string | null }[]
}

/** In what a listing may be once its mapping is written; the other kinds are of listings that wait. */
const AFTERWARDS = ['shared-level', 'item-repeated', 'gone'] as const

/**
 * What these listings would show, and be in conflict with: they are tied and ignored, by the very code that does it, what
 * follows is read, and all of it is undone.
 * @param isPart others are looked at apart from these: what is shared out between listings is an estimate then
 * @throws SyncProblem where a listing is gone meanwhile
 */
export async function foreseeMappings(
  context: SyncContext,
  supposed: readonly SupposedMapping[],
  { isPart }: { isPart: boolean },
): Promise<ForeseenMapping[]> {
  try {
    return await inTransaction(
      context.database,
      async (tx) => {
        throw new Undone(await trySupposed(context, tx, supposed, isPart))
      },
      { isolationLevel: 'repeatable read' },
    )
  } catch (error) {
    if (error instanceof Undone) return error.foreseen
    throw error
  }
}

/** Carries the answer out of a transaction of which nothing is to stay. */
class Undone extends Error {
  readonly foreseen: ForeseenMapping[]

  constructor(foreseen: ForeseenMapping[]) {
    super('a preview leaves nothing behind')
    this.foreseen = foreseen
  }
}

async function trySupposed(
  context: SyncContext,
  tx: Tx,
  supposed: readonly SupposedMapping[],
  isPart: boolean,
): Promise<ForeseenMapping[]> {
  const { organizationId } = context
  const listingIds = supposed.map(({ listingId }) => listingId)
  await lockListings(tx, organizationId, listingIds)
  const before = await findShown(tx, organizationId, supposed)
  await tieListings(
    tx,
    organizationId,
    supposed.flatMap(({ listingId, itemAfter, unitsAfter, ignoredAfter }) =>
      ignoredAfter === null ? [{ listingId, itemId: itemAfter, unitsPerListing: unitsAfter }] : [],
    ),
  )
  for (const [reason, of] of Map.groupBy(supposed, ({ ignoredAfter }) => ignoredAfter)) {
    if (reason === null) continue
    const ids = of.map(({ listingId }) => listingId)
    await ignoreListings(tx, organizationId, ids, { reason, actor: 'preview', at: nowOf(context) })
  }
  await rebuildUnits(context, tx, supposed)
  const itemIds = await findItemsOfUnits(tx, organizationId, supposed)
  const foreseen = await foreseeUnits(context, tx, { itemIds, units: supposed })
  const conflicts = await findConflictsOf(context, tx, listingIds)
  return supposed.map((each): ForeseenMapping => {
    const key = unitKey(each)
    const unit = foreseen.get(key)
    return {
      listingId: each.listingId,
      shows: before.get(key)?.shows ?? null,
      willShow: unit?.units ?? null,
      estimated: unit !== undefined && (unit.isEstimate || (isPart && unit.isDealt)),
      conflicts: conflicts.get(each.listingId) ?? [],
    }
  })
}

async function findConflictsOf(
  { organizationId }: SyncContext,
  tx: Tx,
  listingIds: readonly string[],
): Promise<Map<string, ForeseenMapping['conflicts']>> {
  const found = new Map<string, ForeseenMapping['conflicts']>()
  for (const kind of AFTERWARDS) {
    const rows = await findConflicts(tx, organizationId, { kind, listingIds, limit: listingIds.length })
    for (const { listingId, other } of rows)
      found.set(listingId, [...(found.get(listingId) ?? []), { kind, other }])
  }
  return found
}
