import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { Trouble } from '../told-trouble.ts'
import type { Delivery, DeliveryKind, DeliveryLine } from './delivery.ts'

export type DeliveryRow = Omit<Delivery, 'lines'> & { revision: number }

type Key = { connectionId: string; kind: DeliveryKind; externalId: string }

/** A delivery as it is known, locked: what is told of one follows each other. */
export async function lockDelivery(
  tx: Tx,
  organizationId: string,
  { connectionId, kind, externalId }: Key,
): Promise<DeliveryRow | undefined> {
  const found = await sql<DeliveryRow>`
    select kind, external_id, place, inbound_id, shipment_id, return_id, number, version, is_complete,
      revision
    from warehouse_delivery
    where organization_id = ${organizationId} and connection_id = ${connectionId} and kind = ${kind}
      and external_id = ${externalId}
    for no key update`.execute(tx)
  return found.rows[0]
}

export async function findDeliveryLines(
  db: Db,
  organizationId: string,
  { connectionId, kind, externalId }: Key,
): Promise<DeliveryLine[]> {
  const found = await sql<DeliveryLine>`
    select line_external_id, condition, sku, nullif(lot, '') as lot, expires_on::text as expires_on, received_at, told, told_serials, booked,
      booked_serials, problem
    from warehouse_delivery_line
    where organization_id = ${organizationId} and connection_id = ${connectionId} and kind = ${kind}
      and external_id = ${externalId}
    order by line_external_id, condition, sku, lot`.execute(db)
  return found.rows
}

/** Keeps what was told; what is booked of it is left as it is. Ids of others' inbound shipments and shipments are not kept. */
export async function saveDelivery(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  { lines, ...delivery }: Omit<Delivery, 'lines'> & { lines: readonly DeliveryLine[] },
  { at, isToBook }: { at: Date; isToBook: boolean },
): Promise<void> {
  const { kind, externalId, place, inboundId, shipmentId, returnId, number, version, isComplete } = delivery
  await sql`
    insert into warehouse_delivery (organization_id, connection_id, kind, external_id, place, inbound_id, shipment_id,
      return_id, number, version, is_complete, told_at, try_at)
    values (${organizationId}, ${connectionId}, ${kind}, ${externalId}, ${place},
      (select inbound_id from inbound_shipment where organization_id = ${organizationId} and inbound_id = ${inboundId}::uuid),
      (select shipment_id from shipment where organization_id = ${organizationId} and shipment_id = ${shipmentId}::uuid),
      ${returnId}::uuid, ${number}, ${version}, ${isComplete}, ${at}, ${isToBook ? at : null}::timestamptz)
    on conflict (organization_id, connection_id, kind, external_id) do update set
      place = excluded.place,
      inbound_id = coalesce(excluded.inbound_id, warehouse_delivery.inbound_id),
      shipment_id = coalesce(excluded.shipment_id, warehouse_delivery.shipment_id),
      return_id = coalesce(warehouse_delivery.return_id, excluded.return_id),
      number = coalesce(excluded.number, warehouse_delivery.number),
      version = coalesce(excluded.version, warehouse_delivery.version),
      is_complete = excluded.is_complete, told_at = excluded.told_at, try_at = excluded.try_at, tried_at = null,
      revision = warehouse_delivery.revision + 1`.execute(tx)
  if (lines.length === 0) return
  const source = unnestRows('told', lines, {
    lineExternalId: 'text',
    condition: 'text',
    sku: 'text',
    lot: 'text',
    expiresOn: 'text',
    receivedAt: 'timestamptz',
    told: 'bigint',
  })
  await sql`
    insert into warehouse_delivery_line (organization_id, connection_id, kind, external_id, line_external_id, condition,
      sku, lot, expires_on, received_at, told)
    select ${organizationId}, ${connectionId}, ${kind}, ${externalId}, line_external_id, condition, sku, coalesce(lot, ''),
      expires_on::date, received_at, told
    from ${source}
    on conflict (organization_id, connection_id, kind, external_id, line_external_id, condition, sku, lot) do update set
      expires_on = excluded.expires_on, received_at = excluded.received_at, told = excluded.told,
      told_serials = '{}'`.execute(tx)
  for (const line of lines.filter(({ toldSerials }) => toldSerials.length > 0))
    await sql`
      update warehouse_delivery_line set told_serials = ${sql.val(line.toldSerials)}::text[]
      where ${isLine(organizationId, { connectionId, kind, externalId }, line)}`.execute(tx)
}

type LineKey = Pick<DeliveryLine, 'lineExternalId' | 'condition' | 'sku' | 'lot'>

function isLine(organizationId: string, { connectionId, kind, externalId }: Key, line: LineKey) {
  return sql`organization_id = ${organizationId} and connection_id = ${connectionId} and kind = ${kind}
    and external_id = ${externalId} and line_external_id = ${line.lineExternalId} and condition = ${line.condition}
    and sku = ${line.sku} and lot = ${line.lot ?? ''}`
}

/** Deliveries of which something is to be booked now, those that were told first before the others. */
export async function findDeliveriesToBook(
  db: Db,
  organizationId: string,
  connectionId: string,
  { now, limit }: { now: Date; limit: number },
): Promise<DeliveryRow[]> {
  const found = await sql<DeliveryRow>`
    select kind, external_id, place, inbound_id, shipment_id, return_id, number, version, is_complete,
      revision
    from warehouse_delivery
    where organization_id = ${organizationId} and connection_id = ${connectionId} and try_at <= ${now}
    order by try_at, told_at, kind, external_id
    limit ${limit}`.execute(db)
  return found.rows
}

/**
 * Notes how much of a line is in the ledger, in the transaction that put it there.
 * @throws Error where somebody else has booked it meanwhile, so that this transaction leaves nothing
 */
export async function markBooked(
  tx: Tx,
  organizationId: string,
  key: Key,
  line: DeliveryLine,
  bookedSerials: readonly string[],
): Promise<void> {
  const marked = await sql`
    update warehouse_delivery_line
    set booked = ${line.told}, booked_serials = ${sql.val([...bookedSerials])}::text[], problem = null,
      problem_told = null
    where ${isLine(organizationId, key, line)} and booked = ${line.booked}`.execute(tx)
  if (Number(marked.numAffectedRows ?? 0n) !== 1)
    throw new Error('a line of a delivery was booked by two at once')
}

export async function saveLineProblem(
  tx: Tx,
  organizationId: string,
  key: Key,
  line: LineKey,
  { message, told }: Trouble,
): Promise<void> {
  await sql`
    update warehouse_delivery_line set problem = ${message}, problem_told = ${JSON.stringify(told)}::jsonb
    where ${isLine(organizationId, key, line)}`.execute(tx)
}

/** Notes that all of it was tried. Something newer that was told meanwhile is tried by itself. */
export async function saveTried(
  tx: Tx,
  organizationId: string,
  { connectionId, kind, externalId }: Key,
  { revision, at, again }: { revision: number; at: Date; again: Date | null },
): Promise<void> {
  await sql`
    update warehouse_delivery set tried_at = ${at}, try_at = ${again}::timestamptz
    where organization_id = ${organizationId} and connection_id = ${connectionId} and kind = ${kind}
      and external_id = ${externalId} and revision = ${revision}`.execute(tx)
}

/**
 * Whether a line of a delivery says otherwise what was told before, and no more came than was announced: the inbound shipment
 * has received the first already, so that what it awaits says nothing of whether more came.
 * @param announced of the line's SKU, in the warehouse's stock units
 */
export async function isCorrection(
  tx: Tx,
  organizationId: string,
  { kind, externalId, inboundId }: Pick<DeliveryRow, 'kind' | 'externalId' | 'inboundId'>,
  { lineExternalId, sku }: Pick<DeliveryLine, 'lineExternalId' | 'sku'>,
  announced: number,
): Promise<boolean> {
  const found = await sql`
    select from warehouse_delivery join warehouse_delivery_line using (organization_id, connection_id, kind, external_id)
    where organization_id = ${organizationId} and inbound_id = ${inboundId} and kind = ${kind}
    having bool_or(external_id = ${externalId} and line_external_id = ${lineExternalId} and told = 0)
      and coalesce(sum(told) filter (where sku = ${sku}), 0) <= ${announced}`.execute(tx)
  return found.rows.length > 0
}

/** Whether something that was told was not even tried: a count waits for it. */
export async function isAnythingUntried(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<boolean> {
  const found = await sql`
    select from warehouse_delivery
    where organization_id = ${organizationId} and connection_id = ${connectionId} and try_at is not null
      and tried_at is null
    limit 1`.execute(db)
  return found.rows.length > 0
}

/** Whether other deliveries of the inbound shipment may still bring something. */
export async function isMoreToCome(db: Db, organizationId: string, inboundId: string): Promise<boolean> {
  const found = await sql`
    select from warehouse_delivery
    where organization_id = ${organizationId} and inbound_id = ${inboundId} and not is_complete
    limit 1`.execute(db)
  return found.rows.length > 0
}

/** The moment of the count of an item at a place that is in the ledger; undefined: none is. */
export async function findBookedAt(
  db: Db,
  organizationId: string,
  place: { connectionId: string; externalId: string },
  itemId: string,
): Promise<Date | undefined> {
  const found = await sql<{ at: Date | null }>`
    select min(booked_at) as at from counted_stock
    where organization_id = ${organizationId} and connection_id = ${place.connectionId}
      and external_id = ${place.externalId} and booked_item_id = ${itemId}`.execute(db)
  return found.rows[0]?.at ?? undefined
}
