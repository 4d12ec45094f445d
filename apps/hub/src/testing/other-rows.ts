import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { expect } from 'vitest'
import { insertViewRows } from './other-views.ts'

/** Rows of a second brand that nothing makes on request, and how the test of isolation compares what it reads. */

/** The second organization's bulk edit. */
export const BULK_ID = '00000000-0000-7000-8000-0000000000bb'

/** What did not come about by itself, may not have yet (the chores of protection), or is gone as soon as it is worked off. */
export async function insertPassingRows(db: Db, organizationId: string, mark: string): Promise<void> {
  await insertViewRows(db, organizationId, mark)
  await sql`insert into bulk_edit (organization_id, bulk_id, state, scope, request, change, actor, why, positions, scopes, made_at,
      previewed_at, changed_at)
    values (${organizationId}, ${BULK_ID}, 'previewed', 'item', '{}', '{"set": {"cap": 77}}', ${mark}, ${mark}, 1, 1, now(), now(),
      now())`.execute(db)
  await sql`insert into bulk_scope (organization_id, bulk_id, position, scope_id, item_id)
    select organization_id, ${BULK_ID}, 1, item_id, item_id from item where organization_id = ${organizationId} limit 1`.execute(
    db,
  )
  await sql`insert into bulk_level (organization_id, bulk_id, level_id, before, before_because, after, after_because, estimated)
    select organization_id, ${BULK_ID}, level_id, 77, 'available', 7, 'capped', false from level
    where organization_id = ${organizationId} limit 1`.execute(db)
  await sql`insert into policy (organization_id, scope, scope_id, fixed, paused, updated_at)
    values (${organizationId}, 'organization', ${organizationId}, 77, true, now())`.execute(db)
  await sql`insert into policy_window (organization_id, window_id, scope, scope_id, name, starts_at, ends_at, time_zone, fixed, created_at)
    values (${organizationId}, gen_random_uuid(), 'organization', ${organizationId}, ${mark}, now(), now() + interval '1 day', 'UTC', 77, now())`.execute(
    db,
  )
  await sql`insert into access_token (organization_id, secret_id, name, generation)
    select organization_id, secret_id, ${mark}, 1 from connection where organization_id = ${organizationId}`.execute(
    db,
  )
  await sql`insert into connection_grant (organization_id, grant_id, connector, name, settings, key_name, sealed,
      ticket_hash, standing, created_at, expires_at)
    values (${organizationId}, '00000000-0000-7000-8000-0000000000aa', 'woocommerce', ${mark}, '{}', 'key', 'sealed',
      'ticket', 'begun', now(), now() + interval '1 hour')`.execute(db)
  await sql`insert into platform_call (organization_id, connection_id, at, call_id, direction, operation, method, address,
      sent, failed, waited_ms, duration_ms, request_bytes, response_bytes, detail)
    select organization_id, connection_id, now(), connection_id, 'out', ${mark}, 'GET', ${mark}, true, false, 7, 7, 7, 7, '{}'
    from connection where organization_id = ${organizationId}`.execute(db)
  await sql`insert into call_log_setting (organization_id, connection_id, dropped, changed_by)
    select organization_id, connection_id, 77, ${mark} from connection where organization_id = ${organizationId}`.execute(
    db,
  )
  await sql`insert into write_count (organization_id, connection_id, cap_key, day_began, writes)
    select organization_id, connection_id, ${mark}, now(), 77 from connection where organization_id = ${organizationId}`.execute(
    db,
  )
  await sql`insert into webhook_application (organization_id, connector, application_key, secret_id, created_at)
    select organization_id, 'woocommerce', 'other-application', secret_id, now() from connection
    where organization_id = ${organizationId}`.execute(db)
  await sql`insert into external_location (organization_id, connection_id, external_id, name, active, counted_by_platform)
    select organization_id, connection_id, 'depot', ${mark}, true, true from connection where organization_id = ${organizationId}`.execute(
    db,
  )
  await sql`insert into counted_place (organization_id, connection_id, external_id, location_id, tied_at, reads)
    select organization_id, connection_id, 'depot', location_id, now(), 7 from connection join location using (organization_id)
    where organization_id = ${organizationId} limit 1`.execute(db)
  await sql`insert into counted_stock (organization_id, connection_id, external_id, stock_unit_id, available, held, incoming,
      counted_at, read_at)
    select organization_id, connection_id, external_id, ${mark}, 7, 7, 7, now(), now() from counted_place
    where organization_id = ${organizationId}`.execute(db)
  await sql`insert into warehouse_delivery (organization_id, connection_id, kind, external_id, place, number, is_complete, told_at)
    select organization_id, connection_id, 'return', ${mark}, 'depot', ${mark}, true, now() from connection
    where organization_id = ${organizationId}`.execute(db)
  await sql`insert into warehouse_delivery_line (organization_id, connection_id, kind, external_id, line_external_id,
      condition, sku, received_at, told)
    select organization_id, connection_id, kind, external_id, ${mark}, 'sellable', ${mark}, now(), 7
    from warehouse_delivery where organization_id = ${organizationId}`.execute(db)
  await sql`insert into customer_return (organization_id, return_id, number, state, location_id, created_by, created_at)
    select organization_id, '00000000-0000-7000-8000-0000000000bb', ${mark}, 'announced', location_id, ${mark}, now()
    from location where organization_id = ${organizationId} limit 1`.execute(db)
  await sql`insert into customer_return_line (organization_id, return_id, line, item_id, announced)
    select organization_id, return_id, 1, item_id, 7 from customer_return join item using (organization_id)
    where organization_id = ${organizationId} limit 1`.execute(db)
  await sql`insert into kit_part_back (organization_id, line_id, item_id, came_back, missing)
    select organization_id, '00000000-0000-7000-8000-0000000000bb', item_id, 77, 7 from item
    where organization_id = ${organizationId} limit 1`.execute(db)
  await sql`insert into campaign_start (organization_id, window_id, connection_id, stock_unit_id, sold_before)
    select organization_id, window_id, connection_id, stock_unit_id, 77 from policy_window join level using (organization_id)
    where organization_id = ${organizationId}`.execute(db)
  await sql`insert into policy_clock (organization_id, looked_until) values (${organizationId}, now()) on conflict do nothing`.execute(
    db,
  )
  await sql`insert into changed_item (organization_id, change_id, item_id, changed_at)
    select organization_id, gen_random_uuid(), item_id, now() from item where organization_id = ${organizationId}`.execute(
    db,
  )
  await sql`insert into drift (organization_id, drift_id, connection_id, level_id, observed, expected, cause, found_at)
    select organization_id, gen_random_uuid(), connection_id, level_id, 777, 7, ${mark}, now()
    from level where organization_id = ${organizationId}`.execute(db)
  await sql`insert into lane_entry (organization_id, connection_id, level_id, priority, desired_version, caused_at, attempts)
    select organization_id, connection_id, level_id, 0, 1, now(), 0
    from level where organization_id = ${organizationId} on conflict do nothing`.execute(db)
  await sql`insert into protection (organization_id, scope, scope_id, mode, oversells_per_million, updated_at)
    values (${organizationId}, 'organization', ${organizationId}, 'buffered', 777, now())`.execute(db)
  await sql`insert into level_demand (organization_id, level_id, recent_per_hour, usual_per_hour, units_per_sale, squared_per_sale, measured_at)
    select organization_id, level_id, 7, 7, 7, 77, now() from level where organization_id = ${organizationId} on conflict do nothing`.execute(
    db,
  )
  await sql`insert into level_grant (organization_id, level_id, item_id, location_id, units)
    select level.organization_id, level_id, level.item_id, location_id, 777 from level join location using (organization_id)
    where level.organization_id = ${organizationId} and level.item_id is not null on conflict do nothing`.execute(
    db,
  )
  await sql`insert into item_protection (organization_id, item_id, state, since, short_units, obstacles)
    select organization_id, item_id, 'broken', now(), 777, '{platform}' from item where organization_id = ${organizationId} on conflict do nothing`.execute(
    db,
  )
  await sql`insert into item_depth (organization_id, item_id, tighten_units, measured_at)
    select organization_id, item_id, 777, now() from item where organization_id = ${organizationId} on conflict do nothing`.execute(
    db,
  )
  await sql`insert into connection_buffer (organization_id, item_id, connection_id, units, auto_units)
    select organization_id, item_id, connection_id, 777, 777 from item join connection using (organization_id)
    where organization_id = ${organizationId} on conflict do nothing`.execute(db)
  await sql`insert into connection_delay
      (organization_id, connection_id, seen_ms, written_ms, usual_seen_ms, usual_written_ms, measured_at)
    select organization_id, connection_id, 777, 777, 777, 777, now() from connection where organization_id = ${organizationId} on conflict do nothing`.execute(
    db,
  )
  await sql`insert into demand_clock (organization_id, measured_until) values (${organizationId}, now()) on conflict do nothing`.execute(
    db,
  )
  await sql`insert into overview_sum (organization_id, connection_id, slot, orders, units, writes, emptied)
    select organization_id, connection_id, '2026-01-01T00:00:00Z', 777, 777, 777, 777 from connection
    where organization_id = ${organizationId}`.execute(db)
  await sql`insert into overview_delay (organization_id, slot, bin, writes)
    values (${organizationId}, '2026-01-01T00:00:00Z', 77, 777)`.execute(db)
  await sql`insert into stock_sample (organization_id, location_id, at, on_hand, reserved)
    select organization_id, location_id, '2026-01-01T00:00:00Z', 777, 777 from location
    where organization_id = ${organizationId}`.execute(db)
  await sql`insert into overview_clock (organization_id, kept_until) values (${organizationId}, now()) on conflict do nothing`.execute(
    db,
  )
  await sql`insert into hub_process (organization_id, process_id, name, roles, started_at, seen_at, expires_at)
    values (${organizationId}, gen_random_uuid(), ${mark}, '{worker}', now(), now(), now() + interval '1 day')`.execute(
    db,
  )
  await sql`insert into shared_budget (organization_id, budget_key, name, level, level_at, pace)
    values (${organizationId}, ${mark}, ${mark}, 7, now(), 1)`.execute(db)
  await sql`insert into budget_holding (organization_id, budget_key, name, process_id, held, expires_at)
    values (${organizationId}, ${mark}, ${mark}, gen_random_uuid(), 7, now())`.execute(db)
}

/** What came about by itself: a parked event, and a reservation with its order's line. */
export async function findMade(
  db: Db,
  organizationId: string,
): Promise<{ inboxId: string; reservationId: string; lineId: string }> {
  const found = await sql<{ inboxId: string; reservationId: string; lineId: string }>`
    select inbox_id, reservation_id, owner_id as line_id from inbox join reservation using (organization_id)
    where organization_id = ${organizationId} and inbox.state = 'parked'
    order by inbox_id, reservation_id
    limit 1`.execute(db)
  return found.rows[0] ?? { inboxId: '', reservationId: '', lineId: '' }
}

/** Of every table that has organizations: how many rows are this one's, and a digest of them. */
export async function digestsOf(
  db: Db,
  organizationId: string,
): Promise<{ table: string; rows: number; digest: string }[]> {
  const tables = await sql<{ table: string }>`
    select c.table_name as table from information_schema.columns as c
    join information_schema.tables as t using (table_schema, table_name)
    where c.table_schema = 'public' and c.column_name = 'organization_id' and t.table_type = 'BASE TABLE'
      -- Which processes work for it, and sums of its overview: the hub writes them for all of its organizations.
      and c.table_name not in ('hub_process', 'overview_clock', 'stock_sample')
      and not exists (
        select from pg_class
        where relname = c.table_name and relnamespace = 'public'::regnamespace and relispartition
      )
    order by 1`.execute(db)
  expect(tables.rows.length).toBeGreaterThan(15)
  return await Promise.all(
    tables.rows.map(async ({ table }) => {
      const found = await sql<{ rows: number; digest: string | null }>`
        select count(*) as rows, md5(string_agg(each::text, '|' order by each::text)) as digest
        from ${sql.table(table)} as each where organization_id = ${organizationId}`.execute(db)
      return { table, rows: found.rows[0]?.rows ?? 0, digest: found.rows[0]?.digest ?? '' }
    }),
  )
}

/** The process's own figures change by themselves. */
export function gaugesOf(metrics: string, organizationId: string): string {
  return metrics
    .split('\n')
    .filter((line) => line.startsWith('plimsoll_') && line.includes(organizationId))
    .join('\n')
}
/** What changes with time alone: the moment of the answer, and the bins of the rate chart. */
export function withoutNow(text: string): string {
  return text.replace(
    /"now":"[^"]+"|"seenAt":"[^"]+"|"at":"[^"]+"(?=,"(by|rows)")|"at":"[^"]+","orders":0,"writes":0/g,
    '',
  )
}
