import { arrayOf, type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { FormerListing, ListingDoubt, ListingFacts } from './listing-changes.ts'

export type KnownDoubt = ListingFacts & {
  connectionId: string
  doubt: ListingDoubt | null
  doubtedAt: Date | null
}

type Row = Omit<KnownDoubt, 'former'> & {
  [Field in keyof FormerListing as `former${Capitalize<Field>}`]: FormerListing[Field] | null
}

type Which =
  /** Everything of a connection that may be doubtful; of these listings alone, and what is doubted already. */
  | { connectionId: string; externalIds: readonly string[] | undefined }
  | { listingId: string }
  /** What is doubted, in all connections. */
  | 'doubted'

/**
 * Listings with a SKU that may not sell what they are tied to, with all that is needed to decide it. Most are passed over
 * here already: those that are tied by the SKU that they have.
 */
export async function findListingFacts(db: Db, organizationId: string, which: Which): Promise<KnownDoubt[]> {
  const found = await sql<Row>`
    with candidate as (
      select * from listing
      where organization_id = ${organizationId} and state <> 'gone' and sku is not null and ${toFilter(which)}
    )
    select candidate.listing_id, candidate.connection_id, candidate.external_id, candidate.title, candidate.sku,
      candidate.mapped_sku, item.sku as item_sku, candidate.units_per_listing, candidate.doubt, candidate.doubted_at,
      exists (
        select from item as named
        where named.organization_id = candidate.organization_id and named.sku = candidate.sku
          and named.archived_at is null
      ) as is_sku_of_item,
      (
        select sum(greatest(0, coalesce(acknowledged - (subtracted - acknowledged_subtracted), observed)))::bigint
        from level
        where level.organization_id = candidate.organization_id and level.connection_id = candidate.connection_id
          and level.stock_unit_id = candidate.stock_unit_id
      ) as shows,
      former.*
    from candidate
    left join item on item.organization_id = candidate.organization_id and item.item_id = candidate.item_id
    left join lateral (
      select other.listing_id as former_listing_id, other.external_id as former_external_id,
        other.state <> 'gone' as former_is_there, other.sku as former_sku, sold.sku as former_item_sku,
        other.units_per_listing as former_units_per_listing, other.doubt is not null as former_is_doubted,
        exists (
          select from policy
          where policy.organization_id = other.organization_id and policy.scope = 'listing'
            and policy.scope_id = other.listing_id
        ) as former_has_policy
      from listing as other
      join item as sold on sold.organization_id = other.organization_id and sold.item_id = other.item_id
      where other.organization_id = candidate.organization_id and other.connection_id = candidate.connection_id
        and other.mapped_sku = candidate.sku and other.listing_id <> candidate.listing_id
      order by (other.state <> 'gone') desc, other.imported_at desc, other.listing_id
      limit 1
    ) as former on true
    order by candidate.connection_id, candidate.external_id`.execute(db)
  return found.rows.map(toFacts)
}

function toFilter(which: Which) {
  if (which === 'doubted') return sql`doubt is not null`
  if ('listingId' in which) return sql`listing_id = ${which.listingId}`
  const { connectionId, externalIds } = which
  const isRead =
    externalIds === undefined ? sql`true` : sql`external_id = any(${arrayOf(externalIds, 'text')})`
  // What is tied to nothing is looked at whatever was read: it may be matched because another's SKU was found to have changed.
  return sql`connection_id = ${connectionId} and (
      doubt is not null
      or (item_id is not null and sku is distinct from mapped_sku and ${isRead})
      or (item_id is null and mapped_by is null and exists (
        select from listing as other
        where other.organization_id = listing.organization_id and other.connection_id = listing.connection_id
          and other.mapped_sku = listing.sku and other.listing_id <> listing.listing_id
      ))
    )`
}

function toFacts(row: Row): KnownDoubt {
  const {
    formerListingId,
    formerExternalId,
    formerIsThere,
    formerSku,
    formerItemSku,
    formerUnitsPerListing,
    formerIsDoubted,
    formerHasPolicy,
    ...facts
  } = row
  return {
    ...facts,
    former:
      formerListingId === null || formerItemSku === null
        ? null
        : {
            listingId: formerListingId,
            externalId: formerExternalId ?? '',
            isThere: formerIsThere === true,
            sku: formerSku,
            itemSku: formerItemSku,
            unitsPerListing: formerUnitsPerListing ?? 1,
            isDoubted: formerIsDoubted === true,
            hasPolicy: formerHasPolicy === true,
          },
  }
}

/**
 * Notes what is doubted since when, and what is not any more: that is tied by the SKU that it has now.
 * @returns the stock units of all of these
 */
export async function saveDoubts(
  tx: Tx,
  organizationId: string,
  decided: readonly { listingId: string; doubt: ListingDoubt | null }[],
  at: Date,
): Promise<string[]> {
  if (decided.length === 0) return []
  const source = unnestRows('decided', decided, { listingId: 'uuid', doubt: 'text' })
  const saved = await sql<{ stockUnitId: string }>`
    update listing set
      doubt = decided.doubt,
      doubted_at = case when decided.doubt is not null then coalesce(listing.doubted_at, ${at}) end,
      mapped_sku = case when decided.doubt is null and listing.item_id is not null then listing.sku else listing.mapped_sku end
    from ${source}
    where listing.organization_id = ${organizationId} and listing.listing_id = decided.listing_id
    returning listing.stock_unit_id`.execute(tx)
  return saved.rows.map(({ stockUnitId }) => stockUnitId)
}

/**
 * A listing that is gone sells nothing: what it sold is not asked about any more.
 * @returns the stock units of those
 */
export async function forgetDoubtsOfGone(
  tx: Tx,
  organizationId: string,
  connectionId: string,
): Promise<string[]> {
  const forgotten = await sql<{ stockUnitId: string }>`
    update listing set doubt = null, doubted_at = null
    where organization_id = ${organizationId} and connection_id = ${connectionId} and doubt is not null
      and state = 'gone'
    returning stock_unit_id`.execute(tx)
  return forgotten.rows.map(({ stockUnitId }) => stockUnitId)
}

/** Closes the tasks about listings that are not doubted any more, however that came. */
export async function closeSettledChanges(tx: Tx, organizationId: string, at: Date): Promise<void> {
  await sql`
    update task set closed_at = ${at}
    where organization_id = ${organizationId} and kind = 'listing-changed' and closed_at is null
      and not exists (
        select from listing
        where listing.organization_id = task.organization_id and listing.listing_id::text = task.subject
          and listing.doubt is not null
      )`.execute(tx)
}

/** One decision at a time: of two listings that were swapped each may be decided on by somebody. */
export async function lockListingChanges(tx: Tx, organizationId: string): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtext('plimsoll listing changes'), hashtext(${organizationId}))`.execute(
    tx,
  )
}

/** It sells what it did: the SKU that it has now is the one that it is tied by. */
export async function keepMapping(tx: Tx, organizationId: string, listingId: string): Promise<void> {
  await sql`
    update listing set mapped_sku = sku, mapped_by = 'person', doubt = null, doubted_at = null
    where organization_id = ${organizationId} and listing_id = ${listingId}`.execute(tx)
}

/** Ties a listing to nothing, and leaves it so: no match by SKU ties it again. */
export async function untieListing(tx: Tx, organizationId: string, listingId: string): Promise<void> {
  await sql`
    update listing set item_id = null, units_per_listing = 1, mapped_by = 'person', mapped_sku = null, doubt = null,
      doubted_at = null
    where organization_id = ${organizationId} and listing_id = ${listingId}`.execute(tx)
}
