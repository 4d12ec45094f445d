import { type Db, inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { type AlertFacts, alertText } from './alert-text.ts'
import { tellScreens } from './keep-alerts.ts'
import type { AlertKind, Severity } from './rule.ts'

/** An alert as it is shown. */
export type ShownAlert = {
  alertId: string
  ruleId: string
  rule: string
  kind: AlertKind
  severity: Severity
  text: { en: string; zh: string }
  sku: string | null
  connectionId: string | null
  value: number | null
  openedAt: Date
  /** Its cause is gone since then; it is resolved once that has lasted. */
  clearSince: Date | null
  resolvedAt: Date | null
  snoozedUntil: Date | null
  snoozedBy: string | null
  acknowledgedAt: Date | null
  acknowledgedBy: string | null
  acknowledgedUntil: Date | null
  note: string | null
}

export type AlertQuery = {
  state: 'open' | 'snoozed' | 'resolved'
  severity?: Severity | undefined
  ruleId?: string | undefined
  after?: AlertCursor | undefined
  limit: number
}

const rank = sql`(case severity when 'critical' then 0 when 'warning' then 1 else 2 end)`

type Row = Omit<ShownAlert, 'text' | 'sku' | 'connectionId'> & {
  facts: AlertFacts
  subject: string
  rank: number
}

/** Open ones: the most severe first, then the newest; resolved ones: the last that ended first. */
export async function listAlerts(
  context: SyncContext,
  query: AlertQuery,
): Promise<{ rows: ShownAlert[]; next: string | null }> {
  const { database, organizationId } = context
  const now = nowOf(context)
  const { state, severity, ruleId, after, limit } = query
  const inState =
    state === 'resolved'
      ? sql`alert.resolved_at is not null`
      : sql`alert.resolved_at is null and alert.opened_at is not null and coalesce(alert.snoozed_until > ${now}, false) = ${state === 'snoozed'}`
  const page =
    after === undefined
      ? sql``
      : state === 'resolved'
        ? sql`and (alert.resolved_at, alert.alert_id) < (${after.at}, ${after.alertId})`
        : sql`and (${rank} > ${after.rank} or (${rank} = ${after.rank}
            and (alert.opened_at < ${after.at} or (alert.opened_at = ${after.at} and alert.alert_id > ${after.alertId}))))`
  const order =
    state === 'resolved'
      ? sql`alert.resolved_at desc, alert.alert_id desc`
      : sql`${rank}, alert.opened_at desc, alert.alert_id`
  const found = await sql<Row>`
    select ${columns}, ${rank} as rank
    from alert
    where alert.organization_id = ${organizationId} and ${inState} ${page}
      ${severity === undefined ? sql`` : sql`and alert.severity = ${severity}`}
      ${ruleId === undefined ? sql`` : sql`and alert.rule_id = ${ruleId}`}
    order by ${order}
    limit ${limit + 1}`.execute(database.kysely)
  const rows = found.rows.slice(0, limit)
  const last = found.rows.length > limit ? rows.at(-1) : undefined
  return {
    rows: rows.map(toShown),
    next: last === undefined ? null : writeCursor(last, last.resolvedAt ?? last.openedAt),
  }
}

const columns = sql`alert_id, rule_id, (
    select name from alert_rule
    where alert_rule.organization_id = alert.organization_id and alert_rule.rule_id = alert.rule_id
  ) as rule, kind, severity, facts, subject, value, opened_at, clear_since, resolved_at, snoozed_until, snoozed_by,
  acknowledged_at, acknowledged_by, acknowledged_until, note`

const OF_CONNECTION: ReadonlySet<AlertKind> = new Set([
  'stale-connection',
  'connection-stopped',
  'parked-events',
  'drift',
])

function toShown({ facts, subject, rank: _rank, ...row }: Row): ShownAlert {
  const told = { kind: row.kind, value: row.value, facts }
  return {
    ...row,
    text: { en: alertText(told, 'en'), zh: alertText(told, 'zh') },
    sku: facts.sku ?? null,
    connectionId: OF_CONNECTION.has(row.kind) ? subject : null,
  }
}

export type AlertCounts = {
  critical: number
  warning: number
  info: number
  snoozed: number
  acknowledged: number
}

/** Of what is open; what is put off is counted apart. */
export async function countAlerts(context: SyncContext): Promise<AlertCounts> {
  const { database, organizationId } = context
  const now = nowOf(context)
  const isOn = sql`coalesce(snoozed_until <= ${now}, true)`
  const found = await sql<AlertCounts>`
    select count(*) filter (where severity = 'critical' and ${isOn})::int as critical,
      count(*) filter (where severity = 'warning' and ${isOn})::int as warning,
      count(*) filter (where severity = 'info' and ${isOn})::int as info,
      count(*) filter (where snoozed_until > ${now})::int as snoozed,
      count(*) filter (where acknowledged_at is not null and ${isOn})::int as acknowledged
    from alert
    where organization_id = ${organizationId} and resolved_at is null and opened_at is not null`.execute(
    database.kysely,
  )
  return found.rows[0] ?? { critical: 0, warning: 0, info: 0, snoozed: 0, acknowledged: 0 }
}

/** What a person does about an alert. Until then (null: for as long as it lasts) it is not told again. */
export type AlertAction =
  | { kind: 'snooze'; until: Date }
  | { kind: 'unsnooze' }
  | { kind: 'acknowledge'; until: Date | null; note: string | null }
  | { kind: 'unacknowledge' }

const PUT_OFF_MS_MAX = 366 * 86_400_000

/** @throws SyncProblem where it is not open, or the moment is past or more than a year away */
export async function actOnAlert(
  context: SyncContext,
  alertId: string,
  action: AlertAction,
  actor: string,
): Promise<ShownAlert> {
  const { database, organizationId } = context
  const now = nowOf(context)
  if ('until' in action && action.until !== null) {
    const ahead = action.until.getTime() - now.getTime()
    if (ahead <= 0 || ahead > PUT_OFF_MS_MAX)
      throw syncProblem('invalid-period', 'until', 'Give a moment that is to come, within a year.')
  }
  return await inTransaction(database, async (tx) => {
    const changed = await sql<Row>`
      update alert set ${changeOf(action, actor, now)}
      where organization_id = ${organizationId} and alert_id = ${alertId} and resolved_at is null
        and opened_at is not null
      returning ${columns}`.execute(tx)
    const [row] = changed.rows
    if (row === undefined) throw syncProblem('unknown-alert', 'alertId', `There is no open alert ${alertId}.`)
    if (action.kind === 'snooze') await holdDeliveries(tx, organizationId, alertId, action.until)
    await tellScreens(tx, organizationId)
    return toShown(row)
  })
}

function changeOf(action: AlertAction, actor: string, now: Date) {
  switch (action.kind) {
    case 'snooze':
      return sql`snoozed_until = ${action.until}, snoozed_by = ${actor}`
    case 'unsnooze':
      return sql`snoozed_until = null, snoozed_by = null`
    case 'acknowledge':
      return sql`acknowledged_at = ${now}, acknowledged_by = ${actor}, acknowledged_until = ${action.until}, note = ${action.note}`
    case 'unacknowledge':
      return sql`acknowledged_at = null, acknowledged_by = null, acknowledged_until = null, note = null`
    default: {
      const never: never = action
      return never
    }
  }
}

/** What has not been told yet waits as long. */
async function holdDeliveries(db: Db, organizationId: string, alertId: string, until: Date): Promise<void> {
  await sql`
    update alert_delivery set due_at = greatest(due_at, ${until})
    where organization_id = ${organizationId} and alert_id = ${alertId} and message_id is null`.execute(db)
}

function writeCursor(row: Row, at: Date): string {
  return Buffer.from(JSON.stringify([row.rank, at.toISOString(), row.alertId])).toString('base64url')
}

/** Where a page ends. */
export type AlertCursor = { rank: number; at: Date; alertId: string }

/** Undefined: it is none that a page said. */
export function readAlertCursor(cursor: string): AlertCursor | undefined {
  try {
    const [rank, at, alertId] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    const date = new Date(String(at))
    if (typeof rank !== 'number' || typeof alertId !== 'string' || Number.isNaN(date.getTime()))
      return undefined
    return /^[\da-f-]{36}$/.test(alertId) ? { rank, at: date, alertId } : undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}
