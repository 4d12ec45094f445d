import type { Db } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'
import type { MaskedCall } from './masked-call.ts'

export type CallPageQuery = {
  /** Of these; undefined: of the whole organization is never looked for, so it is not offered. */
  connectionIds: readonly string[]
  /** Only calls that are about one of these; undefined: about anything. */
  about: readonly string[] | undefined
  failed: boolean | undefined
  operation: string | undefined
  direction: 'out' | 'in' | undefined
  /** The last call of the page before. */
  before: { at: Date; callId: string } | undefined
  limit: number
}

export type FoundCall = Omit<MaskedCall, 'detail'> & { connectionId: string }
export type CallPage = { rows: FoundCall[]; next: { at: Date; callId: string } | undefined }

const COLUMNS = sql`connection_id, at, call_id, direction, operation, method, address, status, error, sent, failed, waited_ms,
  duration_ms, purpose, request_bytes, response_bytes, platform_request_id, about`

/** Calls, newest first. The key of a connection's calls is in the order of time, and their number is bounded. */
export async function findCalls(db: Db, organizationId: string, query: CallPageQuery): Promise<CallPage> {
  const only: RawBuilder<unknown>[] = [sql`organization_id = ${organizationId}`]
  const [one, ...others] = query.connectionIds
  // One is looked for by its key; a list of one would be too, but sorted.
  if (one !== undefined && others.length === 0) only.push(sql`connection_id = ${one}`)
  else only.push(sql`connection_id = any(${query.connectionIds}::uuid[])`)
  if (query.about !== undefined) only.push(sql`about ?| ${query.about}::text[]`)
  if (query.failed !== undefined) only.push(sql`failed = ${query.failed}`)
  if (query.operation !== undefined) only.push(sql`operation = ${query.operation}`)
  if (query.direction !== undefined) only.push(sql`direction = ${query.direction}`)
  if (query.before !== undefined)
    only.push(sql`(at, call_id) < (${query.before.at}::timestamptz, ${query.before.callId}::uuid)`)
  const found = await sql<FoundCall>`
    select ${COLUMNS} from platform_call
    where ${sql.join(only, sql` and `)}
    order by at desc, call_id desc
    limit ${query.limit + 1}`.execute(db)
  const rows = found.rows.slice(0, query.limit)
  const last = rows.at(-1)
  return { rows, next: found.rows.length > query.limit && last !== undefined ? last : undefined }
}

/** One with its headers and bodies; undefined: there is none, or it has gone by. */
export async function findCall(
  db: Db,
  organizationId: string,
  place: { connectionId: string; callId: string },
): Promise<(FoundCall & Pick<MaskedCall, 'detail'>) | undefined> {
  const found = await sql<FoundCall & Pick<MaskedCall, 'detail'>>`
    select ${COLUMNS}, detail from platform_call
    where organization_id = ${organizationId} and connection_id = ${place.connectionId} and call_id = ${place.callId}`.execute(
    db,
  )
  return found.rows[0]
}

/** How many calls of a connection are kept, and since when. */
export async function countCalls(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<{ kept: number; oldestAt: Date | null; operations: string[] }> {
  const found = await sql<{ kept: number; oldestAt: Date | null; operations: string[] | null }>`
    select count(*) as kept, min(at) as oldest_at, array_agg(distinct operation order by operation) as operations
    from platform_call where organization_id = ${organizationId} and connection_id = ${connectionId}`.execute(
    db,
  )
  const { kept = 0, oldestAt = null, operations = null } = found.rows[0] ?? {}
  return { kept, oldestAt, operations: operations ?? [] }
}
