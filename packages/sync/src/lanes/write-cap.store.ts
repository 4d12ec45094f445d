import { arrayOf, type Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** How often each of these was written in the day that began then. */
export async function findWriteCounts(
  db: Db,
  organizationId: string,
  connectionId: string,
  { dayBegan, keys }: { dayBegan: Date; keys: readonly string[] },
): Promise<Map<string, number>> {
  const found = await sql<{ capKey: string; writes: number }>`
    select cap_key, writes from write_count
    where organization_id = ${organizationId} and connection_id = ${connectionId} and day_began = ${dayBegan}
      and cap_key = any(${arrayOf(keys, 'text')})`.execute(db)
  return new Map(found.rows.map(({ capKey, writes }) => [capKey, writes]))
}

/** Counts one write for each key named (twice for one named twice); days that are over are forgotten. */
export async function countWrites(
  db: Db,
  organizationId: string,
  connectionId: string,
  { dayBegan, keys }: { dayBegan: Date; keys: readonly string[] },
): Promise<void> {
  await sql`
    with passed as (
      delete from write_count
      where organization_id = ${organizationId} and connection_id = ${connectionId}
        and day_began < ${dayBegan}::timestamptz - interval '2 days'
    )
    insert into write_count (organization_id, connection_id, cap_key, day_began, writes)
    select ${organizationId}, ${connectionId}, cap_key, ${dayBegan}, count(*)
    from unnest(${arrayOf(keys, 'text')}) as cap_key
    group by cap_key
    order by cap_key
    on conflict (organization_id, connection_id, cap_key, day_began) do update set
      writes = write_count.writes + excluded.writes`.execute(db)
}

/**
 * A decrease that could not be made and is not needed any more is no task: stock came back, the platform sold down to it by
 * itself, or took it later, or sells the listing no more.
 */
export async function closeNeedless(
  db: Db,
  organizationId: string,
  connectionId: string,
  { kind, at }: { kind: 'capped-decrease' | 'refused-decrease'; at: Date },
): Promise<void> {
  await sql`
    update task set closed_at = ${at}
    from level
    where task.organization_id = ${organizationId} and task.kind = ${kind} and task.closed_at is null
      and task.connection_id = ${connectionId}
      and level.organization_id = task.organization_id and level.level_id::text = task.subject
      and (desired >= greatest(acknowledged - (subtracted - acknowledged_subtracted), open_greatest)
        or not exists (
          select from listing
          where listing.organization_id = level.organization_id and listing.connection_id = level.connection_id
            and listing.stock_unit_id = level.stock_unit_id and listing.state <> 'gone'
        ))`.execute(db)
}
