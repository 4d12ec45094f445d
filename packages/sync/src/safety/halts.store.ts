import type { Db, HaltTable, PauseChangeTable, PauseScope, Tx } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'

/** Under this id a halt is everybody's: of the whole hub. */
export const WHOLE_HUB = '00000000-0000-0000-0000-000000000000'

export type HaltScope = Exclude<PauseScope, 'connection'>

/** True while nothing of the organization may be written. */
export function isHalted(organizationId: string): RawBuilder<boolean> {
  return sql`exists (select from halt where halt.organization_id in (${organizationId}, ${WHOLE_HUB}))`
}

export type Halt = Pick<HaltTable, 'reason' | 'actor' | 'since'> & { scope: HaltScope }

/** What stops the organization, its own and the hub's, oldest first. */
export async function findHalts(db: Db, organizationId: string): Promise<Halt[]> {
  const found = await sql<Halt>`
    select case when organization_id = ${WHOLE_HUB} then 'hub' else 'organization' end as scope, reason, actor, since
    from halt
    where organization_id in (${organizationId}, ${WHOLE_HUB})
    order by since, scope, reason`.execute(db)
  return found.rows
}

/** @returns false: it was halted for this reason already */
export async function insertHalt(
  tx: Tx,
  organizationId: string,
  halt: { scope: HaltScope; reason: string; actor: string; at: Date },
): Promise<boolean> {
  const inserted = await sql`
    insert into halt (organization_id, reason, actor, since)
    values (${ownerOf(organizationId, halt.scope)}, ${halt.reason}, ${halt.actor}, ${halt.at})
    on conflict do nothing`.execute(tx)
  return Number(inserted.numAffectedRows ?? 0n) > 0
}

/** @param reason undefined: all of them. @returns those taken back */
export async function deleteHalts(
  tx: Tx,
  organizationId: string,
  halt: { scope: HaltScope; reason: string | undefined },
): Promise<string[]> {
  const which = halt.reason === undefined ? sql`true` : sql`reason = ${halt.reason}`
  const deleted = await sql<{ reason: string }>`
    delete from halt
    where organization_id = ${ownerOf(organizationId, halt.scope)} and ${which}
    returning reason`.execute(tx)
  return deleted.rows.map(({ reason }) => reason).sort()
}

function ownerOf(organizationId: string, scope: HaltScope): string {
  return scope === 'hub' ? WHOLE_HUB : organizationId
}

export type PauseChange = Omit<PauseChangeTable, 'organizationId'>

/** Notes who stopped or started what, and why. */
export async function insertPauseChange(tx: Tx, organizationId: string, change: PauseChange): Promise<void> {
  await sql`
    insert into pause_change (organization_id, change_id, scope, connection_id, what, reason, actor, changed_at)
    values (${organizationId}, ${change.changeId}, ${change.scope}, ${change.connectionId}, ${change.what},
      ${change.reason}, ${change.actor}, ${change.changedAt})`.execute(tx)
}

/** The last of them, newest first. */
export async function findPauseChanges(
  db: Db,
  organizationId: string,
  limit: number,
): Promise<(PauseChange & { connectionName: string | null })[]> {
  const found = await sql<PauseChange & { connectionName: string | null }>`
    select change_id, scope, pause_change.connection_id, connection.name as connection_name, what, reason, actor,
      changed_at
    from pause_change
    left join connection on connection.organization_id = pause_change.organization_id
      and connection.connection_id = pause_change.connection_id
    where pause_change.organization_id = ${organizationId}
    order by changed_at desc, change_id desc
    limit ${limit}`.execute(db)
  return found.rows
}
