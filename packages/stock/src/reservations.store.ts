import { arrayOf, type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from './context.ts'
import type { Reservation } from './reservations.ts'

export type ReservationRow = Reservation & {
  reservationId: string
  itemId: string
  locationId: string
  lotId: string
  /** `strict`: never beyond what was available. `soft`: strict until it expires. `recorded`: the sale has happened. */
  kind: 'strict' | 'soft' | 'recorded'
  ownerKind: 'order-line' | 'api'
  ownerId: string
  /** Of the order line that owns it. */
  orderId: string | null
  /** Base units of this item in one unit of the owner: more than 1 in six-packs and kits. */
  unitsEach: number
  expiresAt: Date | null
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
      order_id, units_each, expires_at, reserved, released, shipped, returned
    from reservation
    where organization_id = ${organizationId} and owner_id = any(${arrayOf(ownerIds, 'uuid')})
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
      order_id, units_each, expires_at, reserved, released, shipped, returned
    from reservation
    where organization_id = ${organizationId} and owner_kind = 'api'
      and owner_id = any(${arrayOf(reservationIds, 'uuid')})
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
      orderId: 'uuid',
      unitsEach: 'bigint',
      expiresAt: 'timestamptz',
      reserved: 'bigint',
      released: 'bigint',
      shipped: 'bigint',
      returned: 'bigint',
    })
    statements.push(
      sql`
        insert into reservation
          (organization_id, reservation_id, item_id, location_id, lot_id, kind, owner_kind, owner_id,
           order_id, units_each, expires_at, reserved, released, shipped, returned, created_at, updated_at)
        select ${context.organizationId}, reservation_id, item_id, location_id, lot_id, kind, owner_kind, owner_id,
           order_id, units_each, expires_at, reserved, released, shipped, returned, ${context.now()}, ${context.now()}
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

/** Soft reservations whose time has passed with units still open, oldest first. */
export async function findExpiredReservations(
  db: Db,
  organizationId: string,
  now: Date,
  limit: number,
): Promise<{ ownerId: string; expiresAt: Date; open: number }[]> {
  const found = await sql<{ ownerId: string; expiresAt: Date; open: number }>`
    select owner_id, min(expires_at) as expires_at,
      -- In the owner's units: the rows of a component add up, and all components stand alike.
      max(open)::bigint as open
    from (
      select owner_id, item_id, expires_at, sum(reserved - released - shipped) / units_each as open
      from reservation
      where organization_id = ${organizationId} and kind = 'soft' and expires_at <= ${now}
        and released + shipped < reserved
      group by owner_id, item_id, expires_at, units_each
    ) as expired
    group by owner_id
    order by expires_at
    limit ${limit}`.execute(db)
  return found.rows
}
