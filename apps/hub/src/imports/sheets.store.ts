import { type Db, type LotStatus, type SerialState, unnestRows } from '@plimsoll/database'
import { BY_HAND } from '@plimsoll/sync'
import { sql } from 'kysely'

export type Standing = {
  sku: string
  locationCode: string
  /** Null for units of no lot. */
  lot: string | null
  onHand: number
  available: number
}

/** What these items have at each location, lot by lot. Places without a balance are left out. */
export async function findStandings(
  db: Db,
  organizationId: string,
  skus: readonly string[],
): Promise<Standing[]> {
  const found = await sql<Standing>`
    select item.sku, location.code as location_code, lot.code as lot, sum(balance.on_hand)::bigint as on_hand,
      sum(balance.on_hand - balance.reserved - balance.held)::bigint as available
    from item
    join balance on balance.organization_id = item.organization_id and balance.item_id = item.item_id
    join location on location.organization_id = item.organization_id
      and location.location_id = balance.location_id
    left join lot on lot.organization_id = balance.organization_id and lot.lot_id = balance.lot_id
    where item.organization_id = ${organizationId} and item.sku = any(${sql.val(skus)}::text[])
    group by item.sku, location.code, lot.code`.execute(db)
  return found.rows
}

/** How many places have something available. */
export async function countStocked(db: Db, organizationId: string): Promise<number> {
  const found = await sql<{ places: number }>`
    select count(*) as places from balance
    where organization_id = ${organizationId} and on_hand - reserved - held > 0`.execute(db)
  return found.rows[0]?.places ?? 0
}

export type KnownLot = {
  sku: string
  lot: string
  expiresOn: string | null
  manufacturedOn: string | null
  supplierLot: string | null
  status: LotStatus
}

/** Lots as they are now, of these that there are. */
export async function findKnownLots(
  db: Db,
  organizationId: string,
  keys: readonly { sku: string; lot: string }[],
): Promise<KnownLot[]> {
  const source = unnestRows('wanted', keys, { sku: 'text', lot: 'text' })
  const found = await sql<KnownLot>`
    select item.sku, lot.code as lot, lot.expires_on, lot.manufactured_on, lot.supplier_lot, lot.status
    from ${source}
    join item on item.organization_id = ${organizationId} and item.sku = wanted.sku
    join lot on lot.organization_id = ${organizationId} and lot.item_id = item.item_id and lot.code = wanted.lot`.execute(
    db,
  )
  return found.rows
}

/** `locationCode`: where it is, or was last. */
export type KnownSerial = { sku: string; serial: string; state: SerialState; locationCode: string }

/** Serials as they stand now, of these that there are. */
export async function findKnownSerials(
  db: Db,
  organizationId: string,
  keys: readonly { sku: string; serial: string }[],
): Promise<KnownSerial[]> {
  const source = unnestRows('wanted', keys, { sku: 'text', serial: 'text' })
  const found = await sql<KnownSerial>`
    select item.sku, serial.serial, serial.state, location.code as location_code
    from ${source}
    join item on item.organization_id = ${organizationId} and item.sku = wanted.sku
    join serial on serial.organization_id = ${organizationId} and serial.item_id = item.item_id
      and serial.serial = wanted.serial
    join location on location.organization_id = ${organizationId}
      and location.location_id = serial.location_id`.execute(db)
  return found.rows
}

export async function findConnectionNames(
  db: Db,
  organizationId: string,
): Promise<{ connectionId: string; name: string }[]> {
  const found = await sql<{ connectionId: string; name: string }>`
    select connection_id, name from connection
    where organization_id = ${organizationId} and connector <> ${BY_HAND}`.execute(db)
  return found.rows
}

export type KnownListing = {
  connectionId: string
  externalId: string
  listingId: string
  itemId: string | null
  unitsPerListing: number
  /** Why it is never to be matched; null where it is not ignored. */
  ignoredBecause: string | null
}

/** Listings by what their platforms call them. */
export async function findKnownListings(
  db: Db,
  organizationId: string,
  keys: readonly { connectionId: string; externalId: string }[],
): Promise<KnownListing[]> {
  const source = unnestRows('wanted', keys, { connectionId: 'uuid', externalId: 'text' })
  const found = await sql<KnownListing>`
    select listing.connection_id, listing.external_id, listing.listing_id, listing.item_id, listing.units_per_listing,
      listing.ignored_because
    from ${source}
    join listing on listing.organization_id = ${organizationId} and listing.connection_id = wanted.connection_id
      and listing.external_id = wanted.external_id`.execute(db)
  return found.rows
}
