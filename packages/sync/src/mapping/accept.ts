import { createHash } from 'node:crypto'
import { inTransaction } from '@plimsoll/database'
import { updateAvailability } from '../availability/availability.ts'
import { findConnectionId } from '../connections/connections.ts'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { syncProblem } from '../errors.ts'
import {
  type Acceptance,
  findItemStandings,
  findLastAcceptance,
  findToAccept,
  findToRestore,
  insertAcceptance,
  type ListingToAccept,
  markUndone,
} from './accept.store.ts'
import { findItemsNamed } from './items-named.store.ts'
import type { Confidence } from './suggestion.ts'
import { lockListings, restoreTies, type Tie } from './tie.store.ts'
import { settleMappings, tieListings } from './tie.ts'

/** Accepted together: what a person can look through, and a transaction of a second or two. */
export const ACCEPTED_MAX = 1_000

export type Wanted =
  | {
      /** Without a SKU: the best that is suggested. One that is tied already needs one. */
      listings: readonly {
        listingId: string
        sku?: string | undefined
        unitsPerListing?: number | undefined
      }[]
    }
  /** The best that is suggested, of all that are so sure; of one connection (id or name), or of all. */
  | { confidence: Confidence; connection?: string | undefined; limit?: number | undefined }

/** What is to be accepted, each with what was before. */
export type Resolved = { tie: Tie; sku: string; before: ListingToAccept }

/**
 * What accepting comes to, with everything checked; locks the listings.
 * @throws SyncProblem naming the first listing that cannot be accepted, and why
 */
export async function resolveWanted(context: SyncContext, tx: Tx, wanted: Wanted): Promise<Resolved[]> {
  const { organizationId } = context
  const listingIds = await findWantedIds(context, tx, wanted)
  await lockListings(tx, organizationId, listingIds)
  const found = new Map(
    (await findToAccept(tx, organizationId, { listingIds })).map((each) => [each.listingId, each]),
  )
  const asked = new Map('listings' in wanted ? wanted.listings.map((each) => [each.listingId, each]) : [])
  const named = await findItemsNamed(tx, organizationId, [
    ...new Set([...asked.values()].flatMap(({ sku }) => sku ?? [])),
  ])
  const idBySku = new Map(named.map(({ sku, itemId }) => [sku, itemId]))
  const suggested = [...found.values()].flatMap(({ suggestedItemId }) => suggestedItemId ?? [])
  const items = await findItemStandings(tx, organizationId, [...new Set([...suggested, ...idBySku.values()])])
  return listingIds.map((listingId) => {
    const before = found.get(listingId)
    if (before === undefined)
      throw syncProblem('unknown-listing', 'listings', `There is no listing ${listingId}.`)
    const { sku, unitsPerListing } = asked.get(listingId) ?? {}
    const itemId = sku === undefined ? before.suggestedItemId : idBySku.get(sku)
    refuseToAccept(before, sku)
    const item = itemId === undefined || itemId === null ? undefined : items.get(itemId)
    if (item === undefined || itemId === undefined || itemId === null)
      throw sku === undefined
        ? syncProblem('mapping-changed', 'listings', `Nothing is suggested for ${nameOf(before)} any more.`)
        : syncProblem('unknown-item', 'sku', `There is no item with the SKU "${sku}".`)
    if (item.isArchived)
      throw syncProblem(
        'wrong-state',
        'sku',
        `The item "${item.sku}" is archived, so nothing new may sell it.`,
      )
    const units = unitsPerListing ?? (sku === undefined ? before.suggestedUnits : undefined) ?? 1
    return { tie: { listingId, itemId, unitsPerListing: units }, sku: item.sku, before }
  })
}

function refuseToAccept(listing: ListingToAccept, sku: string | undefined): void {
  const name = nameOf(listing)
  if (listing.state === 'gone')
    throw syncProblem('wrong-state', 'listings', `${name} is gone from its platform.`)
  if (listing.isIgnored)
    throw syncProblem('wrong-state', 'listings', `${name} is ignored; heed it again first.`)
  if (listing.itemId !== null && sku === undefined)
    throw syncProblem('mapping-changed', 'listings', `${name} is tied to an item by now.`)
}

function nameOf({ title, externalId }: ListingToAccept): string {
  return `"${title}" (${externalId})`
}

async function findWantedIds(context: SyncContext, tx: Tx, wanted: Wanted): Promise<string[]> {
  if ('listings' in wanted) {
    const ids = [...new Set(wanted.listings.map(({ listingId }) => listingId))].sort()
    if (ids.length > ACCEPTED_MAX)
      throw syncProblem('wrong-state', 'listings', `Accept ${ACCEPTED_MAX} listings at once at the most.`)
    return ids
  }
  const { confidence, connection, limit = ACCEPTED_MAX } = wanted
  const connectionId = connection === undefined ? undefined : await findConnectionId(context, connection)
  const found = await findToAccept(tx, context.organizationId, {
    confidence,
    connectionId,
    limit: Math.min(limit, ACCEPTED_MAX),
  })
  return found.map(({ listingId }) => listingId)
}

/** Of what a person was shown: accepted is that, or nothing. */
export function digestOf(resolved: readonly Resolved[]): string {
  const text = resolved.map(({ tie }) => `${tie.listingId} ${tie.itemId} ${tie.unitsPerListing}`)
  return createHash('sha256').update(text.sort().join('\n')).digest('hex')
}

export type Accepted = { acceptanceId: string | null; mapped: number; replayed: number }

/**
 * Ties listings to what is suggested for them, or to what is said instead: all or none. What their levels then show goes the
 * way of every number, so that a burst of zeros or raises waits for a person (I8).
 * @param digest of the preview; refused where it would be something else by now
 * @throws SyncProblem where a listing cannot be accepted, or the preview is outdated
 */
export async function acceptMappings(
  context: SyncContext,
  wanted: Wanted,
  { actor, digest }: { actor: string; digest?: string | undefined },
): Promise<Accepted> {
  const { database, organizationId } = context
  const accepted = await inTransaction(database, async (tx): Promise<Accepted> => {
    const resolved = await resolveWanted(context, tx, wanted)
    if (digest !== undefined && digest !== digestOf(resolved))
      throw syncProblem(
        'mapping-changed',
        'digest',
        'What would be accepted is not what the preview showed; look at a new one.',
      )
    if (resolved.length === 0) return { acceptanceId: null, mapped: 0, replayed: 0 }
    const acceptanceId = context.uuid()
    const head: Acceptance = {
      acceptanceId,
      actor,
      how: 'person',
      listings: resolved.length,
      acceptedAt: nowOf(context),
    }
    await insertAcceptance(tx, organizationId, head, resolved)
    const units = await tieListings(
      tx,
      organizationId,
      resolved.map(({ tie }) => tie),
    )
    return { acceptanceId, mapped: resolved.length, replayed: await settleMappings(context, tx, units) }
  })
  await updateAvailability(context)
  return accepted
}

export type Undone = { acceptanceId: string; restored: number; left: number }

/**
 * Takes the last acceptance back: its listings are tied to what they were, and their levels worked out anew. One that was
 * tied otherwise since is left as it is, and so is what was ordered meanwhile.
 * @param acceptanceId that it must be; undefined: whichever is the last
 * @throws SyncProblem where there is none, or another is the last
 */
export async function undoAcceptance(
  context: SyncContext,
  { actor, acceptanceId }: { actor: string; acceptanceId?: string | undefined },
): Promise<Undone> {
  const { database, organizationId } = context
  const undone = await inTransaction(database, async (tx) => {
    const last = await findLastAcceptance(tx, organizationId)
    if (last === undefined)
      throw syncProblem('wrong-state', 'acceptance', 'Nothing that was accepted is left to be taken back.')
    if (acceptanceId !== undefined && last.acceptanceId !== acceptanceId)
      throw syncProblem(
        'mapping-changed',
        'acceptance',
        'Something else was accepted since; that goes first.',
      )
    const ties = await findToRestore(tx, organizationId, last.acceptanceId)
    const isOurs = await markUndone(tx, organizationId, last.acceptanceId, { at: nowOf(context), actor })
    if (!isOurs) throw syncProblem('mapping-changed', 'acceptance', 'Somebody took it back meanwhile.')
    if (ties.length > 0) await settleMappings(context, tx, await restoreTies(tx, organizationId, ties))
    return { acceptanceId: last.acceptanceId, restored: ties.length, left: last.listings - ties.length }
  })
  await updateAvailability(context)
  return undone
}

/** @returns undefined where nothing can be taken back */
export async function readLastAcceptance({
  database,
  organizationId,
}: SyncContext): Promise<Acceptance | undefined> {
  return await findLastAcceptance(database.kysely, organizationId)
}
