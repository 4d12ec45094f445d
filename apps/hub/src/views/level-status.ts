import { sql } from 'kysely'

/** What the platform should show now, as SQL; the same sum as `expectedOf` in the sync package. */
export const expectedSql = sql`(level.acknowledged - (level.subtracted - level.acknowledged_subtracted))`

/**
 * One word for how a level stands, as SQL over `level` joined with `connection`; the words of
 * `channelCell.status` in the client's shapes.
 */
export const levelStatusSql = sql<string>`case
  when not level.tracked then 'untracked'
  when level.desired is null or not level.writable or level.problem_code is not null or connection.state <> 'live'
    then 'held'
  when exists (
    select from lane_entry
    where lane_entry.organization_id = level.organization_id and lane_entry.connection_id = level.connection_id
      and lane_entry.level_id = level.level_id
  ) then 'pending'
  when ${expectedSql} is distinct from level.desired then 'drift'
  else 'in-step'
end`

export type LevelStatus = 'in-step' | 'pending' | 'held' | 'untracked' | 'drift'
