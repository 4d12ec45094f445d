import type { PolicyList } from '@plimsoll/client'
import { findPolicies, type SyncContext } from '@plimsoll/sync'

/** Every policy that is set, from far to near. */
export async function listPolicies(context: SyncContext): Promise<PolicyList> {
  const found = await findPolicies(context.database.kysely, context.organizationId)
  return { rows: found.map((row) => ({ ...row, updatedAt: row.updatedAt.toISOString() })) }
}
