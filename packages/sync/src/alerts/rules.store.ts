import { arrayOf, type Db, inTransaction, type Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { nowOf, type SyncContext } from '../context.ts'
import { type AlertKind, type AlertRule, defaultRules, parseWatched } from './rule.ts'

type Row = Omit<AlertRule, 'watched'> & {
  kind: AlertKind
  parameters: unknown
  sweptAt: Date | null
  changesUntil: Date | null
}

const columns = sql`rule_id, name, kind, parameters, severity, item_id, location_id, connection_id, opens_after_seconds,
  clears_after_seconds, timing, daily_at_minute, time_zone, quiet_from_minute, quiet_until_minute, tells_resolved,
  destination_ids, is_on, swept_at, changes_until`

function toRule({ kind, parameters, sweptAt: _swept, changesUntil: _until, ...rest }: Row): AlertRule {
  return { ...rest, watched: parseWatched(kind, parameters) }
}

/** Once for each organization, however many processes ask: whoever takes them away does not get them again. */
export async function ensureDefaultRules(context: SyncContext): Promise<void> {
  const { database, organizationId } = context
  const known = await sql`select from alert_clock where organization_id = ${organizationId}`.execute(
    database.kysely,
  )
  if (known.rows.length > 0) return
  const at = nowOf(context)
  await inTransaction(database, async (tx) => {
    const first = await sql`
      insert into alert_clock (organization_id, began_at) values (${organizationId}, ${at})
      on conflict do nothing
      returning organization_id`.execute(tx)
    if (first.rows.length === 0) return
    for (const rule of defaultRules(context.uuid))
      await saveRule(tx, organizationId, rule, { at, by: 'Plimsoll' })
  })
}

export async function findRuleIds(db: Db, organizationId: string): Promise<string[]> {
  const found = await sql<{ ruleId: string }>`
    select rule_id from alert_rule where organization_id = ${organizationId} and is_on order by rule_id`.execute(
    db,
  )
  return found.rows.map(({ ruleId }) => ruleId)
}

export async function findRules(db: Db, organizationId: string): Promise<AlertRule[]> {
  const found = await sql<Row>`
    select ${columns} from alert_rule where organization_id = ${organizationId} order by created_at, rule_id`.execute(
    db,
  )
  return found.rows.map(toRule)
}

/** Undefined: it is gone, or another process is at it. */
export async function lockRule(
  tx: Tx,
  organizationId: string,
  ruleId: string,
): Promise<{ rule: AlertRule; sweptAt: Date | null; changesUntil: Date | null } | undefined> {
  const found = await sql<Row>`
    select ${columns} from alert_rule
    where organization_id = ${organizationId} and rule_id = ${ruleId}
    for update skip locked`.execute(tx)
  const [row] = found.rows
  return row && { rule: toRule(row), sweptAt: row.sweptAt, changesUntil: row.changesUntil }
}

/** Writes a rule, new or changed; all of it is looked at anew. */
export async function saveRule(
  tx: Tx,
  organizationId: string,
  rule: AlertRule,
  { at, by }: { at: Date; by: string },
): Promise<void> {
  await sql`
    insert into alert_rule (organization_id, rule_id, name, kind, parameters, severity, item_id, location_id, connection_id,
      opens_after_seconds, clears_after_seconds, timing, daily_at_minute, time_zone, quiet_from_minute,
      quiet_until_minute, tells_resolved, destination_ids, is_on, created_at, changed_at, changed_by)
    values (${organizationId}, ${rule.ruleId}, ${rule.name}, ${rule.watched.kind},
      ${JSON.stringify(rule.watched.parameters)}::text::jsonb, ${rule.severity}, ${rule.itemId}, ${rule.locationId},
      ${rule.connectionId}, ${rule.opensAfterSeconds}, ${rule.clearsAfterSeconds}, ${rule.timing}, ${rule.dailyAtMinute},
      ${rule.timeZone}, ${rule.quietFromMinute}, ${rule.quietUntilMinute}, ${rule.tellsResolved},
      ${arrayOf(rule.destinationIds, 'uuid')}, ${rule.isOn}, ${at}, ${at}, ${by})
    on conflict (organization_id, rule_id) do update set name = excluded.name, kind = excluded.kind,
      parameters = excluded.parameters, severity = excluded.severity, item_id = excluded.item_id,
      location_id = excluded.location_id, connection_id = excluded.connection_id,
      opens_after_seconds = excluded.opens_after_seconds, clears_after_seconds = excluded.clears_after_seconds,
      timing = excluded.timing, daily_at_minute = excluded.daily_at_minute, time_zone = excluded.time_zone,
      quiet_from_minute = excluded.quiet_from_minute, quiet_until_minute = excluded.quiet_until_minute,
      tells_resolved = excluded.tells_resolved, destination_ids = excluded.destination_ids, is_on = excluded.is_on,
      changed_at = excluded.changed_at, changed_by = excluded.changed_by, swept_at = null`.execute(tx)
}

export async function deleteRule(tx: Tx, organizationId: string, ruleId: string): Promise<boolean> {
  const deleted = await sql`
    delete from alert_rule where organization_id = ${organizationId} and rule_id = ${ruleId}`.execute(tx)
  return deleted.numAffectedRows === 1n
}
