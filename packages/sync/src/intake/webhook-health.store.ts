import type { Db, Tx, WebhookVerdict } from '@plimsoll/database'
import { sql } from 'kysely'
import type { InboxEvent } from './inbox.ts'
import type { WebhookHealth } from './webhook-health.ts'

type Row = {
  arrived: number
  missed: number
  missedInRow: number
  delayMs: number | null
  failures: number
  repairs: number
}

export async function findWebhookHealth(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<(WebhookHealth & { failures: number; repairs: number }) | undefined> {
  const found = await sql<Row>`
    select arrived, missed, missed_in_row, delay_ms, failures, repairs from webhook_health
    where organization_id = ${organizationId} and connection_id = ${connectionId}`.execute(db)
  const [row] = found.rows
  return row === undefined ? undefined : { ...row, delayMs: row.delayMs ?? undefined }
}

export async function saveWebhookHealth(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  health: WebhookHealth & {
    verdict: WebhookVerdict
    judgedAt: Date
    repairs: number
    isRepaired: boolean
    failures: number
    problem: string | null
  },
): Promise<void> {
  const repairedAt = health.isRepaired ? health.judgedAt : null
  await sql`
    insert into webhook_health
      (organization_id, connection_id, arrived, missed, missed_in_row, delay_ms, verdict, judged_at, repairs, repaired_at,
       failures, problem)
    values (${organizationId}, ${connectionId}, ${health.arrived}, ${health.missed}, ${health.missedInRow},
      ${health.delayMs ?? null}, ${health.verdict}, ${health.judgedAt}, ${health.repairs}, ${repairedAt},
      ${health.failures}, ${health.problem})
    on conflict (organization_id, connection_id) do update set
      arrived = excluded.arrived,
      missed = excluded.missed,
      missed_in_row = excluded.missed_in_row,
      delay_ms = excluded.delay_ms,
      verdict = excluded.verdict,
      judged_at = excluded.judged_at,
      repairs = excluded.repairs,
      repaired_at = coalesce(excluded.repaired_at, webhook_health.repaired_at),
      failures = excluded.failures,
      problem = excluded.problem`.execute(tx)
}

/**
 * Webhooks that told of what a poll had found before: stored once, noted here. Nothing else rests on it, so no lease is
 * needed.
 */
export async function noteWebhooksBehind(
  db: Db,
  organizationId: string,
  connectionId: string,
  events: readonly Pick<InboxEvent, 'eventKey'>[],
  at: Date,
): Promise<void> {
  const keys = events.map((event) => event.eventKey)
  await sql`
    update inbox set webhook_at = ${at}
    from inbox_key
    where inbox_key.organization_id = ${organizationId} and inbox_key.connection_id = ${connectionId}
      and inbox_key.event_key = any(${sql.val(keys)}::text[])
      and inbox.organization_id = inbox_key.organization_id and inbox.inbox_id = inbox_key.inbox_id
      and inbox.source = 'poll' and inbox.webhook_at is null`.execute(db)
}

/** Which of these events a webhook told of after all, and when. */
export async function findWebhooksBehind(
  db: Db,
  organizationId: string,
  inboxIds: readonly string[],
): Promise<Map<string, Date>> {
  if (inboxIds.length === 0) return new Map()
  const found = await sql<{ inboxId: string; webhookAt: Date }>`
    select inbox_id, webhook_at from inbox
    where organization_id = ${organizationId} and webhook_at is not null
      and inbox_id = any(${sql.val([...inboxIds])}::uuid[])
    order by inbox_id`.execute(db)
  return new Map(found.rows.map((row) => [row.inboxId, row.webhookAt]))
}
