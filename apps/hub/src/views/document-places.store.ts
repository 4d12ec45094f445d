import type { Touched } from '@plimsoll/accounts'
import { arrayOf, type Db } from '@plimsoll/database'
import { isUuid } from '@plimsoll/stock'
import { type RawBuilder, sql } from 'kysely'
import type { DocumentKind, NamedDocument } from '../http/touched-documents.ts'

type Asked = { organizationId: string; id: string; uuid: string | null }
type Lies = {
  /** Rows of `connection_id` and `location_id`, either of which may be null. */
  rows(asked: Asked): RawBuilder<unknown>
  /** Absent: documents of this kind are about none. `any`: about more than can be said. */
  connections?: 'named'
  locations?: 'named' | 'any'
}

const atLocation = (table: string, key: string): Lies => ({
  locations: 'named',
  rows: ({ organizationId, uuid }) => sql`
    select null::uuid as connection_id, location_id from ${sql.table(table)}
    where organization_id = ${organizationId} and ${sql.ref(key)} = ${uuid}::uuid`,
})

const ofConnection = (table: string, key: string): Lies => ({
  connections: 'named',
  locations: 'any',
  rows: ({ organizationId, uuid }) => sql`
    select connection_id, null::uuid as location_id from ${sql.table(table)}
    where organization_id = ${organizationId} and ${sql.ref(key)} = ${uuid}::uuid`,
})

const transfer = (...ends: ('from_location_id' | 'to_location_id')[]): Lies => ({
  locations: 'named',
  rows: ({ organizationId, uuid }) => sql`
    select null::uuid as connection_id, unnest(array[${sql.join(ends.map((end) => sql.ref(end)))}]) as location_id
    from transfer where organization_id = ${organizationId} and transfer_id = ${uuid}::uuid`,
})

const order = ({ organizationId, id, uuid }: Asked) => sql`
  select order_id, connection_id from sales_order
  where organization_id = ${organizationId} and (order_id = ${uuid}::uuid or number = ${id} or external_id = ${id})`

const lies: Readonly<Record<DocumentKind, Lies>> = {
  transfer: transfer('from_location_id', 'to_location_id'),
  'transfer-out': transfer('from_location_id'),
  'transfer-in': transfer('to_location_id'),
  'inbound-shipment': atLocation('inbound_shipment', 'inbound_id'),
  return: atLocation('customer_return', 'return_id'),
  'stock-count': atLocation('stock_count', 'count_id'),
  location: {
    locations: 'named',
    rows: ({ organizationId, id }) => sql`
      select null::uuid as connection_id, location_id from location
      where organization_id = ${organizationId} and code = ${id}`,
  },
  shipment: {
    connections: 'named',
    locations: 'named',
    rows: ({ organizationId, uuid }) => sql`
      select connection_id, location_id from shipment
      where organization_id = ${organizationId} and shipment_id = ${uuid}::uuid`,
  },
  // Several may be called so: the handler says which is meant, or that it cannot tell.
  order: {
    connections: 'named',
    locations: 'named',
    rows: (asked) => sql`
      with named as materialized (${order(asked)})
      select connection_id, null::uuid as location_id from named
      union all
      select null, shipment.location_id from named join shipment using (order_id)
      where shipment.organization_id = ${asked.organizationId}
      union all
      select null, reservation.location_id
      from named join order_line using (order_id) join reservation on reservation.owner_id = order_line.line_id
      where order_line.organization_id = ${asked.organizationId} and reservation.organization_id = ${asked.organizationId}
        and reservation.released + reservation.shipped < reservation.reserved`,
  },
  connection: {
    connections: 'named',
    locations: 'any',
    rows: ({ organizationId, id, uuid }) => sql`
      select connection_id, null::uuid as location_id from connection
      where organization_id = ${organizationId} and (connection_id = ${uuid}::uuid or name = ${id})`,
  },
  'parked-event': ofConnection('inbox', 'inbox_id'),
  job: ofConnection('sync_job', 'job_id'),
  listing: ofConnection('listing', 'listing_id'),
  drift: ofConnection('drift', 'drift_id'),
  hold: ofConnection('hold', 'hold_id'),
}

/**
 * The connections and locations (by code) that a document is about.
 * @returns undefined where there is no such document
 */
export async function findDocumentPlaces(
  db: Db,
  organizationId: string,
  { kind, id, effect }: NamedDocument,
): Promise<Touched | undefined> {
  const { rows, connections, locations } = lies[kind]
  const asked = { organizationId, id, uuid: isUuid(id) ? id : null }
  const found = await sql<{ lines: number; connections: string[]; locations: string[] }>`
    with place as materialized (${rows(asked)})
    select
      (select count(*)::int from place) as lines,
      array(select distinct connection_id::text from place where connection_id is not null order by 1) as connections,
      array(
        select distinct code from place
        join location on location.organization_id = ${organizationId} and location.location_id = place.location_id
        order by 1
      ) as locations`.execute(db)
  const [row] = found.rows
  if (row === undefined || row.lines === 0) return undefined
  return {
    ...(connections !== undefined && { connections: row.connections }),
    ...(locations !== undefined && {
      locations: effect === 'anywhere' || locations === 'any' ? 'any' : row.locations,
    }),
  }
}

/** Where open units of these reservations lie; those that are not there lie nowhere. */
export async function findReservedPlaces(
  db: Db,
  organizationId: string,
  reservationIds: readonly string[],
): Promise<Touched> {
  const found = await sql<{ code: string }>`
    select distinct location.code from reservation
    join location using (organization_id, location_id)
    where reservation.organization_id = ${organizationId}
      and owner_id = any(${arrayOf([...new Set(reservationIds)], 'uuid')})
      and reservation.released + reservation.shipped < reservation.reserved
    order by location.code`.execute(db)
  return { locations: found.rows.map(({ code }) => code) }
}
