import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** A running hub process. */
export type HubProcess = {
  processId: string
  /** For people: machine and process number. */
  name: string
  roles: string[]
  startedAt: Date
}

/** A process whose row has run out for so long is forgotten. */
const FORGOTTEN_AFTER_MS = 86_400_000

/**
 * Says that this process runs, until `expiresAt`.
 * @returns the ids of all that run and work connections now, in order
 */
export async function keepProcess(
  db: Db,
  organizationId: string,
  process: HubProcess,
  time: { now: Date; expiresAt: Date },
): Promise<string[]> {
  const found = await sql<{ processId: string }>`
    with kept as (
      insert into hub_process (organization_id, process_id, name, roles, started_at, seen_at, expires_at)
      values (${organizationId}, ${process.processId}, ${process.name}, ${sql.val(process.roles)}::text[],
        ${process.startedAt}, ${time.now}, ${time.expiresAt})
      on conflict (organization_id, process_id) do update set
        seen_at = excluded.seen_at, expires_at = excluded.expires_at
      returning process_id, roles
    )
    select process_id from kept where 'worker' = any(roles)
    union all
    select process_id from hub_process
    where organization_id = ${organizationId} and process_id <> ${process.processId}
      and expires_at >= ${time.now} and 'worker' = any(roles)
    order by process_id`.execute(db)
  return found.rows.map((row) => row.processId)
}

/** Takes the process's row away, and those of processes that ended long ago without doing so. */
export async function forgetProcess(
  db: Db,
  organizationId: string,
  processId: string,
  now: Date,
): Promise<void> {
  await sql`
    delete from hub_process
    where organization_id = ${organizationId}
      and (process_id = ${processId} or expires_at < ${new Date(now.getTime() - FORGOTTEN_AFTER_MS)})`.execute(
    db,
  )
}

/** A process as people see it: what it works on, and whether it has been heard of lately. */
export type ProcessStatus = HubProcess & {
  seenAt: Date
  /** False: not heard of for longer than a lease lasts. It has died, hangs, or has lost the database. */
  isAlive: boolean
  /** The connections that it works, by name. */
  connections: { connectionId: string; name: string }[]
}

/** Every process known, those that run first, with what each holds. */
export async function findProcesses(db: Db, organizationId: string, now: Date): Promise<ProcessStatus[]> {
  const found = await sql<ProcessStatus>`
    select process_id, hub_process.name, roles, started_at, seen_at, expires_at >= ${now} as is_alive,
      coalesce(
        (
          select json_agg(json_build_object('connectionId', connection_id, 'name', connection.name)
            order by connection.created_at, connection_id)
          from lease
          join connection using (organization_id, connection_id)
          where lease.organization_id = hub_process.organization_id and lease.holder = hub_process.process_id
            and lease.expires_at >= ${now}
        ),
        '[]'
      ) as connections
    from hub_process
    where organization_id = ${organizationId}
    order by expires_at >= ${now} desc, started_at, process_id`.execute(db)
  return found.rows
}
