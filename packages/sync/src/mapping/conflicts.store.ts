import { arrayOf, type Db } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'

/**
 * What may be wrong with mappings, or needs a person's knowledge:
 * `claimed-twice`: what identifies a listing that waits says two items. `shared-level`: listings that the platform counts as
 * one thing are tied to different items, or sell different units. `item-repeated`: several listings of one connection sell
 * one item in the same units. `unknown-sku`: it waits with a SKU that no item has, and nothing else was found.
 * `archived-item`: it sells an item that is archived. `gone`: it is tied, and no longer on its platform.
 */
export const CONFLICT_KINDS = [
  'claimed-twice',
  'shared-level',
  'item-repeated',
  'unknown-sku',
  'archived-item',
  'gone',
] as const
export type ConflictKind = (typeof CONFLICT_KINDS)[number]

export type Conflict = {
  listingId: string
  connectionId: string
  externalId: string
  title: string
  sku: string | null
  itemSku: string | null
  unitsPerListing: number
  /** The other item, or the other listing's external id, that it is in conflict with; null: there is no other. */
  other: string | null
}

/** Conflicts of one kind. @returns at most so many */
export async function findConflicts(
  db: Db,
  organizationId: string,
  {
    kind,
    connectionId,
    listingIds,
    limit,
  }: {
    kind: ConflictKind
    connectionId?: string | undefined
    /** Only of these. */
    listingIds?: readonly string[] | undefined
    limit: number
  },
): Promise<Conflict[]> {
  const { other, where } = conditions(organizationId)[kind]
  const found = await sql<Conflict>`
    select listing.listing_id, listing.connection_id, listing.external_id, listing.title, listing.sku, item.sku as item_sku,
      listing.units_per_listing, ${other} as other
    from listing
    left join item on item.organization_id = listing.organization_id and item.item_id = listing.item_id
    where listing.organization_id = ${organizationId}
      ${connectionId === undefined ? sql`` : sql`and listing.connection_id = ${connectionId}`}
      ${listingIds === undefined ? sql`` : sql`and listing.listing_id = any(${arrayOf(listingIds, 'uuid')})`}
      and ${where}
    order by listing.connection_id, listing.external_id
    limit ${limit}`.execute(db)
  return found.rows
}

function conditions(
  organizationId: string,
): Record<ConflictKind, { other: RawBuilder<string | null>; where: RawBuilder<boolean> }> {
  const beside = sql`listing as beside
    where beside.organization_id = listing.organization_id and beside.connection_id = listing.connection_id
      and beside.listing_id <> listing.listing_id and beside.state <> 'gone'`
  const waits = sql`listing.item_id is null and listing.ignored_at is null and listing.state <> 'gone'`
  const second = sql`mapping_suggestion as second
    join item as claimed on claimed.organization_id = second.organization_id and claimed.item_id = second.item_id
    where second.organization_id = ${organizationId} and second.listing_id = listing.listing_id
      and second.reasons @> '[{"kind": "contradicted"}]'`
  const otherItem = sql`${beside} and beside.stock_unit_id = listing.stock_unit_id and beside.item_id is not null
      and (beside.item_id, beside.units_per_listing) <> (listing.item_id, listing.units_per_listing)`
  const sameItem = sql`${beside} and beside.item_id = listing.item_id and beside.stock_unit_id <> listing.stock_unit_id
      and beside.units_per_listing = listing.units_per_listing`
  const none = sql<null>`null`
  return {
    'claimed-twice': {
      other: sql<string>`(select string_agg(claimed.sku, ', ' order by second.place) from ${second})`,
      where: sql<boolean>`${waits} and listing.suggested > 0 and exists (select from ${second})`,
    },
    'shared-level': {
      other: sql<string>`(select min(beside.external_id) from ${otherItem})`,
      where: sql<boolean>`listing.item_id is not null and listing.state <> 'gone' and exists (select from ${otherItem})`,
    },
    'item-repeated': {
      other: sql<string>`(select min(beside.external_id) from ${sameItem})`,
      where: sql<boolean>`listing.item_id is not null and listing.state <> 'gone' and exists (select from ${sameItem})`,
    },
    'unknown-sku': {
      other: none,
      where: sql<boolean>`${waits} and listing.suggested = 0 and listing.sku is not null`,
    },
    'archived-item': {
      other: none,
      where: sql<boolean>`listing.item_id is not null and listing.state <> 'gone' and item.archived_at is not null`,
    },
    gone: { other: none, where: sql<boolean>`listing.item_id is not null and listing.state = 'gone'` },
  }
}

/** For a person: what is the matter, and what may be done. */
export function explainConflict(kind: ConflictKind, { title, itemSku, other, sku }: Conflict): string {
  switch (kind) {
    case 'claimed-twice':
      return `Of "${title}" two things that identify an item say different ones: ${other}. Say which it sells.`
    case 'shared-level':
      return `"${title}" sells ${itemSku}, and the platform counts it together with ${other}, which is tied otherwise: one number is written for both. Tie both to one item, or separate them on the platform.`
    case 'item-repeated':
      return `"${title}" sells ${itemSku}, and so does ${other} of the same connection. That is right where both are on sale: each shows all that its policy allows, and a unit that one sells is taken off the other.`
    case 'unknown-sku':
      return `"${title}" has the SKU ${sku}, which no item has. Make the item, tie the listing to another, write a rule, or ignore it.`
    case 'archived-item':
      return `"${title}" sells ${itemSku}, which is archived. Tie it to another item, ignore it, or take the item out of the archive.`
    case 'gone':
      return `"${title}" was tied to ${itemSku} and is no longer on its platform. Nothing is to be done; it is shown so that nobody wonders.`
    default: {
      const never: never = kind
      return never
    }
  }
}
