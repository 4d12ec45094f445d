import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from '../context.ts'
import type { LocationDetail, LocationFields } from './location.ts'

/** All locations in order of their codes; archived ones only where asked for. */
export async function listLocations(
  db: Db,
  organizationId: string,
  { archived }: { archived: boolean },
): Promise<LocationDetail[]> {
  const found = await sql<LocationRow>`
    select ${COLUMNS} from location
    where organization_id = ${organizationId} and (${archived} or archived_at is null)
    order by code`.execute(db)
  return found.rows.map(toDetail)
}

export async function findLocationByCode(
  db: Db,
  organizationId: string,
  code: string,
): Promise<LocationDetail | undefined> {
  const found = await sql<LocationRow>`
    select ${COLUMNS} from location where organization_id = ${organizationId} and code = ${code}`.execute(db)
  return found.rows.map(toDetail)[0]
}

/** The same, locked against other changes of it. */
export async function lockLocation(
  tx: Tx,
  organizationId: string,
  code: string,
): Promise<LocationDetail | undefined> {
  const found = await sql<LocationRow>`
    select ${COLUMNS} from location where organization_id = ${organizationId} and code = ${code}
    for no key update`.execute(tx)
  return found.rows.map(toDetail)[0]
}

/** @returns false where the code is taken */
export async function insertLocation(
  tx: Tx,
  context: StockContext,
  location: LocationFields & { locationId: string; code: string },
): Promise<boolean> {
  const inserted = await sql`
    insert into location (organization_id, location_id, code, name, kind, country, time_zone, counted_by, address,
      opening_days, holidays, created_at, region, postal_code, latitude, longitude, routing_priority, cut_off,
      capacity_per_day, ships)
    values (${context.organizationId}, ${location.locationId}, ${location.code}, ${location.name}, ${location.kind},
      ${location.country}, ${location.timeZone}, ${location.countedBy}::uuid, ${location.address},
      ${sql.val([...location.openingDays])}::int[], ${sql.val([...location.holidays])}::date[], ${context.now()},
      ${location.region}, ${location.postalCode}, ${location.latitude}::float8, ${location.longitude}::float8,
      ${location.routingPriority}, ${location.cutOff}, ${location.capacityPerDay}::int, ${location.ships}::boolean)
    on conflict (organization_id, code) do nothing`.execute(tx)
  return inserted.numAffectedRows === 1n
}

/** Writes all fields of a location that is locked, with the next version. */
export async function updateLocation(
  tx: Tx,
  organizationId: string,
  location: LocationDetail,
): Promise<void> {
  await sql`
    update location set name = ${location.name}, kind = ${location.kind}, country = ${location.country},
      time_zone = ${location.timeZone}, counted_by = ${location.countedBy}::uuid, address = ${location.address},
      opening_days = ${sql.val([...location.openingDays])}::int[],
      holidays = ${sql.val([...location.holidays])}::date[],
      region = ${location.region}, postal_code = ${location.postalCode}, latitude = ${location.latitude}::float8,
      longitude = ${location.longitude}::float8, routing_priority = ${location.routingPriority},
      cut_off = ${location.cutOff}, capacity_per_day = ${location.capacityPerDay}::int,
      ships = ${location.ships}::boolean,
      archived_at = ${location.archivedAt}::timestamptz, version = ${location.version}
    where organization_id = ${organizationId} and location_id = ${location.locationId}`.execute(tx)
}

export type LocationUse = {
  /** Items of which something is on hand, reserved, held or incoming; the first few. */
  skus: string[]
  transfers: number
  inboundShipments: number
  stockCounts: number
}

/** What keeps a location from being archived. */
export async function findLocationUse(
  db: Db,
  organizationId: string,
  locationId: string,
): Promise<LocationUse> {
  const found = await sql<LocationUse>`
    select
      coalesce((
        select array_agg(sku) from (
          select distinct item.sku
          from balance
          join item using (organization_id, item_id)
          where organization_id = ${organizationId} and location_id = ${locationId}
            and (on_hand <> 0 or reserved <> 0 or held <> 0 or incoming <> 0)
          order by item.sku
          limit 6
        ) as used
      ), '{}') as skus,
      (
        select count(*) from transfer
        where organization_id = ${organizationId} and state in ('draft', 'dispatched', 'partly-received')
          and ${locationId} in (from_location_id, via_location_id, to_location_id)
      ) as transfers,
      (
        select count(*) from inbound_shipment
        where organization_id = ${organizationId} and location_id = ${locationId}
          and state in ('expected', 'partly-received')
      ) as inbound_shipments,
      (
        select count(*) from stock_count
        where organization_id = ${organizationId} and location_id = ${locationId}
          and state in ('counting', 'approved')
      ) as stock_counts`.execute(db)
  const [use] = found.rows
  if (use === undefined) throw new Error('a select without from answers one row')
  return use
}

/** Whether the organization has this connection. */
export async function hasConnection(db: Db, organizationId: string, connectionId: string): Promise<boolean> {
  const found = await sql`
    select from connection where organization_id = ${organizationId} and connection_id = ${connectionId}`.execute(
    db,
  )
  return found.rows.length > 0
}

type LocationRow = Omit<LocationDetail, 'createdAt' | 'archivedAt'> & {
  createdAt: Date
  archivedAt: Date | null
}

const COLUMNS = sql.raw(
  'location_id, code, name, kind, country, time_zone, counted_by, address, opening_days, holidays::text[] as holidays, created_at, archived_at, version, region, postal_code, latitude, longitude, routing_priority, cut_off, capacity_per_day, ships',
)

function toDetail(row: LocationRow): LocationDetail {
  return {
    ...row,
    createdAt: row.createdAt.toISOString(),
    archivedAt: row.archivedAt?.toISOString() ?? null,
  }
}
