import { type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from './context.ts'
import type { Reservation } from './reservations.ts'

export type ReservationRow = Reservation & {
  reservationId: string
  itemId: string
  locationId: string
  lotId: string
  kind: 'strict' | 'recorded'
  ownerKind: 'order-line' | 'api'
  ownerId: string
}

/** Reservations of these owners (order lines), locked: whoever changes one reads it first. */
export async function lockReservationsOf(
  tx: Tx,
  organizationId: string,
  ownerIds: readonly string[],
): Promise<ReservationRow[]> {
  if (ownerIds.length === 0) return []
  const found = await sql<ReservationRow>`
    select reservation_id, item_id, location_id, lot_id, kind, owner_kind, owner_id,
      reserved, released, shipped, returned
    from reservation
    where organization_id = ${organizationId} and owner_id = any(${sql.val(ownerIds)}::uuid[])
    order by reservation_id
    for update`.execute(tx)
  return found.rows
}

/**
 * Reservations that API callers hold, locked in key order. Those of order lines are left out: the order
 * itself says what they hold, and would be contradicted by anybody else.
 */
export async function lockReservationsOfCallers(
  tx: Tx,
  organizationId: string,
  reservationIds: readonly string[],
): Promise<ReservationRow[]> {
  if (reservationIds.length === 0) return []
  const found = await sql<ReservationRow>`
    select reservation_id, item_id, location_id, lot_id, kind, owner_kind, owner_id,
      reserved, released, shipped, returned
    from reservation
    where organization_id = ${organizationId} and owner_kind = 'api'
      and reservation_id = any(${sql.val(reservationIds)}::uuid[])
    order by reservation_id
    for update`.execute(tx)
  return found.rows
}

/** Inserts or updates reservations in one statement. */
export async function saveReservations(
  tx: Tx,
  context: StockContext,
  rows: readonly ReservationRow[],
): Promise<void> {
  if (rows.length === 0) return
  const source = unnestRows('saved', rows, {
    reservationId: 'uuid',
    itemId: 'uuid',
    locationId: 'uuid',
    lotId: 'uuid',
    kind: 'text',
    ownerKind: 'text',
    ownerId: 'uuid',
    reserved: 'bigint',
    released: 'bigint',
    shipped: 'bigint',
    returned: 'bigint',
  })
  await sql`
    insert into reservation
      (organization_id, reservation_id, item_id, location_id, lot_id, kind, owner_kind, owner_id,
       reserved, released, shipped, returned, created_at, updated_at)
    select ${context.organizationId}, reservation_id, item_id, location_id, lot_id, kind, owner_kind, owner_id,
       reserved, released, shipped, returned, ${context.now()}, ${context.now()}
    from ${source}
    on conflict (organization_id, reservation_id) do update set
      reserved = excluded.reserved,
      released = excluded.released,
      shipped = excluded.shipped,
      returned = excluded.returned,
      updated_at = excluded.updated_at`.execute(tx)
}
