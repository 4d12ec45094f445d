import type { Database } from '../../packages/database/src/index.ts'
import { seedLedgerBrand } from '../ledger/brand.ts'

/** A brand that lists each of its items on each of its connections, all of them live and shown what is there. */
export async function seedRecomputeBrand(
  database: Database,
  size: { items: number; connections: number; locations: number },
): Promise<{ organizationId: string; itemIds: string[] }> {
  const { context, itemIds } = await seedLedgerBrand(database, size, { unitsEach: 20 })
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
  // Every other connection sells from all locations, the rest from all but one: two sets of sums.
  await pool.query(
    `insert into pool_location (organization_id, connection_id, external_id, location_id)
     select connection.organization_id, connection_id, 'main', location_id
     from connection join location using (organization_id)
     where connection.organization_id = $1
       and (location.code <> 'L1' or right(connection.name, 1) in ('0', '2', '4', '6', '8'))`,
    [organizationId],
  )
  for (let nth = 1; nth <= size.connections; nth += 1) {
    await pool.query(
      `insert into listing (organization_id, listing_id, connection_id, external_id, stock_unit_id, sku, title, tracked,
         fulfilled_by, sells_beyond_zero, state, item_id, units_per_listing, mapped_by, imported_at)
       select organization_id, md5($2 || sku)::uuid, md5('connection ' || $2)::uuid, sku, sku, sku, name, true, 'merchant',
         false, 'active', item_id, 1, 'sku', now()
       from item where organization_id = $1`,
      [organizationId, String(nth)],
    )
    await pool.query(
      `insert into level (organization_id, level_id, connection_id, stock_unit_id, external_location_id, item_id,
         units_per_listing, tracked, writable, desired_version, acknowledged_subtracted, subtracted)
       select organization_id, md5('level ' || $2 || sku)::uuid, md5('connection ' || $2)::uuid, sku, 'main', item_id, 1,
         true, true, 0, 0, 0
       from item where organization_id = $1`,
      [organizationId, String(nth)],
    )
  }
  return { organizationId, itemIds }
}
