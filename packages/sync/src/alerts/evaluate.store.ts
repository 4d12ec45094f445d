import { arrayOf, type Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { findCondition, type Look } from './conditions.ts'
import { decideDue } from './due.ts'
import type { AlertRule } from './rule.ts'

export type Evaluated = { opened: number; resolved: number; changed: number }

/**
 * Compares what a rule is about now with its alerts, and writes down what differs, in one statement: what is new, what has
 * lasted long enough to open, what has another value, what is gone, and what has been gone long enough to be resolved;
 * and, with it, what is to be told to whom. The parts touch different rows. What stays as it is costs no write.
 */
export async function evaluateRule(tx: Tx, rule: AlertRule, look: Look): Promise<Evaluated> {
  const { organizationId, now, itemIds } = look
  const { ruleId } = rule
  const openedBy = new Date(now.getTime() - rule.opensAfterSeconds * 1_000)
  const goneBy = new Date(now.getTime() - rule.clearsAfterSeconds * 1_000)
  const dueAt = decideDue(rule, now)
  const looked = itemIds === 'all' ? sql`` : sql`and alert.item_id = any(${arrayOf(itemIds, 'uuid')})`
  const counted = await sql<Evaluated>`
    with found as materialized (${findCondition(rule, look)}),
    lasting as materialized (
      select alert_id, subject from alert
      where organization_id = ${organizationId} and rule_id = ${ruleId} and resolved_at is null ${looked}
    ),
    fresh as (
      insert into alert (organization_id, alert_id, rule_id, subject, kind, severity, value, facts, item_id, since,
        opened_at, refreshed_at)
      select ${organizationId}, md5(${ruleId}::text || ' ' || found.subject || ' ' || ${now.toISOString()}::text)::uuid, ${ruleId},
        found.subject, ${rule.watched.kind}, ${rule.severity}, found.value, found.facts, found.item_id, ${now},
        case when ${rule.opensAfterSeconds}::int = 0 then ${now}::timestamptz end, ${now}
      from found left join lasting on lasting.subject = found.subject
      where found.is_bad and lasting.alert_id is null
      on conflict do nothing
      returning alert_id, opened_at
    ),
    kept as (
      update alert set value = found.value, facts = found.facts, clear_since = null, severity = ${rule.severity},
        refreshed_at = ${now},
        opened_at = coalesce(alert.opened_at, case when alert.since <= ${openedBy} and found.is_bad then ${now}::timestamptz end)
      from found join lasting on lasting.subject = found.subject
      where alert.organization_id = ${organizationId} and alert.alert_id = lasting.alert_id
        and (alert.value is distinct from found.value or alert.facts <> found.facts or alert.clear_since is not null
          or alert.severity <> ${rule.severity}
          or (alert.opened_at is null and alert.since <= ${openedBy} and found.is_bad))
      returning alert.alert_id, alert.opened_at
    ),
    gone as materialized (
      select lasting.alert_id from lasting left join found on found.subject = lasting.subject
      where found.subject is null
    ),
    dropped as (
      delete from alert using gone
      where alert.organization_id = ${organizationId} and alert.alert_id = gone.alert_id and opened_at is null
    ),
    cleared as (
      update alert set clear_since = coalesce(clear_since, ${now}),
        resolved_at = case when coalesce(clear_since, ${now}) <= ${goneBy} then ${now}::timestamptz end,
        resolved_because = case when coalesce(clear_since, ${now}) <= ${goneBy} then 'cleared' end
      from gone
      where alert.organization_id = ${organizationId} and alert.alert_id = gone.alert_id and opened_at is not null
        and (clear_since is null or clear_since <= ${goneBy})
      returning alert.alert_id, resolved_at
    ),
    news as (
      select alert_id, 'opened' as event from fresh where opened_at is not null
      union all
      select alert_id, 'opened' from kept where opened_at = ${now}
      union all
      select alert_id, 'resolved' from cleared where resolved_at is not null
    ),
    told as (
      insert into alert_delivery (organization_id, destination_id, alert_id, event, due_at, created_at)
      select ${organizationId}, destination_id, alert_id, event, ${dueAt}, ${now}
      from news
      join alert_destination on alert_destination.organization_id = ${organizationId} and is_on
        and destination_id = any(${arrayOf(rule.destinationIds, 'uuid')})
      where event = 'opened' or ${rule.tellsResolved}
      on conflict do nothing
    )
    select
      (select count(*) from news where event = 'opened')::int as opened,
      (select count(*) from news where event = 'resolved')::int as resolved,
      ((select count(*) from fresh) + (select count(*) from kept) + (select count(*) from cleared))::int as changed`.execute(
    tx,
  )
  return counted.rows[0] ?? { opened: 0, resolved: 0, changed: 0 }
}

/** All alerts of a rule that is switched off, or that watches something else now, end without a word. */
export async function endAlertsOf(tx: Tx, organizationId: string, ruleId: string, at: Date): Promise<void> {
  await sql`
    delete from alert
    where organization_id = ${organizationId} and rule_id = ${ruleId} and opened_at is null`.execute(tx)
  await sql`
    update alert set resolved_at = ${at}, resolved_because = 'rule'
    where organization_id = ${organizationId} and rule_id = ${ruleId} and resolved_at is null`.execute(tx)
}

/**
 * Alerts that were put off until now and are still open are told once more.
 * @returns how many
 */
export async function endPutOff(tx: Tx, organizationId: string, now: Date): Promise<number> {
  const ended = await sql<{ alerts: number }>`
    with ended as (
      update alert set reminders = reminders + 1,
        snoozed_until = case when snoozed_until > ${now} then snoozed_until end,
        snoozed_by = case when snoozed_until > ${now} then snoozed_by end,
        acknowledged_at = case when acknowledged_until <= ${now} then null else acknowledged_at end,
        acknowledged_by = case when acknowledged_until <= ${now} then null else acknowledged_by end,
        acknowledged_until = case when acknowledged_until > ${now} then acknowledged_until end
      where organization_id = ${organizationId} and resolved_at is null
        and (snoozed_until <= ${now} or acknowledged_until <= ${now})
      returning alert_id, rule_id, reminders
    ),
    told as (
      insert into alert_delivery (organization_id, destination_id, alert_id, event, due_at, created_at)
      select ${organizationId}, alert_destination.destination_id, alert_id, 'again-' || reminders, ${now}, ${now}
      from ended
      join alert_rule on alert_rule.organization_id = ${organizationId} and alert_rule.rule_id = ended.rule_id
      join alert_destination on alert_destination.organization_id = ${organizationId} and alert_destination.is_on
        and alert_destination.destination_id = any(alert_rule.destination_ids)
      on conflict do nothing
    )
    select count(*)::int as alerts from ended`.execute(tx)
  return ended.rows[0]?.alerts ?? 0
}
