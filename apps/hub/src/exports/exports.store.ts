import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** Where a page of an export begins: after this row. */
export type After<Key> = Key | undefined

export type ExportedItem = { sku: string; name: string }

export async function readItems(
  db: Db,
  organizationId: string,
  after: After<{ sku: string }>,
  limit: number,
): Promise<ExportedItem[]> {
  const found = await sql<ExportedItem>`
    select sku, name from item
    where organization_id = ${organizationId} and sku > ${after?.sku ?? ''}
    order by sku
    limit ${limit}`.execute(db)
  return found.rows
}

export type ExportedBalance = {
  sku: string
  name: string
  locationCode: string
  lot: string | null
  onHand: number
  reserved: number
  held: number
  incoming: number
}

/** Of the next items in order of SKU all balances; an item without one is left out. Also says how far it came. */
export async function readBalances(
  db: Db,
  organizationId: string,
  after: After<{ sku: string }>,
  limit: number,
): Promise<{ rows: ExportedBalance[]; lastSku: string | undefined }> {
  const items = await readItems(db, organizationId, after, limit)
  const skus = items.map(({ sku }) => sku)
  if (skus.length === 0) return { rows: [], lastSku: undefined }
  const found = await sql<ExportedBalance>`
    select item.sku, item.name, location.code as location_code, lot.code as lot, balance.on_hand, balance.reserved,
      balance.held, balance.incoming
    from item
    join balance on balance.organization_id = item.organization_id and balance.item_id = item.item_id
    join location on location.organization_id = item.organization_id
      and location.location_id = balance.location_id
    left join lot on lot.organization_id = balance.organization_id and lot.lot_id = balance.lot_id
    where item.organization_id = ${organizationId} and item.sku = any(${sql.val(skus)}::text[])
    order by item.sku, location.code, lot.code nulls first`.execute(db)
  return { rows: found.rows, lastSku: skus.at(-1) }
}

export type ExportedMovement = {
  movementId: string
  sku: string
  locationCode: string
  lot: string | null
  kind: string
  onHandDelta: number
  reservedDelta: number
  heldDelta: number
  incomingDelta: number
  reason: string | null
  actor: string
  reference: string | null
  effectiveAt: Date
  recordedAt: Date
}

/** Item by item, each item's in their order. */
export async function readMovements(
  db: Db,
  organizationId: string,
  range: { from: Date; until: Date; sku: string | undefined },
  after: After<{ sku: string; movementId: string }>,
  limit: number,
): Promise<ExportedMovement[]> {
  const sku = after?.sku ?? ''
  const found = await sql<ExportedMovement>`
    select movement.movement_id, item.sku, location.code as location_code, lot.code as lot, movement.kind,
      on_hand_delta, reserved_delta, held_delta, incoming_delta, reason, actor,
      coalesce(sales_order.number, movement.reference_id::text) as reference, effective_at, recorded_at
    from item
    join movement on movement.organization_id = item.organization_id and movement.item_id = item.item_id
      and movement.recorded_at >= ${range.from} and movement.recorded_at < ${range.until}
    join location on location.organization_id = movement.organization_id
      and location.location_id = movement.location_id
    left join lot on lot.organization_id = movement.organization_id and lot.lot_id = movement.lot_id
    left join sales_order on movement.reference_kind = 'order'
      and sales_order.organization_id = movement.organization_id and sales_order.order_id = movement.reference_id
    where item.organization_id = ${organizationId} and item.sku >= ${sku}
      and (item.sku > ${sku} or movement.movement_id > ${after?.movementId ?? NO_ID}::uuid)
      and (${range.sku ?? null}::text is null or item.sku = ${range.sku ?? null}::text)
    order by item.sku, movement.movement_id
    limit ${limit}`.execute(db)
  return found.rows
}

export type ExportedReservation = {
  reservationId: string
  ownerId: string
  sku: string
  locationCode: string
  lot: string | null
  kind: string
  ownerKind: string
  reserved: number
  released: number
  shipped: number
  returned: number
  createdAt: Date
}

/** Those that still hold something. */
export async function readReservations(
  db: Db,
  organizationId: string,
  after: After<{ sku: string; reservationId: string }>,
  limit: number,
): Promise<ExportedReservation[]> {
  const sku = after?.sku ?? ''
  const found = await sql<ExportedReservation>`
    select reservation_id, reservation.owner_id, item.sku, location.code as location_code, lot.code as lot,
      reservation.kind, owner_kind, reservation.reserved, reservation.released, reservation.shipped,
      reservation.returned, reservation.created_at
    from item
    join reservation on reservation.organization_id = item.organization_id
      and reservation.item_id = item.item_id
      and reservation.released + reservation.shipped < reservation.reserved
    join location on location.organization_id = item.organization_id
      and location.location_id = reservation.location_id
    left join lot on lot.organization_id = reservation.organization_id and lot.lot_id = reservation.lot_id
    where item.organization_id = ${organizationId} and item.sku >= ${sku}
      and (item.sku > ${sku} or reservation_id > ${after?.reservationId ?? NO_ID}::uuid)
    order by item.sku, reservation_id
    limit ${limit}`.execute(db)
  return found.rows
}

export type ExportedComponent = { kitSku: string; kind: string; componentSku: string; quantity: number }

/** What kits contain, as it was said. */
export async function readKits(
  db: Db,
  organizationId: string,
  after: After<{ kitSku: string; componentSku: string }>,
  limit: number,
): Promise<ExportedComponent[]> {
  const kitSku = after?.kitSku ?? ''
  const found = await sql<ExportedComponent>`
    select kit.sku as kit_sku, kit.kit_kind as kind, component.sku as component_sku, kit_component.quantity
    from item as kit
    join kit_component on kit_component.organization_id = kit.organization_id
      and kit_component.kit_item_id = kit.item_id
    join item as component on component.organization_id = kit.organization_id
      and component.item_id = kit_component.component_item_id
    where kit.organization_id = ${organizationId} and kit.sku >= ${kitSku}
      and (kit.sku > ${kitSku} or component.sku > ${after?.componentSku ?? ''})
    order by kit.sku, component.sku
    limit ${limit}`.execute(db)
  return found.rows
}

export type ExportedLot = {
  lotId: string
  sku: string
  lot: string
  expiresOn: string | null
  manufacturedOn: string | null
  supplierLot: string | null
  status: string
}

export async function readLots(
  db: Db,
  organizationId: string,
  after: After<{ sku: string; lot: string }>,
  limit: number,
): Promise<ExportedLot[]> {
  const sku = after?.sku ?? ''
  const found = await sql<ExportedLot>`
    select lot.lot_id, item.sku, lot.code as lot, lot.expires_on, lot.manufactured_on, lot.supplier_lot, lot.status
    from item
    join lot on lot.organization_id = item.organization_id and lot.item_id = item.item_id
    where item.organization_id = ${organizationId} and item.sku >= ${sku}
      and (item.sku > ${sku} or lot.code > ${after?.lot ?? ''})
    order by item.sku, lot.code
    limit ${limit}`.execute(db)
  return found.rows
}

export type ExportedSerial = {
  sku: string
  serial: string
  state: string
  /** Where it is, or was last. */
  locationCode: string
  effectiveAt: Date
}

/** Every serial number that was ever in stock, with how it stands now. */
export async function readSerials(
  db: Db,
  organizationId: string,
  after: After<{ sku: string; serial: string }>,
  limit: number,
): Promise<ExportedSerial[]> {
  const sku = after?.sku ?? ''
  const found = await sql<ExportedSerial>`
    select item.sku, serial.serial, serial.state, location.code as location_code, serial.effective_at
    from item
    join serial on serial.organization_id = item.organization_id and serial.item_id = item.item_id
    join location on location.organization_id = item.organization_id
      and location.location_id = serial.location_id
    where item.organization_id = ${organizationId} and item.sku >= ${sku}
      and (item.sku > ${sku} or serial.serial > ${after?.serial ?? ''})
    order by item.sku, serial.serial
    limit ${limit}`.execute(db)
  return found.rows
}

export type ExportedMapping = {
  connection: string
  externalId: string
  title: string
  listingSku: string | null
  /** Null for a listing that is not tied to an item. */
  sku: string | null
  unitsPerListing: number
  mappedBy: string | null
  /** Why it is never to be matched; null where it is not ignored. */
  ignoredBecause: string | null
}

/** Every listing that is not gone, with the item that it sells. */
export async function readMappings(
  db: Db,
  organizationId: string,
  after: After<{ connection: string; externalId: string }>,
  limit: number,
): Promise<ExportedMapping[]> {
  const connection = after?.connection ?? ''
  const found = await sql<ExportedMapping>`
    select connection.name as connection, listing.external_id, listing.title, listing.sku as listing_sku, item.sku,
      listing.units_per_listing, listing.mapped_by, listing.ignored_because
    from connection
    join listing on listing.organization_id = connection.organization_id
      and listing.connection_id = connection.connection_id and listing.state <> 'gone'
    left join item on item.organization_id = listing.organization_id and item.item_id = listing.item_id
    where connection.organization_id = ${organizationId} and connection.name >= ${connection}
      and (connection.name > ${connection} or listing.external_id > ${after?.externalId ?? ''})
    order by connection.name, listing.external_id
    limit ${limit}`.execute(db)
  return found.rows
}

const NO_ID = '00000000-0000-0000-0000-000000000000'
