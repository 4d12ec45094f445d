import { type Database, type Db, inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import { DEFAULT_ROUTING_RULES, type RoutingRules, routingRules } from './routing-rules.ts'

/** The rules in force. Version 0: nobody has written any, the defaults hold. */
export type StoredRoutingRules = {
  version: number
  rules: RoutingRules
  actor: string | null
  savedAt: Date | null
}

type Row = { version: number; rules: unknown; actor: string; savedAt: Date }

/** The newest rules, or the defaults. */
export async function findRoutingRules(db: Db, organizationId: string): Promise<StoredRoutingRules> {
  const [newest] = await listRoutingRules(db, organizationId, { limit: 1 })
  return newest ?? { version: 0, rules: DEFAULT_ROUTING_RULES, actor: null, savedAt: null }
}

/** What the rules were, newest first. */
export async function listRoutingRules(
  db: Db,
  organizationId: string,
  { limit }: { limit: number },
): Promise<StoredRoutingRules[]> {
  const found = await sql<Row>`
    select version, rules, actor, saved_at from routing_rules
    where organization_id = ${organizationId}
    order by version desc
    limit ${limit}`.execute(db)
  return found.rows.map((row) => ({ ...row, rules: routingRules.parse(row.rules) }))
}

/**
 * Writes new rules beside the old ones. The same rules again are no new version.
 * @param version the one that they were made from; undefined: whatever it is
 * @returns undefined where another version is in force
 */
export async function saveRoutingRules(
  database: Pick<Database, 'runTransaction' | 'counters' | 'timing'>,
  { organizationId, now }: { organizationId: string; now(): Date },
  { rules, version, actor }: { rules: RoutingRules; version: number | undefined; actor: string },
): Promise<StoredRoutingRules | undefined> {
  return await inTransaction(database, async (tx) => {
    // Two who write at once: the second sees what the first wrote.
    await sql`select pg_advisory_xact_lock(hashtext('plimsoll routing'), hashtext(${organizationId}))`.execute(
      tx,
    )
    const known = await findRoutingRules(tx, organizationId)
    if (version !== undefined && version !== known.version) return undefined
    if (JSON.stringify(known.rules) === JSON.stringify(rules)) return known
    const saved = { version: known.version + 1, rules, actor, savedAt: now() }
    await sql`
      insert into routing_rules (organization_id, version, rules, actor, saved_at)
      values (${organizationId}, ${saved.version}, ${JSON.stringify(rules)}::jsonb, ${actor}, ${saved.savedAt})`.execute(
      tx,
    )
    return saved
  })
}
