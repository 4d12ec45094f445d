import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'

/**
 * Who works a connection. A lease is renewed by heartbeat; when it runs out another process takes it
 * over with a higher fencing number, which guards every row the holder writes.
 * `callsUntil`: the latest moment at which a call that some holder started may still act.
 */
export type Lease = { connectionId: string; fencing: number; callsUntil: Date }

/**
 * Takes leases of these connections that are free or have run out: those first that nobody has worked for longest. One
 * that a standing transaction of its former holder guards is left for the next turn: waiting for it would hold up the
 * heartbeat of all the rest.
 * @param limits at the most so many, and beside them all that nobody took since `overdueBefore`: whoever should
 *   have taken those does not. Absent: all.
 */
export async function acquireLeases(
  db: Db,
  organizationId: string,
  connectionIds: readonly string[],
  holder: string,
  time: { now: Date; expiresAt: Date },
  limits?: { atMost: number; overdueBefore: Date },
): Promise<Lease[]> {
  if (connectionIds.length === 0) return []
  const atMost = limits?.atMost ?? connectionIds.length
  const overdueBefore = limits?.overdueBefore ?? time.now
  const taken = await sql<Lease>`
    with free as (
      select wanted.connection_id, lease.expires_at,
        -- One that nobody ever held waits since it was made.
        coalesce(lease.expires_at, connection.created_at) as waits_since,
        row_number() over (order by lease.expires_at nulls first, wanted.connection_id) as place
      from unnest(${sql.val([...connectionIds].sort())}::uuid[]) as wanted(connection_id)
      left join lease on lease.organization_id = ${organizationId}
        and lease.connection_id = wanted.connection_id
      left join connection on connection.organization_id = ${organizationId}
        and connection.connection_id = wanted.connection_id
      where lease.expires_at is null or lease.expires_at < ${time.now}
    ), wanted as (
      select connection_id, expires_at from free
      where place <= ${atMost}::bigint or waits_since < ${overdueBefore}::timestamptz
    ), unguarded as (
      select connection_id from lease
      where organization_id = ${organizationId} and connection_id in (select connection_id from wanted)
      for update skip locked
    )
    insert into lease (organization_id, connection_id, holder, fencing, expires_at, calls_until)
    select ${organizationId}, connection_id, ${holder}, 1, ${time.expiresAt}::timestamptz, ${time.now}::timestamptz
    from wanted
    where expires_at is null or connection_id in (select connection_id from unguarded)
    order by connection_id
    on conflict (organization_id, connection_id) do update set
      holder = excluded.holder,
      fencing = lease.fencing + 1,
      expires_at = excluded.expires_at
    where lease.expires_at < ${time.now}
    returning connection_id, fencing, calls_until`.execute(db)
  return taken.rows
}

/**
 * Renews what is still ours. One that a standing transaction holds is ours and not renewed: it may be taken from us once
 * it has run out, but the others' heartbeat goes on.
 * @returns the connections that are ours
 */
export async function renewLeases(
  db: Db,
  organizationId: string,
  leases: readonly Pick<Lease, 'connectionId' | 'fencing'>[],
  holder: string,
  expiresAt: Date,
): Promise<string[]> {
  if (leases.length === 0) return []
  const ours = await sql<{ connectionId: string }>`
    with ours as (
      select connection_id from lease
      where organization_id = ${organizationId} and holder = ${holder}
        and (connection_id, fencing) in (
          select * from unnest(
            ${sql.val(leases.map((lease) => lease.connectionId))}::uuid[],
            ${sql.val(leases.map((lease) => lease.fencing))}::bigint[]
          )
        )
    ), unheld as (
      select connection_id, fencing from lease
      where organization_id = ${organizationId} and holder = ${holder}
        and connection_id in (select connection_id from ours)
      for no key update skip locked
    ), renewed as (
      update lease set expires_at = ${expiresAt}
      from unheld
      where lease.organization_id = ${organizationId} and lease.connection_id = unheld.connection_id
        and lease.fencing = unheld.fencing
    )
    select connection_id from ours order by connection_id`.execute(db)
  return ours.rows.map((row) => row.connectionId)
}

/**
 * Gives leases of a holder up at once, so that another process need not wait for them to run out. One that a standing
 * transaction holds runs out by itself: nobody waits for that, least of all a process that is to end.
 * @param connectionIds absent: all that it has
 */
export async function releaseLeases(
  db: Db,
  organizationId: string,
  holder: string,
  now: Date,
  connectionIds?: readonly string[],
): Promise<void> {
  const ids = connectionIds === undefined ? null : [...connectionIds]
  await sql`
    with held as (
      select connection_id, fencing from lease
      where organization_id = ${organizationId} and holder = ${holder}
        and (${ids}::uuid[] is null or connection_id = any(${ids}::uuid[]))
        and expires_at >= ${now}
      for no key update skip locked
    )
    update lease set expires_at = ${new Date(now.getTime() - 1)}
    from held
    where lease.organization_id = ${organizationId} and lease.connection_id = held.connection_id
      and lease.fencing = held.fencing`.execute(db)
}

/**
 * The fencing check: first statement of every transaction that a holder writes in. Holds the row in
 * key-share mode, so a take-over waits for the transaction to end; heartbeats do not.
 * @throws LeaseLost
 */
export async function assertLease(
  tx: Tx,
  organizationId: string,
  lease: Pick<Lease, 'connectionId' | 'fencing'>,
): Promise<void> {
  const found = await sql<{ fencing: number }>`
    select fencing from lease
    where organization_id = ${organizationId} and connection_id = ${lease.connectionId}
      and fencing = ${lease.fencing}
    for key share`.execute(tx)
  if (found.rows.length === 0) throw new LeaseLost(lease.connectionId)
}

/**
 * As `assertLease`, at the end of calls: nothing of them can act any more, but a former holder's still may.
 * @throws LeaseLost for the first that is another's
 */
export async function endCalls(
  tx: Tx,
  organizationId: string,
  leases: readonly Lease[],
  at: Date,
): Promise<void> {
  const source = unnestRows('ours', leases, {
    connectionId: 'uuid',
    fencing: 'bigint',
    callsUntil: 'timestamptz',
  })
  const ended = await sql<{ connectionId: string; fencing: number }>`
    update lease set calls_until = greatest(${at}::timestamptz, ours.calls_until)
    from ${source}
    where lease.organization_id = ${organizationId} and lease.connection_id = ours.connection_id
      and lease.fencing = ours.fencing
    returning ours.connection_id, ours.fencing`.execute(tx)
  const held = new Set(ended.rows.map(({ connectionId, fencing }) => `${connectionId} ${fencing}`))
  const lost = leases.find(({ connectionId, fencing }) => !held.has(`${connectionId} ${fencing}`))
  if (lost !== undefined) throw new LeaseLost(lost.connectionId)
}

export class LeaseLost extends Error {
  constructor(connectionId: string) {
    super(`Another process has taken over connection ${connectionId}.`)
    this.name = 'LeaseLost'
  }
}
