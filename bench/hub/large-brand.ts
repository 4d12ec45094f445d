import type { Database } from '../../packages/database/src/index.ts'
import { prepareMonths } from '../../packages/stock/src/index.ts'

/**
 * A brand as large as one likes, for measurements and browser tests: items over five locations, two connections
 * that list each of them. The catalogue is put in by SQL; every balance comes from movements, as always.
 */
export type LargeBrand = { organizationId: string; items: number; locations: string[]; connections: string[] }

const locations = [
  ['RTM', 'Rotterdam', 'warehouse'],
  ['EWR', 'Newark', '3pl'],
  ['SZX', 'Shenzhen', 'warehouse'],
  ['LAX', 'Los Angeles', 'overseas'],
  ['BER', 'Berlin store', 'store'],
] as const
const connections = [
  ['shopify', 'Harbour & Co. (Shopify)'],
  ['woocommerce', 'Little Harbour (WooCommerce)'],
] as const
const chunkItems = 10_000
const at = '2026-05-01T12:00:00Z'

/** Their items are spread evenly: in order of SKU, all of one line stand together. */
const lines = ['ANCHOR', 'BOLLARD', 'COMPASS', 'DINGHY', 'ENSIGN', 'FENDER', 'GALLEY', 'HAWSER']

/** What the first connection should show of an item whose number is divisible by this is not what it shows. */
const driftEvery = 500
/** Every so many items have more reserved than there is. */
const oversoldEvery = 1_000

export async function seedLargeBrand(
  database: Database,
  brand: { items: number; say?: (line: string) => void },
): Promise<LargeBrand> {
  const { pool } = database
  // As a hub does before a month begins: else all of it is moved into its month later, and nobody reads meanwhile.
  await prepareMonths(database.kysely, new Date(at))
  const organizationId = await uuid(database, 'organization')
  await pool.query(`insert into organization values ($1, 'Fairlead Outfitters', $2)`, [organizationId, at])
  await pool.query(
    `insert into location (organization_id, location_id, code, name, kind, created_at)
     select $1::uuid, md5('location ' || code)::uuid, code, name, kind, $2
     from unnest($3::text[], $4::text[], $5::text[]) as made(code, name, kind)`,
    [organizationId, at, ...[0, 1, 2].map((column) => locations.map((each) => each[column]))],
  )
  await seedConnections(database, organizationId)
  await seedPools(database, organizationId)
  for (let from = 1; from <= brand.items; from += chunkItems) {
    const to = Math.min(brand.items, from + chunkItems - 1)
    await seedItems(database, organizationId, from, to)
    brand.say?.(`seeded ${to} of ${brand.items} items`)
  }
  await pool.query(`vacuum analyze`).catch((error: unknown) => {
    // The runtime role owns no table; autovacuum will do it.
    brand.say?.(`not vacuumed: ${String(error)}`)
  })
  return {
    organizationId,
    items: brand.items,
    locations: locations.map(([code]) => code),
    connections: connections.map(([, name]) => name),
  }
}

async function seedConnections({ pool }: Database, organizationId: string): Promise<void> {
  await pool.query(
    `insert into secret (organization_id, secret_id, key_name, sealed, created_at)
     values ($1, md5('secret')::uuid, 'none', ''::bytea, $2)`,
    [organizationId, at],
  )
  await pool.query(
    `insert into connection (organization_id, connection_id, connector, name, state, pause_reasons, settings, secret_id,
       default_location_id, orders_poll_ms, created_at)
     select $1::uuid, md5('connection ' || connector)::uuid, connector, name, 'live', '{}', '{}', md5('secret')::uuid,
       md5('location RTM')::uuid, 10000, $2::timestamptz + number * interval '1 second'
     from unnest($3::text[], $4::text[]) with ordinality as made(connector, name, number)`,
    [organizationId, at, connections.map(([connector]) => connector), connections.map(([, name]) => name)],
  )
}

async function seedPools({ pool }: Database, organizationId: string): Promise<void> {
  await pool.query(
    `insert into external_location (organization_id, connection_id, external_id, name, active)
     select organization_id, connection_id, 'main', 'Main warehouse', true from connection where organization_id = $1`,
    [organizationId],
  )
  await pool.query(
    `insert into pool_location (organization_id, connection_id, external_id, location_id)
     select organization_id, connection_id, 'main', location_id
     from connection join location using (organization_id) where organization_id = $1`,
    [organizationId],
  )
}

async function seedItems(
  { pool }: Database,
  organizationId: string,
  from: number,
  to: number,
): Promise<void> {
  const numbers = [organizationId, at, from, to]
  await pool.query(
    `insert into item (organization_id, item_id, sku, name, created_at)
     select $1::uuid, md5('item ' || number)::uuid,
       ($5::text[])[1 + number % 8]
         || '-' || lpad(number::text, 6, '0'),
       (array['Oilskin', 'Lantern', 'Kettle', 'Blanket', 'Deck chair', 'Rope bag', 'Mug', 'Sou’wester'])[1 + number % 8]
         || ' ' || (array['red', 'navy', 'moss', 'sand', 'slate'])[1 + number / 8 % 5] || ', model ' || number,
       $2
     from generate_series($3::int, $4::int) as made(number)`,
    [...numbers, lines],
  )
  await pool.query(
    `insert into balance_place (organization_id, item_id, location_id, lot_id, updated_at)
     select $1::uuid, md5('item ' || number)::uuid, md5('location ' || code)::uuid,
       '00000000-0000-0000-0000-000000000000'::uuid, $2::timestamptz
     from generate_series($3::int, $4::int) as made(number)
     cross join unnest(array['RTM', 'EWR', 'SZX', 'LAX', 'BER']) as code`,
    numbers,
  )
  await pool.query(
    `insert into movement (organization_id, movement_id, item_id, location_id, lot_id, kind, on_hand_delta,
       reserved_delta, held_delta, incoming_delta, command_key, actor, effective_at, recorded_at)
     select $1::uuid, md5('receive ' || number || ' ' || code)::uuid, md5('item ' || number)::uuid,
       md5('location ' || code)::uuid, '00000000-0000-0000-0000-000000000000'::uuid, 'receive',
       1 + (number * 7 + place * 31) % 180, 0, 0, 0, 'seed:' || number || ':' || code, 'import', $2::timestamptz, $2::timestamptz
     from generate_series($3::int, $4::int) as made(number)
     cross join unnest(array['RTM', 'EWR', 'SZX', 'LAX', 'BER']) with ordinality as place(code, place)
     union all
     select $1::uuid, md5('reserve ' || number)::uuid, md5('item ' || number)::uuid,
       md5('location RTM')::uuid, '00000000-0000-0000-0000-000000000000'::uuid, 'reserve',
       0, case when number % ${oversoldEvery} = 0 then 1000 else 1 + number % 5 end, 0, 0,
       'seed:reserve:' || number, 'sync', $2::timestamptz, $2::timestamptz
     from generate_series($3::int, $4::int) as made(number) where number % 4 = 0`,
    numbers,
  )
  await pool.query(
    `insert into listing (organization_id, listing_id, connection_id, external_id, stock_unit_id, sku, title, tracked,
       fulfilled_by, sells_beyond_zero, state, item_id, units_per_listing, mapped_by, imported_at)
     select $1::uuid, md5('listing ' || connector || item_id)::uuid, md5('connection ' || connector)::uuid, item_id::text,
       item_id::text, sku, name, true, 'merchant', false, 'active', item_id, 1, 'sku', $2
     from unnest(array['shopify', 'woocommerce']) as made(connector)
     cross join generate_series($3::int, $4::int) as numbered(number)
     join item on item.organization_id = $1 and item_id = md5('item ' || number)::uuid`,
    numbers,
  )
  await pool.query(
    `insert into level (organization_id, level_id, connection_id, stock_unit_id, external_location_id, item_id,
       units_per_listing, tracked, writable, desired, desired_because, desired_version, desired_at, acknowledged,
       acknowledged_at, acknowledged_subtracted, subtracted, observed, observed_at)
     select $1::uuid, md5('level ' || connector || item_id)::uuid, md5('connection ' || connector)::uuid, item_id::text,
       'main', item_id, 1, true, true, greatest(0, available), 'available', 1, $2,
       greatest(0, available) + case when connector = 'shopify' and number % ${driftEvery} = 0 then 3 else 0 end,
       $2, 0, 0, greatest(0, available), $2
     from unnest(array['shopify', 'woocommerce']) as made(connector)
     cross join generate_series($3::int, $4::int) as numbered(number)
     cross join lateral (
       select md5('item ' || number)::uuid as item_id, sum(on_hand - reserved - held)::bigint as available
       from balance where organization_id = $1 and item_id = md5('item ' || number)::uuid
     ) as stock`,
    numbers,
  )
}

async function uuid({ pool }: Database, name: string): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(`select md5($1)::uuid as id`, [name])
  const [row] = rows
  if (row === undefined) throw new Error('select without from answers one row')
  return row.id
}
