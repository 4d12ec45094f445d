import { arrayOf, type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import { SURENESS } from './look.store.ts'
import type { Confidence } from './suggestion.ts'
import type { Tie, TieBefore } from './tie.store.ts'

/** A listing with what it is tied to and the best that is suggested for it. */
export type ListingToAccept = TieBefore & {
  connectionId: string
  externalId: string
  stockUnitId: string
  title: string
  state: 'active' | 'inactive' | 'gone'
  isIgnored: boolean
  suggestedItemId: string | null
  suggestedUnits: number | null
}

export type WhichToAccept =
  | { listingIds: readonly string[] }
  /** The first so many that wait and whose best suggestion is so sure. */
  | { confidence: Confidence; connectionId: string | undefined; limit: number }

export async function findToAccept(
  db: Db,
  organizationId: string,
  which: WhichToAccept,
): Promise<ListingToAccept[]> {
  const filter =
    'listingIds' in which
      ? sql`listing.listing_id = any(${arrayOf(which.listingIds, 'uuid')})`
      : sql`listing.item_id is null and listing.ignored_at is null and listing.state <> 'gone'
          and listing.suggested = ${SURENESS[which.confidence]}
          ${which.connectionId === undefined ? sql`` : sql`and listing.connection_id = ${which.connectionId}`}`
  const found = await sql<ListingToAccept>`
    select listing.listing_id, listing.item_id, listing.units_per_listing, mapped_by, mapped_sku, listing.connection_id,
      external_id, stock_unit_id, title, state, ignored_at is not null as is_ignored,
      best.item_id as suggested_item_id, best.units_per_listing as suggested_units
    from listing
    left join mapping_suggestion as best on best.organization_id = listing.organization_id
      and best.listing_id = listing.listing_id and best.place = 1
    where listing.organization_id = ${organizationId} and ${filter}
    order by listing.listing_id
    ${'limit' in which ? sql`limit ${which.limit}` : sql``}`.execute(db)
  return found.rows
}

export type Acceptance = {
  acceptanceId: string
  actor: string
  how: 'person' | 'rule'
  listings: number
  acceptedAt: Date
}

/** Notes what is accepted together, with what was before: so it can be put back. */
export async function insertAcceptance(
  tx: Tx,
  organizationId: string,
  { acceptanceId, actor, how, listings, acceptedAt }: Acceptance,
  lines: readonly { tie: Tie; before: TieBefore }[],
): Promise<void> {
  await sql`
    insert into mapping_acceptance (organization_id, acceptance_id, actor, how, listings, accepted_at)
    values (${organizationId}, ${acceptanceId}, ${actor}, ${how}, ${listings}, ${acceptedAt})`.execute(tx)
  const rows = lines.map(({ tie, before }) => ({
    ...tie,
    itemIdBefore: before.itemId,
    unitsBefore: before.unitsPerListing,
    mappedByBefore: before.mappedBy,
    mappedSkuBefore: before.mappedSku,
  }))
  const source = unnestRows('line', rows, {
    listingId: 'uuid',
    itemId: 'uuid',
    unitsPerListing: 'bigint',
    itemIdBefore: 'uuid',
    unitsBefore: 'bigint',
    mappedByBefore: 'text',
    mappedSkuBefore: 'text',
  })
  await sql`
    insert into mapping_acceptance_line (organization_id, acceptance_id, listing_id, item_id, units_per_listing,
      item_id_before, units_before, mapped_by_before, mapped_sku_before)
    select ${organizationId}, ${acceptanceId}, listing_id, item_id, units_per_listing, item_id_before, units_before,
      mapped_by_before, mapped_sku_before
    from ${source}`.execute(tx)
}

/** The newest acceptance that was not taken back. */
export async function findLastAcceptance(db: Db, organizationId: string): Promise<Acceptance | undefined> {
  const found = await sql<Acceptance>`
    select acceptance_id, actor, how, listings, accepted_at from mapping_acceptance
    where organization_id = ${organizationId} and undone_at is null
    order by accepted_at desc, acceptance_id desc
    limit 1`.execute(db)
  return found.rows[0]
}

/** What its listings were tied to before; of those that are still as they were accepted. */
export async function findToRestore(
  tx: Tx,
  organizationId: string,
  acceptanceId: string,
): Promise<TieBefore[]> {
  const found = await sql<TieBefore>`
    select line.listing_id, line.item_id_before as item_id, line.units_before as units_per_listing,
      line.mapped_by_before as mapped_by, line.mapped_sku_before as mapped_sku
    from mapping_acceptance_line as line
    join listing on listing.organization_id = line.organization_id and listing.listing_id = line.listing_id
      and listing.item_id = line.item_id and listing.units_per_listing = line.units_per_listing
    where line.organization_id = ${organizationId} and line.acceptance_id = ${acceptanceId}
    order by line.listing_id
    for no key update of listing`.execute(tx)
  return found.rows
}

/** @returns false where somebody did meanwhile */
export async function markUndone(
  tx: Tx,
  organizationId: string,
  acceptanceId: string,
  by: { at: Date; actor: string },
): Promise<boolean> {
  const undone = await sql`
    update mapping_acceptance set undone_at = ${by.at}, undone_by = ${by.actor}
    where organization_id = ${organizationId} and acceptance_id = ${acceptanceId} and undone_at is null`.execute(
    tx,
  )
  return Number(undone.numAffectedRows ?? 0n) === 1
}

/**
 * Listings of a connection that one of these rules may tie by itself: certain, by the rule before all else, never untied by
 * a person, in no doubt, and alone: no other listing of the connection sells, or may sell, so many units of that item. Two
 * listings of one stock unit are one.
 */
export async function findAutomatic(
  db: Db,
  organizationId: string,
  which: { connectionId: string; rules: readonly string[]; after: string | undefined; limit: number },
): Promise<Tie[]> {
  const found = await sql<Tie>`
    select listing.listing_id, best.item_id, best.units_per_listing
    from listing
    join mapping_suggestion as best on best.organization_id = listing.organization_id
      and best.listing_id = listing.listing_id and best.place = 1
    join item on item.organization_id = best.organization_id and item.item_id = best.item_id and item.archived_at is null
    where listing.organization_id = ${organizationId} and listing.connection_id = ${which.connectionId}
      and listing.item_id is null and listing.ignored_at is null and listing.state <> 'gone'
      and listing.suggested = 3 and listing.mapped_by is null and listing.doubt is null
      and (${which.after ?? null}::uuid is null or listing.listing_id > ${which.after ?? null}::uuid)
      and best.reasons -> 0 ->> 'kind' = 'rule' and best.reasons -> 0 ->> 'rule' = any(${arrayOf(which.rules, 'text')})
      and not exists (
        select from listing as other
        where other.organization_id = listing.organization_id and other.item_id = best.item_id
          and other.connection_id = listing.connection_id and other.units_per_listing = best.units_per_listing
          and other.stock_unit_id <> listing.stock_unit_id and other.state <> 'gone'
      )
      and not exists (
        select from mapping_suggestion as rival
        join listing as other on other.organization_id = rival.organization_id and other.listing_id = rival.listing_id
        where rival.organization_id = best.organization_id and rival.item_id = best.item_id and rival.place = 1
          and rival.units_per_listing = best.units_per_listing and rival.confidence <> 'possible'
          and other.connection_id = listing.connection_id and other.stock_unit_id <> listing.stock_unit_id
          and other.item_id is null and other.ignored_at is null and other.state <> 'gone'
      )
    order by listing.listing_id
    limit ${which.limit}`.execute(db)
  return found.rows
}

/** Items by id. */
export async function findItemStandings(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<Map<string, { sku: string; isArchived: boolean }>> {
  const found = await sql<{ itemId: string; sku: string; isArchived: boolean }>`
    select item_id, sku, archived_at is not null as is_archived from item
    where organization_id = ${organizationId} and item_id = any(${arrayOf(itemIds, 'uuid')})`.execute(db)
  return new Map(found.rows.map((row) => [row.itemId, row]))
}
