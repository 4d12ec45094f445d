import { type CallLogMode, type Db, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { MaskedCall } from './masked-call.ts'

export type CallLogSetting = {
  mode: CallLogMode
  callsMax: number
  hoursMax: number
  /** Calls that were made and not kept. */
  dropped: number
  droppedAt: Date | null
  changedBy: string | null
  changedAt: Date | null
}

/** What holds where nobody has said anything. */
export const DEFAULT_CALL_LOG: CallLogSetting = {
  mode: 'all',
  callsMax: 2_000,
  hoursMax: 72,
  dropped: 0,
  droppedAt: null,
  changedBy: null,
  changedAt: null,
}

export type Place = { organizationId: string; connectionId: string }

/**
 * The calls of a connection that is no more are left out: they are written down behind whoever made them, and would stay
 * when their organization is deleted in between. The lock is what its deletion waits for.
 */
export async function insertCalls(db: Db, place: Place, calls: readonly MaskedCall[]): Promise<void> {
  if (calls.length === 0) return
  const source = unnestRows('call', calls, {
    at: 'timestamptz',
    callId: 'uuid',
    direction: 'text',
    operation: 'text',
    method: 'text',
    address: 'text',
    status: 'int',
    error: 'text',
    sent: 'boolean',
    failed: 'boolean',
    waitedMs: 'int',
    durationMs: 'int',
    purpose: 'text',
    requestBytes: 'bigint',
    responseBytes: 'bigint',
    platformRequestId: 'text',
    about: 'jsonb',
    detail: 'jsonb',
  })
  await sql`
    with caller as (
      select organization_id, connection_id from connection
      where organization_id = ${place.organizationId} and connection_id = ${place.connectionId} for key share
    )
    insert into platform_call (organization_id, connection_id, at, call_id, direction, operation, method, address, status,
      error, sent, failed, waited_ms, duration_ms, purpose, request_bytes, response_bytes, platform_request_id, about, detail)
    select caller.organization_id, caller.connection_id, at, call_id, direction, operation, method, address, status,
      error, sent, failed, waited_ms, duration_ms, purpose, request_bytes, response_bytes, platform_request_id, about, detail
    from caller, ${source}`.execute(db)
}

/**
 * Takes out what is beyond the ring: the oldest calls of one connection, by count and by age. The key is in the order of
 * time, so that only what goes is read.
 */
export async function pruneCalls(
  db: Db,
  { organizationId, connectionId }: Place,
  { callsMax, before }: { callsMax: number; before: Date },
): Promise<number> {
  const pruned = await sql`
    delete from platform_call
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and (
        at < ${before}
        or (at, call_id) <= (
          select at, call_id from platform_call
          where organization_id = ${organizationId} and connection_id = ${connectionId}
          order by at desc, call_id desc
          limit 1 offset ${callsMax}
        )
      )`.execute(db)
  return Number(pruned.numAffectedRows ?? 0n)
}

export async function findCallLogSetting(
  db: Db,
  { organizationId, connectionId }: Place,
): Promise<CallLogSetting> {
  const found = await sql<CallLogSetting>`
    select mode, calls_max, hours_max, dropped, dropped_at, changed_by, changed_at from call_log_setting
    where organization_id = ${organizationId} and connection_id = ${connectionId}`.execute(db)
  return found.rows[0] ?? DEFAULT_CALL_LOG
}

/** Takes out what is too old of every connection, also of those that make no calls any more. */
export async function pruneOldCalls(db: Db, now: Date): Promise<number> {
  const pruned = await sql`
    delete from platform_call
    using (
      select connection.organization_id, connection.connection_id,
        coalesce(hours_max, ${DEFAULT_CALL_LOG.hoursMax}) as hours
      from connection left join call_log_setting using (organization_id, connection_id)
    ) as ring
    where platform_call.organization_id = ring.organization_id and platform_call.connection_id = ring.connection_id
      and platform_call.at < ${now}::timestamptz - hours * interval '1 hour'`.execute(db)
  return Number(pruned.numAffectedRows ?? 0n)
}

export async function saveCallLogSetting(
  db: Db,
  { organizationId, connectionId }: Place,
  setting: Pick<CallLogSetting, 'mode' | 'callsMax' | 'hoursMax'>,
  { actor, at }: { actor: string; at: Date },
): Promise<void> {
  await sql`
    insert into call_log_setting (organization_id, connection_id, mode, calls_max, hours_max, changed_by, changed_at)
    values (${organizationId}, ${connectionId}, ${setting.mode}, ${setting.callsMax}, ${setting.hoursMax}, ${actor}, ${at})
    on conflict (organization_id, connection_id) do update set
      mode = excluded.mode, calls_max = excluded.calls_max, hours_max = excluded.hours_max,
      changed_by = excluded.changed_by, changed_at = excluded.changed_at`.execute(db)
}

export async function noteDroppedCalls(
  db: Db,
  { organizationId, connectionId }: Place,
  dropped: number,
  at: Date,
): Promise<void> {
  await sql`
    insert into call_log_setting (organization_id, connection_id, dropped, dropped_at)
    select organization_id, connection_id, ${dropped}, ${at} from connection
    where organization_id = ${organizationId} and connection_id = ${connectionId} for key share
    on conflict (organization_id, connection_id) do update set
      dropped = call_log_setting.dropped + excluded.dropped, dropped_at = excluded.dropped_at`.execute(db)
}
