import type { Db, OrderGapTable, Tx } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'
import type { Gap } from './gaps.ts'

export async function countKnownOrders(
  db: Db,
  organizationId: string,
  connectionId: string,
  period: { from: Date; to: Date },
): Promise<number> {
  const found = await sql<{ orders: number }>`
    select count(*) as orders from sales_order
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and placed_at >= ${period.from} and placed_at < ${period.to}`.execute(db)
  return found.rows[0]?.orders ?? 0
}

export async function findKnownNumbers(
  db: Db,
  organizationId: string,
  connectionId: string,
  period: { from: Date; to: Date },
): Promise<{ number: string; placedAt: Date }[]> {
  const found = await sql<{ number: string; placedAt: Date }>`
    select number, placed_at from sales_order
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and placed_at >= ${period.from} and placed_at < ${period.to}
    order by placed_at, order_id`.execute(db)
  return found.rows
}

/** Records a gap with the backfill that is to fill it. @returns false when the very same one is known already */
export async function insertGap(
  tx: Tx,
  organizationId: string,
  gap: Gap & { gapId: string; connectionId: string; foundBy: OrderGapTable['foundBy']; jobId: string },
  at: Date,
): Promise<boolean> {
  const inserted = await sql`
    insert into order_gap
      (organization_id, gap_id, connection_id, found_by, from_at, to_at, missing, state, job_id, tries, found_at)
    select ${organizationId}, ${gap.gapId}, ${gap.connectionId}, ${gap.foundBy}, ${gap.from}, ${gap.to}, ${gap.missing},
      'open', ${gap.jobId}, 1, ${at}
    where not exists (
      select from order_gap
      where organization_id = ${organizationId} and connection_id = ${gap.connectionId}
        and found_by = ${gap.foundBy} and from_at = ${gap.from} and to_at = ${gap.to}
    )`.execute(tx)
  return Number(inserted.numAffectedRows ?? 0n) === 1
}

/** The backfill of a gap failed, or a person ended it. */
const endedShort = (when: RawBuilder<unknown>) => sql`exists (
  select from sync_job as own
  where own.organization_id = order_gap.organization_id and own.job_id = order_gap.job_id
    and own.state in ('failed', 'cancelled') and ${when}
)`

/**
 * The backfill of a gap has come to its end: it found what was missing, or the platform has no more to show. So has any
 * other that read all of a gap whose own came to none.
 */
export async function settleGap(tx: Tx, organizationId: string, jobId: string, at: Date): Promise<void> {
  await sql`
    with settled as (
      update order_gap set
        state = case when (sync_job.result ->> 'fresh')::bigint > 0 then 'filled' else 'unexplained' end,
        closed_at = ${at}
      from sync_job
      where order_gap.organization_id = ${organizationId} and order_gap.state = 'open'
        and sync_job.organization_id = order_gap.organization_id and sync_job.job_id = ${jobId}
        and sync_job.connection_id = order_gap.connection_id
        and (order_gap.job_id = sync_job.job_id
          -- To the end of the list: one of that time may have changed since.
          or (${endedShort(sql`true`)} and sync_job.from_at <= order_gap.from_at and sync_job.to_at is null))
      returning gap_id
    )
    update task set closed_at = ${at}
    where organization_id = ${organizationId} and kind = 'connection' and closed_at is null
      and subject in (select 'gap:' || gap_id from settled)`.execute(tx)
}

/** Opens the gaps again that a backfill did not fill and that are to be tried once more, each with its next job. */
export async function reopenGaps(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  again: { closedBefore: Date; triesMax: number; uuid(): string },
): Promise<{ jobId: string; fromAt: Date }[]> {
  const due = await sql<{ gapId: string; fromAt: Date }>`
    select gap_id, from_at from order_gap
    where organization_id = ${organizationId} and connection_id = ${connectionId} and tries < ${again.triesMax}
      and ((state = 'unexplained' and closed_at < ${again.closedBefore})
        or (state = 'open' and ${endedShort(sql`own.finished_at < ${again.closedBefore}`)}))
    order by found_at, gap_id
    for update`.execute(tx)
  const jobs: { jobId: string; fromAt: Date }[] = []
  for (const { gapId, fromAt } of due.rows) {
    const jobId = again.uuid()
    await sql`
      update order_gap set state = 'open', closed_at = null, tries = tries + 1, job_id = ${jobId}
      where organization_id = ${organizationId} and gap_id = ${gapId}`.execute(tx)
    jobs.push({ jobId, fromAt })
  }
  return jobs
}

export type OrderGap = Omit<OrderGapTable, 'organizationId'>

/** The newest gaps of a connection. */
export async function findGaps(
  db: Db,
  organizationId: string,
  connectionId: string,
  limit: number,
): Promise<OrderGap[]> {
  const found = await sql<OrderGap>`
    select gap_id, connection_id, found_by, from_at, to_at, missing, state, job_id, tries, found_at, closed_at from order_gap
    where organization_id = ${organizationId} and connection_id = ${connectionId}
    order by found_at desc, gap_id desc
    limit ${limit}`.execute(db)
  return found.rows
}
