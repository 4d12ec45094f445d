import { inTransaction } from '@plimsoll/database'
import { insertChangedItems } from '../availability/availability.store.ts'
import { updateAvailability } from '../availability/availability.ts'
import { findConnectionId } from '../connections/connections.ts'
import { nowOf, type SyncContext, type Tx } from '../context.ts'
import { notify } from '../notify.ts'
import { closeTasks, openTask } from '../tasks.store.ts'
import type { ToldTask } from '../told-task.ts'
import {
  type ConnectionReading,
  deleteMark,
  findItemsSoldBy,
  findReadings,
  findStaleRules,
  type StaleRuleRow,
  saveMark,
  saveStaleRule,
} from './stale-orders.store.ts'
import { DEFAULT_STALE_RULE, decideStale, type StaleRule } from './stale-orders.ts'

/**
 * Marks the connections whose orders have not been read for too long, and lifts the mark once they are known again. What
 * the other channels show follows from the mark. Any process may do it; two at once do it once.
 * @param watchedSince when this process began to look
 */
export async function noteStaleOrders(context: SyncContext, watchedSince: Date): Promise<void> {
  const { organizationId, database } = context
  const now = nowOf(context)
  const [readings, rules] = await Promise.all([
    findReadings(database.kysely, organizationId),
    findStaleRules(database.kysely, organizationId),
  ])
  for (const reading of readings) {
    const rule = nearestRule(rules, reading.connectionId)
    const step = decideStale({
      now,
      knownUntil: reading.fenceAt ?? undefined,
      readAt: reading.readAt ?? undefined,
      watchedSince: latest(watchedSince, reading.followedSince ?? reading.createdAt),
      rule,
      mark: reading.mark ?? undefined,
    })
    if (step.kind === 'leave') continue
    await inTransaction(database, async (tx) => {
      if (step.kind === 'lift') await lift(context, tx, reading)
      else await mark(context, tx, reading, { rule, since: step.since })
    })
  }
}

function latest(a: Date, b: Date): Date {
  return a > b ? a : b
}

function nearestRule(rules: readonly StaleRuleRow[], connectionId: string): StaleRule {
  const ofConnection = rules.find(({ scope, scopeId }) => scope === 'connection' && scopeId === connectionId)
  return ofConnection ?? rules.find(({ scope }) => scope === 'organization') ?? DEFAULT_STALE_RULE
}

async function mark(
  context: SyncContext,
  tx: Tx,
  { connectionId, name }: ConnectionReading,
  { rule, since }: { rule: StaleRule; since: Date },
): Promise<void> {
  const { organizationId } = context
  const at = nowOf(context)
  await saveMark(tx, organizationId, connectionId, {
    kind: rule.kind,
    amount: rule.amount,
    since,
    markedAt: at,
  })
  const detail = `The orders of ${name} are not known since ${since.toISOString()}. ${sayRule(rule)} See what is wrong with the connection; it is lifted by itself once they are read.`
  const told = toldUnread(name, since.toISOString(), rule)
  await openTask(
    tx,
    organizationId,
    {
      kind: 'connection',
      subject: toSubject(connectionId),
      connectionId,
      sku: null,
      units: null,
      detail,
      told,
    },
    { at, uuid: context.uuid },
  )
  await tell(context, tx, connectionId)
}

async function lift(context: SyncContext, tx: Tx, { connectionId, mark }: ConnectionReading): Promise<void> {
  const at = nowOf(context)
  if (mark === null || !(await deleteMark(tx, context.organizationId, connectionId, mark.markedAt))) return
  await closeTasks(tx, context.organizationId, 'connection', [toSubject(connectionId)], at)
  await tell(context, tx, connectionId)
}

function toSubject(connectionId: string): string {
  return `stale-orders:${connectionId}`
}

function toldUnread(connection: string, since: string, { kind, amount }: StaleRule): ToldTask {
  switch (kind) {
    case 'buffer':
      return { code: 'orders-unread-buffer', facts: { connection, since, units: amount } }
    case 'percent':
      return { code: 'orders-unread-percent', facts: { connection, since, percent: amount } }
    default:
      return { code: `orders-unread-${kind}`, facts: { connection, since } }
  }
}

function sayRule({ kind, amount }: StaleRule): string {
  switch (kind) {
    case 'notice':
      return 'The other channels go on showing what they do: no rule says otherwise.'
    case 'buffer':
      return `The other channels keep back ${amount} units of what it sells too.`
    case 'percent':
      return `The other channels show ${amount} percent of what it sells too.`
    case 'zero':
      return 'The other channels show nothing of what it sells too.'
    default: {
      const never: never = kind
      return never
    }
  }
}

/** What its levels elsewhere show is worked out again. */
async function tell(context: SyncContext, tx: Tx, connectionId: string): Promise<void> {
  const { organizationId, uuid } = context
  const itemIds = await findItemsSoldBy(tx, organizationId, connectionId)
  await insertChangedItems(tx, organizationId, itemIds, { at: nowOf(context), uuid })
  await notify(
    tx,
    organizationId,
    { kind: 'items' },
    { kind: 'screen', topics: ['overview', 'tasks', 'connections'], itemIds: [] },
  )
}

export type StaleRules = { rows: (StaleRule & { connectionId: string | null })[] }

export async function listStaleRules({ database, organizationId }: SyncContext): Promise<StaleRules> {
  const rules = await findStaleRules(database.kysely, organizationId)
  return {
    rows: rules.map(({ scope, scopeId, ...rule }) => ({
      ...rule,
      connectionId: scope === 'connection' ? scopeId : null,
    })),
  }
}

/**
 * Sets or takes back (null) the rule of everything or of one connection; what is marked already follows it at once.
 * @throws SyncProblem for a connection that is not known
 */
export async function changeStaleRule(
  context: SyncContext,
  connection: string | undefined,
  rule: StaleRule | null,
): Promise<StaleRules> {
  const { organizationId, database } = context
  const whose =
    connection === undefined
      ? ({ scope: 'organization', scopeId: organizationId } as const)
      : ({ scope: 'connection', scopeId: await findConnectionId(context, connection) } as const)
  await inTransaction(database, (tx) => saveStaleRule(tx, organizationId, whose, rule, nowOf(context)))
  // Of those that are marked; who is to be marked is found when the hub looks next.
  await noteStaleOrders(context, nowOf(context))
  await updateAvailability(context)
  return await listStaleRules(context)
}
