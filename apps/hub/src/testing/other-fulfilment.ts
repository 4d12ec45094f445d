import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ServedHub } from './served-hub.ts'

type Ask = ServedHub['ask']

const NONE = '00000000-0000-7000-8000-000000000000'

/** What the tests of isolation ask of orders and shipments; the second organization's order is called as it is. */
export const fulfilmentReads: Record<string, string[]> = {
  '/api/v1/orders': [
    '/api/v1/orders?limit=200',
    '/api/v1/orders?search=Zebra',
    '/api/v1/orders?standing=held',
    '/api/v1/orders?connection=by-hand',
  ],
  '/api/v1/orders/:id': ['/api/v1/orders/Zebra'],
  '/api/v1/orders/:id/recipient': ['/api/v1/orders/Zebra/recipient'],
  '/api/v1/allocation': ['/api/v1/allocation'],
  '/api/v1/personal-data': ['/api/v1/personal-data'],
  '/api/v1/shipments': ['/api/v1/shipments?limit=200', '/api/v1/shipments?state=open&location=Zebra'],
  '/api/v1/shipments/pick-list': [
    '/api/v1/shipments/pick-list?location=MAIN',
    '/api/v1/shipments/pick-list?location=Zebra',
  ],
  '/api/v1/shipments/:id': [`/api/v1/shipments/${NONE}`],
}

/** Every one of these is refused: the order and the shipment, with the id of their connection, are another's. */
export function fulfilmentWrites(ask: Ask, id: string): Record<string, () => ReturnType<Ask>> {
  const line = { sku: 'MUG', units: 1 }
  const key = { 'idempotency-key': id }
  return {
    'POST /api/v1/orders/:id/holds': () => ask('POST', `/api/v1/orders/${id}/holds`, { reason: 'fraud' }),
    'DELETE /api/v1/orders/:id/holds/:reason': () => ask('DELETE', `/api/v1/orders/${id}/holds/manual`),
    'POST /api/v1/orders/:id/route': () => ask('POST', `/api/v1/orders/${id}/route`, {}),
    'POST /api/v1/orders': () =>
      ask('POST', '/api/v1/orders', { kind: 'manual', lines: [{ sku: 'Zebra-1', quantity: 1 }] }, key),
    'PATCH /api/v1/orders/:id': () => ask('PATCH', `/api/v1/orders/${id}`, { note: 'x' }),
    'POST /api/v1/orders/:id/cancel': () => ask('POST', `/api/v1/orders/${id}/cancel`, {}),
    'PUT /api/v1/personal-data': () => ask('PUT', '/api/v1/personal-data', { endedDays: -1, unsentDays: 1 }),
    'PUT /api/v1/allocation': () =>
      ask('PUT', '/api/v1/allocation', { rule: 'channel-priority', channels: [id] }),
    'POST /api/v1/shipments/:id/split': () =>
      ask('POST', `/api/v1/shipments/${id}/split`, { lines: [{ sku: 'MUG', quantity: 1 }] }),
    'POST /api/v1/shipments/:id/merge': () => ask('POST', `/api/v1/shipments/${id}/merge`, { with: id }),
    'PUT /api/v1/connections/:id/fulfilment': () =>
      ask('PUT', `/api/v1/connections/${id}/fulfilment`, { shipsOrders: true }),
    'POST /api/v1/shipments/:id/cancel': () => ask('POST', `/api/v1/shipments/${id}/cancel`, {}),
    'POST /api/v1/shipments/:id/parcels': () =>
      ask('POST', `/api/v1/shipments/${id}/parcels`, { lines: [line] }, key),
  }
}

/** Reads by an id of the second organization's: not found. */
export const fulfilmentReadsOf = (id: string): string[] => [
  `/api/v1/orders/${id}`,
  `/api/v1/orders/${id}/recipient`,
  `/api/v1/shipments/${id}`,
]

/**
 * An order of the second organization with a row in each table of what is sent. Order and shipment have the id of the
 * connection, so that whoever knows that can ask for them.
 */
export async function insertFulfilmentRows(db: Db, organizationId: string, mark: string): Promise<void> {
  const own = sql`connection where organization_id = ${organizationId} and name = ${mark}`
  const rows = [
    sql`insert into sales_order (organization_id, order_id, connection_id, external_id, number, state, placed_at, content_hash,
        test, seen_by, seen_at, applied_at, changed_at)
      select organization_id, connection_id, connection_id, ${mark}, ${mark}, 'cancelled', now(), ${mark}, false, 'poll', now(),
        now(), now() from ${own}`,
    sql`insert into order_to_route (organization_id, order_id, connection_id, not_before)
      select organization_id, connection_id, connection_id, now() from ${own}`,
    sql`insert into hand_order (organization_id, order_id, kind, sequence, request_digest, reference, note, created_by, created_at)
      select organization_id, connection_id, 'manual', 1, ${mark}, ${mark}, ${mark}, ${mark}, now() from ${own}`,
    sql`insert into allocation_rule (organization_id, version, kind, connection_ids, actor, saved_at)
      select organization_id, 1, 'channel-priority', array[connection_id], ${mark}, now() from ${own}`,
    sql`insert into order_hold (organization_id, order_id, reason, note, placed_by, placed_at)
      select organization_id, connection_id, 'manual', ${mark}, ${mark}, now() from ${own}`,
    sql`insert into shipment (organization_id, shipment_id, order_id, connection_id, location_id, number, state, because,
        created_at)
      select organization_id, connection_id, connection_id, connection_id, default_location_id, ${mark}, 'received',
        jsonb_build_object('mark', ${mark}::text), now() from ${own}`,
    sql`insert into shipment_line (organization_id, shipment_id, shipment_line_id, line_id, item_id, units)
      select connection.organization_id, connection_id, connection_id, connection_id, item_id, 7
      from connection join item on item.organization_id = connection.organization_id and item.sku = 'MUG'
      where connection.organization_id = ${organizationId} and connection.name = ${mark}`,
    sql`insert into parcel (organization_id, parcel_id, shipment_id, external_id, carrier, shipped_at, recorded_at)
      select organization_id, connection_id, connection_id, ${mark}, ${mark}, now(), now() from ${own}`,
    sql`insert into parcel_line (organization_id, parcel_id, line_no, sku, units)
      select organization_id, connection_id, 1, ${mark}, 7 from ${own}`,
    sql`insert into order_recipient (organization_id, order_id, key_name, sealed, read_at)
      select organization_id, connection_id, ${mark}, '\\x00', now() from ${own}`,
    sql`insert into personal_data_rule (organization_id, version, ended_days, unsent_days, actor, saved_at)
      values (${organizationId}, 1, 77, 77, ${mark}, now())`,
    sql`insert into errand (organization_id, errand_id, connection_id, kind, subject_id, state, not_before, error, created_at)
      select organization_id, connection_id, connection_id, 'tell-shipped', connection_id, 'refused', now(), ${mark}, now()
      from ${own}`,
    sql`insert into order_cancellation (organization_id, cancellation_id, order_id, connection_id, whole, reason, note, asked_by,
        asked_at)
      select organization_id, connection_id, connection_id, connection_id, true, 'other', ${mark}, ${mark}, now() from ${own}`,
    sql`insert into order_cancellation_line (organization_id, cancellation_id, line_id, units, stays)
      select organization_id, connection_id, connection_id, 7, 0 from ${own}`,
    sql`insert into order_event (organization_id, order_id, event_id, at, kind, actor, detail)
      select organization_id, connection_id, connection_id, now(), 'parcel-left', ${mark}, '{}' from ${own}`,
  ]
  for (const row of rows) await row.execute(db)
}
