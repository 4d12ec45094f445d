import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ErrandKind, ErrandState } from './errands.ts'

export type ErrandRow = {
  errandId: string
  connectionId: string
  kind: ErrandKind
  subjectId: string
  state: ErrandState
  attempts: number
  notBefore: Date
  sentAt: Date | null
  callsUntil: Date | null
  /** An earlier call was made, and nobody knows what became of it. */
  inDoubt: boolean
}

/** Notes errands; one about the same subject is there but once, whoever notes it how often. */
export async function insertErrands(
  tx: Tx,
  context: { organizationId: string; uuid(): string },
  errands: readonly Pick<ErrandRow, 'connectionId' | 'kind' | 'subjectId'>[],
  at: Date,
): Promise<void> {
  if (errands.length === 0) return
  const rows = errands.map((errand) => ({ ...errand, errandId: context.uuid() }))
  const source = unnestRows('added', rows, {
    errandId: 'uuid',
    connectionId: 'uuid',
    kind: 'text',
    subjectId: 'uuid',
  })
  await sql`
    insert into errand (organization_id, errand_id, connection_id, kind, subject_id, state, not_before, created_at)
    select ${context.organizationId}, errand_id, connection_id, kind, subject_id, 'waiting', ${at}, ${at} from ${source}
    on conflict (organization_id, kind, subject_id) do nothing`.execute(tx)
}

/**
 * Has errands made anew that have ended so, since what they are about has changed. One that is under way is left as it is.
 * @returns connections of those that are
 */
export async function reviveErrands(
  tx: Tx,
  organizationId: string,
  kind: ErrandKind,
  subjectIds: readonly string[],
  { at, ended }: { at: Date; ended: readonly ('refused' | 'dropped' | 'done')[] },
): Promise<string[]> {
  if (subjectIds.length === 0) return []
  const again = await sql<{ connectionId: string }>`
    update errand set state = 'waiting', not_before = ${at}, ended_at = null, error_code = null, error = null
    where organization_id = ${organizationId} and kind = ${kind} and state = any(${sql.val([...ended])}::text[])
      and subject_id = any(${sql.val([...subjectIds])}::uuid[])
    returning connection_id`.execute(tx)
  return again.rows.map(({ connectionId }) => connectionId)
}

/** Errands of a connection that something may be done about now, the oldest first. */
export async function findDueErrands(
  db: Db,
  organizationId: string,
  connectionId: string,
  { now, limit }: { now: Date; limit: number },
): Promise<ErrandRow[]> {
  const found = await sql<ErrandRow>`
    select errand_id, connection_id, kind, subject_id, state, attempts, not_before, sent_at, calls_until,
      in_doubt
    from errand
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and state in ('waiting', 'sent', 'unknown') and not_before <= ${now}
      and (state = 'waiting' or calls_until is null or calls_until <= ${now})
    order by not_before, created_at, errand_id
    limit ${limit}`.execute(db)
  return found.rows
}

/**
 * Notes that a call is about to be made; the fencing number is that of the lease under which it is.
 * @returns false where somebody else has it in hand, or it is no more to be done
 */
export async function markErrandSent(
  tx: Tx,
  organizationId: string,
  errandId: string,
  { from, at, callsUntil, fencing }: { from: ErrandState; at: Date; callsUntil: Date; fencing: number },
): Promise<boolean> {
  const marked = await sql`
    update errand set state = 'sent', attempts = attempts + 1, sent_at = ${at}, calls_until = ${callsUntil},
      fencing = ${fencing}, in_doubt = in_doubt or state in ('sent', 'unknown')
    where organization_id = ${organizationId} and errand_id = ${errandId} and state = ${from}`.execute(tx)
  return Number(marked.numAffectedRows ?? 0n) > 0
}

export type ErrandEnd =
  /** `code`: how, where there is more to say than that. */
  | { state: 'done'; externalId: string | null; code?: string }
  /** `inDoubt`: a call that was made before may have acted. */
  | { state: 'refused'; code: string; message: string; inDoubt?: boolean }
  | { state: 'dropped'; code?: string; inDoubt?: boolean }
  | { state: 'waiting'; notBefore: Date; code: string | null; message: string | null }
  | { state: 'unknown'; code: string; message: string }
  /** As it was, and looked at again at that moment. */
  | { state: 'kept'; notBefore: Date }

/** Notes what became of an errand. */
export async function saveErrandEnd(
  tx: Tx,
  organizationId: string,
  errandId: string,
  end: ErrandEnd,
  at: Date,
): Promise<void> {
  const isOver = end.state === 'done' || end.state === 'refused' || end.state === 'dropped'
  const code = ('code' in end ? end.code : null) ?? null
  const message = 'message' in end ? end.message : null
  await sql`
    update errand set state = case when ${end.state} = 'kept' then state else ${end.state} end,
      not_before = ${'notBefore' in end ? end.notBefore : at},
      external_id = coalesce(${end.state === 'done' ? end.externalId : null}::text, external_id),
      in_doubt = in_doubt or ${'inDoubt' in end && end.inDoubt === true},
      error_code = ${code}, error = ${message}, ended_at = ${isOver ? at : null}
    where organization_id = ${organizationId} and errand_id = ${errandId}`.execute(tx)
}

/** Which of these subjects have been asked for, whether or not anybody knows with what outcome. */
export async function findAsked(
  db: Db,
  organizationId: string,
  kind: ErrandKind,
  subjectIds: readonly string[],
): Promise<Set<string>> {
  if (subjectIds.length === 0) return new Set()
  const found = await sql<{ subjectId: string }>`
    select subject_id from errand
    where organization_id = ${organizationId} and kind = ${kind} and attempts > 0
      and subject_id = any(${sql.val([...subjectIds])}::uuid[])
    order by subject_id`.execute(db)
  return new Set(found.rows.map(({ subjectId }) => subjectId))
}

/** Calls that nobody has begun and that need not be made any more. */
export async function dropUnbegun(
  tx: Tx,
  organizationId: string,
  kind: ErrandKind,
  subjectIds: readonly string[],
  at: Date,
): Promise<void> {
  await sql`
    update errand set state = 'dropped', ended_at = ${at}
    where organization_id = ${organizationId} and kind = ${kind} and state = 'waiting' and attempts = 0
      and subject_id = any(${sql.val([...subjectIds])}::uuid[])`.execute(tx)
}

/**
 * Takes back calls that nobody has begun, so that they can be noted again once their subjects have changed. Whoever is about to make
 * one finds it gone.
 * @returns subjects of calls that were begun, and stay
 */
export async function forgetUnbegun(
  tx: Tx,
  organizationId: string,
  kind: ErrandKind,
  subjectIds: readonly string[],
): Promise<Set<string>> {
  await sql`
    delete from errand
    where organization_id = ${organizationId} and kind = ${kind} and attempts = 0
      and subject_id = any(${sql.val([...subjectIds])}::uuid[])`.execute(tx)
  const begun = await sql<{ subjectId: string }>`
    select subject_id from errand
    where organization_id = ${organizationId} and kind = ${kind}
      and subject_id = any(${sql.val([...subjectIds])}::uuid[])
    order by subject_id`.execute(tx)
  return new Set(begun.rows.map(({ subjectId }) => subjectId))
}

/** Forgets calls that need not be made any more, but for those that are under way: whatever comes of them is heard. */
export async function dropAsked(
  tx: Tx,
  organizationId: string,
  kind: ErrandKind,
  subjectIds: readonly string[],
): Promise<void> {
  await sql`
    delete from errand
    where organization_id = ${organizationId} and kind = ${kind} and state not in ('sent', 'unknown')
      and subject_id = any(${sql.val([...subjectIds])}::uuid[])`.execute(tx)
}
