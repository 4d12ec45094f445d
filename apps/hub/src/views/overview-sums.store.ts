import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { LAST_BIN, LEAST_MS } from './delay-bins.ts'

/** What happened, by slots of a quarter of an hour: counted, kept, and read over any span. */
export const SLOT_MS = 15 * 60_000

type Span = { from: Date; until: Date }

const slotOf = (column: string) => sql`date_bin('15 minutes', ${sql.ref(column)}, 'epoch'::timestamptz)`

/** Orders and writes of a span by connection and slot, from the rows themselves: two stretches of two indexes. */
function countedSums(organizationId: string, { from, until }: Span) {
  return sql`
    select connection_id, slot, sum(orders)::bigint as orders, sum(units)::bigint as units,
      sum(writes)::bigint as writes, sum(emptied)::bigint as emptied
    from (
      select sales_order.connection_id, ${slotOf('sales_order.applied_at')} as slot, 1 as orders, ordered.units,
        0 as writes, 0 as emptied
      from sales_order
      cross join lateral (
        select coalesce(sum(order_line.ordered * order_line.units_per_listing), 0) as units from order_line
        where order_line.organization_id = sales_order.organization_id
          and order_line.order_id = sales_order.order_id
      ) as ordered
      where sales_order.organization_id = ${organizationId} and not sales_order.test
        and sales_order.applied_at >= ${from} and sales_order.applied_at < ${until}
        -- Never earlier than applied_at, and indexed.
        and sales_order.changed_at >= ${from}
      union all
      select connection_id, ${slotOf('settled_at')}, 0, 0, 1, (quantity = 0 and direction = 'zero')::int
      from write
      where organization_id = ${organizationId} and state = 'applied'
        and settled_at >= ${from} and settled_at < ${until}
    ) as happened
    group by connection_id, slot`
}

/** Delays of writes that lowered a number: raises wait for their fence on purpose. */
function countedDelays(organizationId: string, { from, until }: Span) {
  return sql`
    select ${slotOf('settled_at')} as slot,
      least(${LAST_BIN}::int, floor(4 * log(2, greatest(${LEAST_MS}::numeric,
        extract(epoch from settled_at - caused_at) * 1000) / ${LEAST_MS}::numeric)))::int as bin,
      count(*)::bigint as writes
    from write
    where organization_id = ${organizationId} and state = 'applied' and direction in ('zero', 'decrease')
      and settled_at >= ${from} and settled_at < ${until}
    group by 1, 2`
}

/**
 * The organization's clock, locked: whoever holds it keeps the sums.
 * @param since where keeping begins that never began: there, or when the organization was made, for nothing was before
 * @param latest no later than this, whatever clock the organization was made by
 * @returns undefined: another process holds it
 */
export async function lockOverviewClock(
  tx: Tx,
  organizationId: string,
  { since, latest }: { since: Date; latest: Date },
): Promise<{ keptUntil: Date; sampledAt: Date | null } | undefined> {
  await sql`
    insert into overview_clock (organization_id, kept_until)
    select ${organizationId}::uuid, least(${latest}::timestamptz, greatest(${since}::timestamptz, (
      select date_bin('15 minutes', created_at, 'epoch'::timestamptz) from organization
      where organization_id = ${organizationId}
    )))
    on conflict do nothing`.execute(tx)
  const found = await sql<{ keptUntil: Date; sampledAt: Date | null }>`
    select kept_until, sampled_at from overview_clock
    where organization_id = ${organizationId} for update skip locked`.execute(tx)
  return found.rows[0]
}

/** Counts the slots of a span and moves the clock on. Whole slots only, each counted once. */
export async function keepSums(tx: Tx, organizationId: string, span: Span): Promise<void> {
  await sql`
    insert into overview_sum (organization_id, connection_id, slot, orders, units, writes, emptied)
    select ${organizationId}, counted.* from (${countedSums(organizationId, span)}) as counted`.execute(tx)
  await sql`
    insert into overview_delay (organization_id, slot, bin, writes)
    select ${organizationId}, counted.* from (${countedDelays(organizationId, span)}) as counted`.execute(tx)
  await sql`
    update overview_clock set kept_until = ${span.until} where organization_id = ${organizationId}`.execute(
    tx,
  )
}

/** Stock at each location at this moment, as that of the hour. Reads every balance: once an hour. */
export async function sampleStock(tx: Tx, organizationId: string, at: Date): Promise<void> {
  await sql`
    insert into stock_sample (organization_id, location_id, at, on_hand, reserved)
    select organization_id, location_id, ${at}, sum(on_hand)::bigint, sum(reserved)::bigint from balance
    where organization_id = ${organizationId}
    group by organization_id, location_id
    on conflict do nothing`.execute(tx)
  await sql`
    update overview_clock set sampled_at = ${at} where organization_id = ${organizationId}`.execute(tx)
}

/** Forgets what no span reads any more. */
export async function forgetSums(tx: Tx, organizationId: string, before: Date): Promise<void> {
  await sql`delete from overview_sum where organization_id = ${organizationId} and slot < ${before}`.execute(
    tx,
  )
  await sql`delete from overview_delay where organization_id = ${organizationId} and slot < ${before}`.execute(
    tx,
  )
}

export type SumRow = {
  connectionId: string
  step: number
  orders: number
  units: number
  writes: number
  emptied: number
}
export type DelayRow = { step: number; bin: number; writes: number }
/** Steps of one length from `from` on; those after the clock are counted now. */
export type Steps = { from: Date; until: Date; stepMs: number }

const stepOf = ({ from, stepMs }: Steps, column: string) =>
  sql<number>`floor((extract(epoch from ${sql.ref(column)}) * 1000 - ${from.getTime()}::bigint) / ${stepMs}::bigint)::int`

/** Up to when sums are kept; null: none are yet. */
async function findKeptUntil(db: Db, organizationId: string): Promise<Date | null> {
  const found = await sql<{ keptUntil: Date }>`
    select kept_until from overview_clock where organization_id = ${organizationId}`.execute(db)
  return found.rows[0]?.keptUntil ?? null
}

/** What is not kept yet, within the steps. Nothing before the first keeping counts twice: the clock begins there. */
function rest(keptUntil: Date | null, steps: Steps): Span {
  const from = keptUntil === null || keptUntil < steps.from ? steps.from : keptUntil
  return { from, until: steps.until }
}

/** Sums and delays by step, of one moment: the clock and what follows from it are read together. */
export async function findSums(
  db: Db,
  organizationId: string,
  steps: Steps,
): Promise<{ sums: SumRow[]; delays: DelayRow[] }> {
  const span = rest(await findKeptUntil(db, organizationId), steps)
  const sums = await sql<SumRow>`
    select connection_id, ${stepOf(steps, 'each.slot')} as step, sum(orders)::bigint as orders,
      sum(units)::bigint as units, sum(writes)::bigint as writes, sum(emptied)::bigint as emptied
    from (
      select connection_id, slot, orders, units, writes, emptied from overview_sum
      where organization_id = ${organizationId} and slot >= ${steps.from} and slot < ${span.from}
      union all
      ${countedSums(organizationId, span)}
    ) as each
    group by 1, 2`.execute(db)
  const delays = await sql<DelayRow>`
    select ${stepOf(steps, 'each.slot')} as step, bin, sum(writes)::bigint as writes
    from (
      select slot, bin, writes from overview_delay
      where organization_id = ${organizationId} and slot >= ${steps.from} and slot < ${span.from}
      union all
      ${countedDelays(organizationId, span)}
    ) as each
    group by 1, 2`.execute(db)
  return { sums: sums.rows, delays: delays.rows }
}

/** Units on hand and reserved over all locations, as last sampled within each step. */
export async function findStockSamples(
  db: Db,
  organizationId: string,
  steps: Steps,
): Promise<{ step: number; onHand: number; reserved: number }[]> {
  const found = await sql<{ step: number; onHand: number; reserved: number }>`
    select distinct on (step) step, on_hand, reserved from (
      select ${stepOf(steps, 'stock_sample.at')} as step, at, sum(on_hand)::bigint as on_hand,
        sum(reserved)::bigint as reserved
      from stock_sample
      where organization_id = ${organizationId} and at >= ${steps.from} and at < ${steps.until}
      group by at
    ) as sampled
    order by step, at desc`.execute(db)
  return found.rows
}

/** Units sold beyond what was there, by the step in which their order was placed. */
export async function findOversoldUnits(
  db: Db,
  organizationId: string,
  steps: Steps,
): Promise<{ step: number; units: number }[]> {
  const found = await sql<{ step: number; units: number }>`
    select ${stepOf(steps, 'oversell.placed_at')} as step, sum(units)::bigint as units from oversell
    where organization_id = ${organizationId} and placed_at >= ${steps.from} and placed_at < ${steps.until}
    group by 1`.execute(db)
  return found.rows
}
