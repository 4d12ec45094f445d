import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { KIT_DEPTH_MAX } from './flatten.ts'

export type BrokenKit = {
  organizationId: string
  kitItemId: string
  /** `parts`: not what its components come down to; `stock`: a virtual kit has stock of its own. */
  problem: 'parts' | 'stock'
}

/**
 * Every virtual kit comes down to what its components say, and has no stock of its own. Worked out from the
 * components alone, by walking down in SQL and not by `flattenKits`: two ways that must agree.
 */
export const brokenKits = sql<BrokenKit>`
    with recursive way (organization_id, kit_item_id, item_id, quantity, is_open, depth) as (
      select kit.organization_id, kit.item_id, kit.item_id, 1::numeric, true, 0
      from item as kit
      where kit.kit_kind = 'virtual'
      union all
      select way.organization_id, way.kit_item_id, item.item_id, way.quantity * kit_component.quantity,
        item.kit_kind = 'virtual', depth + 1
      from way
      join kit_component on kit_component.organization_id = way.organization_id
        and kit_component.kit_item_id = way.item_id
      join item on item.organization_id = way.organization_id and item.item_id = kit_component.component_item_id
      -- A cycle, which only a hand in the database could make, must not keep this walking.
      where way.is_open and depth <= ${KIT_DEPTH_MAX}
    ),
    expected as (
      select organization_id, kit_item_id, item_id as part_item_id, sum(quantity) as quantity
      from way
      where not is_open
      group by organization_id, kit_item_id, item_id
    )
    select organization_id, kit_item_id, 'parts' as problem
    from expected
    full join kit_part using (organization_id, kit_item_id, part_item_id)
    where expected.quantity is distinct from kit_part.quantity::numeric
    union
    select organization_id, item_id, 'parts'
    from item
    where kit_kind = 'virtual' and not exists (
      select from kit_part
      where kit_part.organization_id = item.organization_id and kit_part.kit_item_id = item.item_id
    )
    union all
    select distinct balance.organization_id, balance.item_id, 'stock'
    from balance
    join item on item.organization_id = balance.organization_id and item.item_id = balance.item_id
    where item.kit_kind = 'virtual'
      and (balance.on_hand <> 0 or balance.reserved <> 0 or balance.held <> 0 or balance.incoming <> 0)
    order by 1, 2, 3`

/** @returns the first thousand kits that break it; empty is good */
export async function findBrokenKits(db: Db): Promise<BrokenKit[]> {
  return (await sql<BrokenKit>`${brokenKits} limit 1000`.execute(db)).rows
}
