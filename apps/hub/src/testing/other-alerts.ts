import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ServedHub } from './served-hub.ts'

const NONE = '00000000-0000-7000-8000-0000000000a1'

/** Every route that reads alerts. */
export const alertReads: Record<string, string[]> = {
  '/api/v1/alerts': ['open', 'snoozed', 'resolved'].map((state) => `/api/v1/alerts?state=${state}&limit=200`),
  '/api/v1/alert-rules': ['/api/v1/alert-rules'],
  '/api/v1/alert-destinations': ['/api/v1/alert-destinations'],
}

/** A row of the second organization in each table of alerts, all with one id. */
export async function insertAlertRows(db: Db, organizationId: string, mark: string): Promise<void> {
  const at = '2026-01-01T00:00:00Z'
  const rows = [
    sql`insert into alert_clock (organization_id, began_at) values (${organizationId}, ${at}) on conflict do nothing`,
    sql`insert into alert_destination (organization_id, destination_id, name, kind, secret_id, shown, language,
        messages_per_hour, is_on, created_at, changed_by)
      select organization_id, ${NONE}, ${mark}, 'webhook', secret_id, ${mark}, 'en', 5, false, ${at}, ${mark}
      from secret where organization_id = ${organizationId} limit 1`,
    sql`insert into alert_rule (organization_id, rule_id, name, kind, severity, parameters, opens_after_seconds,
        clears_after_seconds, timing, daily_at_minute, time_zone, tells_resolved, destination_ids, is_on, created_at,
        changed_at, changed_by)
      values (${organizationId}, ${NONE}, ${mark}, 'oversold', 'critical', '{"units": 1}', 0, 0, 'at-once', 0, 'UTC', true,
        '{}', true, ${at}, ${at}, ${mark})`,
    sql`insert into alert (organization_id, alert_id, rule_id, subject, kind, severity, facts, since, opened_at, refreshed_at)
      values (${organizationId}, ${NONE}, ${NONE}, ${mark}, 'oversold', 'critical', jsonb_build_object('sku', ${mark}::text), ${at},
        ${at}, ${at})`,
    sql`insert into alert_message (organization_id, message_id, destination_id, content, alerts, state, created_at)
      values (${organizationId}, ${NONE}, ${NONE}, '{}', 1, 'waiting', ${at})`,
    sql`insert into alert_delivery (organization_id, destination_id, alert_id, event, due_at, message_id, created_at)
      values (${organizationId}, ${NONE}, ${NONE}, 'opened', ${at}, ${NONE}, ${at})`,
  ]
  for (const row of rows) await row.execute(db)
}

/** What the first organization asks with the second's alert, rule and destination, each refused. */
export function alertWrites(ask: ServedHub['ask'], mark: string) {
  const rule = { name: mark, kind: 'oversold', parameters: {}, destinationIds: [NONE] }
  const destination = { name: mark, kind: 'webhook', address: 'https://hooks.example/x' }
  const until = '2099-01-01T00:00:00Z'
  return {
    'POST /api/v1/alerts/:id/snooze': () => ask('POST', `/api/v1/alerts/${NONE}/snooze`, { until }),
    'DELETE /api/v1/alerts/:id/snooze': () => ask('DELETE', `/api/v1/alerts/${NONE}/snooze`),
    'POST /api/v1/alerts/:id/acknowledge': () => ask('POST', `/api/v1/alerts/${NONE}/acknowledge`, {}),
    'DELETE /api/v1/alerts/:id/acknowledge': () => ask('DELETE', `/api/v1/alerts/${NONE}/acknowledge`),
    'POST /api/v1/alert-rules': () => ask('POST', '/api/v1/alert-rules', rule),
    'PUT /api/v1/alert-rules/:id': () =>
      ask('PUT', `/api/v1/alert-rules/${NONE}`, { ...rule, destinationIds: [] }),
    'DELETE /api/v1/alert-rules/:id': () => ask('DELETE', `/api/v1/alert-rules/${NONE}`),
    // An address inside the network: refused whoever asks.
    'POST /api/v1/alert-destinations': () =>
      ask('POST', '/api/v1/alert-destinations', { ...destination, address: 'https://10.0.0.1/x' }),
    'PUT /api/v1/alert-destinations/:id': () => ask('PUT', `/api/v1/alert-destinations/${NONE}`, destination),
    'DELETE /api/v1/alert-destinations/:id': () => ask('DELETE', `/api/v1/alert-destinations/${NONE}`),
    'POST /api/v1/alert-destinations/:id/test': () =>
      ask('POST', `/api/v1/alert-destinations/${NONE}/test`, {}),
  }
}
