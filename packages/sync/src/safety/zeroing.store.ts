import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'

/** @param reason null: the connection shows again what is available */
export async function saveZeroedFor(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  reason: string | null,
): Promise<void> {
  await sql`
    update connection set zeroed_for = ${reason}
    where organization_id = ${organizationId} and connection_id = ${connectionId}`.execute(tx)
}

export async function findZeroedFor(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<string | null> {
  const found = await sql<{ zeroedFor: string | null }>`
    select zeroed_for from connection
    where organization_id = ${organizationId} and connection_id = ${connectionId}`.execute(db)
  return found.rows[0]?.zeroedFor ?? null
}

/** The items that a connection's levels show. */
export async function findItemsOfConnection(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<string[]> {
  const found = await sql<{ itemId: string }>`
    select distinct item_id from level
    where organization_id = ${organizationId} and connection_id = ${connectionId} and item_id is not null
    order by item_id`.execute(db)
  return found.rows.map(({ itemId }) => itemId)
}

/** `left`: levels that do not show 0 yet, as far as is known; `stuck`: those of them that the platform refused. */
export async function countUnzeroed(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<{ left: number; stuck: number }> {
  const found = await sql<{ left: number; stuck: number }>`
    select count(*) filter (where level.problem_code is null) as left,
      count(*) filter (where level.problem_code is not null) as stuck
    from level
    where organization_id = ${organizationId} and connection_id = ${connectionId} and tracked and writable
      and item_id is not null
      and (
        desired is distinct from 0
        or (acknowledged - (subtracted - acknowledged_subtracted)) is distinct from 0
        or open_since is not null
        or exists (
          select from write
          where write.organization_id = level.organization_id and write.connection_id = level.connection_id
            and write.level_id = level.level_id and write.state in ('sent', 'accepted', 'unknown')
            and write.settled_at is null
        )
      )`.execute(db)
  return found.rows[0] ?? { left: 0, stuck: 0 }
}
