import { arrayOf, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'

/** What one listing is to sell; null: nothing, and no match by SKU ties it again. */
export type Tie = { listingId: string; itemId: string | null; unitsPerListing: number }
/** The stock unit of a listing that was tied or untied: its levels follow. Undefined: all of the connection. */
export type TouchedUnit = { connectionId: string; stockUnitId?: string }

export type TiedUnit = { connectionId: string; stockUnitId: string; listingId: string }

/** Writes what listings sell, and that nothing is suggested for them any more. @returns those that there are */
export async function updateTies(
  tx: Tx,
  organizationId: string,
  ties: readonly Tie[],
  by: 'person' | 'rule',
): Promise<TiedUnit[]> {
  const source = unnestRows('tie', ties, { listingId: 'uuid', itemId: 'uuid', unitsPerListing: 'bigint' })
  const tied = await sql<TiedUnit>`
    update listing set item_id = tie.item_id, units_per_listing = tie.units_per_listing, mapped_by = ${by},
      mapped_sku = case when tie.item_id is not null then listing.sku end, doubt = null, doubted_at = null, ignored_at = null, ignored_because = null, ignored_by = null,
      suggested = -1
    from ${source}
    where listing.organization_id = ${organizationId} and listing.listing_id = tie.listing_id
    returning listing.listing_id, connection_id, stock_unit_id`.execute(tx)
  await deleteSuggestions(
    tx,
    organizationId,
    tied.rows.map(({ listingId }) => listingId),
  )
  return tied.rows
}

export async function deleteSuggestions(
  tx: Tx,
  organizationId: string,
  listingIds: readonly string[],
): Promise<void> {
  if (listingIds.length === 0) return
  await sql`
    delete from mapping_suggestion
    where organization_id = ${organizationId} and listing_id = any(${arrayOf(listingIds, 'uuid')})`.execute(
    tx,
  )
}

/** What a listing was tied to before, and by whom. */
export type TieBefore = {
  listingId: string
  itemId: string | null
  unitsPerListing: number
  mappedBy: 'sku' | 'person' | 'rule' | null
  mappedSku: string | null
}

/** As it was; what was tied to nothing is left to a person from now on. */
export async function restoreTies(
  tx: Tx,
  organizationId: string,
  ties: readonly TieBefore[],
): Promise<TouchedUnit[]> {
  const source = unnestRows('was', ties, {
    listingId: 'uuid',
    itemId: 'uuid',
    unitsPerListing: 'bigint',
    mappedBy: 'text',
    mappedSku: 'text',
  })
  const restored = await sql<TouchedUnit>`
    update listing set item_id = was.item_id, units_per_listing = was.units_per_listing,
      mapped_by = case when was.item_id is null then 'person' else was.mapped_by end,
      mapped_sku = was.mapped_sku, suggested = -1
    from ${source}
    where listing.organization_id = ${organizationId} and listing.listing_id = was.listing_id
    returning connection_id, stock_unit_id`.execute(tx)
  return restored.rows
}

/** One after the other in one order, so that two who accept at once wait for each other. */
export async function lockListings(
  tx: Tx,
  organizationId: string,
  listingIds: readonly string[],
): Promise<void> {
  await sql`
    select from listing
    where organization_id = ${organizationId} and listing_id = any(${arrayOf(listingIds, 'uuid')})
    order by listing_id
    for no key update`.execute(tx)
}
