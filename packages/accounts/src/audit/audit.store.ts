import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** Who did what. */
export type AuditEntry = {
  auditId: string
  at: Date
  /** `user:…` or `key:…`; `api` and `cli` of a hub without accounts. */
  actor: string
  /** A stable name, such as `createApiKey`. */
  action: string
  /** To what, such as the id of a key. */
  subject: string | null
  detail: Record<string, unknown> | null
}

/** Entries are never changed; they go with their organization alone. */
export async function insertAuditEntry(db: Db, organizationId: string, entry: AuditEntry): Promise<void> {
  const detail = entry.detail === null ? null : JSON.stringify(entry.detail)
  await sql`
    insert into audit_entry (organization_id, audit_id, at, actor, action, subject, detail)
    values (${organizationId}, ${entry.auditId}, ${entry.at}, ${entry.actor}, ${entry.action}, ${entry.subject},
      ${detail})`.execute(db)
}

export type AuditQuery = {
  actor?: string | undefined
  action?: string | undefined
  /** The entry after which the page begins. */
  after?: string | undefined
  limit: number
}

/** Newest first: ids are made in the order of time. */
export async function findAuditPage(
  db: Db,
  organizationId: string,
  { actor, action, after, limit }: AuditQuery,
): Promise<AuditEntry[]> {
  const found = await sql<AuditEntry>`
    select audit_id, at, actor, action, subject, detail from audit_entry
    where organization_id = ${organizationId}
      and ${actor === undefined ? sql`true` : sql`actor = ${actor}`}
      and ${action === undefined ? sql`true` : sql`action = ${action}`}
      and ${after === undefined ? sql`true` : sql`audit_id < ${after}::uuid`}
    order by audit_id desc
    limit ${limit}`.execute(db)
  return found.rows
}
