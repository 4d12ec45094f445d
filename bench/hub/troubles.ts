import type { Database } from '../../packages/database/src/index.ts'
import type { LargeBrand } from './large-brand.ts'

const at = '2026-05-01T12:30:00Z'

/** What an operations person hopes never to see, all at once: a refused login, a pause, parked events, an open task. */
export async function seedTroubles({ pool }: Database, brand: LargeBrand): Promise<void> {
  const { organizationId } = brand
  await pool.query(
    `update connection set problem_code = 'unauthorized', problem_since = $2,
       problem = 'Shopify refuses the access token. Enter a new one; everything waiting is kept and sent then.'
     where organization_id = $1 and connector = 'shopify'`,
    [organizationId, at],
  )
  await pool.query(
    `update connection set state = 'paused', resume_state = 'live', pause_reasons = array['stock take in Berlin']
     where organization_id = $1 and connector = 'woocommerce'`,
    [organizationId],
  )
  await pool.query(
    `insert into inbox (organization_id, inbox_id, connection_id, topic, subject, source, payload, state, reason_code,
       reason, attempts, received_at, settled_at)
     select $1::uuid, md5('inbox ' || number)::uuid, md5('connection shopify')::uuid, 'order', (4700 + number)::text,
       'webhook', jsonb_build_object('number', '#' || 4700 + number), 'parked', reason_code, reason, number,
       $2::timestamptz + number * interval '1 minute', $2::timestamptz + number * interval '1 minute'
     from unnest(array['unmapped-listing', 'unmapped-listing', 'malformed'], array[
       'The order sells listing 8412009931, which is tied to no item. Map it, then replay.',
       'The order sells listing 8412009932, which is tied to no item. Map it, then replay.',
       'The order has no line items.'
     ]) with ordinality as parked(reason_code, reason, number)`,
    [organizationId, at],
  )
  await pool.query(
    `insert into task (organization_id, task_id, kind, subject, connection_id, sku, units, detail, opened_at)
     select organization_id, md5('task')::uuid, 'oversold', item_id::text, md5('connection shopify')::uuid, sku, 575,
       'Order #4711 took units that are not there. Ship from another location, or cancel the line.', $2::timestamptz
     from item where organization_id = $1 and sku = 'ANCHOR-001000'`,
    [organizationId, at],
  )
}
