import type { Database } from '../../packages/database/src/index.ts'

/** Connections of an organization, each with as many listings and levels: put in by SQL, all live and in step. */
export async function seedManyConnections(
  { pool }: Database,
  brand: { organizationId: string; connections: number; listingsEach: number; say?: (line: string) => void },
): Promise<string[]> {
  const { organizationId, connections, listingsEach } = brand
  const { rows } = await pool.query<{ connectionId: string }>(
    `insert into connection (organization_id, connection_id, connector, name, state, pause_reasons, settings, secret_id,
       default_location_id, orders_poll_ms, created_at)
     select organization_id, uuidv7(), 'woocommerce', 'Shop ' || number, 'live', '{}', '{}', secret_id,
       default_location_id, 10000, created_at + number * interval '1 minute'
     from (select * from connection where organization_id = $1 limit 1) as first
     cross join generate_series(1, $2::int) as made(number)
     returning connection_id as "connectionId"`,
    [organizationId, connections],
  )
  await pool.query(
    `insert into external_location (organization_id, connection_id, external_id, name, active)
     select organization_id, connection_id, 'main', 'Main', true from connection
     where organization_id = $1 and name like 'Shop %'`,
    [organizationId],
  )
  const ids = rows.map(({ connectionId }) => connectionId)
  for (let from = 0; from < ids.length; from += 20) {
    const some = [organizationId, ids.slice(from, from + 20), listingsEach]
    await pool.query(
      `insert into listing (organization_id, listing_id, connection_id, external_id, stock_unit_id, sku, title, tracked,
         fulfilled_by, sells_beyond_zero, state, item_id, units_per_listing, mapped_by, imported_at)
       select $1::uuid, md5(connection_id || ' listing ' || number)::uuid, connection_id, number::text, number::text,
         sku, name, true, 'merchant', false, 'active', item_id, 1, 'sku', now()
       from unnest($2::uuid[]) as chosen(connection_id)
       cross join (
         select row_number() over (order by item_id) as number, item_id, sku, name from item
         where organization_id = $1 order by item_id limit $3::int
       ) as item`,
      some,
    )
    await pool.query(
      `insert into level (organization_id, level_id, connection_id, stock_unit_id, external_location_id, item_id,
         units_per_listing, tracked, writable, desired, desired_because, desired_version, desired_at, acknowledged,
         acknowledged_at, acknowledged_subtracted, subtracted, observed, observed_at)
       select organization_id, md5(connection_id || ' level ' || stock_unit_id)::uuid, connection_id, stock_unit_id, 'main',
         item_id, 1, true, true, 5, 'available', 1, now(), 5, now(), 0, 0, 5, now()
       from listing where organization_id = $1 and connection_id = any($2::uuid[]) limit 20 * $3::int`,
      some,
    )
    brand.say?.(`seeded ${Math.min(ids.length, from + 20)} of ${ids.length} connections`)
  }
  await pool.query('vacuum analyze listing, level, connection')
  return ids
}
