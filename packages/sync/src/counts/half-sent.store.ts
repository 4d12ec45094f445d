import { type Db, unnestRows } from '@plimsoll/database'
import { KIT_PART_LEFT_ALONE } from '@plimsoll/orders'
import { sql } from 'kysely'

export type HalfSent = { itemId: string; units: number }

/**
 * Base units of items that had left a location in parcels by a moment, and were in the ledger there still: parts of kits and packs,
 * which leave the ledger with the last of them. A count of that moment says nothing of them. What the ledger let go sooner than a
 * parcel told of it (a channel said so) is none.
 */
export async function findHalfSent(
  db: Db,
  organizationId: string,
  locationId: string,
  wanted: readonly { itemId: string; at: Date }[],
): Promise<HalfSent[]> {
  if (wanted.length === 0) return []
  const source = unnestRows('wanted', wanted, { itemId: 'uuid', at: 'timestamptz' })
  const found = await sql<HalfSent>`
    with concerned as (
      -- Unfinished now: some of the order is reserved there still.
      select wanted.item_id, wanted.at, order_line.order_id
      from ${source}
      join reservation on reservation.organization_id = ${organizationId} and reservation.item_id = wanted.item_id
        and reservation.released + reservation.shipped < reservation.reserved
        and reservation.location_id = ${locationId} and reservation.owner_kind = 'order-line'
      join order_line on order_line.organization_id = ${organizationId} and order_line.line_id = reservation.owner_id
      union
      -- Finished since.
      select wanted.item_id, wanted.at, movement.reference_id
      from ${source}
      join movement on movement.organization_id = ${organizationId} and movement.item_id = wanted.item_id
        and movement.location_id = ${locationId} and movement.recorded_at > wanted.at and movement.effective_at > wanted.at
        and movement.reference_kind = 'order'
        and (movement.kind = 'ship' or (movement.kind = 'adjust' and movement.reason = ${KIT_PART_LEFT_ALONE}))
    )
    select item_id, sum(greatest(0, told.units - gone.units - alone.units + since.units))::bigint as units
    from concerned
    cross join lateral (
      select coalesce(sum(parcel_line.units), 0) as units
      from shipment
      join shipment_line on shipment_line.organization_id = shipment.organization_id
        and shipment_line.shipment_id = shipment.shipment_id and shipment_line.item_id = concerned.item_id
      join parcel on parcel.organization_id = shipment.organization_id and parcel.shipment_id = shipment.shipment_id
        and parcel.shipped_at <= concerned.at
      join parcel_line on parcel_line.organization_id = parcel.organization_id and parcel_line.parcel_id = parcel.parcel_id
        and parcel_line.shipment_line_id = shipment_line.shipment_line_id
      where shipment.organization_id = ${organizationId} and shipment.order_id = concerned.order_id
        and shipment.location_id = ${locationId}
    ) as told
    cross join lateral (
      select coalesce(sum(reservation.shipped), 0) as units
      from order_line
      join reservation on reservation.organization_id = order_line.organization_id
        and reservation.owner_id = order_line.line_id and reservation.item_id = concerned.item_id
        and reservation.location_id = ${locationId}
      where order_line.organization_id = ${organizationId} and order_line.order_id = concerned.order_id
    ) as gone
    cross join lateral (
      -- Its kit will never be whole.
      select coalesce(sum(shipment_line.written_off), 0) as units
      from shipment
      join shipment_line on shipment_line.organization_id = shipment.organization_id
        and shipment_line.shipment_id = shipment.shipment_id and shipment_line.item_id = concerned.item_id
      where shipment.organization_id = ${organizationId} and shipment.order_id = concerned.order_id
        and shipment.location_id = ${locationId}
    ) as alone
    cross join lateral (
      -- Back again (a channel had said so too soon) is positive.
      select coalesce(sum(-movement.on_hand_delta), 0) as units
      from movement
      where movement.organization_id = ${organizationId} and movement.item_id = concerned.item_id
        and movement.location_id = ${locationId} and movement.recorded_at > concerned.at
        and movement.effective_at > concerned.at and movement.reference_kind = 'order'
        and movement.reference_id = concerned.order_id
        and (movement.kind = 'ship' or (movement.kind = 'adjust' and movement.reason = ${KIT_PART_LEFT_ALONE}))
    ) as since
    group by item_id
    having sum(greatest(0, told.units - gone.units - alone.units + since.units)) > 0`.execute(db)
  return found.rows
}
