import { arrayOf, type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ShipmentLine, ShipmentState } from './shipment.ts'

export type ShipmentRow = {
  shipmentId: string
  orderId: string
  connectionId: string
  locationId: string
  warehouseId: string | null
  number: string
  state: ShipmentState
  cancelReason: string | null
  externalId: string | null
  externalVersion: number | null
  problemCode: string | null
  problem: string | null
  because: unknown
  createdAt: Date
  askedAt: Date | null
  heardAt: Date | null
  endedAt: Date | null
  version: number
}

const SHIPMENT_COLUMNS = sql`shipment_id, order_id, connection_id, location_id, warehouse_id, number, state, cancel_reason,
  external_id, external_version, problem_code, problem, because, created_at, asked_at, heard_at, ended_at, version`

export async function findShipment(
  db: Db,
  organizationId: string,
  shipmentId: string,
): Promise<ShipmentRow | undefined> {
  const found = await sql<ShipmentRow>`
    select ${SHIPMENT_COLUMNS} from shipment
    where organization_id = ${organizationId} and shipment_id = ${shipmentId}`.execute(db)
  return found.rows[0]
}

/** All shipments of these orders, locked: taken after the orders' rows, by whoever changes one. */
export async function lockShipmentsOf(
  tx: Tx,
  organizationId: string,
  orderIds: readonly string[],
): Promise<ShipmentRow[]> {
  if (orderIds.length === 0) return []
  const found = await sql<ShipmentRow>`
    select ${SHIPMENT_COLUMNS} from shipment
    where organization_id = ${organizationId} and order_id = any(${arrayOf(orderIds, 'uuid')})
    order by shipment_id
    for update`.execute(tx)
  return found.rows
}

export type StoredShipmentLine = ShipmentLine & { shipmentId: string }

export async function findShipmentLines(
  db: Db,
  organizationId: string,
  shipmentIds: readonly string[],
): Promise<StoredShipmentLine[]> {
  if (shipmentIds.length === 0) return []
  const found = await sql<StoredShipmentLine>`
    select shipment_id, shipment_line_id, line_id, item_id, units, shipped, given_up, written_off
    from shipment_line
    where organization_id = ${organizationId} and shipment_id = any(${arrayOf(shipmentIds, 'uuid')})
    order by shipment_id, shipment_line_id`.execute(db)
  return found.rows
}

export async function insertShipments(
  tx: Tx,
  organizationId: string,
  shipments: readonly ShipmentRow[],
  lines: readonly StoredShipmentLine[],
): Promise<void> {
  if (shipments.length === 0) return
  const source = unnestRows('added', shipments, {
    shipmentId: 'uuid',
    orderId: 'uuid',
    connectionId: 'uuid',
    locationId: 'uuid',
    warehouseId: 'uuid',
    number: 'text',
    state: 'text',
    because: 'jsonb',
    createdAt: 'timestamptz',
  })
  await sql`
    insert into shipment
      (organization_id, shipment_id, order_id, connection_id, location_id, warehouse_id, number, state, because, created_at)
    select ${organizationId}, shipment_id, order_id, connection_id, location_id, warehouse_id, number, state, because,
      created_at
    from ${source}`.execute(tx)
  await insertShipmentLines(tx, organizationId, lines)
}

export async function insertShipmentLines(
  tx: Tx,
  organizationId: string,
  lines: readonly StoredShipmentLine[],
): Promise<void> {
  if (lines.length === 0) return
  const source = unnestRows('added', lines, {
    shipmentId: 'uuid',
    shipmentLineId: 'uuid',
    lineId: 'uuid',
    itemId: 'uuid',
    units: 'bigint',
  })
  await sql`
    insert into shipment_line (organization_id, shipment_id, shipment_line_id, line_id, item_id, units)
    select ${organizationId}, shipment_id, shipment_line_id, line_id, item_id, units from ${source}`.execute(
    tx,
  )
}

/** Of lines of which nothing has left and nothing is given up: how many units each is to hold; of none it is taken out. */
export async function saveUnits(
  tx: Tx,
  organizationId: string,
  lines: readonly StoredShipmentLine[],
): Promise<void> {
  if (lines.length === 0) return
  const source = unnestRows('changed', lines, { shipmentId: 'uuid', shipmentLineId: 'uuid', units: 'bigint' })
  await sql`
    delete from shipment_line using ${source}
    where shipment_line.organization_id = ${organizationId} and shipment_line.shipment_id = changed.shipment_id
      and shipment_line.shipment_line_id = changed.shipment_line_id and changed.units = 0`.execute(tx)
  await sql`
    update shipment_line set units = changed.units
    from ${source}
    where shipment_line.organization_id = ${organizationId} and shipment_line.shipment_id = changed.shipment_id
      and shipment_line.shipment_line_id = changed.shipment_line_id and changed.units > 0`.execute(tx)
}

/** Writes a shipment as it stands now; its version grows. The caller has locked it. */
export async function saveShipment(tx: Tx, organizationId: string, shipment: ShipmentRow): Promise<void> {
  await sql`
    update shipment set
      state = ${shipment.state}, cancel_reason = ${shipment.cancelReason}, external_id = ${shipment.externalId},
      external_version = ${shipment.externalVersion}, problem_code = ${shipment.problemCode}, problem = ${shipment.problem},
      asked_at = ${shipment.askedAt}, heard_at = ${shipment.heardAt}, ended_at = ${shipment.endedAt}, version = version + 1
    where organization_id = ${organizationId} and shipment_id = ${shipment.shipmentId}`.execute(tx)
}

export async function saveShipmentLines(
  tx: Tx,
  organizationId: string,
  lines: readonly StoredShipmentLine[],
): Promise<void> {
  if (lines.length === 0) return
  const source = unnestRows('changed', lines, {
    shipmentId: 'uuid',
    shipmentLineId: 'uuid',
    shipped: 'bigint',
    givenUp: 'bigint',
    writtenOff: 'bigint',
  })
  await sql`
    update shipment_line set shipped = changed.shipped, given_up = changed.given_up,
      written_off = changed.written_off
    from ${source}
    where shipment_line.organization_id = ${organizationId} and shipment_line.shipment_id = changed.shipment_id
      and shipment_line.shipment_line_id = changed.shipment_line_id`.execute(tx)
}

export type ParcelRow = {
  parcelId: string
  shipmentId: string
  externalId: string
  carrier: string | null
  trackingNumber: string | null
  trackingUrl: string | null
  shippedAt: Date
}

export type ParcelLineRow = {
  parcelId: string
  lineNo: number
  shipmentLineId: string | null
  itemId: string | null
  sku: string
  units: number
  lot: string | null
  serials: readonly string[]
}

/** The parcels of a shipment, with their lines. */
export async function findParcels(
  db: Db,
  organizationId: string,
  shipmentIds: readonly string[],
): Promise<(ParcelRow & { lines: ParcelLineRow[] })[]> {
  if (shipmentIds.length === 0) return []
  const parcels = await sql<ParcelRow>`
    select parcel_id, shipment_id, external_id, carrier, tracking_number, tracking_url, shipped_at from parcel
    where organization_id = ${organizationId} and shipment_id = any(${arrayOf(shipmentIds, 'uuid')})
    order by shipped_at, parcel_id`.execute(db)
  const parcelIds = parcels.rows.map(({ parcelId }) => parcelId)
  if (parcelIds.length === 0) return []
  const lines = await sql<ParcelLineRow>`
    select parcel_id, line_no, shipment_line_id, item_id, sku, units, lot, serials from parcel_line
    where organization_id = ${organizationId} and parcel_id = any(${arrayOf(parcelIds, 'uuid')})
    order by parcel_id, line_no`.execute(db)
  return parcels.rows.map((parcel) => ({
    ...parcel,
    lines: lines.rows.filter(({ parcelId }) => parcelId === parcel.parcelId),
  }))
}

export async function insertParcel(
  tx: Tx,
  organizationId: string,
  parcel: ParcelRow & { lines: readonly ParcelLineRow[] },
  at: Date,
): Promise<void> {
  await sql`
    insert into parcel
      (organization_id, parcel_id, shipment_id, external_id, carrier, tracking_number, tracking_url, shipped_at, recorded_at)
    values (${organizationId}, ${parcel.parcelId}, ${parcel.shipmentId}, ${parcel.externalId}, ${parcel.carrier},
      ${parcel.trackingNumber}, ${parcel.trackingUrl}, ${parcel.shippedAt}, ${at})`.execute(tx)
  for (const line of parcel.lines)
    await sql`
      insert into parcel_line (organization_id, parcel_id, line_no, shipment_line_id, item_id, sku, units, lot, serials)
      values (${organizationId}, ${parcel.parcelId}, ${line.lineNo}, ${line.shipmentLineId}, ${line.itemId}, ${line.sku},
        ${line.units}, ${line.lot}, ${sql.val([...line.serials])}::text[])`.execute(tx)
}

/** What is known of how a parcel goes: told later than that it left, and corrected. @returns whether anything is new */
export async function saveTracking(tx: Tx, organizationId: string, parcel: ParcelRow): Promise<boolean> {
  const saved = await sql`
    update parcel set carrier = ${parcel.carrier}, tracking_number = ${parcel.trackingNumber},
      tracking_url = ${parcel.trackingUrl}
    where organization_id = ${organizationId} and parcel_id = ${parcel.parcelId}
      and (carrier, tracking_number, tracking_url)
        is distinct from (${parcel.carrier}::text, ${parcel.trackingNumber}::text, ${parcel.trackingUrl}::text)`.execute(
    tx,
  )
  return Number(saved.numAffectedRows ?? 0n) > 0
}

/** Base units that left each location in parcels, by order line and item. */
export async function findLeftByParcels(
  db: Db,
  organizationId: string,
  lineIds: readonly string[],
): Promise<{ lineId: string; itemId: string; locationId: string; units: number }[]> {
  if (lineIds.length === 0) return []
  const found = await sql<{ lineId: string; itemId: string; locationId: string; units: number }>`
    select line_id, item_id, location_id, sum(shipped)::bigint as units
    from shipment_line
    join shipment using (organization_id, shipment_id)
    where organization_id = ${organizationId} and line_id = any(${arrayOf(lineIds, 'uuid')}) and shipped > 0
    group by line_id, item_id, location_id
    order by line_id, item_id, location_id`.execute(db)
  return found.rows
}

/** The lines of shipments of these order lines that may still leave, with where each leaves from. */
export async function findOpenLines(
  db: Db,
  organizationId: string,
  lineIds: readonly string[],
): Promise<(StoredShipmentLine & { locationId: string })[]> {
  const found = await sql<StoredShipmentLine & { locationId: string }>`
    select shipment_id, shipment_line_id, line_id, item_id, location_id, units, shipped, given_up, written_off
    from shipment_line
    join shipment using (organization_id, shipment_id)
    where organization_id = ${organizationId} and line_id = any(${arrayOf(lineIds, 'uuid')})
      and state not in ('shipped', 'cancelled', 'rejected')
    order by shipment_id, shipment_line_id`.execute(db)
  return found.rows
}

export type NewOrderEvent = {
  orderId: string
  at: Date
  kind: string
  shipmentId: string | null
  actor: string
  detail: Record<string, unknown>
}

/** Notes what happened to orders, for their timelines. */
export async function insertOrderEvents(
  tx: Tx,
  context: { organizationId: string; uuid(): string },
  events: readonly NewOrderEvent[],
): Promise<void> {
  if (events.length === 0) return
  const rows = events.map((event) => ({ ...event, eventId: context.uuid() }))
  const source = unnestRows('added', rows, {
    orderId: 'uuid',
    eventId: 'uuid',
    at: 'timestamptz',
    kind: 'text',
    shipmentId: 'uuid',
    actor: 'text',
    detail: 'jsonb',
  })
  await sql`
    insert into order_event (organization_id, order_id, event_id, at, kind, shipment_id, actor, detail)
    select ${context.organizationId}, order_id, event_id, at, kind, shipment_id, actor, detail from ${source}`.execute(
    tx,
  )
}
