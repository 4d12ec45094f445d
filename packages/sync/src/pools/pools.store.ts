import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import { recordSetting } from '../record-setting.store.ts'
import type { PlaceOfOrders } from './places-of-orders.ts'
import type { OwnLocation, PlatformPlace } from './pools.ts'

export type Place = { organizationId: string; connectionId: string }

/** A location of a platform with what stands behind it and what its levels show. */
export type PlaceWithLevels = PlatformPlace & {
  locationCodes: string[]
  /** Stock units that it keeps a number for and the hub knows of. */
  levels: number
  /** Of these, those that the platform does not have there. */
  missing: number
  /** Units that it shows by the hub's best knowledge. */
  shows: number
  /** Units that it is to show. */
  wanted: number
}

export async function findPlacesWithLevels(db: Db, place: Place): Promise<PlaceWithLevels[]> {
  const found = await sql<PlaceWithLevels>`
    select place.external_id, place.name, place.active, place.counted_by_platform,
      place.emptied_at is not null as is_emptied, behind.location_ids, behind.location_codes,
      kept.levels, kept.missing, kept.shows, kept.wanted
    from external_location as place
    cross join lateral (
      select coalesce(array_agg(location.location_id::text order by location.code), '{}') as location_ids,
        coalesce(array_agg(location.code order by location.code), '{}') as location_codes
      from pool_location
      join location on location.organization_id = pool_location.organization_id
        and location.location_id = pool_location.location_id
      where pool_location.organization_id = place.organization_id
        and pool_location.connection_id = place.connection_id and pool_location.external_id = place.external_id
    ) as behind
    cross join lateral (
      select count(*) as levels, count(*) filter (where problem_code = 'gone') as missing,
        coalesce(sum(greatest(0, acknowledged - (subtracted - acknowledged_subtracted))), 0)::bigint as shows,
        coalesce(sum(desired) filter (where writable and tracked), 0)::bigint as wanted
      from level
      where level.organization_id = place.organization_id and level.connection_id = place.connection_id
        and level.external_location_id = place.external_id
    ) as kept
    where place.organization_id = ${place.organizationId} and place.connection_id = ${place.connectionId}
    order by place.name, place.external_id`.execute(db)
  return found.rows
}

export async function findPlatformPlaces(db: Db, place: Place): Promise<PlatformPlace[]> {
  const found = await sql<PlatformPlace>`
    select external_id, name, active, counted_by_platform, emptied_at is not null as is_emptied, array(
        select location_id::text from pool_location
        where pool_location.organization_id = place.organization_id
          and pool_location.connection_id = place.connection_id and pool_location.external_id = place.external_id
        order by location_id
      ) as location_ids
    from external_location as place
    where organization_id = ${place.organizationId} and connection_id = ${place.connectionId}
    order by name, external_id`.execute(db)
  return found.rows
}

/**
 * All of ours, with what speaks against selling from there.
 * @param sending connections that send for others: what they count is sold by those
 */
export async function findOwnLocations(
  db: Db,
  organizationId: string,
  sending: readonly string[],
): Promise<OwnLocation[]> {
  const found = await sql<OwnLocation>`
    select location.location_id, code, archived_at is not null as is_archived, kind = 'transit' as is_transit, (
        select '"' || place.name || '" of ' || connection.name from counted_place
        join external_location as place using (organization_id, connection_id, external_id)
        join connection using (organization_id, connection_id)
        where counted_place.organization_id = location.organization_id
          and counted_place.location_id = location.location_id
          and connection.connection_id <> all(${sql.val([...sending])}::uuid[])
      ) as stands_for
    from location
    where organization_id = ${organizationId}
    order by code`.execute(db)
  return found.rows
}

/** What decides where orders of a connection reserve. */
export async function findPlacesOfOrders(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<PlaceOfOrders[]> {
  const found = await sql<PlaceOfOrders>`
    select external_id, counted_by_platform, (
        select location_id from counted_place
        where counted_place.organization_id = place.organization_id
          and counted_place.connection_id = place.connection_id and counted_place.external_id = place.external_id
      ) as tied_to, array(
        select pool_location.location_id::text from pool_location
        join location on location.organization_id = pool_location.organization_id
          and location.location_id = pool_location.location_id
        where pool_location.organization_id = place.organization_id
          and pool_location.connection_id = place.connection_id and pool_location.external_id = place.external_id
        order by location.code
      ) as location_ids
    from external_location as place
    where organization_id = ${organizationId} and connection_id = ${connectionId}
    order by external_id`.execute(db)
  return found.rows
}

/** How often a person has said what stands behind a connection's locations; undefined: there is no such connection. */
export async function findPoolVersion(db: Db, place: Place): Promise<number | undefined> {
  const found = await sql<{ poolVersion: number }>`
    select pool_version from connection
    where organization_id = ${place.organizationId} and connection_id = ${place.connectionId}`.execute(db)
  return found.rows[0]?.poolVersion
}

/** Two people who change it at once come one after the other. @returns as `findPoolVersion` */
export async function lockPoolVersion(tx: Tx, place: Place): Promise<number | undefined> {
  const found = await sql<{ poolVersion: number }>`
    select pool_version from connection
    where organization_id = ${place.organizationId} and connection_id = ${place.connectionId}
    for no key update`.execute(tx)
  return found.rows[0]?.poolVersion
}

export async function savePoolVersion(tx: Tx, place: Place, version: number): Promise<void> {
  await sql`
    update connection set pool_version = ${version}
    where organization_id = ${place.organizationId} and connection_id = ${place.connectionId}`.execute(tx)
}

/** Which of our locations each external location may sell from; replaces what was there. */
export async function savePool(
  tx: Tx,
  place: Place,
  pool: readonly { externalId: string; locationId: string }[],
): Promise<void> {
  await sql`
    delete from pool_location
    where organization_id = ${place.organizationId} and connection_id = ${place.connectionId}`.execute(tx)
  if (pool.length === 0) return
  const source = unnestRows('saved', pool, { externalId: 'text', locationId: 'uuid' })
  await sql`
    insert into pool_location (organization_id, connection_id, external_id, location_id)
    select ${place.organizationId}, ${place.connectionId}, external_id, location_id from ${source}`.execute(
    tx,
  )
}

/** Whose levels are kept at zero; replaces what was said before. */
export async function saveEmptied(
  tx: Tx,
  place: Place,
  { emptied, at }: { emptied: readonly string[]; at: Date },
): Promise<void> {
  await sql`
    update external_location set emptied_at = case
      when external_id = any(${sql.val([...emptied])}::text[]) then coalesce(emptied_at, ${at})
    end
    where organization_id = ${place.organizationId} and connection_id = ${place.connectionId}
      and (emptied_at is not null or external_id = any(${sql.val([...emptied])}::text[]))`.execute(tx)
}

/** True once somebody or the first import has said what the external locations may sell from. */
export async function hasPool(tx: Tx, place: Place): Promise<boolean> {
  const found = await sql`
    select from connection
    where organization_id = ${place.organizationId} and connection_id = ${place.connectionId}
      and (pool_version > 0 or exists (
        select from pool_location
        where pool_location.organization_id = connection.organization_id
          and pool_location.connection_id = connection.connection_id
      ))`.execute(tx)
  return found.rows.length > 0
}

/** What stands behind one location of a platform, as its history keeps it. */
type PlacePool = { locationIds: readonly string[]; whenEmpty: 'zero' | 'leave' }

/** Notes what a person said, beside every other change of a setting. */
export async function recordPool(
  tx: Tx,
  { organizationId, connectionId }: Place,
  change: { before: Record<string, PlacePool>; after: Record<string, PlacePool>; at: Date },
): Promise<void> {
  await recordSetting(tx, organizationId, {
    kind: 'pool',
    subject: { connectionId },
    before: inOrder(change.before),
    after: inOrder(change.after),
    at: change.at,
  })
}

/** The same pool is the same text, in whichever order its locations were told. */
function inOrder(pools: Record<string, PlacePool>): Record<string, PlacePool> {
  const sorted = Object.entries(pools).map(([externalId, pool]) => {
    return [externalId, { ...pool, locationIds: [...pool.locationIds].sort() }] as const
  })
  return Object.fromEntries(sorted)
}
