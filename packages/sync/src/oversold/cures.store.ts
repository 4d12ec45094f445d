import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** What could serve each item: locations with units to spare, and what is on its way. */
export async function findSpare(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<{ itemId: string; locationCode: string; units: number; incoming: number }[]> {
  if (itemIds.length === 0) return []
  const found = await sql<{ itemId: string; locationCode: string; units: number; incoming: number }>`
    select item_id, location.code as location_code, sum(on_hand - reserved - held)::bigint as units,
      sum(incoming)::bigint as incoming
    from balance
    join location on location.organization_id = balance.organization_id
      and location.location_id = balance.location_id
    where balance.organization_id = ${organizationId} and item_id = any(${sql.val([...itemIds])}::uuid[])
      and location.archived_at is null
    group by item_id, location.code
    order by item_id, units desc, location.code`.execute(db)
  return found.rows
}

/** The connections that sell each item, or a kit of it. */
export async function findSellers(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<{ itemId: string; connectionName: string; connector: string }[]> {
  if (itemIds.length === 0) return []
  const found = await sql<{ itemId: string; connectionName: string; connector: string }>`
    with sold as (
      select item_id, item_id as sold_as from item
      where organization_id = ${organizationId} and item_id = any(${sql.val([...itemIds])}::uuid[])
      union
      select part_item_id, kit_item_id from kit_part
      where organization_id = ${organizationId} and part_item_id = any(${sql.val([...itemIds])}::uuid[])
    )
    select distinct sold.item_id, connection.name as connection_name, connector
    from sold
    join level on level.organization_id = ${organizationId} and level.item_id = sold.sold_as
    join connection on connection.organization_id = level.organization_id
      and connection.connection_id = level.connection_id
    order by sold.item_id, connection.name`.execute(db)
  return found.rows
}
