import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

export type Organization = { organizationId: string; name: string }

/**
 * The one organization of a hub without accounts; made on first start. Several processes that start at
 * once agree on one.
 */
export async function ensureFirstOrganization(
  db: Db,
  fresh: { organizationId: string; name: string; at: Date },
): Promise<Organization> {
  return await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('plimsoll first organization'))`.execute(tx)
    const found = await sql<Organization>`
      select organization_id, name from organization order by organization_id limit 1`.execute(tx)
    const [first] = found.rows
    if (first !== undefined) return first
    await sql`
      insert into organization (organization_id, name, created_at)
      values (${fresh.organizationId}, ${fresh.name}, ${fresh.at})`.execute(tx)
    return { organizationId: fresh.organizationId, name: fresh.name }
  })
}
