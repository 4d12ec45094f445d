import { inTransaction } from '@plimsoll/database'
import { updateAvailability } from '../availability/availability.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { heedListings, ignoreListings } from './ignore.store.ts'
import { settleMappings } from './tie.ts'

/**
 * Listings that are never to be matched nor asked about, with the reason. One that was tied is untied: nothing writes it any
 * more.
 * @throws SyncProblem where one is not known; then none is ignored
 */
export async function ignoreAll(
  context: SyncContext,
  listingIds: readonly string[],
  { reason, actor }: { reason: string; actor: string },
): Promise<{ listings: number }> {
  const { database, organizationId } = context
  const wanted = [...new Set(listingIds)].sort()
  await inTransaction(database, async (tx) => {
    const ignored = await ignoreListings(tx, organizationId, wanted, { reason, actor, at: nowOf(context) })
    refuseUnknown(wanted, ignored)
    await settleMappings(context, tx, ignored)
  })
  await updateAvailability(context)
  return { listings: wanted.length }
}

/** Listings that are asked about, and may be matched, again. @throws SyncProblem where one is not ignored */
export async function heedAll(
  context: SyncContext,
  listingIds: readonly string[],
): Promise<{ listings: number }> {
  const { database, organizationId } = context
  const wanted = [...new Set(listingIds)].sort()
  await inTransaction(database, async (tx) => {
    const heeded = await heedListings(tx, organizationId, wanted)
    refuseUnknown(wanted, heeded)
  })
  return { listings: wanted.length }
}

function refuseUnknown(wanted: readonly string[], found: readonly { listingId: string }[]): void {
  const known = new Set(found.map(({ listingId }) => listingId))
  const missing = wanted.find((listingId) => !known.has(listingId))
  if (missing !== undefined)
    throw syncProblem(
      'unknown-listing',
      'listings',
      `There is no listing ${missing} of which that can be said.`,
    )
}
