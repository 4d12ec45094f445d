import { arrayOf, type Db, inTransaction } from '@plimsoll/database'
import { isTimeZone } from '@plimsoll/stock'
import { sql } from 'kysely'
import { ZodError } from 'zod'
import { findConnectionId } from '../connections/connections.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { endAlertsOf } from './evaluate.store.ts'
import { tellScreens } from './keep-alerts.ts'
import { type AlertKind, type AlertRule, parseWatched, SCOPES_OF, type Watched } from './rule.ts'
import { deleteRule, ensureDefaultRules, findRules, lockRule, saveRule } from './rules.store.ts'

/** A rule as people write it: places and items by their names, moments of the day as 08:00. */
export type RuleDraft = Omit<
  AlertRule,
  | 'ruleId'
  | 'watched'
  | 'itemId'
  | 'locationId'
  | 'connectionId'
  | 'dailyAtMinute'
  | 'quietFromMinute'
  | 'quietUntilMinute'
> & {
  kind: AlertKind
  parameters: unknown
  sku: string | null
  location: string | null
  /** Id or name. */
  connection: string | null
  dailyAt: string
  quiet: { from: string; until: string } | null
}

export type ShownRule = Omit<RuleDraft, 'connection'> & {
  ruleId: string
  connectionId: string | null
  open: number
}

/** All rules, the oldest first, with how many alerts of each are open. */
export async function listAlertRules(context: SyncContext): Promise<ShownRule[]> {
  const { database, organizationId } = context
  await ensureDefaultRules(context)
  const rules = await findRules(database.kysely, organizationId)
  const { skus, codes, open } = await findNames(database.kysely, organizationId, rules)
  return rules.map(
    ({ watched, itemId, locationId, dailyAtMinute, quietFromMinute, quietUntilMinute, ...rest }) => ({
      ...rest,
      ...watched,
      sku: itemId === null ? null : (skus.get(itemId) ?? null),
      location: locationId === null ? null : (codes.get(locationId) ?? null),
      dailyAt: toTime(dailyAtMinute),
      quiet:
        quietFromMinute === null || quietUntilMinute === null
          ? null
          : { from: toTime(quietFromMinute), until: toTime(quietUntilMinute) },
      open: open.get(rest.ruleId) ?? 0,
    }),
  )
}

/**
 * Writes a rule, new (without an id) or in place of the one with that id. Where it watches something else than before, or is
 * switched off, its alerts end without a word.
 * @throws SyncProblem naming the field and the cure
 */
export async function saveAlertRule(
  context: SyncContext,
  ruleId: string | undefined,
  draft: RuleDraft,
  actor: string,
): Promise<ShownRule> {
  const { database, organizationId } = context
  const rule = await toRule(context, ruleId ?? context.uuid(), draft)
  const at = nowOf(context)
  await inTransaction(database, async (tx) => {
    if (ruleId !== undefined) {
      const before = await waitForRule(tx, organizationId, ruleId)
      if (!rule.isOn || scopeOf(before) !== scopeOf(rule)) await endAlertsOf(tx, organizationId, ruleId, at)
    }
    await saveRule(tx, organizationId, rule, { at, by: actor })
    await tellScreens(tx, organizationId)
  })
  const shown = (await listAlertRules(context)).find((each) => each.ruleId === rule.ruleId)
  if (shown === undefined) throw unknownRule(rule.ruleId)
  return shown
}

/** With its alerts, those of the past too. @throws SyncProblem where there is none */
export async function removeAlertRule(context: SyncContext, ruleId: string): Promise<void> {
  const { database, organizationId } = context
  await inTransaction(database, async (tx) => {
    if (!(await deleteRule(tx, organizationId, ruleId))) throw unknownRule(ruleId)
    await tellScreens(tx, organizationId)
  })
}

async function waitForRule(
  tx: Parameters<typeof lockRule>[0],
  organizationId: string,
  ruleId: string,
): Promise<AlertRule> {
  // A process may be looking at it: its look ends within seconds.
  await sql`
    select from alert_rule where organization_id = ${organizationId} and rule_id = ${ruleId} for update`.execute(
    tx,
  )
  const before = await lockRule(tx, organizationId, ruleId)
  if (before === undefined) throw unknownRule(ruleId)
  return before.rule
}

/** What an alert of the rule is about: another number of units leaves it as it is. */
function scopeOf({ watched, itemId, locationId, connectionId }: AlertRule): string {
  const per = watched.kind === 'low-stock' ? watched.parameters.per : ''
  return [watched.kind, per, itemId, locationId, connectionId].join(' ')
}

async function toRule(context: SyncContext, ruleId: string, draft: RuleDraft): Promise<AlertRule> {
  const { kind, parameters, sku, location, connection, dailyAt, quiet, ...rest } = draft
  if (!isTimeZone(rest.timeZone)) {
    throw invalidRule('timeZone', `"${rest.timeZone}" is no time zone, such as Europe/Berlin.`)
  }
  const watched = toWatched(kind, parameters)
  for (const [scope, value] of [
    ['item', sku],
    ['location', location],
    ['connection', connection],
  ] as const) {
    if (value !== null && !SCOPES_OF[kind].includes(scope)) {
      throw invalidRule(scope === 'item' ? 'sku' : scope, `A rule of the kind ${kind} knows no ${scope}.`)
    }
  }
  await assertDestinations(context, rest.destinationIds)
  return {
    ...rest,
    ruleId,
    watched,
    itemId: sku === null ? null : await findItemId(context, sku),
    locationId: location === null ? null : await findLocationId(context, location),
    connectionId: connection === null ? null : await findConnectionId(context, connection),
    dailyAtMinute: toMinute('dailyAt', dailyAt),
    quietFromMinute: quiet === null ? null : toMinute('quiet.from', quiet.from),
    quietUntilMinute: quiet === null ? null : toMinute('quiet.until', quiet.until),
  }
}

function toWatched(kind: AlertKind, parameters: unknown): Watched {
  try {
    return parseWatched(kind, parameters)
  } catch (error) {
    if (!(error instanceof ZodError)) throw error
    const [issue] = error.issues
    const field = ['parameters', ...(issue?.path ?? [])].join('.')
    throw invalidRule(field, `${field}: ${issue?.message ?? 'is not valid'}.`)
  }
}

async function assertDestinations({ database, organizationId }: SyncContext, ids: readonly string[]) {
  const found = await sql<{ destinationId: string }>`
    select destination_id from alert_destination
    where organization_id = ${organizationId} and destination_id = any(${arrayOf(ids, 'uuid')})`.execute(
    database.kysely,
  )
  const known = new Set(found.rows.map(({ destinationId }) => destinationId))
  const missing = ids.find((id) => !known.has(id))
  if (missing !== undefined)
    throw syncProblem('unknown-alert-destination', 'destinationIds', `There is no destination ${missing}.`)
}

async function findItemId({ database, organizationId }: SyncContext, sku: string): Promise<string> {
  const found = await sql<{ itemId: string }>`
    select item_id from item where organization_id = ${organizationId} and sku = ${sku}`.execute(
    database.kysely,
  )
  const [row] = found.rows
  if (row === undefined) throw syncProblem('unknown-item', 'sku', `There is no item ${sku}.`)
  return row.itemId
}

async function findLocationId({ database, organizationId }: SyncContext, code: string): Promise<string> {
  const found = await sql<{ locationId: string }>`
    select location_id from location where organization_id = ${organizationId} and code = ${code}`.execute(
    database.kysely,
  )
  const [row] = found.rows
  if (row === undefined) throw syncProblem('unknown-location', 'location', `There is no location ${code}.`)
  return row.locationId
}

async function findNames(db: Db, organizationId: string, rules: readonly AlertRule[]) {
  const itemIds = rules.flatMap(({ itemId }) => itemId ?? [])
  const locationIds = rules.flatMap(({ locationId }) => locationId ?? [])
  const [items, locations, open] = await Promise.all([
    sql<{ itemId: string; sku: string }>`
      select item_id, sku from item
      where organization_id = ${organizationId} and item_id = any(${arrayOf(itemIds, 'uuid')})`.execute(db),
    sql<{ locationId: string; code: string }>`
      select location_id, code from location
      where organization_id = ${organizationId} and location_id = any(${arrayOf(locationIds, 'uuid')})`.execute(
      db,
    ),
    sql<{ ruleId: string; open: number }>`
      select rule_id, count(*)::int as open from alert
      where organization_id = ${organizationId} and resolved_at is null and opened_at is not null
      group by rule_id`.execute(db),
  ])
  return {
    skus: new Map(items.rows.map(({ itemId, sku }) => [itemId, sku])),
    codes: new Map(locations.rows.map(({ locationId, code }) => [locationId, code])),
    open: new Map(open.rows.map((row) => [row.ruleId, row.open])),
  }
}

function toMinute(field: string, text: string): number {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  if (hour === undefined || minute === undefined)
    throw invalidRule(field, `"${text}" is no moment of the day, such as 08:00.`)
  return Number(hour) * 60 + Number(minute)
}

function toTime(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

function invalidRule(field: string, message: string) {
  return syncProblem('invalid-alert-rule', field, message)
}

function unknownRule(ruleId: string) {
  return syncProblem('unknown-alert-rule', 'ruleId', `There is no rule ${ruleId}.`)
}
