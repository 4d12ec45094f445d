import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'

export type TellingLine = {
  lineId: string
  externalId: string
  itemId: string | null
  stockUnitId: string | null
  current: number
  platformShipped: number
  unsubtracted: number
  telling: number
  /** Base units of each item in one listing unit, as the line first reserved them. */
  parts: { itemId: string; unitsEach: number }[]
}

export type LineOfParcel = { lineId: string; externalId: string; quantity: number }

/** Base units by order line and item in one parcel. */
export type ParcelOfOrder = {
  parcelId: string
  shipmentId: string
  units: { lineId: string; itemId: string; units: number }[]
}

/** What a channel is to be told of with a parcel; undefined: there is none of this id. */
export async function findTelling(db: Db, organizationId: string, parcelId: string) {
  type Row = {
    orderId: string
    orderExternalId: string
    shipmentId: string
    number: string
    carrier: string | null
    trackingNumber: string | null
    trackingUrl: string | null
  }
  const found = await sql<Row>`
    select shipment.order_id, sales_order.external_id as order_external_id, shipment.shipment_id, shipment.number,
      carrier, tracking_number, tracking_url
    from parcel
    join shipment using (organization_id, shipment_id)
    join sales_order using (organization_id, order_id)
    where organization_id = ${organizationId} and parcel_id = ${parcelId}`.execute(db)
  const [row] = found.rows
  if (row === undefined) return undefined
  const lines = await sql<TellingLine>`
    select line_id, external_id, item_id, stock_unit_id, current, coalesce(platform_shipped, shipped) as platform_shipped,
      unsubtracted, telling,
      (
        select coalesce(jsonb_agg(distinct jsonb_build_object('itemId', reservation.item_id, 'unitsEach', units_each)), '[]')
        from reservation
        where reservation.organization_id = order_line.organization_id and reservation.owner_id = order_line.line_id
      ) as parts
    from order_line
    where organization_id = ${organizationId} and order_id = ${row.orderId}
    order by line_id`.execute(db)
  const { orderId, orderExternalId, shipmentId, number, ...parcel } = row
  return { orderId, orderExternalId, shipmentId, number, parcel, lines: lines.rows }
}

/** The parcels of an order in the order in which the hub learned of them. */
export async function findParcelsOfOrder(
  db: Db,
  organizationId: string,
  orderId: string,
): Promise<ParcelOfOrder[]> {
  const found = await sql<{
    parcelId: string
    shipmentId: string
    lineId: string
    itemId: string
    units: number
  }>`
    select parcel.parcel_id, shipment.shipment_id, shipment_line.line_id, shipment_line.item_id, sum(parcel_line.units)::bigint as units
    from shipment
    join parcel using (organization_id, shipment_id)
    join parcel_line using (organization_id, parcel_id)
    join shipment_line on shipment_line.organization_id = shipment.organization_id
      and shipment_line.shipment_id = shipment.shipment_id
      and shipment_line.shipment_line_id = parcel_line.shipment_line_id
    where shipment.organization_id = ${organizationId} and shipment.order_id = ${orderId}
    group by parcel.recorded_at, parcel.parcel_id, shipment.shipment_id, shipment_line.line_id, shipment_line.item_id
    order by parcel.recorded_at, parcel.parcel_id, shipment_line.line_id, shipment_line.item_id`.execute(db)
  const parcels = Map.groupBy(found.rows, ({ parcelId }) => parcelId)
  return [...parcels].map(([parcelId, units]) => ({
    parcelId,
    shipmentId: units[0]?.shipmentId ?? '',
    units,
  }))
}

/** So many listing units of each line are shown no more, though the channel has yet to take them off. */
export async function noteTelling(
  tx: Tx,
  organizationId: string,
  lines: readonly { lineId: string; telling: number }[],
): Promise<void> {
  const source = unnestRows('told', lines, { lineId: 'uuid', telling: 'bigint' })
  await sql`
    update order_line set telling = greatest(order_line.telling, told.telling)
    from ${source}
    where order_line.organization_id = ${organizationId} and order_line.line_id = told.line_id`.execute(tx)
}

/** Whether all levels of these stock units show no more than is wanted, and no write is under way that could show more. */
export async function isLowered(
  db: Db,
  organizationId: string,
  connectionId: string,
  stockUnitIds: readonly string[],
): Promise<boolean> {
  const found = await sql<{ isLow: boolean }>`
    select not exists (
      select from level
      where level.organization_id = ${organizationId} and level.connection_id = ${connectionId}
        and level.stock_unit_id = any(${sql.val([...stockUnitIds])}::text[]) and level.writable and level.tracked
        and (
          level.acknowledged is null
          or level.acknowledged - (level.subtracted - level.acknowledged_subtracted) > level.desired
          or exists (
            select from write
            where write.organization_id = level.organization_id and write.level_id = level.level_id
              and write.state in ('sent', 'accepted', 'unknown')
              -- What became of one may never be known. Once it can act no more it is settled all the same, and what the
              -- platform said after that counts.
              and (
                write.settled_at is null
                or (
                  write.settled_at > level.acknowledged_at
                  and (level.observed_at >= write.settled_at and level.observed <= level.desired) is not true
                )
              )
          )
        )
    ) as is_low`.execute(db)
  return found.rows[0]?.isLow ?? true
}
