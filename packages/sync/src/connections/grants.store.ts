import type { Db, GrantStanding, Tx } from '@plimsoll/database'
import { sql } from 'kysely'

/** A grant as it is kept; what was given is sealed. */
export type StoredGrant = {
  grantId: string
  connector: string
  connectionId: string | null
  name: string | null
  locationCode: string | null
  ordersPollMs: number | null
  settings: unknown
  sealed: Buffer
  browserHash: Buffer | null
  standing: GrantStanding
  expiresAt: Date
  madeConnectionId: string | null
  problemCode: string | null
  problem: string | null
}

const columns = sql`grant_id, connector, connection_id, name, location_code, orders_poll_ms, settings, sealed,
  browser_hash, standing, expires_at, made_connection_id, problem_code, problem`

export async function insertGrant(
  db: Db,
  organizationId: string,
  grant: Pick<
    StoredGrant,
    | 'grantId'
    | 'connector'
    | 'connectionId'
    | 'name'
    | 'locationCode'
    | 'ordersPollMs'
    | 'settings'
    | 'sealed'
    | 'expiresAt'
  > & { keyName: string; ticketHash: Buffer; at: Date },
): Promise<void> {
  await sql`
    insert into connection_grant
      (organization_id, grant_id, connector, connection_id, name, location_code, orders_poll_ms, settings, key_name,
       sealed, ticket_hash, standing, created_at, expires_at)
    values (${organizationId}, ${grant.grantId}, ${grant.connector}, ${grant.connectionId}, ${grant.name},
       ${grant.locationCode}, ${grant.ordersPollMs}, ${JSON.stringify(grant.settings)}::jsonb, ${grant.keyName},
       ${grant.sealed}, ${grant.ticketHash}, 'begun', ${grant.at}, ${grant.expiresAt})`.execute(db)
}

/** The page was opened: the ticket is spent, and the state and the browser that may come back are noted. Once. */
export async function sendGrant(
  db: Db,
  organizationId: string,
  connector: string,
  sent: { ticketHash: Buffer; stateHash: Buffer; browserHash: Buffer; now: Date },
): Promise<StoredGrant | undefined> {
  const found = await sql<StoredGrant>`
    update connection_grant set standing = 'sent', state_hash = ${sent.stateHash}, browser_hash = ${sent.browserHash}
    where organization_id = ${organizationId} and ticket_hash = ${sent.ticketHash} and connector = ${connector}
      and standing = 'begun' and expires_at > ${sent.now}
    returning ${columns}`.execute(db)
  return found.rows[0]
}

/**
 * The platform's answer came: the state is spent, whatever becomes of it.
 * @param browserHash of the browser that brings it; undefined: the platform posted it by itself
 */
export async function takeGrant(
  db: Db,
  organizationId: string,
  connector: string,
  taken: { stateHash: Buffer; browserHash: Buffer | undefined; now: Date },
): Promise<StoredGrant | undefined> {
  const found = await sql<StoredGrant>`
    update connection_grant set standing = 'taken'
    where organization_id = ${organizationId} and state_hash = ${taken.stateHash} and connector = ${connector}
      and standing = 'sent' and expires_at > ${taken.now}
      and (${taken.browserHash ?? null}::bytea is null or browser_hash = ${taken.browserHash ?? null}::bytea)
    returning ${columns}`.execute(db)
  return found.rows[0]
}

/** For the browser that comes back after the platform has posted its answer. */
export async function findGrantByState(
  db: Db,
  organizationId: string,
  connector: string,
  shown: { stateHash: Buffer; browserHash: Buffer },
): Promise<StoredGrant | undefined> {
  const found = await sql<StoredGrant>`
    select ${columns} from connection_grant
    where organization_id = ${organizationId} and state_hash = ${shown.stateHash} and connector = ${connector}
      and browser_hash = ${shown.browserHash}`.execute(db)
  return found.rows[0]
}

export async function findGrant(
  db: Db,
  organizationId: string,
  grantId: string,
): Promise<StoredGrant | undefined> {
  const found = await sql<StoredGrant>`
    select ${columns} from connection_grant
    where organization_id = ${organizationId} and grant_id = ${grantId}`.execute(db)
  return found.rows[0]
}

/** How it ended; what was given is forgotten. */
export async function endGrant(
  db: Db | Tx,
  organizationId: string,
  grantId: string,
  end: {
    standing: 'done' | 'refused'
    madeConnectionId: string | null
    problemCode: string | null
    problem: string | null
  },
): Promise<void> {
  await sql`
    update connection_grant set standing = ${end.standing}, made_connection_id = ${end.madeConnectionId},
      problem_code = ${end.problemCode}, problem = ${end.problem}, sealed = ''::bytea
    where organization_id = ${organizationId} and grant_id = ${grantId}`.execute(db)
}

/** Whoever began it gives it up. @returns false where its answer is being worked on, or was */
export async function removeOpenGrant(db: Db, organizationId: string, grantId: string): Promise<boolean> {
  const removed = await sql<{ grantId: string }>`
    delete from connection_grant
    where organization_id = ${organizationId} and grant_id = ${grantId} and standing in ('begun', 'sent')
    returning grant_id`.execute(db)
  return removed.rows.length > 0
}

/** Grants that ended long ago say nothing any more. */
export async function forgetGrants(db: Db, organizationId: string, before: Date): Promise<void> {
  await sql`
    delete from connection_grant
    where organization_id = ${organizationId} and expires_at < ${before}`.execute(db)
}
