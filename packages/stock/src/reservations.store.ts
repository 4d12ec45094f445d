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
    order by owner_id, reservation_id
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
      and owner_id = any(${sql.val(reservationIds)}::uuid[])
    order by owner_id, reservation_id
    for update`.execute(tx)
  return found.rows
}

/**
 * Writes reservations: the new ones in one statement, those that changed in another. An upsert would do both, at a
 * third more for the new ones (measured), which is nearly all of them.
 */
export async function saveReservations(
  tx: Tx,
  context: StockContext,
  { added, changed }: { added: readonly ReservationRow[]; changed: readonly ReservationRow[] },
): Promise<void> {
  const statements: Promise<unknown>[] = []
  if (added.length > 0) {
    const source = unnestRows('added', added, {
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
    statements.push(
      sql`
        insert into reservation
          (organization_id, reservation_id, item_id, location_id, lot_id, kind, owner_kind, owner_id,
           reserved, released, shipped, returned, created_at, updated_at)
        select ${context.organizationId}, reservation_id, item_id, location_id, lot_id, kind, owner_kind, owner_id,
           reserved, released, shipped, returned, ${context.now()}, ${context.now()}
        from ${source}`.execute(tx),
    )
  }
  if (changed.length > 0) {
    const source = unnestRows('changed', changed, {
      ownerId: 'uuid',
      reservationId: 'uuid',
      reserved: 'bigint',
      released: 'bigint',
      shipped: 'bigint',
      returned: 'bigint',
    })
    statements.push(
      sql`
        update reservation set
          reserved = changed.reserved,
          released = changed.released,
          shipped = changed.shipped,
          returned = changed.returned,
          updated_at = ${context.now()}
        from ${source}
        where reservation.organization_id = ${context.organizationId}
          and reservation.owner_id = changed.owner_id
          and reservation.reservation_id = changed.reservation_id`.execute(tx),
    )
  }
  await Promise.all(statements)
}
