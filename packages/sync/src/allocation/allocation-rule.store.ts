import type { Db, Tx } from '@plimsoll/database'
import type { ALLOCATION_KINDS, AllocationRule } from '@plimsoll/orders'
import { sql } from 'kysely'

export type StoredAllocationRule = {
  /** 0: nobody has said one yet. */
  version: number
  rule: AllocationRule
  actor: string | null
  savedAt: Date | null
}

/** Who gets first what has come in: as it was said last, else who placed first. */
export async function findAllocationRule(db: Db, organizationId: string): Promise<StoredAllocationRule> {
  type Row = {
    version: number
    kind: (typeof ALLOCATION_KINDS)[number]
    connectionIds: string[]
    actor: string
    savedAt: Date
  }
  const found = await sql<Row>`
    select version, kind, connection_ids::text[] as connection_ids, actor, saved_at from allocation_rule
    where organization_id = ${organizationId}
    order by version desc
    limit 1`.execute(db)
  const [row] = found.rows
  if (row === undefined) return { version: 0, rule: { kind: 'first-come' }, actor: null, savedAt: null }
  const { version, kind, connectionIds, actor, savedAt } = row
  const rule: AllocationRule = kind === 'channel-priority' ? { kind, connectionIds } : { kind }
  return { version, rule, actor, savedAt }
}

/** Adds the next version; the caller has locked the organization's row, or two would give one number. */
export async function insertAllocationRule(
  tx: Tx,
  organizationId: string,
  { rule, actor, at }: { rule: AllocationRule; actor: string; at: Date },
): Promise<void> {
  const connectionIds = rule.kind === 'channel-priority' ? [...rule.connectionIds] : []
  await sql`select from organization where organization_id = ${organizationId} for update`.execute(tx)
  await sql`
    insert into allocation_rule (organization_id, version, kind, connection_ids, actor, saved_at)
    select ${organizationId}, coalesce(max(version), 0) + 1, ${rule.kind}, ${sql.val(connectionIds)}::uuid[], ${actor}, ${at}
    from allocation_rule where organization_id = ${organizationId}`.execute(tx)
}
