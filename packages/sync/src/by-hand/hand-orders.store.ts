import type { Db, Tx } from '@plimsoll/database'
import { findKitParts, findStockItems, type Part, type StockItem } from '@plimsoll/stock'
import { sql } from 'kysely'
import { BY_HAND } from './by-hand-connection.store.ts'
import type { HandOrderKind } from './hand-order.ts'

export type HandOrderRow = {
  orderId: string
  kind: HandOrderKind
  sequence: number
  requestDigest: string
  locationId: string | null
  reference: string | null
  note: string | null
  createdBy: string
  createdAt: Date
}

/** Items by SKU, and the parts of those that are virtual kits by their ids. */
export async function findSold(
  db: Db,
  organizationId: string,
  skus: readonly string[],
): Promise<{ items: ReadonlyMap<string, StockItem>; parts: ReadonlyMap<string, readonly Part[]> }> {
  const items = await findStockItems(db, organizationId, { skus: [...new Set(skus)] })
  const kits = items.filter(({ kitKind }) => kitKind === 'virtual').map(({ itemId }) => itemId)
  const parts = await findKitParts(db, organizationId, kits)
  return {
    items: new Map(items.map((item) => [item.sku, item])),
    parts: new Map(
      [...parts].map(([kitId, of]) => [
        kitId,
        of.map(({ itemId, quantity }) => ({ itemId, unitsEach: quantity })),
      ]),
    ),
  }
}

export async function insertHandOrder(tx: Tx, organizationId: string, order: HandOrderRow): Promise<void> {
  await sql`
    insert into hand_order
      (organization_id, order_id, kind, sequence, request_digest, location_id, reference, note, created_by, created_at)
    values (${organizationId}, ${order.orderId}, ${order.kind}, ${order.sequence}, ${order.requestDigest},
      ${order.locationId}, ${order.reference}, ${order.note}, ${order.createdBy}, ${order.createdAt})`.execute(
    tx,
  )
}

export async function saveHandTerms(
  tx: Tx,
  organizationId: string,
  {
    orderId,
    locationId,
    reference,
    note,
  }: Pick<HandOrderRow, 'orderId' | 'locationId' | 'reference' | 'note'>,
): Promise<void> {
  await sql`
    update hand_order set location_id = ${locationId}, reference = ${reference}, note = ${note}
    where organization_id = ${organizationId} and order_id = ${orderId}`.execute(tx)
}

export async function findHandOrder(
  db: Db,
  organizationId: string,
  orderId: string,
): Promise<HandOrderRow | undefined> {
  const found = await sql<HandOrderRow>`
    select order_id, kind, sequence, request_digest, location_id, reference, note, created_by, created_at
    from hand_order
    where organization_id = ${organizationId} and order_id = ${orderId}`.execute(db)
  return found.rows[0]
}

const FIRST_NUMBER = 1001

/** The next number that the hub gives; whoever makes orders by hand takes turns under the lock of their connection. */
export async function nextSequence(tx: Tx, organizationId: string): Promise<number> {
  const found = await sql<{ next: number }>`
    select coalesce(max(sequence) + 1, ${FIRST_NUMBER})::bigint as next from hand_order
    where organization_id = ${organizationId}`.execute(tx)
  return found.rows[0]?.next ?? FIRST_NUMBER
}

export async function isNumberTaken(
  db: Db,
  organizationId: string,
  connectionId: string,
  number: string,
): Promise<boolean> {
  const found = await sql`
    select from sales_order
    where organization_id = ${organizationId} and connection_id = ${connectionId} and lower(number) = lower(${number})
      and order_id = any(array(select order_numbered(${organizationId}, ${number})))
    limit 1`.execute(db)
  return found.rows.length > 0
}

/** Says of lines when the first of them may be sent; null: at once. */
export async function saveWaits(
  tx: Tx,
  organizationId: string,
  orderId: string,
  lines: readonly { externalId: string; waitsUntil: Date | null }[],
): Promise<void> {
  await sql`
    update order_line set waits_until = said.waits_until
    from unnest(${sql.val(lines.map(({ externalId }) => externalId))}::text[],
      ${sql.val(lines.map(({ waitsUntil }) => waitsUntil))}::timestamptz[]) as said(external_id, waits_until)
    where organization_id = ${organizationId} and order_id = ${orderId}
      and order_line.external_id = said.external_id and order_line.waits_until is distinct from said.waits_until`.execute(
    tx,
  )
}

/**
 * An order made by hand has no channel that says what has shipped: what has left says it. Once all of it has, it is closed.
 * @returns false where the order is of a channel
 */
export async function noteLeft(tx: Tx, organizationId: string, orderId: string, at: Date): Promise<boolean> {
  const ours = await sql`
    select from sales_order
    join connection using (organization_id, connection_id)
    where organization_id = ${organizationId} and order_id = ${orderId} and connector = ${BY_HAND}`.execute(
    tx,
  )
  if (ours.rows.length === 0) return false
  await sql`
    update order_line set platform_shipped = greatest(dispatched, coalesce(platform_shipped, 0))
    where organization_id = ${organizationId} and order_id = ${orderId} and dispatched > 0`.execute(tx)
  const closed = await sql`
    update sales_order set state = 'closed', version = version + 1, changed_at = ${at}
    where organization_id = ${organizationId} and order_id = ${orderId} and state = 'open'
      and not exists (
        select from order_line
        where order_line.organization_id = sales_order.organization_id and order_line.order_id = sales_order.order_id
          and current > shipped
      )
    returning order_id`.execute(tx)
  if (closed.rows.length > 0) await noteRecipientEnded(tx, organizationId, orderId, at)
  return true
}

/** From then on it is counted how long it is kept to whom it went. */
export async function noteRecipientEnded(
  tx: Tx,
  organizationId: string,
  orderId: string,
  at: Date,
): Promise<void> {
  await sql`
    update order_recipient set ended_at = ${at}
    where organization_id = ${organizationId} and order_id = ${orderId}`.execute(tx)
}
