import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { SURENESS } from './look.store.ts'
import type { Confidence, Reason } from './suggestion.ts'

export const MAPPING_STATES = ['waiting', 'tied', 'ignored'] as const
export type MappingState = (typeof MAPPING_STATES)[number]

/** `none`: looked at, and nothing was found; `new`: nobody has looked yet. */
export const SURENESSES = ['certain', 'likely', 'possible', 'none', 'new'] as const
export type Sureness = (typeof SURENESSES)[number]

export type MappingQuery = {
  state: MappingState
  /** Of listings that wait. */
  sureness: Sureness | undefined
  connectionId: string | undefined
  /** Part of the title, or how the SKU or the external id begins. */
  search: string | undefined
  cursor: { suggested: number; listingId: string } | undefined
  limit: number
}

export type MappedListing = {
  listingId: string
  connectionId: string
  externalId: string
  sku: string | null
  barcode: string | null
  title: string
  /** What it is tied to. */
  itemSku: string | null
  itemName: string | null
  unitsPerListing: number
  mappedBy: 'sku' | 'person' | 'rule' | null
  doubt: 'swapped' | 'renamed' | 'relisted' | null
  ignoredBecause: string | null
  ignoredBy: string | null
  ignoredAt: Date | null
  suggested: number
  suggestions: {
    sku: string
    name: string
    unitsPerListing: number
    confidence: Confidence
    reasons: Reason[]
  }[]
}

const numbers: Record<Sureness, number> = { ...SURENESS, none: 0, new: -1 }

/** A page of listings as the mapping of them stands; those that wait the surest first. */
export async function findMappedListings(
  db: Db,
  organizationId: string,
  { state, sureness, connectionId, search, cursor, limit }: MappingQuery,
): Promise<MappedListing[]> {
  const standing = {
    waiting: sql`listing.item_id is null and listing.ignored_at is null`,
    tied: sql`listing.item_id is not null`,
    ignored: sql`listing.ignored_at is not null`,
  }[state]
  const isLike = search === undefined ? undefined : `%${likeText(search)}%`
  const found = await sql<MappedListing>`
    select page.listing_id, page.connection_id, page.external_id, page.sku, page.barcode, page.title, page.units_per_listing,
      page.mapped_by, page.doubt, page.ignored_because, page.ignored_by, page.ignored_at, page.suggested, item.sku as item_sku, item.name as item_name, coalesce((
        select json_agg(json_build_object('sku', offered.sku, 'name', offered.name, 'unitsPerListing', units_per_listing,
          'confidence', confidence, 'reasons', reasons) order by place)
        from mapping_suggestion
        join item as offered on offered.organization_id = mapping_suggestion.organization_id
          and offered.item_id = mapping_suggestion.item_id and offered.archived_at is null
        where mapping_suggestion.organization_id = ${organizationId} and mapping_suggestion.listing_id = page.listing_id
      ), '[]') as suggestions
    from (
      select listing_id, connection_id, external_id, listing.sku, barcode, title, item_id, units_per_listing, mapped_by, doubt,
        ignored_because, ignored_by, ignored_at, suggested
      from listing
      where listing.organization_id = ${organizationId} and listing.state <> 'gone' and ${standing}
        ${sureness === undefined ? sql`` : sql`and suggested = ${numbers[sureness]}`}
        ${connectionId === undefined ? sql`` : sql`and connection_id = ${connectionId}`}
        ${isLike === undefined ? sql`` : sql`and (title ilike ${isLike} or listing.sku ilike ${isLike} or external_id = ${search})`}
        ${
          cursor === undefined
            ? sql``
            : sql`and (suggested < ${cursor.suggested} or (suggested = ${cursor.suggested} and listing_id > ${cursor.listingId}))`
        }
      order by suggested desc, listing_id
      limit ${limit}
    ) as page
    left join item on item.organization_id = ${organizationId} and item.item_id = page.item_id
    order by suggested desc, listing_id`.execute(db)
  return found.rows
}

export type MappingCount = {
  connectionId: string
  certain: number
  likely: number
  possible: number
  none: number
  new: number
  ignored: number
  tied: number
}

/** How many listings wait, and how sure what is suggested for them is, by connection. */
export async function countMappings(db: Db, organizationId: string): Promise<MappingCount[]> {
  const waits = sql`item_id is null and ignored_at is null`
  const found = await sql<MappingCount>`
    select connection_id,
      count(*) filter (where ${waits} and suggested = 3)::int as certain,
      count(*) filter (where ${waits} and suggested = 2)::int as likely,
      count(*) filter (where ${waits} and suggested = 1)::int as possible,
      count(*) filter (where ${waits} and suggested = 0)::int as none,
      count(*) filter (where ${waits} and suggested = -1)::int as new,
      count(*) filter (where ignored_at is not null)::int as ignored,
      count(*) filter (where item_id is not null)::int as tied
    from listing
    where organization_id = ${organizationId} and state <> 'gone'
    group by connection_id
    order by connection_id`.execute(db)
  return found.rows
}

function likeText(text: string): string {
  return text.replace(/[\\%_]/g, (sign) => `\\${sign}`)
}
