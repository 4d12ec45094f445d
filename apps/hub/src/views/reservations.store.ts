import type { ReservationPage, ReservationRow } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

type Row = Omit<ReservationRow, 'createdAt' | 'updatedAt'> & { createdAt: Date; updatedAt: Date }

/** The reservations of an item that still hold units, oldest first; the cursor is the last id of the page before. */
export async function findOpenReservationPage(
  db: Db,
  organizationId: string,
  itemId: string,
  page: { cursor?: string | undefined; limit: number },
): Promise<ReservationPage> {
  const found = await sql<Row>`
    ${selectReservations}
    where reservation.organization_id = ${organizationId} and reservation.item_id = ${itemId}
      and released + reservation.shipped < reserved
      and (${page.cursor ?? null}::uuid is null or reservation_id > ${page.cursor ?? null}::uuid)
    order by reservation_id
    limit ${page.limit + 1}`.execute(db)
  const rows = found.rows.slice(0, page.limit).map(toRow)
  return { rows, next: found.rows.length > page.limit ? (rows.at(-1)?.reservationId ?? null) : null }
}

/** A reservation that an API client holds: it owns itself. Those of orders are found by their item. */
export async function findReservationOfCaller(
  db: Db,
  organizationId: string,
  reservationId: string,
): Promise<ReservationRow | undefined> {
  const found = await sql<Row>`
    ${selectReservations}
    where reservation.organization_id = ${organizationId} and owner_id = ${reservationId}::uuid
      and owner_kind = 'api'`.execute(db)
  const [row] = found.rows
  return row === undefined ? undefined : toRow(row)
}

const selectReservations = sql`
  select reservation_id, item.sku, location.code as location_code, reservation.kind, owner_kind,
    sales_order.number as order_number, reserved, released, reservation.shipped, reservation.returned,
    reserved - released - reservation.shipped as open, reservation.created_at, reservation.updated_at
  from reservation
  join item on item.organization_id = reservation.organization_id and item.item_id = reservation.item_id
  join location on location.organization_id = reservation.organization_id
    and location.location_id = reservation.location_id
  left join order_line on owner_kind = 'order-line'
    and order_line.organization_id = reservation.organization_id and order_line.line_id = reservation.owner_id
  left join sales_order on sales_order.organization_id = order_line.organization_id
    and sales_order.order_id = order_line.order_id`

function toRow(row: Row): ReservationRow {
  return { ...row, createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString() }
}
