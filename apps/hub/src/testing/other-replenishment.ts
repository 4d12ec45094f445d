import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ServedHub } from './served-hub.ts'

type Ask = ServedHub['ask']

const NONE = '00000000-0000-7000-8000-000000000000'

/** Every route that reads replenishment; the second organization's location and item are called by `mark`. */
export const replenishmentReads: Record<string, string[]> = {
  '/api/v1/replenishment': [
    '/api/v1/replenishment?limit=500',
    '/api/v1/replenishment?location=Zebra',
    '/api/v1/replenishment?search=Zebra&sort=sku&direction=down',
  ],
  '/api/v1/replenishment/:sku/:location': [
    '/api/v1/replenishment/MUG/Zebra',
    '/api/v1/replenishment/Zebra-1/Zebra',
  ],
  '/api/v1/replenishment-settings': ['/api/v1/replenishment-settings'],
}

/** A row of the second organization in each table of replenishment, with one id for all of them; its engine may have planned. */
export async function insertReplenishmentRows(db: Db, organizationId: string, mark: string): Promise<void> {
  const place = sql`item, location
    where item.organization_id = ${organizationId} and item.sku = ${`${mark}-1`}
      and location.organization_id = ${organizationId} and location.code = ${mark}`
  const rows = [
    sql`insert into replenishment_setting (organization_id, setting_id, item_id, location_id, fields, actor, saved_at)
      select ${organizationId}, ${NONE}, item_id, location_id, '{"replenish": false}', ${mark}, '2026-01-01T00:00:00Z' from ${place}`,
    sql`insert into demand_left_out (organization_id, left_out_id, item_id, location_id, since_day, until_day, reason, actor,
        saved_at)
      select ${organizationId}, ${NONE}, item_id, location_id, '2026-01-01', '2026-01-02', ${mark}, ${mark},
        '2026-01-01T00:00:00Z' from ${place}`,
    sql`insert into item_demand (organization_id, item_id, location_id, measured, history, measured_at)
      select ${organizationId}, item_id, location_id, '{}', '{}', '2026-01-01T00:00:00Z' from ${place}
      on conflict do nothing`,
    sql`insert into demand_place (organization_id, order_id, item_id, location_id, noted_at)
      select ${organizationId}, ${NONE}, item_id, location_id, '2026-01-01T00:00:00Z' from ${place}
      on conflict do nothing`,
    sql`insert into replenishment (organization_id, item_id, location_id, urgency, urgency_order, available, incoming,
        suggestion, suggested_units, supplier, suggestion_id, figures, planned_at)
      select ${organizationId}, item_id, location_id, 'due', 0, 0, 0, 'purchase', 5, ${mark}, ${NONE},
        '{"rule": {"leadDays": 5}}', '2026-01-01T00:00:00Z' from ${place}
      on conflict (organization_id, item_id, location_id) do update set suggestion = 'purchase', suggested_units = 5,
        supplier = excluded.supplier, suggestion_id = excluded.suggestion_id`,
    sql`insert into replenishment_clock (organization_id) values (${organizationId}) on conflict do nothing`,
  ]
  for (const row of rows) await row.execute(db)
}

/** What the first organization asks with the second's suggestion, location, item and days, each refused. */
export function replenishmentWrites(ask: Ask, mark: string): Record<string, () => ReturnType<Ask>> {
  const fields = { replenish: true }
  const days = { since: '2026-01-01', until: '2026-01-02', reason: 'ours' }
  return {
    // 409: it is not what is suggested to the first.
    'POST /api/v1/replenishment/accept': async () => {
      const answer = await ask(
        'POST',
        '/api/v1/replenishment/accept',
        { suggestions: [{ id: NONE }] },
        { 'idempotency-key': mark },
      )
      return answer.status === 409 && answer.text.includes('suggestion-changed')
        ? { ...answer, status: 404 }
        : answer
    },
    'PATCH /api/v1/replenishment-settings': () =>
      ask('PATCH', '/api/v1/replenishment-settings', { location: mark, fields }),
    'POST /api/v1/demand-left-out': () =>
      ask('POST', '/api/v1/demand-left-out', { sku: `${mark}-1`, ...days }),
    'DELETE /api/v1/demand-left-out/:id': () => ask('DELETE', `/api/v1/demand-left-out/${NONE}`),
  }
}
