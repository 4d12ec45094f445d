import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

export type Organization = { organizationId: string; name: string; isSample?: boolean }

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
      select organization_id, name from organization
      where kind = 'own' and deleting_at is null
      order by created_at, organization_id limit 1`.execute(tx)
    const [first] = found.rows
    if (first !== undefined) return first
    await sql`
      insert into organization (organization_id, name, created_at)
      values (${fresh.organizationId}, ${fresh.name}, ${fresh.at})`.execute(tx)
    return { organizationId: fresh.organizationId, name: fresh.name }
  })
}

/** One more organization of this hub. @param organization `kind`: `sample` is there to be tried and wiped; `own` unless given */
export async function insertOrganization(
  db: Db,
  organization: Organization & { at: Date; kind?: 'own' | 'sample' },
): Promise<void> {
  const { organizationId, name, at, kind = 'own' } = organization
  await sql`
    insert into organization (organization_id, name, created_at, kind)
    values (${organizationId}, ${name}, ${at}, ${kind})`.execute(db)
}

/** All of this hub that are served, the oldest first: without those that are being deleted. */
export async function findOrganizations(db: Db): Promise<(Organization & { isSample: boolean })[]> {
  const found = await sql<Organization & { isSample: boolean }>`
    select organization_id, name, kind = 'sample' as is_sample from organization
    where deleting_at is null order by created_at, organization_id`.execute(db)
  return found.rows
}

/** As it is now, whatever this process has heard. @returns undefined: it is gone, or about to be */
export async function findOrganizationName(db: Db, organizationId: string): Promise<string | undefined> {
  const found = await sql<{ name: string }>`
    select name from organization where organization_id = ${organizationId} and deleting_at is null`.execute(
    db,
  )
  return found.rows[0]?.name
}

export async function renameOrganization(db: Db, { organizationId, name }: Organization): Promise<void> {
  await sql`update organization set name = ${name} where organization_id = ${organizationId}`.execute(db)
}
