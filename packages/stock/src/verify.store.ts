import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

export type BrokenBalance = {
  organizationId: string
  itemId: string
  locationId: string
  lotId: string
  balance: { onHand: number; reserved: number; held: number; incoming: number }
  movements: { onHand: number; reserved: number; held: number; incoming: number }
}

/**
 * I1 on any database: every balance equals the sum of its movements, and there is none without the other. Where months
 * lie in files, the checkpoints at their end stand for them.
 * @returns the rows that break it; empty is good
 */
export async function findBrokenBalances(db: Db): Promise<BrokenBalance[]> {
  const found = await sql<{
    organizationId: string
    itemId: string
    locationId: string
    lotId: string
    onHand: number
    reserved: number
    held: number
    incoming: number
    movedOnHand: number
    movedReserved: number
    movedHeld: number
    movedIncoming: number
  }>`
    with archived as (
      select max(month) + interval '1 month' as until from closed_month where archive is not null
    ), opening as (
      select distinct on (organization_id, item_id, location_id, lot_id)
        organization_id, item_id, location_id, lot_id, on_hand, reserved, held, incoming
      from balance_checkpoint
      where at <= (select until from archived)
      order by organization_id, item_id, location_id, lot_id, at desc
    ), part as (
      select organization_id, item_id, location_id, lot_id, on_hand_delta as on_hand, reserved_delta as reserved,
        held_delta as held, incoming_delta as incoming
      from movement
      where recorded_at >= coalesce((select until from archived), '-infinity')
      union all
      select * from opening
    ), moved as (
      select organization_id, item_id, location_id, lot_id,
        sum(on_hand)::bigint as on_hand, sum(reserved)::bigint as reserved,
        sum(held)::bigint as held, sum(incoming)::bigint as incoming
      from part
      group by organization_id, item_id, location_id, lot_id
    )
    select organization_id, item_id, location_id, lot_id,
      coalesce(b.on_hand, 0) as on_hand, coalesce(b.reserved, 0) as reserved,
      coalesce(b.held, 0) as held, coalesce(b.incoming, 0) as incoming,
      coalesce(m.on_hand, 0) as moved_on_hand, coalesce(m.reserved, 0) as moved_reserved,
      coalesce(m.held, 0) as moved_held, coalesce(m.incoming, 0) as moved_incoming
    from balance as b
    full join moved as m using (organization_id, item_id, location_id, lot_id)
    where (coalesce(b.on_hand, 0), coalesce(b.reserved, 0), coalesce(b.held, 0), coalesce(b.incoming, 0))
      is distinct from
      (coalesce(m.on_hand, 0), coalesce(m.reserved, 0), coalesce(m.held, 0), coalesce(m.incoming, 0))
    order by organization_id, item_id, location_id, lot_id
    limit 1000`.execute(db)
  return found.rows.map((row) => ({
    organizationId: row.organizationId,
    itemId: row.itemId,
    locationId: row.locationId,
    lotId: row.lotId,
    balance: { onHand: row.onHand, reserved: row.reserved, held: row.held, incoming: row.incoming },
    movements: {
      onHand: row.movedOnHand,
      reserved: row.movedReserved,
      held: row.movedHeld,
      incoming: row.movedIncoming,
    },
  }))
}

export type BrokenReservation = {
  organizationId: string
  itemId: string
  locationId: string
  lotId: string
  reserved: number
  open: number
}

/** Reserved units of every balance equal what its reservations still hold open. */
export const brokenReservations = sql<BrokenReservation>`
    with held_open as (
      select organization_id, item_id, location_id, lot_id, sum(reserved - released - shipped)::bigint as open
      from reservation
      group by organization_id, item_id, location_id, lot_id
    )
    select organization_id, item_id, location_id, lot_id,
      coalesce(b.reserved, 0) as reserved, coalesce(r.open, 0) as open
    from balance as b
    full join held_open as r using (organization_id, item_id, location_id, lot_id)
    where coalesce(b.reserved, 0) <> coalesce(r.open, 0)
    order by organization_id, item_id, location_id, lot_id`

/** @returns the balance of the first thousand that differ */
export async function findBrokenReservations(db: Db): Promise<BrokenReservation[]> {
  return (await sql<BrokenReservation>`${brokenReservations} limit 1000`.execute(db)).rows
}
