import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { Trouble } from '../told-trouble.ts'
import type { Language } from './alert-text.ts'
import type { DestinationKind } from './destinations.store.ts'
import { LINES_MAX, type MessageContent, type MessageLine } from './message.ts'

/** A destination that this process sends to; the fencing number guards what it writes. */
export type ClaimedDestination = {
  destinationId: string
  kind: DestinationKind
  secretId: string
  language: Language
  failures: number
  fencing: number
}

const HOUR_MS = 3_600_000

/**
 * Takes a destination for which something is to be sent now: a message that was put together and not sent yet, or alerts that
 * are due, where its hour allows another message. One that fails is left alone until its next try.
 */
export async function claimDestination(
  db: Db,
  organizationId: string,
  hold: { now: Date; until: Date },
): Promise<ClaimedDestination | undefined> {
  const { now, until } = hold
  const found = await sql<ClaimedDestination>`
    update alert_destination set held_until = ${until}, fencing = fencing + 1
    where organization_id = ${organizationId} and destination_id = (
      select destination_id from alert_destination as one
      where organization_id = ${organizationId} and is_on
        and (held_until is null or held_until <= ${now}) and (next_try_at is null or next_try_at <= ${now})
        and (
          exists (
            select from alert_message
            where organization_id = ${organizationId} and destination_id = one.destination_id and state = 'waiting'
          )
          or (
            exists (
              select from alert_delivery
              where organization_id = ${organizationId} and destination_id = one.destination_id and message_id is null
                and due_at <= ${now}
            )
            and messages_per_hour > (
              select count(*) from alert_message
              where organization_id = ${organizationId} and destination_id = one.destination_id
                and created_at > ${new Date(now.getTime() - HOUR_MS)}
            )
          )
        )
      order by destination_id
      limit 1
      for update skip locked
    )
    returning destination_id, kind, secret_id, language, failures, fencing`.execute(db)
  return found.rows[0]
}

export type WaitingMessage = { messageId: string; content: MessageContent }

/**
 * The message that is to be sent next: the one that waits, or a new one of all that is due. Undefined: another process has
 * taken the destination, or nothing is left to tell.
 */
export async function takeMessage(
  tx: Tx,
  organizationId: string,
  claimed: ClaimedDestination,
  { messageId, now, link }: { messageId: string; now: Date; link: string | null },
): Promise<WaitingMessage | undefined> {
  const { destinationId } = claimed
  if (!(await isStillHeld(tx, organizationId, claimed))) return undefined
  const waiting = await sql<WaitingMessage>`
    select message_id, content from alert_message
    where organization_id = ${organizationId} and destination_id = ${destinationId} and state = 'waiting'`.execute(
    tx,
  )
  if (waiting.rows[0] !== undefined) return waiting.rows[0]
  await sql`
    insert into alert_message (organization_id, message_id, destination_id, content, alerts, state, created_at)
    values (${organizationId}, ${messageId}, ${destinationId}, '{}', 0, 'waiting', ${now})`.execute(tx)
  const taken = await sql`
    update alert_delivery set message_id = ${messageId}
    where organization_id = ${organizationId} and destination_id = ${destinationId} and message_id is null
      and due_at <= ${now}`.execute(tx)
  if (taken.numAffectedRows === 0n) {
    await sql`
      delete from alert_message where organization_id = ${organizationId} and message_id = ${messageId}`.execute(
      tx,
    )
    return undefined
  }
  const content = { ...(await compose(tx, organizationId, messageId)), link }
  const alerts = content.counts.reduce((sum, each) => sum + each.alerts, 0)
  await sql`
    update alert_message set content = ${JSON.stringify(content)}::text::jsonb, alerts = ${alerts}
    where organization_id = ${organizationId} and message_id = ${messageId}`.execute(tx)
  return { messageId, content }
}

/** Of an alert that came and went since the last message, only that it went. */
async function compose(
  tx: Tx,
  organizationId: string,
  messageId: string,
): Promise<Omit<MessageContent, 'link'>> {
  const told = sql`
    select distinct on (alert_delivery.alert_id) alert_delivery.alert_id, split_part(event, '-', 1) as event,
      alert_rule.name as rule, alert.severity, alert.kind, alert.value, alert.facts, alert.opened_at, alert.resolved_at
    from alert_delivery
    join alert on alert.organization_id = alert_delivery.organization_id and alert.alert_id = alert_delivery.alert_id
    join alert_rule on alert_rule.organization_id = alert.organization_id and alert_rule.rule_id = alert.rule_id
    where alert_delivery.organization_id = ${organizationId} and message_id = ${messageId}
    order by alert_delivery.alert_id, event = 'resolved' desc, event = 'opened' desc`
  type Row = Omit<MessageLine, 'openedAt' | 'resolvedAt'> & { openedAt: Date; resolvedAt: Date | null }
  const lines = await sql<Row>`
    select * from (${told}) as told
    order by event = 'resolved', case severity when 'critical' then 0 when 'warning' then 1 else 2 end, opened_at, alert_id
    limit ${LINES_MAX}`.execute(tx)
  const counts = await sql<MessageContent['counts'][number]>`
    select rule, event, count(*)::int as alerts from (${told}) as told
    group by rule, event
    order by alerts desc, rule, event
    limit 100`.execute(tx)
  return {
    lines: lines.rows.map((line) => ({
      ...line,
      openedAt: line.openedAt.toISOString(),
      resolvedAt: line.resolvedAt?.toISOString() ?? null,
    })),
    counts: counts.rows,
  }
}

/** It was taken there. False: another process holds the destination, and what it finds counts. */
export async function noteSent(
  tx: Tx,
  organizationId: string,
  claimed: ClaimedDestination,
  { messageId, at }: { messageId: string; at: Date },
): Promise<boolean> {
  if (!(await isStillHeld(tx, organizationId, claimed))) return false
  await sql`
    update alert_message set state = 'sent', sent_at = ${at}, attempts = attempts + 1
    where organization_id = ${organizationId} and message_id = ${messageId} and state = 'waiting'`.execute(tx)
  await sql`
    update alert_destination set failures = 0, problem = null, problem_told = null, problem_since = null, next_try_at = null,
      last_sent_at = ${at}, held_until = null
    where organization_id = ${organizationId} and destination_id = ${claimed.destinationId}`.execute(tx)
  return true
}

/** It was not, or nobody knows. The same message is tried again then. */
export async function noteFailed(
  tx: Tx,
  organizationId: string,
  claimed: ClaimedDestination,
  failed: { messageId: string; problem: Trouble; at: Date; nextTryAt: Date },
): Promise<boolean> {
  if (!(await isStillHeld(tx, organizationId, claimed))) return false
  const { messageId, problem, at, nextTryAt } = failed
  await sql`
    update alert_message set attempts = attempts + 1
    where organization_id = ${organizationId} and message_id = ${messageId}`.execute(tx)
  await sql`
    update alert_destination set failures = failures + 1, problem = ${problem.message},
      problem_told = ${JSON.stringify(problem.told)}::jsonb,
      problem_since = coalesce(problem_since, ${at}), next_try_at = ${nextTryAt}, held_until = null
    where organization_id = ${organizationId} and destination_id = ${claimed.destinationId}`.execute(tx)
  return true
}

export async function releaseDestination(
  db: Db,
  organizationId: string,
  { destinationId, fencing }: ClaimedDestination,
): Promise<void> {
  await sql`
    update alert_destination set held_until = null
    where organization_id = ${organizationId} and destination_id = ${destinationId} and fencing = ${fencing}`.execute(
    db,
  )
}

async function isStillHeld(
  tx: Tx,
  organizationId: string,
  { destinationId, fencing }: ClaimedDestination,
): Promise<boolean> {
  const held = await sql`
    select from alert_destination
    where organization_id = ${organizationId} and destination_id = ${destinationId} and fencing = ${fencing}
    for update`.execute(tx)
  return held.rows.length === 1
}
