import type { SyncContext } from '@plimsoll/sync'
import { sql } from 'kysely'

/**
 * What people ordered by hand in the hub: no shop has it in its books, and no platform is told of its parcels.
 * @returns units of each item, parts in place of kits, cancelled ones too
 */
export async function findSoldByHand({
  database,
  organizationId,
}: SyncContext): Promise<{ sku: string; quantity: number }[]> {
  const found = await sql<{ sku: string; quantity: number }>`
    select item.sku,
      sum(line.ordered * line.units_per_listing * coalesce(part.quantity, 1))::bigint as quantity
    from connection
    join order_line as line using (organization_id, connection_id)
    left join kit_part as part on part.organization_id = line.organization_id and part.kit_item_id = line.item_id
      and exists (
        select from item as kit
        where kit.organization_id = part.organization_id and kit.item_id = part.kit_item_id and kit.kit_kind = 'virtual'
      )
    join item on item.organization_id = line.organization_id
      and item.item_id = coalesce(part.part_item_id, line.item_id)
    where connection.organization_id = ${organizationId} and connection.connector = 'by-hand'
    group by item.sku
    order by item.sku`.execute(database.kysely)
  return found.rows
}
