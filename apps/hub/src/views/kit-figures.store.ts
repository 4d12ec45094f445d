import type { ItemRow } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'

/** What a virtual kit's parts allow: everywhere together, and at each location by itself, which may add up to less. */
export type KitFigures = Pick<ItemRow, 'available' | 'locations'>

/**
 * Of those of the items that are virtual kits, in one statement for a whole page of the grid. Rounded down as
 * `kitsFrom` of the stock package does it: to the kits that would have to come back where a part is oversold.
 */
export async function findKitFigures(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<Map<string, KitFigures>> {
  const found = await sql<{ itemId: string; locationId: string | null; available: number }>`
    with part as (
      select kit_item_id, part_item_id, quantity, location_id, grouping(location_id) = 1 as is_everywhere,
        coalesce(sum(on_hand - reserved - held), 0)::bigint as available
      from kit_part
      left join balance on balance.organization_id = kit_part.organization_id
        and balance.item_id = kit_part.part_item_id
      where kit_part.organization_id = ${organizationId}
        and kit_item_id = any(${sql.val([...itemIds])}::uuid[])
      group by grouping sets (
        (kit_item_id, part_item_id, quantity, location_id), (kit_item_id, part_item_id, quantity)
      )
    ), allowed as (
      select kit_item_id, location_id, count(*) as parts,
        min(available / quantity - case when available % quantity < 0 then 1 else 0 end) as available
      from part
      where is_everywhere or location_id is not null
      group by kit_item_id, location_id
    )
    select kit_item_id as item_id, location_id,
      -- A part that never was at a location allows none there.
      case when parts < max(parts) over (partition by kit_item_id) then least(available, 0) else available end
        as available
    from allowed
    order by kit_item_id, location_id nulls first`.execute(db)
  const kits = new Map<string, KitFigures>()
  for (const { itemId, locationId, available } of found.rows) {
    if (locationId === null) kits.set(itemId, { available, locations: [] })
    else kits.get(itemId)?.locations.push({ locationId, ...nothingOfItsOwn, available })
  }
  return kits
}

const nothingOfItsOwn = { onHand: 0, reserved: 0, held: 0, incoming: 0 }

/** The virtual kits of which at least one can be sold. */
export function selectKitsThere(organizationId: string): RawBuilder<{ itemId: string }> {
  return sql`
    select kit_item_id from kit_part
    left join (
      select item_id, sum(on_hand - reserved - held) as available from balance
      where organization_id = ${organizationId} and item_id in (
        select part_item_id from kit_part where organization_id = ${organizationId}
      )
      group by item_id
    ) as stock on stock.item_id = part_item_id
    where kit_part.organization_id = ${organizationId}
    group by kit_item_id
    having bool_and(coalesce(stock.available, 0) >= quantity)`
}
