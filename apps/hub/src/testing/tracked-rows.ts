import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { Answer, ServedHub } from './served-hub.ts'

/** A row in each table of lots, serial numbers and reserved kits, all called by the mark. */
export async function insertTrackedRows(db: Db, organizationId: string, mark: string): Promise<void> {
  await sql`
    with one as (
      select item_id, location_id from item, location
      where item.organization_id = ${organizationId} and location.organization_id = ${organizationId} limit 1
    ), made as (
      insert into lot (organization_id, lot_id, item_id, code, expires_on, status, created_at)
      select ${organizationId}, gen_random_uuid(), item_id, ${mark}, '2030-01-01', 'released', now() from one
      returning lot_id
    ), noted as (
      insert into lot_status_change (organization_id, lot_id, change_id, after, reason, actor, changed_at)
      select ${organizationId}, lot_id, gen_random_uuid(), 'released', ${mark}, ${mark}, now() from made
    ), corrected as (
      insert into lot_detail_change (organization_id, lot_id, change_id, what, after, reason, actor, changed_at)
      select ${organizationId}, lot_id, gen_random_uuid(), 'supplierLot', ${mark}, ${mark}, ${mark}, now() from made
    ), claimed as (
      insert into kit_claim (organization_id, owner_id, kit_item_id)
      select ${organizationId}, gen_random_uuid(), item_id from one
    ), told as (
      insert into serial (organization_id, item_id, serial, state, location_id, effective_at)
      select ${organizationId}, item_id, ${mark}, 'in-stock', location_id, now() from one
    ), lived as (
      insert into serial_event
        (organization_id, item_id, serial, event_id, kind, state, location_id, command_key, actor, effective_at, recorded_at)
      select ${organizationId}, item_id, ${mark}, gen_random_uuid(), 'received', 'in-stock', location_id, ${mark},
        ${mark}, now(), now()
      from one
    ), asked as (
      insert into shelf_life_minimum (organization_id, scope, scope_id, days, updated_at)
      values (${organizationId}, 'customer', ${mark}, 30, now())
    )
    insert into lot_clock (organization_id, looked_until) values (${organizationId}, now())
    on conflict do nothing`.execute(db)
}

/** What the isolation test reads of them. */
export function trackedReads({ mark }: { mark: string }): Record<string, string[]> {
  const ofLot = (rest: string) => [
    `/api/v1/items/MUG/lots/${mark}${rest}`,
    `/api/v1/items/${mark}-1/lots/${mark}${rest}`,
  ]
  return {
    '/api/v1/items/:sku/lots': ['/api/v1/items/MUG/lots', `/api/v1/items/${mark}-1/lots`],
    '/api/v1/items/:sku/lots/:lot': ofLot(''),
    '/api/v1/items/:sku/lots/:lot/trace': ofLot('/trace'),
    '/api/v1/shelf-life-minimums': ['/api/v1/shelf-life-minimums'],
    '/api/v1/serials': ['/api/v1/serials', `/api/v1/serials?search=${mark}`, `/api/v1/serials?sku=${mark}-1`],
    '/api/v1/serials/:serial': [`/api/v1/serials/${mark}`, '/api/v1/serials/MUG'],
  }
}

/** What it tries to change. */
export function trackedWrites(
  ask: ServedHub['ask'],
  { mark, lineId }: { mark: string; lineId: string },
): Record<string, () => Promise<Answer>> {
  const ofItem = `/api/v1/items/${mark}-1/lots`
  const key = { 'idempotency-key': 'isolation of serials' }
  return {
    'POST /api/v1/stock/tell-serials': () =>
      ask('POST', '/api/v1/stock/tell-serials', { lineId, serials: [mark] }, key),
    // Of its own customer of that name it may take the minimum back; of two at once it is refused.
    'PUT /api/v1/shelf-life-minimums': async () => {
      const path = '/api/v1/shelf-life-minimums'
      const own = await ask('PUT', path, { customer: mark, days: null })
      if (own.status !== 200) throw new Error(own.text)
      return await ask('PUT', path, { customer: mark, connection: mark, days: 1 })
    },
    'POST /api/v1/items/:sku/lots': () => ask('POST', ofItem, { lot: 'x' }),
    'PATCH /api/v1/items/:sku/lots/:lot': () =>
      ask('PATCH', `${ofItem}/${mark}`, { expiresOn: null, reason: 'x' }),
    'POST /api/v1/items/:sku/lots/:lot/status': () =>
      ask('POST', `${ofItem}/${mark}/status`, { status: 'recalled', reason: 'x' }),
  }
}
