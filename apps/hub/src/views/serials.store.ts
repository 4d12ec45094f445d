import type { SerialLives, SerialPage, SerialRow } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

type Row = Omit<SerialLives['rows'][number], 'events'> & { itemId: string }
type EventRow = Omit<SerialLives['rows'][number]['events'][number], 'effectiveAt' | 'recordedAt'> & {
  itemId: string
  effectiveAt: Date
  recordedAt: Date
}

export type SerialQuery = {
  /** How the number begins; empty for all. */
  search: string
  itemId: string | undefined
  after: SerialCursor | undefined
  limit: number
}
export type SerialCursor = { serial: string; itemId: string }

/**
 * Units in order of number, of one item or of all. The index begins where the search does, whatever the database's
 * collation: a text never sorts before what it begins with.
 */
export async function findSerialPage(
  db: Db,
  organizationId: string,
  { search, itemId, after, limit }: SerialQuery,
): Promise<{ rows: SerialPage['rows']; next: SerialCursor | undefined }> {
  const ofItem = itemId === undefined ? sql`` : sql`and item_id = ${itemId}`
  const beginsSo = search === '' ? sql`` : sql`and serial >= ${search} and starts_with(serial, ${search})`
  const isAfter =
    after === undefined ? sql`` : sql`and (serial, item_id) > (${after.serial}, ${after.itemId}::uuid)`
  const found = await sql<SerialRow & { itemId: string }>`
    select unit.serial, unit.item_id, item.sku, item.name, unit.state, location.code as location_code,
      ${orderNumberOf(sql`unit`)} as order_number
    from (
      select * from serial
      where organization_id = ${organizationId} ${ofItem} ${beginsSo} ${isAfter}
      order by serial, item_id
      limit ${limit + 1}
    ) as unit
    join item using (organization_id, item_id)
    join location using (organization_id, location_id)
    order by unit.serial, unit.item_id`.execute(db)
  const rows = found.rows.slice(0, limit)
  const last = rows.at(-1)
  return {
    rows: rows.map(({ itemId: _, ...row }) => row),
    next: found.rows.length > limit && last ? { serial: last.serial, itemId: last.itemId } : undefined,
  }
}

/** The units with this serial number, one per item that has one, each with its whole life. */
export async function findSerialLives(db: Db, organizationId: string, serial: string): Promise<SerialLives> {
  const [units, events] = await Promise.all([
    sql<Row>`
      select serial.serial, serial.item_id, item.sku, item.name, serial.state, location.code as location_code,
        ${orderNumberOf(sql`serial`)} as order_number
      from serial
      join item using (organization_id, item_id)
      join location using (organization_id, location_id)
      where serial.organization_id = ${organizationId} and serial.serial = ${serial}
      order by item.sku`.execute(db),
    sql<EventRow>`
      select event.item_id, event.kind, event.state, location.code as location_code,
        ${orderNumberOf(sql`event`)} as order_number, connection.name as connection_name,
        case event.reference_kind when 'reservation' then event.reference_id end as reservation_id,
        event.reason, event.actor, event.effective_at, event.recorded_at
      from serial_event as event
      join location using (organization_id, location_id)
      left join sales_order on event.reference_kind = 'order'
        and sales_order.organization_id = event.organization_id and sales_order.order_id = event.reference_id
      left join connection on connection.organization_id = sales_order.organization_id
        and connection.connection_id = sales_order.connection_id
      where event.organization_id = ${organizationId} and event.serial = ${serial} and event.item_id in (
        select item_id from serial where organization_id = ${organizationId} and serial = ${serial}
      )
      order by event.event_id`.execute(db),
  ])
  return {
    rows: units.rows.map(({ itemId, ...unit }) => ({
      ...unit,
      events: events.rows
        .filter((event) => event.itemId === itemId)
        .map(({ itemId: _, ...event }) => ({
          ...event,
          effectiveAt: event.effectiveAt.toISOString(),
          recordedAt: event.recordedAt.toISOString(),
        })),
    })),
  }
}

/** Of the order line that a unit was shipped for. */
function orderNumberOf(row: ReturnType<typeof sql>) {
  return sql`(
    select sales_order.number from reservation
    join sales_order on sales_order.organization_id = reservation.organization_id
      and sales_order.order_id = reservation.order_id
    where reservation.organization_id = ${row}.organization_id and reservation.owner_id = ${row}.owner_id
    limit 1
  )`
}
