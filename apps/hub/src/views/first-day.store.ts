import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ConnectionOnTheWay, FirstDayFacts } from './first-day.ts'

/** Counts stop where more of them would change nothing: a brand of a million listings is asked this too. */
const ENOUGH = 1

/** What the first day's steps are decided by. */
export async function findFirstDay(db: Db, organizationId: string): Promise<FirstDayFacts> {
  const some = (rows: ReturnType<typeof sql>) =>
    sql`(select count(*) from (${rows} limit ${ENOUGH}::int) as found)`
  const of = sql`organization_id = ${organizationId} and connection_id = connection.connection_id`
  const locations = await sql<{ locations: number }>`
    select count(*) as locations from location
    where organization_id = ${organizationId} and archived_at is null`.execute(db)
  const connections = await sql<ConnectionOnTheWay>`
    select connection_id, state,
      (select count(*) from external_location where ${of}) as places,
      (select count(distinct external_id) from pool_location where ${of}) as tied_places,
      ${some(sql`select from listing where ${of} and state <> 'gone'`)} as listings,
      ${some(sql`select from listing where ${of} and state <> 'gone' and item_id is null and ignored_at is null`)} as unmatched,
      ${some(sql`select from level where ${of} and desired is not null`)} as levels,
      ${some(sql`select from preview where ${of}`)} as previews
    from connection where organization_id = ${organizationId} order by connection_id`.execute(db)
  return { locations: locations.rows[0]?.locations ?? 0, connections: connections.rows }
}
