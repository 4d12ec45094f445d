import type { Overview } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { levelStatusSql } from './level-status.ts'

type Counts = Pick<
  Overview,
  | 'items'
  | 'listings'
  | 'inStep'
  | 'pending'
  | 'drift'
  | 'oversoldItems'
  | 'oversoldUnits'
  | 'parked'
  | 'inboxWaiting'
  | 'ordersToday'
  | 'unitsToday'
>

/** The figures at the top of the overview, in one statement: they belong to one moment. */
export async function countOverview(db: Db, organizationId: string): Promise<Counts> {
  const found = await sql<Counts>`
    with status as (
      select ${levelStatusSql} as status, count(*) as levels
      from level
      join connection on connection.organization_id = level.organization_id
        and connection.connection_id = level.connection_id
      where level.organization_id = ${organizationId}
      group by 1
    ),
    oversold as (
      select count(*) as items, coalesce(sum(units), 0)::bigint as units from task
      where organization_id = ${organizationId} and kind = 'oversold' and closed_at is null
    ),
    recent as (
      select count(distinct sales_order.order_id) as orders,
        coalesce(sum(order_line.ordered * order_line.units_per_listing), 0)::bigint as units
      from sales_order
      join order_line on order_line.organization_id = sales_order.organization_id
        and order_line.order_id = sales_order.order_id
      where sales_order.organization_id = ${organizationId}
        and sales_order.applied_at >= date_trunc('day', now())
        -- Never earlier than applied_at, and indexed.
        and sales_order.changed_at >= date_trunc('day', now())
    )
    select
      (select count(*) from item where organization_id = ${organizationId} and archived_at is null) as items,
      (select count(*) from listing where organization_id = ${organizationId} and state <> 'gone') as listings,
      coalesce((select levels from status where status = 'in-step'), 0) as in_step,
      coalesce((select levels from status where status = 'pending'), 0) as pending,
      coalesce((select levels from status where status = 'drift'), 0) as drift,
      oversold.items as oversold_items, oversold.units as oversold_units,
      (select count(*) from inbox where organization_id = ${organizationId} and state = 'parked') as parked,
      (select count(*) from inbox where organization_id = ${organizationId} and state in ('pending', 'fetch') and topic <> 'level') as inbox_waiting,
      recent.orders as orders_today, recent.units as units_today
    from oversold, recent`.execute(db)
  const [row] = found.rows
  if (row === undefined) throw new Error('the overview answered no row')
  return row
}

const WINDOW_MS = 15 * 60_000
const BIN_MS = 10_000

/** How long a sale took from its arrival until another channel had confirmed its new quantity. */
export async function findPropagation(
  db: Db,
  organizationId: string,
  now: Date,
): Promise<Overview['propagationMs']> {
  const found = await sql<{ p50: number | null; p99: number | null; samples: number }>`
    select percentile_cont(0.5) within group (order by took) as p50,
      percentile_cont(0.99) within group (order by took) as p99,
      count(*) as samples
    from (
      select extract(epoch from settled_at - caused_at)::float8 * 1000 as took
      from write
      where organization_id = ${organizationId} and state = 'applied'
        and settled_at > ${new Date(now.getTime() - WINDOW_MS)}
      order by settled_at desc
      limit 5000
    ) as recent`.execute(db)
  const [row] = found.rows
  if (row === undefined || row.p50 === null || row.p99 === null) return null
  return { p50: row.p50, p99: row.p99, samples: row.samples }
}

/** Orders and writes per ten seconds, oldest first, empty bins included. */
export async function findOrderRate(
  db: Db,
  organizationId: string,
  now: Date,
): Promise<Overview['orderRate']> {
  const end = Math.ceil(now.getTime() / BIN_MS) * BIN_MS
  const from = end - WINDOW_MS
  const bin = (column: ReturnType<typeof sql.ref>) =>
    sql<number>`floor(extract(epoch from ${column}) * 1000 / ${BIN_MS}::bigint)::bigint`
  const found = await sql<{ bin: number; orders: number; writes: number }>`
    select bin, sum(orders)::bigint as orders, sum(writes)::bigint as writes from (
      select ${bin(sql.ref('applied_at'))} as bin, count(*) as orders, 0 as writes from sales_order
      where organization_id = ${organizationId} and applied_at >= ${new Date(from)} and changed_at >= ${new Date(from)}
      group by 1
      union all
      select ${bin(sql.ref('settled_at'))}, 0, count(*) from write
      where organization_id = ${organizationId} and settled_at >= ${new Date(from)} and state = 'applied' group by 1
    ) as counted
    group by bin`.execute(db)
  const byBin = new Map(found.rows.map((row) => [row.bin * BIN_MS, row]))
  return Array.from({ length: WINDOW_MS / BIN_MS }, (_, index) => {
    const at = from + index * BIN_MS
    const row = byBin.get(at)
    return { at: new Date(at).toISOString(), orders: row?.orders ?? 0, writes: row?.writes ?? 0 }
  })
}
