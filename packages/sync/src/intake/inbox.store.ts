import { type Db, type InboxSource, type InboxState, type Tx, unnestRows } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'
import { toPayload, WAKE_CHANNEL, type Wake } from '../notify.ts'
import type { ToldParked } from '../told-problem.ts'
import type { InboxEvent } from './inbox.ts'
import { toStorable } from './storable.ts'

export type InboxRow = {
  inboxId: string
  connectionId: string
  topic: InboxEvent['topic']
  subject: string
  source: InboxSource
  payload: unknown
  state: InboxState
  attempts: number
  receivedAt: Date
}

/** A level hint waits so long: our own write's answer and the order behind a sale arrive first, and most hints are those. */
const LEVEL_HINT_WAIT_MS = 1_500

/** Where events come in, and when. */
export type Arrival = {
  organizationId: string
  connectionId: string
  source: InboxRow['source']
  at: Date
  uuid(): string
}

/** Events as the rows that store them, one per identity. */
export function toArrivedRows(arrival: Arrival, events: readonly InboxEvent[]): ArrivedRow[] {
  const byKey = new Map(toStorable(events).map((event) => [event.eventKey, event]))
  return [...byKey.values()]
    .sort((a, b) => (a.eventKey < b.eventKey ? -1 : 1))
    .map(({ eventKey, topic, subject, payload }) => ({
      eventKey,
      inboxId: arrival.uuid(),
      connectionId: arrival.connectionId,
      topic,
      subject,
      source: arrival.source,
      payload,
      state: topic === 'unreadable' ? 'parked' : 'pending',
      attempts: 0,
      receivedAt: arrival.at,
    }))
}

export type ArrivedRow = InboxRow & { eventKey: string }

/** What is applied at once; hints about levels wait, and what cannot be read waits for a person. */
export function isToApply(row: InboxRow): boolean {
  return row.state === 'pending' && row.topic !== 'level' && !isWarehouseRow(row)
}

/** What a warehouse told, and returns that a channel granted: applied by itself, under locks of its own. */
export function isWarehouseRow({ topic }: Pick<InboxRow, 'topic'>): boolean {
  return (
    topic === 'shipment' ||
    topic === 'receipt' ||
    topic === 'return' ||
    topic === 'announced-return' ||
    topic === 'counted'
  )
}

/**
 * Stores arrived rows of one connection; what is known already is left out. One statement, so it is a
 * transaction by itself where none is open; `wake` is said only if something new is to be applied now.
 * @returns the ids of those that were new
 */
export async function insertArrived(
  tx: Db,
  { organizationId, connectionId, source, at }: Arrival,
  rows: readonly ArrivedRow[],
  wake?: Wake,
): Promise<Set<string>> {
  if (rows.length === 0) return new Set()
  const arrived = unnestRows('arrived', rows, {
    inboxId: 'uuid',
    eventKey: 'text',
    topic: 'text',
    subject: 'text',
    payload: 'jsonb',
  })
  const payload = wake === undefined ? null : toPayload(organizationId, wake)
  const hintAt = new Date(at.getTime() + LEVEL_HINT_WAIT_MS)
  const stored = await sql<{ inboxIds: string[] | null }>`
    with arrived as (select * from ${arrived}),
    fresh as (
      insert into inbox_key (organization_id, connection_id, event_key, inbox_id)
      select ${organizationId}, ${connectionId}, event_key, inbox_id from arrived
      on conflict do nothing
      returning inbox_id
    ),
    stored as (
    insert into inbox
      (organization_id, inbox_id, connection_id, topic, subject, source, payload, state, reason_code, reason,
       told, attempts, not_before, received_at, settled_at)
    select ${organizationId}, inbox_id, ${connectionId}, topic, subject, ${source}, payload,
      case when topic = 'unreadable' then 'parked' else 'pending' end,
      case when topic = 'unreadable' then 'malformed' end,
      case when topic = 'unreadable' then payload ->> 'reason' end,
      case when topic = 'unreadable' then jsonb_build_object('code', 'unreadable',
        'facts', jsonb_build_object('message', coalesce(payload ->> 'reason', ''))) end,
      0, case when topic = 'level' then ${hintAt}::timestamptz end, ${at},
      case when topic = 'unreadable' then ${at}::timestamptz end
    from arrived join fresh using (inbox_id)
    returning inbox_id, topic
    )
    select array_agg(inbox_id) as inbox_ids,
      case when bool_or(topic <> 'level') and ${payload}::text is not null
        then pg_notify(${WAKE_CHANNEL}, ${payload}::text) end
    from stored`.execute(tx)
  return new Set(stored.rows[0]?.inboxIds ?? [])
}

/**
 * Claims the identities of arrived rows, for a transaction that applies them before it stores them.
 * @returns the ids of those that were new
 */
export async function claimArrived(
  tx: Tx,
  { organizationId, connectionId }: Arrival,
  rows: readonly ArrivedRow[],
): Promise<Set<string>> {
  const arrived = unnestRows('arrived', rows, { inboxId: 'uuid', eventKey: 'text' })
  const claimed = await sql<{ inboxId: string }>`
    insert into inbox_key (organization_id, connection_id, event_key, inbox_id)
    select ${organizationId}, ${connectionId}, event_key, inbox_id from ${arrived}
    on conflict do nothing
    returning inbox_id`.execute(tx)
  return new Set(claimed.rows.map((row) => row.inboxId))
}

/** Stores claimed rows with what has become of them already. */
export async function insertSettled(
  tx: Tx,
  { organizationId, connectionId, source, at }: Arrival,
  rows: readonly ArrivedRow[],
  verdicts: readonly InboxVerdict[],
): Promise<void> {
  if (rows.length === 0) return
  const byId = new Map(verdicts.map((verdict) => [verdict.inboxId, verdict]))
  const settled = rows.map((row) => {
    const verdict = byId.get(row.inboxId)
    if (verdict === undefined) throw new Error(`nothing was decided about ${row.eventKey}`)
    return { ...row, ...verdict }
  })
  const stored = unnestRows('settled', settled, {
    inboxId: 'uuid',
    topic: 'text',
    subject: 'text',
    payload: 'jsonb',
    state: 'text',
    reasonCode: 'text',
    reason: 'text',
    told: 'jsonb',
    notBefore: 'timestamptz',
  })
  await sql`
    insert into inbox
      (organization_id, inbox_id, connection_id, topic, subject, source, payload, state, reason_code, reason,
       told, attempts, not_before, received_at, settled_at)
    select ${organizationId}, inbox_id, ${connectionId}, topic, subject, ${source}, payload, state, reason_code, reason,
      told, 1, not_before, ${at}, case when state in ('pending', 'fetch') then null else ${at}::timestamptz end
    from ${stored}`.execute(tx)
}

/** Stores events. @returns those that were new, as they are stored */
export async function insertInbox(
  tx: Db,
  arrival: Arrival,
  events: readonly InboxEvent[],
  wake?: Wake,
): Promise<InboxRow[]> {
  const rows = toArrivedRows(arrival, events)
  const fresh = await insertArrived(tx, arrival, rows, wake)
  return rows.filter((row) => fresh.has(row.inboxId))
}

/** States as they stand in the text: by a parameter PostgreSQL could not tell that the index of waiting rows serves. */
const STATES = { pending: sql`'pending'`, fetch: sql`'fetch'` }

/** The oldest waiting rows of a connection. Only the lease holder takes them, so no lock is needed. */
export async function takeInbox(
  tx: Db,
  organizationId: string,
  connectionId: string,
  query: {
    state: 'pending' | 'fetch'
    hints: boolean
    topics?: readonly InboxEvent['topic'][] | undefined
    now: Date
    limit: number
  },
): Promise<InboxRow[]> {
  const found = await sql<InboxRow>`
    select inbox_id, connection_id, topic, subject, source, payload, state, attempts, received_at
    from inbox
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and state = ${STATES[query.state]} and (topic = 'level') = ${query.hints}
      and (${query.topics ?? null}::text[] is null or topic = any(${query.topics ?? null}::text[]))
      and (not_before is null or not_before <= ${query.now})
    order by inbox_id
    limit ${query.limit}`.execute(tx)
  return found.rows
}

/** True while an order waits to be read directly, since what arrived of it says too little. */
export async function hasOrdersToRead(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<boolean> {
  const found = await sql`
    select from inbox
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and state = 'fetch' and topic in ('order', 'order-deleted')
    limit 1`.execute(db)
  return found.rows.length > 0
}

/** Whether there is an order of which it is not known what it sold. */
export async function hasUnreadableOrders(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<boolean> {
  const found = await sql`
    select from (${unreadableOrders(organizationId)}) as unreadable
    where connection_id = ${connectionId}
    limit 1`.execute(db)
  return found.rows.length > 0
}

/**
 * Orders of which it is not known what they sold, `connection_id` of each: they could not be read, or not be applied, and
 * were not applied since. Replayed, they are so until something has become of them.
 */
export function unreadableOrders(organizationId: string): RawBuilder<{ connectionId: string }> {
  return sql<{ connectionId: string }>`
    select inbox.connection_id from inbox
    where inbox.organization_id = ${organizationId}
      and inbox.state in ('parked', 'pending', 'fetch') and inbox.topic in ('order', 'order-deleted')
      -- Of an unmapped line its own order is applied.
      and inbox.reason_code is not null and inbox.reason_code <> 'unmapped-listing'
      and not exists (
        select from inbox as later
        where later.organization_id = inbox.organization_id and later.connection_id = inbox.connection_id
          -- A hint says nothing of the order; nor does an older state of it.
          and later.topic = 'order' and later.subject = inbox.subject and later.payload ? 'order'
          and coalesce((later.payload ->> 'version')::numeric >= (inbox.payload ->> 'version')::numeric, true)
          and (later.state = 'applied' or later.state = 'parked' and later.reason_code = 'unmapped-listing')
          and later.settled_at >= inbox.received_at
      )`
}

/** An order that was read because of a row is not known either, where the row's is not, until it is applied. */
export async function inheritReason(
  tx: Tx,
  organizationId: string,
  hint: Pick<InboxRow, 'inboxId'>,
  row: Pick<InboxRow, 'inboxId'>,
): Promise<void> {
  await sql`
    update inbox set reason_code = hint.reason_code, reason = hint.reason
    from inbox as hint
    where inbox.organization_id = ${organizationId} and inbox.inbox_id = ${row.inboxId}
      and hint.organization_id = ${organizationId} and hint.inbox_id = ${hint.inboxId}
      and hint.reason_code is not null`.execute(tx)
}

export type InboxVerdict = {
  inboxId: string
  state: InboxState
  reasonCode: string | null
  reason: string | null
  /** Of a parked row: the same for every language. */
  told: ToldParked | null
  notBefore: Date | null
}

/** Writes what became of rows, in one statement. */
export async function settleInbox(
  tx: Tx,
  organizationId: string,
  verdicts: readonly InboxVerdict[],
  at: Date,
): Promise<void> {
  if (verdicts.length === 0) return
  const source = unnestRows('settled', verdicts, {
    inboxId: 'uuid',
    state: 'text',
    reasonCode: 'text',
    reason: 'text',
    told: 'jsonb',
    notBefore: 'timestamptz',
  })
  await sql`
    update inbox set
      state = settled.state,
      -- To be read by itself, it is still what it was before: nobody knows what it sold.
      reason_code = case when settled.state = 'fetch' then coalesce(settled.reason_code, inbox.reason_code) else settled.reason_code end,
      reason = case when settled.state = 'fetch' then coalesce(settled.reason, inbox.reason) else settled.reason end,
      told = settled.told,
      not_before = settled.not_before,
      attempts = inbox.attempts + 1,
      settled_at = case when settled.state in ('pending', 'fetch') then null else ${at}::timestamptz end
    from ${source}
    where inbox.organization_id = ${organizationId} and inbox.inbox_id = settled.inbox_id
      -- A row may be handed over and found waiting as well: what has become of it already stays.
      and inbox.state in ('pending', 'fetch')`.execute(tx)
}

/** Which parked rows: one, those of one cause (`causeOfSql`), of a reason, of a connection; all without any of these. */
export type Parked = {
  inboxId?: string | undefined
  cause?: string | undefined
  reasonCode?: string | undefined
  connectionId?: string | undefined
}

/**
 * What parked rows have in common: the connection, the reason, and what is missing, which the sentence names (the same
 * unmapped SKU, the same error).
 */
export const causeOfSql = sql<string>`md5(connection_id::text || coalesce(reason_code, '') || coalesce(reason, ''))`

/**
 * Puts parked rows back in line. Orders that reserve nothing yet for an unmapped line are applied again with what is
 * mapped now; a state that is older than what is known by then is skipped, so that the order of replays cannot matter.
 * @param replay under whose id their progress is counted
 * @returns how many, and of which connections
 */
export async function replayParked(
  db: Db,
  organizationId: string,
  which: Parked,
  replay?: { replayId: string; at: Date },
): Promise<{ replayed: number; connectionIds: string[] }> {
  const updated = await sql<{ connectionId: string }>`
    update inbox set state = 'pending', not_before = null, settled_at = null,
      replay_id = coalesce(${replay?.replayId ?? null}::uuid, replay_id)
    where organization_id = ${organizationId} and state = 'parked'
      and (${which.inboxId ?? null}::uuid is null or inbox_id = ${which.inboxId ?? null}::uuid)
      and (${which.cause ?? null}::text is null or ${causeOfSql} = ${which.cause ?? null}::text)
      and (${which.reasonCode ?? null}::text is null or reason_code = ${which.reasonCode ?? null}::text)
      and (${which.connectionId ?? null}::uuid is null or connection_id = ${which.connectionId ?? null}::uuid)
    returning connection_id`.execute(db)
  const replayed = updated.rows.length
  if (replay !== undefined && replayed > 0) {
    await sql`
      insert into replay (organization_id, replay_id, events, asked_at)
      values (${organizationId}, ${replay.replayId}, ${replayed}, ${replay.at})`.execute(db)
  }
  return { replayed, connectionIds: [...new Set(updated.rows.map((row) => row.connectionId))].sort() }
}
