import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import { mostToShow } from '../load-line/exposure.store.ts'
import { isNotHeld } from '../safety/holds.store.ts'
import type { LevelKnowledge } from './expected.ts'
import { lockLevels } from './level-locks.store.ts'

export type EntryToQueue = {
  levelId: string
  connectionId: string
  priority: number
  desiredVersion: number
  causedAt: Date
}

/**
 * What becomes of an entry that waits already. One that says the same stays as it is: to write it again is to write its
 * index entries again (measured: half of what it costs to work out a change that changes nothing).
 */
export const onQueuedAlready = sql`
    on conflict (organization_id, connection_id, level_id) do update set
      priority = excluded.priority,
      -- A newer quantity starts afresh; the same one keeps its place in the back-off, unless it has become a decrease.
      attempts = case when excluded.desired_version > lane_entry.desired_version then 0 else lane_entry.attempts end,
      not_before = case when excluded.desired_version > lane_entry.desired_version or excluded.priority < lane_entry.priority
        then null else lane_entry.not_before end,
      caused_at = case when excluded.desired_version > lane_entry.desired_version then excluded.caused_at else lane_entry.caused_at end,
      desired_version = greatest(excluded.desired_version, lane_entry.desired_version)
    where lane_entry.priority <> excluded.priority or lane_entry.desired_version < excluded.desired_version`

/** Queues levels for their lanes: one waiting row each, brought up to date however often they change. */
export async function queueEntries(
  tx: Tx,
  organizationId: string,
  entries: readonly EntryToQueue[],
): Promise<void> {
  if (entries.length === 0) return
  const rows = [...entries].sort((a, b) => (a.levelId < b.levelId ? -1 : 1))
  const source = unnestRows('queued', rows, {
    levelId: 'uuid',
    connectionId: 'uuid',
    priority: 'int',
    desiredVersion: 'bigint',
    causedAt: 'timestamptz',
  })
  await sql`
    insert into lane_entry
      (organization_id, connection_id, level_id, priority, desired_version, caused_at, not_before, attempts)
    select ${organizationId}, connection_id, level_id, priority, desired_version, caused_at, null, 0
    from ${source}
    ${onQueuedAlready}`.execute(tx)
}

/** Of `level`, as `needsWrite` in expected.ts decides. */
const expected = sql`(level.acknowledged - (level.subtracted - level.acknowledged_subtracted))`
const needsWrite = sql`(
        ${expected} is null
        or (open_since is null and desired <> ${expected})
        or (open_since is not null and desired < greatest(${expected}, open_greatest) and desired <> open_last
          and (desired <> ${expected} or acknowledged_at <= open_since))
      )`

/**
 * Queues the levels of these connections whose platform does not show what is desired: all of them (going
 * live, resuming, a full look), or only the given. Shadow writes nothing, so nothing is queued.
 */
export async function queueWhatDiffers(
  tx: Tx,
  organizationId: string,
  connectionIds: readonly string[],
  which: { levelIds: readonly string[] | undefined; at: Date },
): Promise<number> {
  // Two statements, not one that asks whether ids were given: its plan would read every level of the connection.
  const asked =
    which.levelIds === undefined
      ? sql`true`
      : // What the platform refused is not sent again by itself, only when everything is looked at anew.
        sql`level_id = any(${sql.val([...which.levelIds])}::uuid[]) and level.problem_code is null`
  const queued = await sql`
    insert into lane_entry
      (organization_id, connection_id, level_id, priority, desired_version, caused_at, not_before, attempts)
    select level.organization_id, level.connection_id, level_id,
      case when desired = 0 or desired < greatest(${expected}, open_greatest) then 0 else 1 end,
      desired_version, ${which.at}, null, 0
    from level
    join connection on connection.organization_id = level.organization_id
      and connection.connection_id = level.connection_id and connection.state in ('live', 'paused')
    where level.organization_id = ${organizationId}
      and level.connection_id = any(${sql.val([...connectionIds])}::uuid[]) and ${asked}
      and tracked and writable and desired is not null and ${needsWrite}
    order by level_id
    on conflict (organization_id, connection_id, level_id) do update
      -- An increase that waits for its time has become a decrease.
      set priority = excluded.priority, not_before = null
      where excluded.priority < lane_entry.priority`.execute(tx)
  return Number(queued.numAffectedRows ?? 0n)
}

/** A waiting level with all that the lane needs to decide about it. */
export type LaneCandidate = LevelKnowledge & {
  levelId: string
  stockUnitId: string
  externalLocationId: string
  itemId: string | null
  desired: number
  desiredVersion: number
  /** When the quantity was worked out. */
  desiredAt: Date
  /** When it last rose. */
  raisedAt: Date
  causedAt: Date
  attempts: number
  /** Cumulative units that the platform put back for orders the hub knows: cancelled, returned. */
  givenBack: number
  /** What it could show at most, where no write is under way; null: it was never read. */
  bound: number | null
  /** Its units are dealt: what it may show is backed, whatever was sold unseen. */
  isDealt: boolean
  /** An earlier write whose outcome nobody knows: it is read back before anything else is assumed. */
  hasUnknownWrite: boolean
}

/** One lane's question for its next waiting levels; `onlyRaised`: for those alone that are to show more. */
export type CandidateQuery = { connectionId: string; now: Date; limit: number; onlyRaised?: boolean }

/**
 * The next waiting levels of each of these lanes, decreases first, then in order of cause.
 * @returns as many lists as lanes were asked for, in their order
 */
export async function findLaneCandidates(
  db: Db,
  organizationId: string,
  lanes: readonly CandidateQuery[],
): Promise<LaneCandidate[][]> {
  const rows = lanes.map((lane, nth) => ({ ...lane, nth, least: lane.onlyRaised === true ? 1 : 0 }))
  const source = unnestRows('lane', rows, {
    nth: 'int',
    connectionId: 'uuid',
    now: 'timestamptz',
    limit: 'bigint',
    least: 'int',
  })
  const found = await sql<LaneCandidate & { nth: number }>`
    select lane.nth, waiting.* from ${source}
    cross join lateral (
      select lane_entry.level_id, stock_unit_id, external_location_id, item_id, desired, level.desired_version, desired_at, raised_at,
        acknowledged, acknowledged_at, acknowledged_subtracted, subtracted, given_back, open_greatest, open_last, open_since, caused_at, attempts,
        ${mostToShow} as bound,
        granted is not null as is_dealt,
        recheck_at is not null and exists (
          select from write
          where write.organization_id = level.organization_id and write.connection_id = level.connection_id
            and write.state = 'unknown' and write.settled_at is null and write.level_id = level.level_id
        ) as has_unknown_write
      from lane_entry
      join level on level.organization_id = lane_entry.organization_id and level.level_id = lane_entry.level_id
      where lane_entry.organization_id = ${organizationId} and lane_entry.connection_id = lane.connection_id
        and priority >= lane.least and (not_before is null or not_before <= lane.now)
        and tracked and writable and desired is not null and ${isNotHeld}
        -- While a person is asked about an edit, or about what the listing sells, the level is not raised; read it may be.
        and ((asked_at is null and doubted_at is null) or desired = 0 or acknowledged is null
          or desired < greatest(acknowledged - (subtracted - acknowledged_subtracted), open_greatest))
        -- Raised only once what its stock unit shows too much of elsewhere has fallen: the platform adds them up.
        and (desired <= greatest(acknowledged - (subtracted - acknowledged_subtracted), open_greatest, 0)
          or not exists (
            select from level as elsewhere
            where elsewhere.organization_id = level.organization_id and elsewhere.connection_id = level.connection_id
              and elsewhere.stock_unit_id = level.stock_unit_id
              and elsewhere.external_location_id <> level.external_location_id
              and elsewhere.tracked and elsewhere.writable and elsewhere.desired < greatest(
                elsewhere.acknowledged - (elsewhere.subtracted - elsewhere.acknowledged_subtracted),
                elsewhere.open_greatest)
          ))
      order by priority, caused_at, lane_entry.level_id
      limit lane.limit
    ) as waiting`.execute(db)
  const lists: LaneCandidate[][] = lanes.map(() => [])
  for (const { nth, ...candidate } of found.rows) lists[nth]?.push(candidate)
  return lists
}

/** A lane's waiting level. */
type EntryKey = { connectionId: string; levelId: string }

/** Rows of one lane, as the queue knows them. */
export function ofLane<Row extends { levelId: string }>(
  { connection }: { connection: { connectionId: string } },
  rows: readonly Row[],
): (Row & EntryKey)[] {
  return rows.map((row) => ({ ...row, connectionId: connection.connectionId }))
}

/** Locks entries in order of their levels, as `queueEntries` inserts them: no dead-lock between the two. */
function lockedEntries(organizationId: string, entries: readonly EntryKey[]) {
  const connectionIds = [...new Set(entries.map(({ connectionId }) => connectionId))]
  return sql`(
    select connection_id, level_id from lane_entry
    where organization_id = ${organizationId} and connection_id = any(${sql.val(connectionIds)}::uuid[])
      and level_id = any(${sql.val(entries.map(({ levelId }) => levelId))}::uuid[])
    order by level_id
    for update
  ) as locked`
}

/** Takes entries off the queue unless a newer quantity has been queued meanwhile. */
export async function removeEntries(
  tx: Tx,
  organizationId: string,
  done: readonly (EntryKey & { desiredVersion: number })[],
): Promise<void> {
  if (done.length === 0) return
  const source = unnestRows('done', done, {
    connectionId: 'uuid',
    levelId: 'uuid',
    desiredVersion: 'bigint',
  })
  await sql`
    delete from lane_entry using ${lockedEntries(organizationId, done)} join ${source} using (connection_id, level_id)
    where lane_entry.organization_id = ${organizationId} and lane_entry.connection_id = locked.connection_id
      and lane_entry.level_id = locked.level_id and lane_entry.desired_version <= done.desired_version`.execute(
    tx,
  )
}

/**
 * Takes entries off the queue whose level was found to show what is desired, where it still does: since it was looked at
 * an order may have lowered what is shown, and what is desired stayed (an order that was expected: its unit was kept).
 */
export async function removeInStep(
  tx: Tx,
  organizationId: string,
  inStep: readonly (EntryKey & { desiredVersion: number })[],
): Promise<void> {
  const levelIds = inStep.map(({ levelId }) => levelId)
  await lockLevels(tx, organizationId, levelIds)
  const found = await sql<{ levelId: string }>`
    select level_id from level where organization_id = ${organizationId} and level_id = any(${sql.val(levelIds)}::uuid[])
      and not ${needsWrite}`.execute(tx)
  const still = new Set(found.rows.map(({ levelId }) => levelId))
  await removeEntries(
    tx,
    organizationId,
    inStep.filter(({ levelId }) => still.has(levelId)),
  )
}

/**
 * Puts entries back for later; one with a newer quantity, which may be a decrease, does not wait. What was tried counts for
 * that one too: a level that always wants something newer must be found to be stubborn.
 */
export async function backOffEntries(
  tx: Tx,
  organizationId: string,
  waiting: readonly (EntryKey & { desiredVersion: number; notBefore: Date | null; attempts: number })[],
): Promise<void> {
  if (waiting.length === 0) return
  const source = unnestRows('waiting', waiting, {
    connectionId: 'uuid',
    levelId: 'uuid',
    desiredVersion: 'bigint',
    notBefore: 'timestamptz',
    attempts: 'int',
  })
  await sql`
    update lane_entry set attempts = waiting.attempts,
      not_before = case when lane_entry.desired_version > waiting.desired_version then lane_entry.not_before
        else waiting.not_before end
    from ${lockedEntries(organizationId, waiting)} join ${source} using (connection_id, level_id)
    where lane_entry.organization_id = ${organizationId} and lane_entry.connection_id = locked.connection_id
      and lane_entry.level_id = locked.level_id`.execute(tx)
}
