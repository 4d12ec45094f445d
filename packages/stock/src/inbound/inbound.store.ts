import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from '../context.ts'
import { type DocumentPage, type DocumentQuery, toPage } from '../documents/cursors.ts'
import type { InboundLine, InboundShipment } from './inbound.ts'

/** An inbound shipment with its lines, or undefined. */
export async function findInboundShipment(
  db: Db,
  organizationId: string,
  inboundId: string,
): Promise<InboundShipment | undefined> {
  return (await readShipments(db, organizationId, [inboundId]))[0]
}

/** The same, locked: actions on one shipment follow each other. */
export async function lockInboundShipment(
  tx: Tx,
  organizationId: string,
  inboundId: string,
): Promise<InboundShipment | undefined> {
  await sql`
    select from inbound_shipment where organization_id = ${organizationId} and inbound_id = ${inboundId}
    for no key update`.execute(tx)
  return await findInboundShipment(tx, organizationId, inboundId)
}

/** Inbound shipments with their lines, newest first. */
export async function findInboundPage(
  db: Db,
  organizationId: string,
  { state, cursor, limit }: DocumentQuery<InboundShipment['state']>,
): Promise<DocumentPage<InboundShipment>> {
  const found = await sql<{ inboundId: string }>`
    select inbound_id from inbound_shipment
    where organization_id = ${organizationId}
      and (${state ?? null}::text is null or state = ${state ?? null})
      and (${cursor ?? null}::uuid is null or inbound_id < ${cursor ?? null})
    order by inbound_id desc
    limit ${limit + 1}`.execute(db)
  const { rows, next } = toPage(found.rows, limit, ({ inboundId }) => inboundId)
  const ids = rows.map(({ inboundId }) => inboundId)
  return { rows: await readShipments(db, organizationId, ids), next }
}

async function readShipments(
  db: Db,
  organizationId: string,
  ids: readonly string[],
): Promise<InboundShipment[]> {
  if (ids.length === 0) return []
  const wanted = sql.val([...ids])
  const [heads, lines] = await Promise.all([
    sql<HeadRow>`
      select inbound_id, state, location.code as location_code, supplier, reference, expected_on,
        created_by, inbound_shipment.created_at, ended_at
      from inbound_shipment
      join location using (organization_id, location_id)
      where organization_id = ${organizationId} and inbound_id = any(${wanted}::uuid[])
      order by inbound_id desc`.execute(db),
    sql<InboundLine & { inboundId: string }>`
      select inbound_id, line, item.sku, expected, received, damaged, over, cancelled, unit_cost
      from inbound_line
      join item using (organization_id, item_id)
      where organization_id = ${organizationId} and inbound_id = any(${wanted}::uuid[])
      order by inbound_id, line`.execute(db),
  ])
  return heads.rows.map((head) => ({
    ...head,
    createdAt: head.createdAt.toISOString(),
    endedAt: head.endedAt?.toISOString() ?? null,
    lines: lines.rows
      .filter(({ inboundId }) => inboundId === head.inboundId)
      .map(({ inboundId: _, ...line }) => line),
  }))
}

type HeadRow = Omit<InboundShipment, 'lines' | 'createdAt' | 'endedAt'> & {
  createdAt: Date
  endedAt: Date | null
}

/** The rows of a new shipment. */
export async function insertInboundShipment(
  tx: Tx,
  context: StockContext,
  shipment: InboundShipment,
  ids: { locationId: string; itemIdOf(sku: string): string },
): Promise<void> {
  const { organizationId } = context
  const rows = shipment.lines.map(({ sku, ...line }) => ({ ...line, itemId: ids.itemIdOf(sku) }))
  const source = unnestRows('added', rows, {
    line: 'int',
    itemId: 'uuid',
    expected: 'bigint',
    received: 'bigint',
    damaged: 'bigint',
    over: 'bigint',
    cancelled: 'bigint',
    unitCost: 'bigint',
  })
  const { inboundId, state, supplier, reference, expectedOn, createdBy, createdAt } = shipment
  // Sent together, carried out in order.
  await Promise.all([
    sql`
      insert into inbound_shipment (organization_id, inbound_id, location_id, supplier, reference, expected_on,
        state, created_by, created_at)
      values (${organizationId}, ${inboundId}, ${ids.locationId}, ${supplier}, ${reference}, ${expectedOn}::date,
        ${state}, ${createdBy}, ${createdAt}::timestamptz)`.execute(tx),
    sql`
      insert into inbound_line (organization_id, inbound_id, line, item_id,
        expected, received, damaged, over, cancelled, unit_cost)
      select ${organizationId}, ${inboundId}, line, item_id,
        expected, received, damaged, over, cancelled, unit_cost
      from ${source}`.execute(tx),
  ])
}

/** The shipment as an action leaves it. */
export async function saveInboundShipment(
  tx: Tx,
  organizationId: string,
  { inboundId, state, endedAt, lines }: InboundShipment,
): Promise<void> {
  const source = unnestRows('changed', lines, {
    line: 'int',
    received: 'bigint',
    damaged: 'bigint',
    over: 'bigint',
    cancelled: 'bigint',
  })
  await Promise.all([
    sql`
      update inbound_shipment set state = ${state}, ended_at = ${endedAt}::timestamptz
      where organization_id = ${organizationId} and inbound_id = ${inboundId}`.execute(tx),
    sql`
      update inbound_line set received = changed.received, damaged = changed.damaged,
        over = changed.over, cancelled = changed.cancelled
      from ${source}
      where organization_id = ${organizationId} and inbound_id = ${inboundId}
        and inbound_line.line = changed.line`.execute(tx),
  ])
}
