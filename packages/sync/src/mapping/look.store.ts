import { arrayOf, type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ItemToMatch } from './match-index.ts'
import type { Suggestion } from './suggestion.ts'

/** A listing that waits to be matched, before its rules were asked. */
export type WaitingListing = {
  listingId: string
  connectionId: string
  externalId: string
  stockUnitId: string
  sku: string | null
  barcode: string | null
  title: string
  isSkuShared: boolean
  isBarcodeShared: boolean
  isDoubted: boolean
  /** A person untied it, or took its mapping back: nothing ties it but a person. */
  isLeftToPerson: boolean
}

/** Items that are not archived, in the order of their ids, with all that listings are compared with. */
export async function readItemsToMatch(
  db: Db,
  organizationId: string,
  after: string | undefined,
  limit: number,
): Promise<ItemToMatch[]> {
  type Row = {
    itemId: string
    sku: string
    name: string
    names: Record<string, string>
    options: Record<string, string>
  }
  const items = await sql<Row>`
    select item_id, sku, name, names, options from item
    where organization_id = ${organizationId} and archived_at is null
      and (${after ?? null}::uuid is null or item_id > ${after ?? null}::uuid)
    order by item_id
    limit ${limit}`.execute(db)
  const itemIds = items.rows.map(({ itemId }) => itemId)
  const barcodes = await sql<{ itemId: string; comparable: string; units: number }>`
    select barcode.item_id, comparable, coalesce(factor, 1)::bigint as units
    from barcode
    left join unit_of_measure as unit on unit.organization_id = barcode.organization_id
      and unit.item_id = barcode.item_id and unit.code = barcode.unit_code
    where barcode.organization_id = ${organizationId} and barcode.item_id = any(${arrayOf(itemIds, 'uuid')})`.execute(
    db,
  )
  const ofItem = Map.groupBy(barcodes.rows, ({ itemId }) => itemId)
  return items.rows.map(({ itemId, sku, name, names, options }) => ({
    itemId,
    sku,
    names: [name, ...Object.values(names)],
    barcodes: ofItem.get(itemId) ?? [],
    options: Object.values(options),
  }))
}

/** Changes whenever an item comes, goes, or is called, counted or scanned otherwise. */
export async function findItemsKnown(db: Db, organizationId: string): Promise<string> {
  const found = await sql<{ known: string }>`
    select count(*) || ' ' || coalesce(sum(version), 0) || ' ' || count(archived_at) as known
    from item where organization_id = ${organizationId}`.execute(db)
  return found.rows[0]?.known ?? ''
}

const waits = sql`item_id is null and ignored_at is null and state <> 'gone'`

/** Listings that nobody has looked at, in the order of their ids. */
export async function findWaiting(db: Db, organizationId: string, limit: number): Promise<WaitingListing[]> {
  const another = (column: 'sku' | 'barcode') => sql<boolean>`exists (
      select from listing as other
      where other.organization_id = listing.organization_id and other.connection_id = listing.connection_id
        and other.${sql.ref(column)} = listing.${sql.ref(column)} and other.listing_id <> listing.listing_id
        and other.state <> 'gone'
    )`
  const found = await sql<WaitingListing>`
    select listing_id, connection_id, external_id, stock_unit_id, sku, barcode, title,
      sku is not null and ${another('sku')} as is_sku_shared,
      barcode is not null and ${another('barcode')} as is_barcode_shared,
      doubt is not null as is_doubted, mapped_by is not null as is_left_to_person
    from listing
    where organization_id = ${organizationId} and suggested = -1 and ${waits}
    order by listing_id
    limit ${limit}`.execute(db)
  return found.rows
}

export async function countWaiting(db: Db, organizationId: string): Promise<number> {
  const found = await sql<{ listings: number }>`
    select count(*)::int as listings from listing
    where organization_id = ${organizationId} and ${waits}`.execute(db)
  return found.rows[0]?.listings ?? 0
}

export const SURENESS = { certain: 3, likely: 2, possible: 1 } as const

/** What was found for each listing, in place of what was found before; of those that are still as they were read. */
export async function saveSuggestions(
  tx: Tx,
  organizationId: string,
  looked: readonly { listing: WaitingListing; suggestions: readonly Suggestion[] }[],
): Promise<void> {
  const rows = looked.map(({ listing: { listingId, sku, barcode, title }, suggestions }) => ({
    listingId,
    sku,
    barcode,
    title,
    suggested: suggestions[0] === undefined ? 0 : SURENESS[suggestions[0].confidence],
  }))
  const source = unnestRows('looked', rows, {
    listingId: 'uuid',
    sku: 'text',
    barcode: 'text',
    title: 'text',
    suggested: 'int',
  })
  const saved = await sql<{ listingId: string }>`
    update listing set suggested = looked.suggested
    from ${source}
    where listing.organization_id = ${organizationId} and listing.listing_id = looked.listing_id and ${waits}
      and (listing.sku, listing.barcode, listing.title) is not distinct from (looked.sku, looked.barcode, looked.title)
    returning listing.listing_id`.execute(tx)
  const still = new Set(saved.rows.map(({ listingId }) => listingId))
  await sql`
    delete from mapping_suggestion
    where organization_id = ${organizationId} and listing_id = any(${arrayOf([...still], 'uuid')})`.execute(
    tx,
  )
  const found = looked.flatMap(({ listing: { listingId }, suggestions }) =>
    still.has(listingId)
      ? suggestions.map((each, nth) => ({
          ...each,
          listingId,
          place: nth + 1,
          reasons: each.reasons,
        }))
      : [],
  )
  if (found.length === 0) return
  const suggestions = unnestRows('found', found, {
    listingId: 'uuid',
    place: 'int',
    itemId: 'uuid',
    unitsPerListing: 'bigint',
    confidence: 'text',
    score: 'int',
    reasons: 'jsonb',
  })
  await sql`
    insert into mapping_suggestion
      (organization_id, listing_id, place, item_id, units_per_listing, confidence, score, reasons)
    select ${organizationId}, listing_id, place, item_id, units_per_listing, confidence, score, reasons
    from ${suggestions}`.execute(tx)
}

/** All that waits is looked at anew, of one connection or of all. */
export async function forgetLooks(db: Db, organizationId: string, connectionId?: string): Promise<void> {
  await sql`
    update listing set suggested = -1
    where organization_id = ${organizationId} and ${waits} and suggested <> -1
      ${connectionId === undefined ? sql`` : sql`and connection_id = ${connectionId}`}`.execute(db)
}

export type Look = { itemsKnown: string | null; allLookedAt: Date | null }

export async function findLook(db: Db, organizationId: string): Promise<Look | undefined> {
  const found = await sql<Look>`
    select items_known, all_looked_at from mapping_look where organization_id = ${organizationId}`.execute(db)
  return found.rows[0]
}

/** Takes or renews the right to look. @returns undefined while another process has it */
export async function holdLook(
  db: Db,
  organizationId: string,
  holder: string,
  time: { now: Date; until: Date },
): Promise<Look | undefined> {
  const held = await sql<Look>`
    insert into mapping_look (organization_id, holder, held_until)
    values (${organizationId}, ${holder}, ${time.until})
    on conflict (organization_id) do update set holder = excluded.holder, held_until = excluded.held_until
    where mapping_look.holder is null or mapping_look.holder = excluded.holder or mapping_look.held_until < ${time.now}
    returning items_known, all_looked_at`.execute(db)
  return held.rows[0]
}

/** @param done what all was looked at with; undefined: it was broken off */
export async function leaveLook(
  db: Db,
  organizationId: string,
  holder: string,
  done: { itemsKnown: string; at: Date } | undefined,
): Promise<void> {
  await sql`
    update mapping_look set holder = null, held_until = null,
      items_known = coalesce(${done?.itemsKnown ?? null}, items_known),
      all_looked_at = coalesce(${done?.at ?? null}::timestamptz, all_looked_at)
    where organization_id = ${organizationId} and holder = ${holder}`.execute(db)
}
