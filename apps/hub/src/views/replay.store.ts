import type { ReplayResult } from '@plimsoll/client'
import { type Database, type Db, inTransaction } from '@plimsoll/database'
import { type Parked, replayParked } from '@plimsoll/sync'
import { sql } from 'kysely'

/**
 * Puts parked events back in line under one id: what becomes of them is then counted by it. Counted by reason and state
 * instead, others that wait or are parked meanwhile would be among them.
 */
export async function putBack(
  database: Database,
  organizationId: string,
  which: Parked,
  replay: { replayId: string; at: Date },
): Promise<{ replayed: number; connectionIds: string[] }> {
  return await inTransaction(database, (tx) => replayParked(tx, organizationId, which, replay))
}

/** How many of the events of a replay wait, are parked again, or are done with. @returns undefined: there is no such replay */
export async function countStates(
  db: Db,
  organizationId: string,
  replayId: string,
): Promise<ReplayResult | undefined> {
  const found = await sql<ReplayResult>`
    select replay.replay_id, replay.events as replayed,
      count(inbox_id) filter (where state in ('applied', 'skipped')) as applied,
      count(inbox_id) filter (where state in ('pending', 'fetch')) as waiting,
      count(inbox_id) filter (where state = 'parked') as still_parked
    from replay
    left join inbox on inbox.organization_id = replay.organization_id and inbox.replay_id = replay.replay_id
    where replay.organization_id = ${organizationId} and replay.replay_id = ${replayId}
    group by replay.replay_id, replay.events`.execute(db)
  return found.rows[0]
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
