import type { SerialLives } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

type Row = Omit<SerialLives['rows'][number], 'events'> & { itemId: string }
type EventRow = Omit<SerialLives['rows'][number]['events'][number], 'effectiveAt' | 'recordedAt'> & {
  itemId: string
  effectiveAt: Date
  recordedAt: Date
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
