import type { Tx } from '@plimsoll/database'
import { sql } from 'kysely'

/**
 * Locks levels in order of their ids, as the first source of an update: statements that change several
 * levels at once (a sale, a policy, an acknowledgement) would else lock them in any order and dead-lock.
 */
export function lockedLevels(organizationId: string, levelIds: readonly string[]) {
  return sql`(
    select level_id from level
    where organization_id = ${organizationId} and level_id = any(${sql.val([...levelIds])}::uuid[])
    order by level_id
    for update
  ) as locked`
}

/** The same as a statement of its own, for transactions that change levels more than once. */
export async function lockLevels(tx: Tx, organizationId: string, levelIds: readonly string[]): Promise<void> {
  await sql`select level_id from ${lockedLevels(organizationId, levelIds)}`.execute(tx)
}
