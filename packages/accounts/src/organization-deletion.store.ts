import { type Db, inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import type { AccountContext } from './context.ts'
import { nowOf } from './context.ts'
import { insertOrganization, type Organization } from './organizations.store.ts'

/** An organization that is to go: marked, and served no more. */
export type Deletion = { organizationId: string; since: Date }

/** What a hub's only organization is followed by is called so until its owner gives it a name. */
const NEXT_NAME = 'My brand'

/**
 * Marks an organization: from the end of this transaction on nobody is served it, and its rows go bit by bit. A hub always
 * has an organization of its own: the last is followed by an empty one, of the same owners, so that nobody is locked
 * out and the hub does not open to whoever comes.
 * @returns the one that follows, where it was the last; undefined: there are others, or it was marked before
 */
export async function markForDeletion(
  tx: Db,
  context: Pick<AccountContext, 'clock' | 'uuid'>,
  organizationId: string,
): Promise<Organization | undefined> {
  // The last two, deleted at the same time, would each count on the other.
  await sql`select pg_advisory_xact_lock(hashtext('plimsoll first organization'))`.execute(tx)
  const at = nowOf(context)
  const marked = await sql`
    update organization set deleting_at = ${at}
    where organization_id = ${organizationId} and deleting_at is null returning organization_id`.execute(tx)
  if (marked.rows.length === 0) return undefined
  const left = await sql`
    select from organization where kind = 'own' and deleting_at is null limit 1`.execute(tx)
  if (left.rows.length > 0) return undefined
  const next = { organizationId: context.uuid(), name: NEXT_NAME }
  await insertOrganization(tx, { ...next, at })
  await sql`
    insert into member (organization_id, person_id, role, limits, added_by, created_at)
    select ${next.organizationId}, person_id, role, limits, added_by, ${at} from member
    where organization_id = ${organizationId} and role = 'owner'`.execute(tx)
  return next
}

/** Those that are marked, the longest first. */
export async function findDeletions(db: Db): Promise<Deletion[]> {
  const found = await sql<Deletion>`
    select organization_id, deleting_at as since from organization
    where deleting_at is not null order by deleting_at, organization_id`.execute(db)
  return found.rows
}

/**
 * One transaction's worth of rows. Which tables have any is read from the catalogue.
 * @returns how many went; 0: only the organization itself is left
 */
export async function deletePiece(db: Db, organizationId: string, rowsMax: number): Promise<number> {
  const found = await sql<{ deleted: number }>`
    select delete_organization(${organizationId}, ${rowsMax}) as deleted`.execute(db)
  return found.rows[0]?.deleted ?? 0
}

/**
 * The last of it, once no process serves it any more: one that has not heard yet might still write.
 * @returns false: somebody serves it still, or has written something; ask again later
 */
export async function finishDeletion(context: AccountContext, organizationId: string): Promise<boolean> {
  return await inTransaction(context.database, async (tx) => {
    const locked = await sql`
      select from organization where organization_id = ${organizationId} for update`.execute(tx)
    // Another process was quicker.
    if (locked.rows.length === 0) return true
    const serving = await sql`
      select from hub_process where organization_id = ${organizationId} and expires_at >= ${nowOf(context)}
      limit 1`.execute(tx)
    if (serving.rows.length > 0 || (await deletePiece(tx, organizationId, 1)) > 0) return false
    await sql`delete from hub_process where organization_id = ${organizationId}`.execute(tx)
    await sql`delete from organization where organization_id = ${organizationId}`.execute(tx)
    return true
  })
}
