import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ProtectionRow } from './protection.ts'

type Scope = Pick<ProtectionRow, 'scope' | 'scopeId'>

/** What was set at a scope at a moment. */
export type ProtectionAt = Scope & {
  /** Null: it was set before its changes were kept, and has been changed since; nobody knows what it was. */
  mode: ProtectionRow['mode'] | null
  oversellsPerMillion: number | null
  since: Date | null
  /** Who set it; null: that was not kept yet. */
  actor: string | null
}

/** The protections that were set at these scopes then, as far as their history is kept; those where none was are left out. */
export async function findProtectionsAt(
  db: Db,
  organizationId: string,
  scopes: readonly Scope[],
  at: Date,
): Promise<ProtectionAt[]> {
  const found = await sql<ProtectionAt>`
    select asked.scope, asked.scope_id, coalesce(before.mode, unchanged.mode) as mode,
      coalesce(before.oversells_per_million, unchanged.oversells_per_million) as oversells_per_million,
      coalesce(before.at, unchanged.updated_at) as since, before.actor
    from unnest(
      ${sql.val(scopes.map(({ scope }) => scope))}::text[], ${sql.val(scopes.map(({ scopeId }) => scopeId))}::uuid[]
    ) with ordinality as asked(scope, scope_id, place)
    left join lateral (
      select at, mode, oversells_per_million, actor from protection_change
      where organization_id = ${organizationId} and protection_change.scope = asked.scope
        and protection_change.scope_id = asked.scope_id and at <= ${at}
      order by at desc, change_id desc
      limit 1
    ) as before on true
    -- Set before changes were kept, and never changed since.
    left join protection as unchanged on unchanged.organization_id = ${organizationId}
      and unchanged.scope = asked.scope and unchanged.scope_id = asked.scope_id and unchanged.updated_at <= ${at}
      and before.at is null
    where before.mode is not null or unchanged.mode is not null or (before.at is null and exists (
      select from protection
      where protection.organization_id = ${organizationId} and protection.scope = asked.scope
        and protection.scope_id = asked.scope_id
    ) and not exists (
      -- Its history begins with the first that was set there: before it there was none.
      select from protection_change
      where organization_id = ${organizationId} and protection_change.scope = asked.scope
        and protection_change.scope_id = asked.scope_id
    ))
    order by asked.place`.execute(db)
  return found.rows
}

/** A change of a setting, with whom it was set on, as a person knows them. */
export type ProtectionChanged = {
  scope: ProtectionRow['scope']
  connectionName: string | null
  sku: string | null
  at: Date
  /** Null: it was taken back. */
  mode: ProtectionRow['mode'] | null
  oversellsPerMillion: number | null
  actor: string
}

/** The latest changes, newest first. */
export async function findProtectionChanges(
  db: Db,
  organizationId: string,
  { limit }: { limit: number },
): Promise<ProtectionChanged[]> {
  const found = await sql<ProtectionChanged>`
    select scope, connection.name as connection_name, item.sku, at, mode, oversells_per_million, actor
    from protection_change as change
    left join connection on scope = 'connection' and connection.organization_id = change.organization_id
      and connection.connection_id = scope_id
    left join item on scope = 'item' and item.organization_id = change.organization_id and item.item_id = scope_id
    where change.organization_id = ${organizationId}
    order by at desc, change_id desc
    limit ${limit}`.execute(db)
  return found.rows
}
