import { type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { SyncContext } from '../context.ts'
import { findSenders } from '../fulfilment/warehouse-units.store.ts'

/** Locks the return that a channel granted under this id, where it is known. */
export async function lockKnownReturn(
  tx: Tx,
  organizationId: string,
  of: { connectionId: string; externalId: string },
): Promise<{ returnId: string; externalVersion: number | null } | undefined> {
  const found = await sql<{ returnId: string; externalVersion: number | null }>`
    select return_id, external_version from customer_return
    where organization_id = ${organizationId} and connection_id = ${of.connectionId}
      and external_id = ${of.externalId}
    for no key update`.execute(tx)
  return found.rows[0]
}

export async function findOrderId(
  tx: Tx,
  organizationId: string,
  of: { connectionId: string; externalId: string },
): Promise<string | undefined> {
  const found = await sql<{ orderId: string }>`
    select order_id from sales_order
    where organization_id = ${organizationId} and connection_id = ${of.connectionId}
      and external_id = ${of.externalId}`.execute(tx)
  return found.rows[0]?.orderId
}

/** A place that returns may come in at. `countedBy`: a connection tells what came there; `sends`: it is told before. */
export type ReturnPlace = {
  locationId: string
  code: string
  kind: string
  countedBy: string | null
  sends: boolean
}

/** Those that are not archived, warehouses first, as orders are routed. */
export async function findReturnPlaces(
  tx: Tx,
  context: Pick<SyncContext, 'organizationId' | 'connectors'>,
): Promise<ReturnPlace[]> {
  const { organizationId } = context
  const found = await sql<Omit<ReturnPlace, 'sends'>>`
    select location_id, code, kind, counted_by from location
    where organization_id = ${organizationId} and kind <> 'transit' and archived_at is null
    order by kind <> 'warehouse', routing_priority, code`.execute(tx)
  const senders = await findSenders(tx, context)
  const sending = new Set(senders.flatMap(({ locationId, sends }) => (sends ? [locationId] : [])))
  return found.rows.map((place) => ({ ...place, sends: sending.has(place.locationId) }))
}

/** Whose it is by the channel, of a return that is new. */
export async function saveChannelOfReturn(
  tx: Tx,
  organizationId: string,
  returnId: string,
  of: { orderId: string; connectionId: string; externalId: string; version: number | null },
): Promise<void> {
  await sql`
    update customer_return set order_id = ${of.orderId}, connection_id = ${of.connectionId},
      external_id = ${of.externalId}, external_version = ${of.version}
    where organization_id = ${organizationId} and return_id = ${returnId}`.execute(tx)
}

export async function saveVersionOfReturn(
  tx: Tx,
  organizationId: string,
  returnId: string,
  version: number | null,
): Promise<void> {
  await sql`
    update customer_return set external_version = ${version}
    where organization_id = ${organizationId} and return_id = ${returnId}`.execute(tx)
}

/** Other units than were announced first: none of them has been looked at yet. Its warehouse may know of the first. */
export async function replaceReturnLines(
  tx: Tx,
  organizationId: string,
  returnId: string,
  units: readonly { itemId: string; quantity: number }[],
): Promise<void> {
  const rows = units.map(({ itemId, quantity }, nth) => ({ line: nth + 1, itemId, announced: quantity }))
  const source = unnestRows('added', rows, { line: 'int', itemId: 'uuid', announced: 'bigint' })
  const before = await sql<{ itemId: string; announced: number }>`
    select item_id, announced from customer_return_line
    where organization_id = ${organizationId} and return_id = ${returnId}`.execute(tx)
  const told = new Map(before.rows.map(({ itemId, announced }) => [itemId, announced]))
  const isSame =
    told.size === units.length && units.every(({ itemId, quantity }) => told.get(itemId) === quantity)
  if (isSame) return
  // Sent together, carried out in order.
  await Promise.all([
    sql`
      update customer_return set is_changed = told_at is not null
      where organization_id = ${organizationId} and return_id = ${returnId}`.execute(tx),
    sql`
      delete from customer_return_line
      where organization_id = ${organizationId} and return_id = ${returnId}`.execute(tx),
    sql`
      insert into customer_return_line (organization_id, return_id, line, item_id, announced)
      select ${organizationId}, ${returnId}, line, item_id, announced from ${source}`.execute(tx),
  ])
}
