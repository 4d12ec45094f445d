import type { Database } from '../../packages/database/src/index.ts'
import { seedLedgerBrand } from '../ledger/brand.ts'

/** Its listings are half the items on each connection: as many connections list an item. */
export type RecomputeSize = { items: number; connections: number; locations: number }

/**
 * A brand that lists each of its items on every other of its connections, all of them live and shown what is there. Ids
 * follow each other as the hub makes them, one connection after the other, as they are imported.
 */
export async function seedRecomputeBrand(database: Database, size: RecomputeSize): Promise<string> {
  const { context } = await seedLedgerBrand(database, size, { unitsEach: 20 })
  const { organizationId } = context
  const { pool } = database
  await pool.query(
    `insert into secret (organization_id, secret_id, key_name, sealed, created_at)
     values ($1, md5('secret')::uuid, 'none', ''::bytea, now())`,
    [organizationId],
  )
  await pool.query(
    `insert into connection (organization_id, connection_id, connector, name, state, pause_reasons, settings, secret_id,
       default_location_id, orders_poll_ms, created_at)
     select $1::uuid, md5('connection ' || nth)::uuid, 'none', 'Shop ' || nth, 'live', '{}', '{}', md5('secret')::uuid,
       (select min(location_id::text)::uuid from location where organization_id = $1), 10000, now()
     from generate_series(1, $2::int) as made(nth)`,
    [organizationId, size.connections],
  )
  await pool.query(
    `insert into external_location (organization_id, connection_id, external_id, name, active)
     select organization_id, connection_id, 'main', 'Main', true from connection where organization_id = $1`,
    [organizationId],
  )
  // Every third connection sells from all locations but one: two sets of sums for each item.
  await pool.query(
    `insert into pool_location (organization_id, connection_id, external_id, location_id)
     select connection.organization_id, connection_id, 'main', location_id
     from connection join location using (organization_id)
     where connection.organization_id = $1
       and (location.code <> 'L1' or substr(connection.name, 6)::int % 3 <> 0)`,
    [organizationId],
  )
  for (let nth = 1; nth <= size.connections; nth += 1) {
    const listed = `organization_id = $1 and (substr(sku, 5)::int + $2::int) % 2 = 0`
    await pool.query(
      `insert into listing (organization_id, listing_id, connection_id, external_id, stock_unit_id, sku, title, tracked,
         fulfilled_by, sells_beyond_zero, state, item_id, units_per_listing, mapped_by, imported_at)
       select organization_id, uuidv7(), md5('connection ' || $2)::uuid, sku, sku, sku, name, true, 'merchant',
         false, 'active', item_id, 1, 'sku', now()
       from item where ${listed} order by item_id`,
      [organizationId, String(nth)],
    )
    await pool.query(
      `insert into level (organization_id, level_id, connection_id, stock_unit_id, external_location_id, item_id,
         units_per_listing, tracked, writable, desired_version, acknowledged_subtracted, subtracted)
       select organization_id, uuidv7(), md5('connection ' || $2)::uuid, sku, 'main', item_id, 1,
         true, true, 0, 0, 0
       from item where ${listed} order by item_id`,
      [organizationId, String(nth)],
    )
  }
  return organizationId
}

/** As the lanes leave it once they have written all: every platform shows what is desired, and nothing waits. */
export async function showAll({ pool }: Database, organizationId: string): Promise<void> {
  await pool.query(
    `update level set acknowledged = desired, acknowledged_at = now(), exposure_current = desired, exposure_from = now(),
       exposure_older_until = now()
     where organization_id = $1 and acknowledged is distinct from desired`,
    [organizationId],
  )
  await pool.query('delete from lane_entry where organization_id = $1', [organizationId])
}
