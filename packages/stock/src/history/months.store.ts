import type { Database, Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { runLong } from './long.store.ts'
import { isOver, startOfMonth } from './months.ts'

/** This month and so many more have a partition before the first movement of theirs is recorded. */
const MONTHS_AHEAD = 3

/**
 * Makes the partitions of this month and the next three. Any number of processes may call it at once: a lock of the
 * database lets one after the other see what is there.
 * @returns the names of those made by this call
 */
export async function prepareMonths(db: Db, now: Date): Promise<string[]> {
  const made = await sql<{ name: string }>`
    select prepare_movement_months(${now}, ${startOfMonth(now, MONTHS_AHEAD)}) as name`.execute(db)
  return made.rows.map(({ name }) => name)
}

/**
 * Closes every month that is over, oldest first: its checkpoints are written and nothing is recorded into it again.
 * Waits for transactions that still write into it. Each month is a transaction of its own, and so is the moving of one
 * that nobody had made ahead: nobody reads the ledger while that one lasts.
 * @returns the months closed by this call
 */
export async function closeMonths(database: Database, now: Date): Promise<Date[]> {
  const closed: Date[] = []
  for (;;) {
    const next = await sql<{ month: Date | null }>`select next_month_to_close() as month`.execute(
      database.kysely,
    )
    const month = next.rows[0]?.month ?? null
    if (month === null || !isOver(month, now)) return closed
    await runLong(database, 'select settle_month_to_close($1)', [month])
    const [row] = await runLong(database, 'select close_movement_month($1, $2) as written', [month, now])
    // Another process was faster; the next turn finds what is left.
    if (row?.written !== null) closed.push(month)
  }
}

export type ClosedMonth = { month: Date; movements: number; isArchived: boolean; archive: unknown }

/** The closed months of an organization, oldest first. */
export async function findClosedMonths(db: Db, organizationId: string): Promise<ClosedMonth[]> {
  const found = await sql<ClosedMonth>`
    select month, movements, archive is not null as is_archived, archive
    from closed_month
    where organization_id = ${organizationId}
    order by month`.execute(db)
  return found.rows
}

/** The closed months of the installation: of all its organizations together, oldest first. */
export async function findClosedMonthsOfAll(db: Db): Promise<ClosedMonth[]> {
  const found = await sql<ClosedMonth>`
    select month, sum(movements)::bigint as movements, bool_or(archive is not null) as is_archived,
      (array_agg(archive))[1] as archive
    from closed_month
    group by month
    order by month`.execute(db)
  return found.rows
}

export type MonthsState = {
  /** The next month has a partition. */
  isNextReady: boolean
  /** Movements of this month or later that lie in the default partition, counted up to 1,000. */
  strays: number
  /** Months over for long enough and not closed yet. */
  isClosingBehind: boolean
}

/** What `plimsoll doctor` looks at. */
export async function examineMonths(db: Db, now: Date): Promise<MonthsState> {
  const next = startOfMonth(now, 1)
  const name = `movement_${next.toISOString().slice(0, 7).replace('-', '_')}`
  const found = await sql<{ isNextReady: boolean; strays: number; toClose: Date | null }>`
    select
      exists (
        select from pg_inherits join pg_class on pg_class.oid = inhrelid
        where inhparent = 'movement'::regclass and relname = ${name}
      ) as is_next_ready,
      (select count(*) from (
        select from movement_other where recorded_at >= ${startOfMonth(now)} limit 1000
      ) as stray) as strays,
      next_month_to_close() as to_close`.execute(db)
  const [row] = found.rows
  if (row === undefined) throw new Error('a select without from answers one row')
  const { toClose, ...others } = row
  // A day late: the hub closes months within hours.
  const yesterday = new Date(now.getTime() - 86_400_000)
  return { ...others, isClosingBehind: toClose !== null && isOver(toClose, yesterday) }
}
