import { arrayOf, type Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { deleteSuggestions, type TiedUnit } from './tie.store.ts'

/** @returns those that there are */
export async function ignoreListings(
  tx: Tx,
  organizationId: string,
  listingIds: readonly string[],
  { reason, actor, at }: { reason: string; actor: string; at: Date },
): Promise<TiedUnit[]> {
  const ignored = await sql<TiedUnit>`
    update listing set ignored_at = ${at}, ignored_because = ${reason}, ignored_by = ${actor}, item_id = null,
      units_per_listing = 1, mapped_by = 'person', mapped_sku = null, doubt = null, doubted_at = null, suggested = -1
    where organization_id = ${organizationId} and listing_id = any(${arrayOf(listingIds, 'uuid')})
    returning listing_id, connection_id, stock_unit_id`.execute(tx)
  await deleteSuggestions(tx, organizationId, listingIds)
  return ignored.rows
}

/** @returns those that were ignored */
export async function heedListings(
  tx: Tx,
  organizationId: string,
  listingIds: readonly string[],
): Promise<{ listingId: string }[]> {
  const heeded = await sql<{ listingId: string }>`
    update listing set ignored_at = null, ignored_because = null, ignored_by = null, mapped_by = null, suggested = -1
    where organization_id = ${organizationId} and listing_id = any(${arrayOf(listingIds, 'uuid')})
      and ignored_at is not null
    returning listing_id`.execute(tx)
  return heeded.rows
}
