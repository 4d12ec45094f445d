import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ProtectionRow } from './protection.ts'

/** A setting with whom it is set on, as a person knows them. */
export type NamedProtection = ProtectionRow & {
  connectionName: string | null
  sku: string | null
  updatedAt: Date
}

/** Every setting from far to near: the organization's, those of connections, those of items. */
export async function findNamedProtections(db: Db, organizationId: string): Promise<NamedProtection[]> {
  const found = await sql<NamedProtection>`
    select scope, scope_id, mode, oversells_per_million, connection.name as connection_name, item.sku, protection.updated_at
    from protection
    left join connection on scope = 'connection' and connection.organization_id = protection.organization_id
      and connection.connection_id = scope_id
    left join item on scope = 'item' and item.organization_id = protection.organization_id and item.item_id = scope_id
    where protection.organization_id = ${organizationId}
    order by array_position(array['organization', 'connection', 'item'], scope), connection.name, item.sku, scope_id`.execute(
    db,
  )
  return found.rows
}

export async function saveProtection(
  tx: Tx,
  organizationId: string,
  setting: ProtectionRow,
  at: Date,
): Promise<void> {
  await sql`
    insert into protection (organization_id, scope, scope_id, mode, oversells_per_million, updated_at)
    values (${organizationId}, ${setting.scope}, ${setting.scopeId}, ${setting.mode}, ${setting.oversellsPerMillion}, ${at})
    on conflict (organization_id, scope, scope_id) do update set
      mode = excluded.mode,
      oversells_per_million = excluded.oversells_per_million,
      updated_at = excluded.updated_at`.execute(tx)
}

export async function deleteProtection(
  tx: Tx,
  organizationId: string,
  { scope, scopeId }: Pick<ProtectionRow, 'scope' | 'scopeId'>,
): Promise<void> {
  await sql`
    delete from protection
    where organization_id = ${organizationId} and scope = ${scope} and scope_id = ${scopeId}`.execute(tx)
}

/** The items whose levels a setting reaches. */
export async function findItemsProtected(
  db: Db,
  organizationId: string,
  { scope, scopeId }: Pick<ProtectionRow, 'scope' | 'scopeId'>,
): Promise<string[]> {
  if (scope === 'item') return [scopeId]
  const found = await sql<{ itemId: string }>`
    select distinct item_id from level
    where organization_id = ${organizationId} and item_id is not null
      and (${scope === 'organization'} or connection_id = ${scopeId})
    order by item_id`.execute(db)
  return found.rows.map(({ itemId }) => itemId)
}

export type ItemProtection = {
  itemId: string
  state: 'tightening' | 'guaranteed' | 'broken'
  since: Date
  shortUnits: number
  obstacles: string[]
}

/** How far items are protected, of those whose units are dealt. */
export async function findItemProtections(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<ItemProtection[]> {
  const found = await sql<ItemProtection>`
    select item_id, state, since, short_units, obstacles from item_protection
    where organization_id = ${organizationId} and item_id = any(${sql.val([...itemIds])}::uuid[])
    order by item_id`.execute(db)
  return found.rows
}
