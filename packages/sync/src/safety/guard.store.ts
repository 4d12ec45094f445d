import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { GuardSettings, SuddenKind } from './stampede.ts'

export type GuardRow = { [Field in keyof GuardSettings]: number | null }

/** What is set, from far to near. */
export async function findGuardRows(
  db: Db,
  organizationId: string,
  connectionId: string | undefined,
): Promise<GuardRow[]> {
  const found = await sql<GuardRow>`
    select zero_percent, zero_minimum, raise_percent, raise_minimum, raise_factor, window_seconds
    from guard_setting
    where organization_id = ${organizationId}
      and (scope = 'organization' or scope_id = ${connectionId ?? null}::uuid)
    order by scope desc`.execute(db)
  return found.rows
}

export async function findGuardRow(
  db: Db,
  organizationId: string,
  scope: { scope: 'organization' | 'connection'; scopeId: string },
): Promise<GuardRow | undefined> {
  const found = await sql<GuardRow>`
    select zero_percent, zero_minimum, raise_percent, raise_minimum, raise_factor, window_seconds
    from guard_setting
    where organization_id = ${organizationId} and scope = ${scope.scope} and scope_id = ${scope.scopeId}`.execute(
    db,
  )
  return found.rows[0]
}

export async function saveGuardRow(
  tx: Tx,
  organizationId: string,
  scope: { scope: 'organization' | 'connection'; scopeId: string },
  { row, actor, at }: { row: GuardRow; actor: string; at: Date },
): Promise<void> {
  await sql`
    insert into guard_setting
      (organization_id, scope, scope_id, zero_percent, zero_minimum, raise_percent, raise_minimum, raise_factor,
       window_seconds, updated_by, updated_at)
    values (${organizationId}, ${scope.scope}, ${scope.scopeId}, ${row.zeroPercent}, ${row.zeroMinimum},
      ${row.raisePercent}, ${row.raiseMinimum}, ${row.raiseFactor}, ${row.windowSeconds}, ${actor}, ${at})
    on conflict (organization_id, scope, scope_id) do update set
      zero_percent = excluded.zero_percent, zero_minimum = excluded.zero_minimum,
      raise_percent = excluded.raise_percent, raise_minimum = excluded.raise_minimum,
      raise_factor = excluded.raise_factor, window_seconds = excluded.window_seconds,
      updated_by = excluded.updated_by, updated_at = excluded.updated_at`.execute(tx)
}

/** Stock units of a connection whose levels the hub writes. */
export async function countWritten(db: Db, organizationId: string, connectionId: string): Promise<number> {
  const found = await sql<{ count: number }>`
    select count(distinct stock_unit_id)::bigint as count from level
    where organization_id = ${organizationId} and connection_id = ${connectionId} and tracked and writable
      and desired is not null`.execute(db)
  return found.rows[0]?.count ?? 0
}

/** Stock units that would show something less what is about to be written, or do by now: what zeros are a share of. */
export async function countShown(db: Db, organizationId: string, connectionId: string): Promise<number> {
  const found = await sql<{ count: number }>`
    select count(distinct stock_unit_id)::bigint as count from level
    where organization_id = ${organizationId} and connection_id = ${connectionId} and tracked and writable
      and greatest(acknowledged - (subtracted - acknowledged_subtracted), open_greatest) > 0`.execute(db)
  return found.rows[0]?.count ?? 0
}

/**
 * Every waiting level that would go to zero or rise by more than the factor, and that nobody has decided on.
 * @param raiseFactor as in the settings
 */
export async function findSuddenLevels(
  db: Db,
  organizationId: string,
  connectionId: string,
  raiseFactor: number,
): Promise<{ levelId: string; version: number }[]> {
  const found = await sql<{ levelId: string; version: number }>`
    select level.level_id, level.desired_version as version
    from lane_entry
    join level on level.organization_id = lane_entry.organization_id and level.level_id = lane_entry.level_id
    cross join lateral (
      select greatest(acknowledged - (subtracted - acknowledged_subtracted), open_greatest) as most
    ) as shown
    where lane_entry.organization_id = ${organizationId} and lane_entry.connection_id = ${connectionId}
      and tracked and writable
      and most is not null and ((desired = 0 and most > 0) or desired > greatest(1, most) * ${raiseFactor}::bigint)
      and not exists (
        select from held_level
        where held_level.organization_id = level.organization_id and held_level.connection_id = level.connection_id
          and held_level.level_id = level.level_id
          and desired between held_level.least and coalesce(held_level.most, desired)
          and (held_level.state = 'held' or held_level.version is null or held_level.version = level.desired_version)
      )
    order by level.level_id`.execute(db)
  return found.rows
}

/** Levels of these that a person has let through as they are. */
export async function findAllowed(
  db: Db,
  organizationId: string,
  connectionId: string,
  levelIds: readonly string[],
): Promise<Set<string>> {
  const found = await sql<{ levelId: string }>`
    select held_level.level_id from held_level
    join level on level.organization_id = held_level.organization_id and level.level_id = held_level.level_id
    where held_level.organization_id = ${organizationId} and held_level.connection_id = ${connectionId}
      and held_level.state = 'allowed' and held_level.level_id = any(${sql.val([...levelIds])}::uuid[])
      and level.desired between held_level.least and coalesce(held_level.most, level.desired)
      and (held_level.version is null or held_level.version = level.desired_version)
      and (level.acknowledged_at is null or level.acknowledged_at <= held_level.since)`.execute(db)
  return new Set(found.rows.map(({ levelId }) => levelId))
}

/**
 * The last zero of each level that was written within the time, or its last raise by more than the factor, with the version
 * it was: a new holder of the lane goes on counting.
 */
export async function findRecentSudden(
  db: Db,
  organizationId: string,
  connectionId: string,
  { since, raiseFactor }: { since: Date; raiseFactor: number },
): Promise<{ levelId: string; kind: SuddenKind; at: Date; version: number }[]> {
  const found = await sql<{ levelId: string; kind: SuddenKind; at: Date; version: number }>`
    select distinct on (level_id) level_id, case when quantity = 0 then 'zero' else 'raise' end as kind, sent_at as at,
      desired_version as version
    from write
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      -- What is accepted and not answered yet, or was sent just now, was let through as well.
      and (settled_at >= ${since} or settled_at is null and sent_at >= ${since})
      and (direction = 'zero' or (direction = 'increase' and quantity > greatest(1, expected) * ${raiseFactor}::bigint))
    order by level_id, sent_at desc`.execute(db)
  return found.rows
}
