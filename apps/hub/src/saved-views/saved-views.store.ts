import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { SavedView } from './saved-view.ts'

const columns = sql`view_id, screen, name, owner, shared, search, changed_at`

/** All that somebody may see, by screen and name, shared ones first. */
export async function findViews(db: Db, organizationId: string, owner: string): Promise<SavedView[]> {
  const found = await sql<SavedView>`
    select ${columns} from saved_view
    where organization_id = ${organizationId} and (shared or owner = ${owner})
    order by screen, shared desc, lower(name), view_id`.execute(db)
  return found.rows
}

export async function findView(
  db: Db,
  organizationId: string,
  viewId: string,
): Promise<SavedView | undefined> {
  const found = await sql<SavedView>`
    select ${columns} from saved_view where organization_id = ${organizationId} and view_id = ${viewId}`.execute(
    db,
  )
  return found.rows[0]
}

/** @returns false where the name is taken, or there are as many as there may be */
export async function insertView(
  db: Db,
  organizationId: string,
  view: SavedView,
  most: number,
): Promise<'saved' | 'name-taken' | 'too-many'> {
  const { viewId, screen, name, owner, shared, search, changedAt } = view
  const counted = await sql<{ views: number }>`
    select count(*) as views from saved_view
    where organization_id = ${organizationId} and owner = ${owner}`.execute(db)
  if ((counted.rows[0]?.views ?? 0) >= most) return 'too-many'
  const inserted = await sql`
    insert into saved_view (organization_id, view_id, screen, name, owner, shared, search, made_at, changed_at)
    values (${organizationId}, ${viewId}, ${screen}, ${name}, ${owner}, ${shared}, ${JSON.stringify(search)}::jsonb,
      ${changedAt}, ${changedAt})
    on conflict do nothing`.execute(db)
  return inserted.numAffectedRows === 1n ? 'saved' : 'name-taken'
}

/** @returns false where the name is taken */
export async function updateView(db: Db, organizationId: string, view: SavedView): Promise<boolean> {
  const { viewId, screen, name, owner, shared, search, changedAt } = view
  const updated = await sql`
    update saved_view set name = ${name}, shared = ${shared}, search = ${JSON.stringify(search)}::jsonb,
      changed_at = ${changedAt}
    where organization_id = ${organizationId} and view_id = ${viewId} and not exists (
      select from saved_view as other
      where other.organization_id = ${organizationId} and other.screen = ${screen} and other.view_id <> ${viewId}
        and lower(other.name) = lower(${name}) and other.shared = ${shared}
        and (other.shared or other.owner = ${owner})
    )`.execute(db)
  return updated.numAffectedRows === 1n
}

export async function deleteView(db: Db, organizationId: string, viewId: string): Promise<void> {
  await sql`delete from saved_view where organization_id = ${organizationId} and view_id = ${viewId}`.execute(
    db,
  )
}
