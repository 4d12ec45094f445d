import { inTransaction, type Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { nowOf, type SyncContext } from '../context.ts'
import { notify } from '../notify.ts'
import { endPutOff, evaluateRule } from './evaluate.store.ts'
import { type AlertRule, FOLLOWS_ITEMS } from './rule.ts'
import { ensureDefaultRules, findRuleIds, lockRule } from './rules.store.ts'

/** All of a rule is looked at so often: what changed since is looked at each time. */
const SWEPT_EVERY_MS = 5 * 60_000
/** What was written so long before may have become visible only now. */
const LATE_COMMITS_MS = 2 * 60_000
/** Where more items changed than this, all are looked at. */
const CHANGED_MAX = 5_000

/**
 * Brings the alerts of all rules up to date. Each rule is one transaction, so whoever dies loses the look at one; any number
 * of processes may, and each rule is looked at by one of them at a time.
 */
export async function keepAlerts(context: SyncContext, signal?: AbortSignal): Promise<void> {
  const { database, organizationId } = context
  await ensureDefaultRules(context)
  let isNews = await inTransaction(
    database,
    async (tx) => (await endPutOff(tx, organizationId, nowOf(context))) > 0,
  )
  for (const ruleId of await findRuleIds(database.kysely, organizationId)) {
    if (signal?.aborted === true) return
    const { changed, resolved } = await inTransaction(database, (tx) => lookAtRule(tx, context, ruleId))
    isNews ||= changed + resolved > 0
  }
  if (isNews) await tellScreens(database.kysely, organizationId)
}

export async function tellScreens(db: Parameters<typeof notify>[0], organizationId: string): Promise<void> {
  await notify(db, organizationId, { kind: 'screen', topics: ['alerts'], itemIds: [] })
}

const NOTHING = { opened: 0, resolved: 0, changed: 0 }

async function lookAtRule(tx: Tx, context: SyncContext, ruleId: string) {
  const { organizationId } = context
  const now = nowOf(context)
  const locked = await lockRule(tx, organizationId, ruleId)
  if (locked === undefined || !locked.rule.isOn) return NOTHING
  const { rule, sweptAt, changesUntil } = locked
  const isSweepDue = sweptAt === null || now.getTime() - sweptAt.getTime() >= SWEPT_EVERY_MS
  const itemIds =
    isSweepDue || !FOLLOWS_ITEMS.has(rule.watched.kind)
      ? 'all'
      : await findItemsToLookAt(tx, organizationId, rule, changesUntil ?? sweptAt)
  const evaluated =
    itemIds !== 'all' && itemIds.length === 0
      ? NOTHING
      : await evaluateRule(tx, rule, { organizationId, now, itemIds })
  await sql`
    update alert_rule set changes_until = ${now}, swept_at = ${itemIds === 'all' ? now : sweptAt}
    where organization_id = ${organizationId} and rule_id = ${ruleId}`.execute(tx)
  return evaluated
}

/** Items that changed since then, and those whose alerts only wait for time to pass. */
async function findItemsToLookAt(
  tx: Tx,
  organizationId: string,
  { ruleId, watched }: AlertRule,
  until: Date,
): Promise<string[] | 'all'> {
  const since = new Date(until.getTime() - LATE_COMMITS_MS)
  const changed =
    watched.kind === 'low-cover'
      ? sql`select item_id from replenishment where organization_id = ${organizationId} and planned_at > ${since}`
      : watched.kind === 'low-on-channel'
        ? sql`select item_id from level where organization_id = ${organizationId} and desired_at > ${since} and item_id is not null`
        : sql`select item_id from balance where organization_id = ${organizationId} and updated_at > ${since}`
  const found = await sql<{ itemId: string }>`
    ${changed}
    union
    select item_id from alert
    where organization_id = ${organizationId} and rule_id = ${ruleId} and resolved_at is null
      and (opened_at is null or clear_since is not null) and item_id is not null
    limit ${CHANGED_MAX + 1}`.execute(tx)
  const itemIds = found.rows.map(({ itemId }) => itemId)
  return itemIds.length > CHANGED_MAX ? 'all' : itemIds
}

const RESOLVED_KEPT_MS = 90 * 86_400_000
const MESSAGES_KEPT_MS = 30 * 86_400_000

/** Removes what has long been over; what still waits to be told never is. */
export async function tidyAlerts(context: SyncContext): Promise<void> {
  const { database, organizationId } = context
  const now = nowOf(context)
  await inTransaction(database, async (tx) => {
    await sql`
      delete from alert_delivery using alert_message
      where alert_delivery.organization_id = ${organizationId} and alert_message.organization_id = ${organizationId}
        and alert_delivery.message_id = alert_message.message_id and alert_message.state = 'sent'
        and alert_message.sent_at < ${new Date(now.getTime() - MESSAGES_KEPT_MS)}
        and not exists (
          select from alert where alert.organization_id = ${organizationId} and alert.alert_id = alert_delivery.alert_id
            and alert.resolved_at is null
        )`.execute(tx)
    await sql`
      delete from alert_message
      where organization_id = ${organizationId} and state = 'sent'
        and sent_at < ${new Date(now.getTime() - MESSAGES_KEPT_MS)}
        and not exists (
          select from alert_delivery where alert_delivery.organization_id = ${organizationId}
            and alert_delivery.message_id = alert_message.message_id
        )`.execute(tx)
    await sql`
      delete from alert
      where organization_id = ${organizationId} and resolved_at < ${new Date(now.getTime() - RESOLVED_KEPT_MS)}
        and not exists (
          select from alert_delivery where alert_delivery.organization_id = ${organizationId}
            and alert_delivery.alert_id = alert.alert_id
        )`.execute(tx)
  })
}
