import { arrayOf, type Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { KitNeed } from './kit-needs.ts'
import type { Levels } from './levels.ts'
import type { KitPart, StandingNeed } from './plan-together.ts'

/**
 * A part of more kits than this (a carton, a leaflet) has them not planned with it: they are looked at by the daily sweep, and
 * what they want is taken as it was then.
 */
const KITS_AT_ONCE = 200

/**
 * Kits among these items that are put together ahead, those that are put together of these items, and what either kind takes,
 * down to what is put together of nothing. Virtual kits within are taken apart.
 * @returns by kit
 */
export async function findKitRelations(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<Map<string, KitPart[]>> {
  if (itemIds.length === 0) return new Map()
  const found = await sql<{ kitId: string } & KitPart>`
    with recursive asked as (
      select item_id from unnest(${arrayOf(itemIds, 'uuid')}) as asked (item_id)
    ), above as (
      select distinct kit_component.kit_item_id as item_id
      from asked
      ${withinVirtualKits(organizationId)}
      join kit_component on kit_component.organization_id = ${organizationId}
        and kit_component.component_item_id = within.item_id
      join item as kit on kit.organization_id = ${organizationId} and kit.item_id = kit_component.kit_item_id
        and kit.kit_kind = 'assembled' and kit.archived_at is null
      limit ${KITS_AT_ONCE + 1}
    ), kit as (
      select item_id from asked
      union
      select item_id from above where (select count(*) from above) <= ${KITS_AT_ONCE}
      union
      select coalesce(kit_part.part_item_id, kit_component.component_item_id)
      from kit
      join item on item.organization_id = ${organizationId} and item.item_id = kit.item_id
        and item.kit_kind = 'assembled'
      ${componentsTakenApart(organizationId)}
    )
    select kit.item_id as kit_id, coalesce(kit_part.part_item_id, kit_component.component_item_id) as item_id,
      sum(kit_component.quantity * coalesce(kit_part.quantity, 1))::bigint as quantity
    from kit
    join item on item.organization_id = ${organizationId} and item.item_id = kit.item_id
      and item.kit_kind = 'assembled' and item.archived_at is null
    ${componentsTakenApart(organizationId)}
    group by 1, 2
    order by 1, 2`.execute(db)
  return new Map(
    [...Map.groupBy(found.rows, ({ kitId }) => kitId)].map(([kitId, rows]) => [
      kitId,
      rows.map(({ itemId, quantity }) => ({ itemId, quantity })),
    ]),
  )
}

/** What a row `kit` that is put together takes: `kit_part` knows virtual kits alone, so its components are what was said of it. */
function componentsTakenApart(organizationId: string) {
  return sql`
      join kit_component on kit_component.organization_id = ${organizationId}
        and kit_component.kit_item_id = kit.item_id
      left join kit_part on kit_part.organization_id = ${organizationId}
        and kit_part.kit_item_id = kit_component.component_item_id`
}

/** For each row of `asked`: itself, and the virtual kits that hold it, with how many of it one holds, as `within`. */
function withinVirtualKits(organizationId: string) {
  return sql`
      cross join lateral (
        select asked.item_id, 1::bigint as quantity
        union all
        select kit_part.kit_item_id, kit_part.quantity from kit_part
        where kit_part.organization_id = ${organizationId} and kit_part.part_item_id = asked.item_id
      ) as within`
}

type Standing = {
  partId: string
  locationId: string
  kitId: string
  each: number
  perDay: number
  variancePerDay: number
  position: number
  levels: Levels
  wanted: number
  packUnits: number
}

/** What kits that are not among these items want of them, as they were last planned. */
export async function findStandingNeeds(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<StandingNeed[]> {
  if (itemIds.length === 0) return []
  const asked = arrayOf(itemIds, 'uuid')
  const found = await sql<Standing>`
    with asked as (
      select item_id from unnest(${asked}) as asked (item_id)
    ), taken as (
      select kit_component.kit_item_id as kit_id, asked.item_id as part_id,
        sum(kit_component.quantity * within.quantity)::bigint as quantity
      from asked
      ${withinVirtualKits(organizationId)}
      join kit_component on kit_component.organization_id = ${organizationId}
        and kit_component.component_item_id = within.item_id
      where kit_component.kit_item_id <> all(${asked})
      group by 1, 2
    )
    select taken.part_id, planned.location_id, taken.kit_id, taken.quantity as each,
      (figures -> 'network' ->> 'perDay')::float8 as per_day,
      (figures -> 'network' ->> 'variancePerDay')::float8 as variance_per_day,
      (figures -> 'network' ->> 'position')::bigint as position, figures -> 'network' -> 'levels' as levels,
      (figures ->> 'wanted')::bigint as wanted, (figures -> 'rule' ->> 'packUnits')::bigint as pack_units
    from taken
    join item as kit on kit.organization_id = ${organizationId} and kit.item_id = taken.kit_id
      and kit.kit_kind = 'assembled' and kit.archived_at is null
    join replenishment as planned on planned.organization_id = ${organizationId} and planned.item_id = taken.kit_id
    where figures -> 'rule' -> 'source' ->> 'kind' = 'assembly' and (figures -> 'rule' ->> 'replenish')::boolean
      and figures -> 'network' ->> 'variancePerDay' is not null
    order by 1, 2, 3`.execute(db)
  return found.rows.map(({ partId, locationId, ...need }) => ({
    partId,
    locationId,
    need: need satisfies KitNeed,
  }))
}
