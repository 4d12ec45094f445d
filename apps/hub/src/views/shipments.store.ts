import type { PickList, ShipmentDetail, ShipmentPage, ShipmentStateName } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

export type ShipmentQuery = {
  state?: ShipmentStateName | 'open' | undefined
  /** Of the connection that sends it; null: your own people. */
  warehouseId?: string | null | undefined
  location?: string | undefined
  /** Made before then. */
  before?: Date | undefined
  cursor?: string | undefined
  limit: number
}

type Dated<Row, Fields extends keyof Row> = Omit<Row, Fields> & {
  [Field in Fields]: null extends Row[Field] ? Date | null : Date
}
type PageRow = Dated<ShipmentPage['rows'][number], 'createdAt' | 'heardAt' | 'shipBy'>

const OPEN = sql`('planned', 'ready', 'asked', 'received', 'working', 'held')`

/** The oldest first, as they are worked. */
export async function findShipmentPage(
  db: Db,
  organizationId: string,
  { state, warehouseId, location, before, cursor, limit }: ShipmentQuery,
): Promise<{ rows: PageRow[]; next: string | null }> {
  const found = await sql<PageRow>`
    select shipment_id, shipment.number, shipment.order_id, channel.name as channel, location.code as location,
      warehouse.name as warehouse, shipment.state, cancel_reason, shipment.problem, line.units, line.shipped,
      shipment.created_at, heard_at, ship_by, shipment.version
    from shipment
    join sales_order using (organization_id, order_id)
    join location using (organization_id, location_id)
    join connection as channel on channel.organization_id = shipment.organization_id
      and channel.connection_id = shipment.connection_id
    left join connection as warehouse on warehouse.organization_id = shipment.organization_id
      and warehouse.connection_id = shipment.warehouse_id
    cross join lateral (
      select coalesce(sum(units), 0)::bigint as units, coalesce(sum(shipped), 0)::bigint as shipped from shipment_line
      where shipment_line.organization_id = shipment.organization_id
        and shipment_line.shipment_id = shipment.shipment_id
    ) as line
    where shipment.organization_id = ${organizationId}
      ${state === undefined ? sql`` : state === 'open' ? sql`and shipment.state in ${OPEN}` : sql`and shipment.state = ${state}`}
      ${warehouseId === undefined ? sql`` : sql`and shipment.warehouse_id is not distinct from ${warehouseId}::uuid`}
      ${location === undefined ? sql`` : sql`and location.code = ${location}`}
      ${before === undefined ? sql`` : sql`and shipment.created_at <= ${before}`}
      ${
        cursor === undefined
          ? sql``
          : sql`and (shipment.created_at, shipment_id) > (
              select created_at, shipment_id from shipment
              where organization_id = ${organizationId} and shipment_id = ${cursor}
            )`
      }
    order by shipment.created_at, shipment_id
    limit ${limit + 1}`.execute(db)
  const rows = found.rows.slice(0, limit)
  return { rows, next: found.rows.length > limit ? (rows.at(-1)?.shipmentId ?? null) : null }
}

type Moments = 'createdAt' | 'askedAt' | 'heardAt' | 'endedAt'
export type ShipmentHead = Dated<Omit<ShipmentDetail, 'lines' | 'parcels' | 'because'>, Moments> & {
  because: Record<string, unknown> | null
}

/** By their ids, or all of one order. */
export async function findShipmentHeads(
  db: Db,
  organizationId: string,
  of: { shipmentId: string } | { orderId: string },
): Promise<ShipmentHead[]> {
  const found = await sql<ShipmentHead>`
    select shipment_id, shipment.number, shipment.order_id, sales_order.number as order_number, channel.name as channel,
      location.code as location, warehouse.name as warehouse, shipment.state, cancel_reason, shipment.external_id,
      shipment.problem, because, shipment.created_at, asked_at, heard_at, ended_at, shipment.version
    from shipment
    join sales_order using (organization_id, order_id)
    join location using (organization_id, location_id)
    join connection as channel on channel.organization_id = shipment.organization_id
      and channel.connection_id = shipment.connection_id
    left join connection as warehouse on warehouse.organization_id = shipment.organization_id
      and warehouse.connection_id = shipment.warehouse_id
    where shipment.organization_id = ${organizationId}
      and ${'orderId' in of ? sql`shipment.order_id = ${of.orderId}` : sql`shipment_id = ${of.shipmentId}`}
    order by shipment.created_at, shipment.number, shipment_id`.execute(db)
  return found.rows
}

type Line = ShipmentDetail['lines'][number] & { shipmentId: string }

export async function findShipmentLineViews(
  db: Db,
  organizationId: string,
  shipmentIds: readonly string[],
): Promise<Line[]> {
  const found = await sql<Line>`
    select shipment_id, shipment_line_id, line_id, item.sku, item.name, item.tracking, bin.code as bin, units, shipped,
      given_up,
      (
        select coalesce(jsonb_agg(jsonb_build_object('barcode', barcode.barcode, 'units', coalesce(unit_of_measure.factor, 1))
          order by barcode.position, barcode.comparable), '[]')
        from barcode
        left join unit_of_measure on unit_of_measure.organization_id = barcode.organization_id
          and unit_of_measure.item_id = barcode.item_id and unit_of_measure.code = barcode.unit_code
        where barcode.organization_id = item.organization_id and barcode.item_id = item.item_id
      ) as barcodes
    from shipment_line
    join shipment using (organization_id, shipment_id)
    join item using (organization_id, item_id)
    left join item_bin on item_bin.organization_id = shipment_line.organization_id
      and item_bin.location_id = shipment.location_id and item_bin.item_id = shipment_line.item_id
    left join bin on bin.organization_id = item_bin.organization_id and bin.location_id = item_bin.location_id
      and bin.bin_id = item_bin.bin_id
    where shipment_line.organization_id = ${organizationId} and shipment_id = any(${sql.val([...shipmentIds])}::uuid[])
    order by shipment_id, bin.code nulls last, item.sku, shipment_line_id`.execute(db)
  return found.rows
}

export type ToldRow = { parcelId: string; state: string; at: Date | null; error: string | null }

/** What became of telling channels of parcels. */
export async function findTold(
  db: Db,
  organizationId: string,
  parcelIds: readonly string[],
): Promise<ToldRow[]> {
  const found = await sql<ToldRow>`
    select subject_id as parcel_id, state, coalesce(ended_at, sent_at) as at, error from errand
    where organization_id = ${organizationId} and kind = 'tell-shipped'
      and subject_id = any(${sql.val([...parcelIds])}::uuid[])
    order by subject_id`.execute(db)
  return found.rows
}

/** What is to be taken from which bin of a location for its own open shipments. */
export async function findPickRows(
  db: Db,
  organizationId: string,
  locationId: string,
): Promise<PickList['rows']> {
  const found = await sql<PickList['rows'][number]>`
    select bin.code as bin, bin.zone, item.sku, item.name, sum(open.units)::bigint as units,
      jsonb_agg(jsonb_build_object('shipmentId', open.shipment_id, 'number', open.number, 'units', open.units)
        order by open.created_at, open.number) as shipments
    from (
      select shipment.shipment_id, shipment.number, shipment.created_at, item_id,
        sum(units - shipped - given_up)::bigint as units
      from shipment
      join shipment_line using (organization_id, shipment_id)
      where organization_id = ${organizationId} and location_id = ${locationId} and warehouse_id is null
        and cancel_reason is null and state in ${OPEN}
      group by shipment.shipment_id, shipment.number, shipment.created_at, item_id
      having sum(units - shipped - given_up) > 0
    ) as open
    join item on item.organization_id = ${organizationId} and item.item_id = open.item_id
    left join item_bin on item_bin.organization_id = ${organizationId} and item_bin.location_id = ${locationId}
      and item_bin.item_id = open.item_id
    left join bin on bin.organization_id = ${organizationId} and bin.location_id = ${locationId}
      and bin.bin_id = item_bin.bin_id
    group by bin.code, bin.zone, item.sku, item.name
    order by bin.zone nulls last, bin.code nulls last, item.sku`.execute(db)
  return found.rows
}
