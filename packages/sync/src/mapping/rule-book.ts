import { inTransaction } from '@plimsoll/database'
import { z } from 'zod'
import { findConnectionId } from '../connections/connections.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { notify } from '../notify.ts'
import { findItemsNamed } from './items-named.store.ts'
import { forgetLooks } from './look.store.ts'
import { findRuleVersions, findSamples, insertRules, type StoredRules } from './rules.store.ts'
import {
  askRule,
  type MappingRule,
  mappingRule,
  RULES_MAX,
  type RuleAnswer,
  type RuleSample,
} from './rules.ts'

export type RuleVersion = Omit<StoredRules, 'rules'> & { rules: MappingRule[] }

const VERSIONS_SHOWN = 20
const storedRules = z.array(mappingRule)
const newRules = z.array(mappingRule).max(RULES_MAX)

/**
 * The rules of a connection as they were saved, the version that holds first. None: it has none.
 * @throws SyncProblem for a connection that is not known
 */
export async function listRuleVersions(context: SyncContext, connection: string): Promise<RuleVersion[]> {
  const connectionId = await findConnectionId(context, connection)
  return await readRules(context, connectionId, VERSIONS_SHOWN)
}

export async function readRules(
  { database, organizationId }: SyncContext,
  connectionId: string,
  limit: number,
): Promise<RuleVersion[]> {
  const found = await findRuleVersions(database.kysely, organizationId, connectionId, limit)
  return found.map((version) => ({ ...version, rules: storedRules.parse(version.rules) }))
}

/**
 * Saves all rules of a connection as a new version, in their order; its listings that wait are looked at anew.
 * @param change `basedOn`: the version that the change was made of, 0 for none
 * @throws SyncProblem where somebody saved another version meanwhile, or two rules have one name
 */
export async function saveRules(
  context: SyncContext,
  connection: string,
  change: { rules: readonly z.input<typeof mappingRule>[]; basedOn: number; actor: string },
): Promise<RuleVersion> {
  const { database, organizationId } = context
  const connectionId = await findConnectionId(context, connection)
  const rules = toRules(change.rules)
  const [current] = await readRules(context, connectionId, 1)
  const version = { version: change.basedOn + 1, rules, actor: change.actor, savedAt: nowOf(context) }
  const isLatest = (current?.version ?? 0) === change.basedOn
  await inTransaction(database, async (tx) => {
    if (!isLatest || !(await insertRules(tx, organizationId, { ...version, connectionId })))
      throw syncProblem(
        'mapping-changed',
        'basedOn',
        'Somebody saved other rules meanwhile; read them, and save yours again.',
      )
    await forgetLooks(tx, organizationId, connectionId)
    await notify(tx, organizationId, { kind: 'screen', topics: ['connections'], itemIds: [] })
  })
  return version
}

/** @throws SyncProblem naming the rule that is none */
function toRules(rules: readonly z.input<typeof mappingRule>[]): MappingRule[] {
  const parsed = newRules.safeParse(rules)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw syncProblem('invalid-rule', `rules.${issue?.path.join('.') ?? ''}`, issue?.message ?? 'no rule')
  }
  const names = parsed.data.map(({ name }) => name)
  const twice = names.find((name, nth) => names.indexOf(name) !== nth)
  if (twice !== undefined)
    throw syncProblem(
      'invalid-rule',
      'rules',
      `Two rules are called "${twice}"; give each a name of its own.`,
    )
  return parsed.data
}

export type RuleTrial = {
  rows: (RuleSample & { listingId: string; answer: RuleAnswer; isItem: boolean })[]
  says: number
  items: number
  problems: number
}

/** A person waits while typing, and whoever types an endless one waits no longer than this. */
const TRIAL_TIMEOUT_MS = 1_000
const SAMPLES_MAX = 200

/**
 * What a rule says of real listings of a connection, those that wait to be matched first. Nothing is saved.
 * @throws SyncProblem for a connection that is not known, or a text that is no expression
 */
export async function tryRule(
  context: SyncContext,
  connection: string,
  { expression, limit }: { expression: string; limit: number },
): Promise<RuleTrial> {
  const { database, organizationId } = context
  const connectionId = await findConnectionId(context, connection)
  const [rule] = toRules([{ name: 'trial', expression }])
  const samples = await findSamples(
    database.kysely,
    organizationId,
    connectionId,
    Math.min(limit, SAMPLES_MAX),
  )
  const answers = await askRule(rule?.expression ?? '', samples, {
    now: context.clock.now(),
    timeoutMs: TRIAL_TIMEOUT_MS,
  })
  const skus = answers.flatMap((answer) => (answer.kind === 'says' ? [answer.sku] : []))
  const items = await findItemsNamed(database.kysely, organizationId, [...new Set(skus)])
  const known = new Set(items.flatMap(({ sku, isArchived }) => (isArchived ? [] : [sku])))
  const rows = samples.map((sample, nth) => {
    const answer = answers[nth] ?? { kind: 'nothing' as const }
    return { ...sample, answer, isItem: answer.kind === 'says' && known.has(answer.sku) }
  })
  return {
    rows,
    says: skus.length,
    items: rows.filter(({ isItem }) => isItem).length,
    problems: answers.filter(({ kind }) => kind === 'problem').length,
  }
}
