import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { processContext } from '../../apps/hub/src/process-context.ts'
import type { Database } from '../../packages/database/src/index.ts'

const run = promisify(execFile)

const PGBENCH_CLIENTS = 16
/** Of pgbench's own tables: large enough that its clients seldom meet. */
const PGBENCH_SCALE = 20

/**
 * `pgbench -N` with 16 clients on the same server: a plain update and insert per transaction.
 * @returns undefined where pgbench is not installed
 */
export async function runPgbench(url: string, seconds: number): Promise<{ tps: number } | undefined> {
  const environment = { ...process.env, PGPASSWORD: decodeURIComponent(new URL(url).password) }
  const connection = new URL(url)
  const target = [
    '-h',
    connection.hostname,
    '-p',
    connection.port,
    '-U',
    decodeURIComponent(connection.username),
    connection.pathname.slice(1),
  ]
  try {
    await run('pgbench', ['-i', '-q', '-s', String(PGBENCH_SCALE), ...target], { env: environment })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const { stdout } = await run(
    'pgbench',
    ['-N', '-c', String(PGBENCH_CLIENTS), '-j', '2', '-T', String(seconds), ...target],
    { env: environment },
  )
  const tps = /tps = ([\d.]+)/.exec(stdout)?.[1]
  if (tps === undefined) throw new Error(`pgbench said nothing of its speed: ${stdout}`)
  return { tps: Math.round(Number(tps)) }
}

const ORDERS_PER_BATCH = 200

/**
 * The rows of an order (one order, two lines, two reservations, two movements) in tables of the same columns and
 * indexes, without a check, a trigger, a look-up or a balance: what merely storing them costs.
 */
export async function bareInsert(
  owner: Database,
  load: { seconds: number; writers: number },
): Promise<{ ordersPerSecond: number }> {
  for (const table of ['sales_order', 'order_line', 'reservation', 'movement'])
    await owner.pool.query(`create table bare_${table} (like ${table} including indexes)`)
  const organizationId = processContext.uuid()
  const startedAt = performance.now()
  const endsAt = startedAt + load.seconds * 1_000
  let orders = 0
  await Promise.all(
    Array.from({ length: load.writers }, async () => {
      while (performance.now() < endsAt) {
        await insertBatch(owner, organizationId)
        orders += ORDERS_PER_BATCH
      }
    }),
  )
  return { ordersPerSecond: Math.round(orders / ((performance.now() - startedAt) / 1_000)) }
}

async function insertBatch(owner: Database, organizationId: string): Promise<void> {
  const ids = Array.from({ length: ORDERS_PER_BATCH }, () => processContext.uuid())
  const lines = ids.flatMap((orderId) => [1, 2].map((nth) => ({ orderId, nth, id: processContext.uuid() })))
  const client = await owner.pool.connect()
  try {
    await Promise.all([
      client.query('begin'),
      client.query({
        name: 'bare-order',
        text: `insert into bare_sales_order (organization_id, connection_id, order_id, external_id, number, state,
            placed_at, version, content_hash, currency, test, seen_by, seen_at, applied_at, changed_at)
          select $1, $1, id, id::text, '#1', 'open', $3, 1, 'MUQAAh0y7N1mPNnDBkyQzHJdvTJ8qFQc5yNBFb8iXqk', 'EUR',
            false, 'webhook', $3, $3, $3 from unnest($2::uuid[]) as o(id)`,
        values: [organizationId, ids, new Date()],
      }),
      client.query({
        name: 'bare-line',
        text: `insert into bare_order_line (organization_id, connection_id, line_id, order_id, external_id,
            listing_external_id, stock_unit_id, item_id, sku, title, units_per_listing, ordered, current, reserved, released,
            shipped, returned, unsubtracted)
          select $1, $1, id, order_id, id::text, id::text, id::text, id, null, 'A thing', 1, 1, 1, 1, 0, 0, 0, 0
          from unnest($2::uuid[], $3::uuid[]) as l(id, order_id)`,
        values: [organizationId, lines.map(({ id }) => id), lines.map(({ orderId }) => orderId)],
      }),
      client.query({
        name: 'bare-reservation',
        text: `insert into bare_reservation (organization_id, reservation_id, item_id, location_id, lot_id, kind,
            owner_kind, owner_id, order_id, units_each, reserved, released, shipped, returned, created_at, updated_at)
          select $1, id, id, $1, $1, 'recorded', 'order-line', id, $1, 1, 1, 0, 0, 0, $3, $3
          from unnest($2::uuid[]) as r(id)`,
        values: [organizationId, lines.map(({ id }) => id), new Date()],
      }),
      client.query({
        name: 'bare-movement',
        text: `insert into bare_movement (organization_id, movement_id, item_id, location_id, lot_id, kind,
            on_hand_delta, reserved_delta, held_delta, incoming_delta, command_key, reference_kind, reference_id,
            reason, actor, effective_at, recorded_at)
          select $1, id, id, $1, $1, 'reserve', 0, 1, 0, 0, 'order:' || left(order_id::text, 30) || ':1764000000000:MUQAAh0y', 'order',
            order_id, null, 'webhook', $4, $4
          from unnest($2::uuid[], $3::uuid[]) as m(id, order_id)`,
        values: [organizationId, lines.map(({ id }) => id), lines.map(({ orderId }) => orderId), new Date()],
      }),
      client.query('commit'),
    ])
  } finally {
    client.release()
  }
}
