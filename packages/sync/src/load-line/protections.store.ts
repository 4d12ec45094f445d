import { arrayOf, type Db, type Tx } from '@plimsoll/database'
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

/** When a setting was changed, and by whom. */
export type ChangeStamp = { at: Date; actor: string }

export async function saveProtection(
  tx: Tx,
  organizationId: string,
  setting: ProtectionRow,
  stamp: ChangeStamp,
): Promise<void> {
  const { scope, scopeId, mode, oversellsPerMillion } = setting
  await sql`
    with ${changeOf(organizationId, setting, stamp)}
    insert into protection (organization_id, scope, scope_id, mode, oversells_per_million, updated_at)
    values (${organizationId}, ${scope}, ${scopeId}, ${mode}, ${oversellsPerMillion}, ${stamp.at})
    on conflict (organization_id, scope, scope_id) do update set
      mode = excluded.mode,
      oversells_per_million = excluded.oversells_per_million,
      updated_at = excluded.updated_at`.execute(tx)
}

export async function deleteProtection(
  tx: Tx,
  organizationId: string,
  { scope, scopeId }: Pick<ProtectionRow, 'scope' | 'scopeId'>,
  stamp: ChangeStamp,
): Promise<void> {
  const taken = { scope, scopeId, mode: null, oversellsPerMillion: null }
  await sql`
    with ${changeOf(organizationId, taken, stamp)}
    delete from protection
    where organization_id = ${organizationId} and scope = ${scope} and scope_id = ${scopeId}`.execute(tx)
}

type ChangedRow = { [Field in keyof ProtectionRow]: ProtectionRow[Field] | null }

/** What it says from then on, for whoever asks later what it said: by the statement that changes it. */
function changeOf(organizationId: string, row: ChangedRow, { at, actor }: ChangeStamp) {
  return sql`noted as (
      insert into protection_change (organization_id, scope, scope_id, at, mode, oversells_per_million, actor)
      values (${organizationId}, ${row.scope}, ${row.scopeId}, ${at}, ${row.mode}, ${row.oversellsPerMillion}, ${actor})
    )`
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

/** What one change set changed of the protection of these items, and whether it is still as that left it. */
export async function findProtectionsSetOn(
  db: Db,
  organizationId: string,
  changeSet: string,
  itemIds: readonly string[],
): Promise<
  {
    scopeId: string
    before: Pick<ProtectionRow, 'mode' | 'oversellsPerMillion'> | null
    isAsLeft: boolean
  }[]
> {
  const found = await sql<{
    scopeId: string
    before: Pick<ProtectionRow, 'mode' | 'oversellsPerMillion'> | null
    isAsLeft: boolean
  }>`
    select change.scope_id, change.before,
      (change.mode, change.oversells_per_million) is not distinct from (now.mode, now.oversells_per_million) as is_as_left
    from protection_change as change
    left join protection as now on now.organization_id = change.organization_id and now.scope = change.scope
      and now.scope_id = change.scope_id
    where change.organization_id = ${organizationId} and change.scope = 'item' and change_set = ${changeSet}
      and undoes is null and change.scope_id = any(${arrayOf(itemIds, 'uuid')})
    order by change.change_id`.execute(db)
  return found.rows
}
