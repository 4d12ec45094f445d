import type { Change, ChangeKind, ChangePage } from '@plimsoll/client'
import { findItemsBySku, findLocations, isUuid } from '@plimsoll/stock'
import { findConnectionId, type SyncContext, syncProblem } from '@plimsoll/sync'
import { ApiProblem } from '../http/problem.ts'
import { type ChangePosition, findChanges, findNames, type StoredChange } from './changes.store.ts'
import { changedFields, type Names, reversalOf } from './reversal.ts'

export type ChangeQuery = {
  kinds?: readonly ChangeKind[] | undefined
  connection?: string | undefined
  item?: string | undefined
  listing?: string | undefined
  location?: string | undefined
  actor?: string | undefined
  since?: Date | undefined
  until?: Date | undefined
  changeSet?: string | undefined
  cursor?: string | undefined
  limit: number
}

/**
 * What was changed of policies, mappings and settings, newest first: one view over every history that is kept.
 * @throws SyncProblem for a connection, item or location that is not known; ApiProblem for a cursor that is none
 */
export async function listChanges(context: SyncContext, query: ChangeQuery): Promise<ChangePage> {
  const { kinds, actor, since, until, changeSet, cursor, limit } = query
  const of = await idsOf(context, query)
  const after = cursor === undefined ? undefined : readCursor(cursor)
  const { kysely } = context.database
  const filter = { kinds, of, actor, since, until, changeSet, after }
  const found = await findChanges(kysely, context.organizationId, filter, limit + 1)
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return {
    rows: await toChanges(context, page),
    next: found.length > limit && last !== undefined ? toCursor(last.position) : null,
  }
}

/** Changes as people read them: by names, with what differs and whether it can be undone. */
export async function toChanges(context: SyncContext, found: readonly StoredChange[]): Promise<Change[]> {
  const names = await findNames(context.database.kysely, context.organizationId, found)
  return found.map((change) => toChange(change, names))
}

function toChange(change: StoredChange, names: Names): Change {
  const { id, kind, at, actor, why, before, after, changeSet, undoes } = change
  const { scope, connectionId, connectionName, sku, listingId, listingTitle, location, name } = change
  const reversal = reversalOf(change, names)
  return {
    id,
    kind,
    subject: { scope, connectionId, connectionName, sku, listingId, listingTitle, location, name },
    at: at.toISOString(),
    actor,
    why,
    before: before === null ? null : { ...before },
    after: after === null ? null : { ...after },
    changed: changedFields(before, after),
    changeSet,
    undoes,
    undoable: reversal.kind === 'request',
    notUndoable: reversal.kind === 'impossible' ? reversal.because : null,
    notUndoableCode: reversal.kind === 'impossible' ? reversal.code : null,
  }
}

/** @returns undefined where any will do */
async function idsOf(context: SyncContext, query: ChangeQuery): Promise<string[] | undefined> {
  const { organizationId, database } = context
  const { connection, item, listing, location } = query
  if (item !== undefined) {
    const [found] = await findItemsBySku(database.kysely, organizationId, [item])
    if (found === undefined) throw syncProblem('unknown-item', 'item', `There is no item "${item}".`)
    return [found.itemId]
  }
  if (location !== undefined) {
    const locations = await findLocations(database.kysely, organizationId)
    const found = locations.find(({ code }) => code === location)
    if (found === undefined)
      throw syncProblem('unknown-location', 'location', `There is no location "${location}".`)
    return [found.locationId]
  }
  if (listing !== undefined) {
    if (!isUuid(listing))
      throw syncProblem('unknown-listing', 'listing', `"${listing}" is no id of a listing.`)
    return [listing]
  }
  return connection === undefined ? undefined : [await findConnectionId(context, connection)]
}

function toCursor({ at, place, id }: ChangePosition): string {
  return Buffer.from(JSON.stringify([at, place, id])).toString('base64url')
}

/** @throws ApiProblem */
function readCursor(text: string): ChangePosition {
  const [at, place, id] = parsed(text)
  const isOne =
    typeof at === 'string' &&
    !Number.isNaN(Date.parse(at)) &&
    typeof place === 'string' &&
    /^\d{1,30}$/.test(place) &&
    typeof id === 'string'
  if (!isOne) throw new ApiProblem('invalid-request', 'Give the cursor of the page before.', 'cursor')
  return { at, place, id }
}

function parsed(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return Array.isArray(value) ? value : []
  } catch {
    // No cursor of ours: whoever gave it is told.
    return []
  }
}
