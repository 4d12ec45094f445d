import { type Db, type Tx, unnestRows, type WriteState } from '@plimsoll/database'
import { sql } from 'kysely'
import { exposeUncertain, exposureWith, type UncertainWrite } from '../load-line/exposure.store.ts'
import type { WriteEffect } from '../load-line/exposure.ts'
import { isHalted } from '../safety/halts.store.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { PlannedWrite } from './lanes.ts'
import { recheckLevels } from './levels.store.ts'

export type SentWrite = PlannedWrite & { writeId: string }

/** What one lane is about to send. */
export type Sending = {
  connectionId: string
  fencing: number
  at: Date
  /** Until when the call may act. */
  callsUntil: Date
  writes: readonly SentWrite[]
}

/** The ids of those that may be sent; `stopped`: writes are, and nothing was recorded; `lost`: the lease is another's. */
export type Recorded = { kind: 'recorded'; writeIds: Set<string> } | { kind: 'stopped' } | { kind: 'lost' }

/**
 * Records the writes of these lanes before their calls: if this process dies now, the next one finds them *sent* and reads
 * them back. The same statement checks each lane's fencing number and declares until when its call may act, before
 * which nobody who takes the lane over raises anything, and asks whether writes are stopped: of the hub, of the
 * organization, of the connection. One statement, hence one transaction.
 *
 * Of a level that is under the load line a quantity is left out whose exposure its grant does not cover: what was dealt
 * may have changed since the lane looked. Where no bound is known yet a guarded decrease goes all the same: it lets
 * nothing more be sold, wherever it acts.
 * @param effect of all these lanes' writes
 * @returns for each lane, in their order
 */
export async function insertSentWrites(
  db: Db,
  organizationId: string,
  effect: WriteEffect,
  lanes: readonly Sending[],
): Promise<Recorded[]> {
  // A lane is known by its place here: a former holder of one of these connections may be among them.
  const places = lanes.map((lane, nth) => ({ ...lane, nth }))
  const asked = unnestRows('asked', places, {
    nth: 'int',
    connectionId: 'uuid',
    fencing: 'bigint',
    callsUntil: 'timestamptz',
  })
  const rows = places.flatMap(({ nth, at, writes }) =>
    writes.map((write) => ({
      nth,
      at,
      writeId: write.writeId,
      levelId: write.candidate.levelId,
      quantity: write.quantity,
      expected: write.expected,
      direction: write.direction,
      subtractedAtSend: write.candidate.subtracted,
      givenBackAtSend: write.candidate.givenBack,
      desiredVersion: write.candidate.desiredVersion,
      causedAt: write.candidate.causedAt,
      unfenced: write.unfenced,
    })),
  )
  const source = unnestRows('sent', rows, {
    nth: 'int',
    at: 'timestamptz',
    writeId: 'uuid',
    levelId: 'uuid',
    quantity: 'bigint',
    expected: 'bigint',
    direction: 'text',
    subtractedAtSend: 'bigint',
    givenBackAtSend: 'bigint',
    desiredVersion: 'bigint',
    causedAt: 'timestamptz',
    unfenced: 'boolean',
  })
  const sent = await sql<{ nth: number; isHeld: boolean; isLeased: boolean; writeIds: string[] | null }>`
    with asked as (
      select * from ${asked}
    ), held as (
      update lease set calls_until = greatest(lease.calls_until, asked.calls_until)
      from asked
      where lease.organization_id = ${organizationId} and lease.connection_id = asked.connection_id
        and lease.fencing = asked.fencing and not ${isHalted(organizationId)}
        and exists (
          select from connection
          where connection.organization_id = lease.organization_id
            and connection.connection_id = lease.connection_id and connection.state = 'live'
        )
      returning asked.nth, lease.connection_id, lease.fencing
    ), line as (
      -- Shared: it waits for whoever deals these levels' units, and whoever will sees this write.
      select level_id, granted, exposure_older, exposure_current from level
      where organization_id = ${organizationId}
        and level_id = any(${sql.val(rows.map((row) => row.levelId).sort())}::uuid[])
      order by level_id
      for share
    ), recorded as (
      insert into write
        (organization_id, write_id, connection_id, level_id, quantity, expected, direction, state, fencing,
         subtracted_at_send, given_back_at_send, desired_version, caused_at, sent_at, unfenced, overlapping)
      select ${organizationId}, write_id, held.connection_id, level_id, quantity, expected, direction, 'sent',
         held.fencing, subtracted_at_send, given_back_at_send, desired_version, caused_at, sent.at, unfenced,
         exists (
           select from write as other
           where other.organization_id = ${organizationId} and other.level_id = line.level_id and other.settled_at is null
         )
      from ${source} join line using (level_id) join held using (nth)
      where line.granted is null or sent.quantity = 0
        or line.granted >= ${exposureWith(organizationId, effect)}
        or (${effect === 'guarded'} and line.exposure_older is null and sent.quantity < sent.expected)
      returning fencing, connection_id, write_id
    )
    select asked.nth, held.nth is not null as is_held,
      (
        select array_agg(write_id) from recorded
        where recorded.connection_id = asked.connection_id and recorded.fencing = asked.fencing
      ) as write_ids,
      exists (
        select from lease
        where lease.organization_id = ${organizationId} and lease.connection_id = asked.connection_id
          and lease.fencing = asked.fencing
      ) as is_leased
    from asked left join held using (nth)`.execute(db)
  const byPlace = new Map(sent.rows.map((row) => [row.nth, row]))
  return places.map(({ nth }) => {
    const row = byPlace.get(nth)
    if (row?.isHeld === true) return { kind: 'recorded', writeIds: new Set(row.writeIds ?? []) }
    return { kind: row?.isLeased === true ? 'stopped' : 'lost' }
  })
}

export type WriteResult = {
  writeId: string
  state: WriteState
  echoed: number | null
  errorCode: string | null
  error: string | null
  /** The platform's, of an accepted write; and when to ask about it. */
  ticket: string | null
  askAt: Date | null
  /** False while the outcome is still open (accepted, unknown). */
  final: boolean
}

export const NO_RESULT = { echoed: null, errorCode: null, error: null, ticket: null, askAt: null }

/** Records what became of writes. */
export async function settleWrites(
  tx: Tx,
  organizationId: string,
  results: readonly WriteResult[],
  at: Date,
): Promise<void> {
  if (results.length === 0) return
  const source = unnestRows('result', results, {
    writeId: 'uuid',
    state: 'text',
    echoed: 'bigint',
    errorCode: 'text',
    error: 'text',
    ticket: 'text',
    askAt: 'timestamptz',
    final: 'boolean',
  })
  await sql`
    update write set
      state = result.state,
      echoed = result.echoed,
      error_code = result.error_code,
      error = result.error,
      ticket = coalesce(result.ticket, write.ticket),
      ask_at = result.ask_at,
      settled_at = case when result.final then ${at}::timestamptz end
    from ${source}
    where write.organization_id = ${organizationId} and write.write_id = result.write_id`.execute(tx)
}

/**
 * What is recorded as sent while no call is in flight may or may not have been carried out. Its levels
 * are read back before anything is assumed of them.
 * @throws LeaseLost
 */
export async function markSentUnknown(
  tx: Tx,
  organizationId: string,
  lease: { connectionId: string; fencing: number },
  at: Date,
): Promise<number> {
  await assertLease(tx, organizationId, lease)
  const marked = await sql`
    with orphaned as (
      update write set state = 'unknown', error_code = 'unknown', error = 'its outcome was never recorded'
      where organization_id = ${organizationId} and connection_id = ${lease.connectionId}
        and state = 'sent'
      returning level_id
    )
    update level set recheck_at = ${at}
    where organization_id = ${organizationId} and level_id in (select level_id from orphaned)`.execute(tx)
  return Number(marked.numAffectedRows ?? 0n)
}

/**
 * Unknown writes become final once the platform's latest effect has passed: only then can none of them
 * act any more. Their levels are looked at once again.
 */
export async function closeUnknownWrites(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  { sentBefore, at, effect }: { sentBefore: Date; at: Date; effect: WriteEffect },
): Promise<number> {
  const closed = await sql<UncertainWrite>`
    update write set settled_at = ${at}
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and state = 'unknown' and settled_at is null and sent_at < ${sentBefore}
    returning level_id, quantity, expected, given_back_at_send`.execute(tx)
  if (closed.rows.length === 0) return 0
  const rows = closed.rows.sort((a, b) => (a.levelId < b.levelId ? -1 : 1))
  const levelIds = [...new Set(rows.map(({ levelId }) => levelId))]
  await exposeUncertain(tx, organizationId, rows, { at, effect })
  await recheckLevels(tx, organizationId, levelIds, at)
  return levelIds.length
}
