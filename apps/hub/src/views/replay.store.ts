import { type Database, type Db, inTransaction } from '@plimsoll/database'
import { replayParked } from '@plimsoll/sync'
import { sql } from 'kysely'

export type Which = { inboxId?: string; reasonCode?: string }

/**
 * Puts parked events back in line, and says which: what becomes of them is then counted by their ids.
 * Counted by reason and state instead, others that wait or are parked meanwhile would be among them.
 */
export async function putBack(
  database: Database,
  organizationId: string,
  which: Which,
): Promise<{ inboxIds: string[]; connectionIds: string[] }> {
  return await inTransaction(
    database,
    async (tx) => {
      const parked = await sql<{ inboxId: string }>`
        select inbox_id from inbox
        where organization_id = ${organizationId} and state = 'parked'
          and (${which.inboxId ?? null}::uuid is null or inbox_id = ${which.inboxId ?? null}::uuid)
          and (${which.reasonCode ?? null}::text is null or reason_code = ${which.reasonCode ?? null}::text)`.execute(
        tx,
      )
      const { connectionIds } = await replayParked(tx, organizationId, which)
      return { inboxIds: parked.rows.map((row) => row.inboxId), connectionIds }
    },
    // Both statements see the same rows; where another replay was faster, both are done again.
    { isolationLevel: 'repeatable read' },
  )
}

/** How many of these events wait, are parked again, or are done with. */
export async function countStates(
  db: Db,
  organizationId: string,
  inboxIds: readonly string[],
): Promise<{ applied: number; waiting: number; stillParked: number }> {
  const found = await sql<{ applied: number; waiting: number; stillParked: number }>`
    select count(*) filter (where state in ('applied', 'skipped')) as applied,
      count(*) filter (where state in ('pending', 'fetch')) as waiting,
      count(*) filter (where state = 'parked') as still_parked
    from inbox
    where organization_id = ${organizationId} and inbox_id = any(${sql.val([...inboxIds])}::uuid[])`.execute(
    db,
  )
  return found.rows[0] ?? { applied: 0, waiting: 0, stillParked: 0 }
}

/** Whether some process works one of these connections now. */
export async function hasWorker(
  db: Db,
  organizationId: string,
  connectionIds: readonly string[],
  now: Date,
): Promise<boolean> {
  const found = await sql<{ isWorked: boolean }>`
    select exists (
      select from lease
      where organization_id = ${organizationId} and expires_at > ${now}
        and connection_id = any(${sql.val([...connectionIds])}::uuid[])
    ) as is_worked`.execute(db)
  return found.rows[0]?.isWorked ?? false
}
