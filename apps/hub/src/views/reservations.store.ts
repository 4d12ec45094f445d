import type { ReservationPage, ReservationRow } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

type Row = Omit<ReservationRow, 'createdAt' | 'updatedAt' | 'expiresAt'> & {
  /** Of the row: one reservation may have several. */
  rowId: string
  createdAt: Date
  updatedAt: Date
  expiresAt: Date | null
}

/**
 * What is reserved of an item and still open, oldest first; of a virtual kit what callers hold of its parts for it. The
 * cursor is the last row's id of the page before.
 */
export async function findOpenReservationPage(
  db: Db,
  organizationId: string,
  itemId: string,
  page: { cursor?: string | undefined; limit: number },
): Promise<ReservationPage> {
  const found = await sql<Row>`
    ${selectReservations}
    where reservation.organization_id = ${organizationId} and (reservation.item_id = ${itemId}
        or reservation.owner_id = any(array(
          select owner_id from kit_claim where organization_id = ${organizationId} and kit_item_id = ${itemId}
        )))
      and reservation.released + reservation.shipped < reservation.reserved
      and (${page.cursor ?? null}::uuid is null or reservation.reservation_id > ${page.cursor ?? null}::uuid)
    order by reservation.reservation_id
    limit ${page.limit + 1}`.execute(db)
  const rows = found.rows.slice(0, page.limit)
  const next = found.rows.length > page.limit ? (rows.at(-1)?.rowId ?? null) : null
  return { rows: rows.map(toRow), next }
}

/** All rows of one reservation, open or not; none where nobody has it. */
export async function findReservationRows(
  db: Db,
  organizationId: string,
  reservationId: string,
): Promise<ReservationRow[]> {
  const found = await sql<Row>`
    ${selectReservations}
    where reservation.organization_id = ${organizationId} and reservation.owner_id = ${reservationId}::uuid
    order by reservation.reservation_id`.execute(db)
  return found.rows.map(toRow)
}

const selectReservations = sql`
  select reservation_id as row_id, reservation.owner_id as reservation_id, item.sku, kit.sku as kit_sku, location.code as location_code,
    reservation.kind, owner_kind, sales_order.number as order_number, expires_at, units_each,
    reservation.reserved, reservation.released, reservation.shipped, reservation.returned,
    reservation.reserved - reservation.released - reservation.shipped as open,
    reservation.created_at, reservation.updated_at
  from reservation
  join item on item.organization_id = reservation.organization_id and item.item_id = reservation.item_id
  join location on location.organization_id = reservation.organization_id
    and location.location_id = reservation.location_id
  left join sales_order on sales_order.organization_id = reservation.organization_id
    and sales_order.order_id = reservation.order_id
  left join kit_claim on kit_claim.organization_id = reservation.organization_id
    and kit_claim.owner_id = reservation.owner_id
  left join item as kit on kit.organization_id = kit_claim.organization_id
    and kit.item_id = kit_claim.kit_item_id`

function toRow({ rowId: _rowId, createdAt, updatedAt, expiresAt, ...row }: Row): ReservationRow {
  return {
    ...row,
    expiresAt: expiresAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}
