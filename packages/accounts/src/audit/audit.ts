import type { Db } from '@plimsoll/database'
import { nowOf, type OrganizationContext } from '../context.ts'
import { insertAuditEntry } from './audit.store.ts'

/** What somebody did, for the record; the rest of an entry is filled in. */
export type Deeds = {
  actor: string
  action: string
  subject?: string | null
  detail?: Record<string, unknown> | null
}

/** Writes down who did what, within the transaction in which they do it. */
export async function audit(db: Db, context: OrganizationContext, deed: Deeds): Promise<void> {
  const { actor, action, subject = null, detail = null } = deed
  const entry = { auditId: context.uuid(), at: nowOf(context), actor, action, subject, detail }
  await insertAuditEntry(db, context.organizationId, entry)
}
