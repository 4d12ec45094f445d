import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { LocationBalance, MovementSum, OpenReservation } from './item.store.ts'

/** The same as `item.store.ts` reads of an item, of every part of a virtual kit; nothing for any other item. */
type OfPart<Row> = Row & { itemId: string }

export async function findPartBalances(
  db: Db,
  organizationId: string,
  kitItemId: string,
): Promise<OfPart<LocationBalance>[]> {
  const found = await sql<OfPart<LocationBalance>>`
    select balance.item_id, location.location_id, location.code as location_code, location.name as location_name,
      sum(on_hand)::bigint as on_hand, sum(reserved)::bigint as reserved, sum(held)::bigint as held,
      sum(incoming)::bigint as incoming, sum(on_hand - reserved - held)::bigint as available
    from kit_part
    join balance on balance.organization_id = kit_part.organization_id and balance.item_id = kit_part.part_item_id
    join location on location.organization_id = balance.organization_id
      and location.location_id = balance.location_id
    where kit_part.organization_id = ${organizationId} and kit_part.kit_item_id = ${kitItemId}
    group by balance.item_id, location.location_id, location.code, location.name
    order by balance.item_id, location.code`.execute(db)
  return found.rows
}

/** The largest of each part. */
export async function findPartReservations(
  db: Db,
  organizationId: string,
  kitItemId: string,
  limitPerPart: number,
): Promise<OfPart<OpenReservation>[]> {
  const found = await sql<OfPart<OpenReservation>>`
    select open.item_id, open.location_id, open.units, sales_order.number as order_number, sales_order.order_id
    from kit_part
    cross join lateral (
      select reservation_id, item_id, location_id, order_id, reserved - released - shipped as units
      from reservation
      where reservation.organization_id = kit_part.organization_id
        and reservation.item_id = kit_part.part_item_id and released + shipped < reserved
      order by units desc, reservation_id
      limit ${limitPerPart}
    ) as open
    left join sales_order on sales_order.organization_id = kit_part.organization_id
      and sales_order.order_id = open.order_id
    where kit_part.organization_id = ${organizationId} and kit_part.kit_item_id = ${kitItemId}
    order by open.item_id, open.units desc, open.reservation_id`.execute(db)
  return found.rows
}

export async function findPartMovementSums(
  db: Db,
  organizationId: string,
  kitItemId: string,
): Promise<OfPart<MovementSum>[]> {
  const found = await sql<OfPart<MovementSum>>`
    select item_id, location_id, kind, sum(on_hand_delta)::bigint as on_hand, sum(held_delta)::bigint as held
    from kit_part
    join movement on movement.organization_id = kit_part.organization_id
      and movement.item_id = kit_part.part_item_id
    where kit_part.organization_id = ${organizationId} and kit_part.kit_item_id = ${kitItemId}
    group by item_id, location_id, kind
    having sum(on_hand_delta) <> 0 or sum(held_delta) <> 0
    order by item_id, location_id, kind`.execute(db)
  return found.rows
}
