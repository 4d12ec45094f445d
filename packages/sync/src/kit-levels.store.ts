import type { Db } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'

/**
 * Kits that are worked out together with what they contain; of an item that is in more, the rest is noted for the
 * turns that follow. A gift box may be in ten thousand kits, and no sale of it shall wait for all of them.
 */
const KITS_AT_ONCE = 500

/**
 * Found within each statement and not asked for first: one look into an index, for all items together, where the
 * round trip would be paid by every sale of every organization. An array and no join: planned as one, the statement
 * around it falls back to reading whole tables.
 */
function kitsWith(organizationId: string, itemIds: readonly string[]): RawBuilder<unknown> {
  return sql`
    select kit_item_id from kit_part
    where kit_part.organization_id = ${organizationId} and part_item_id = any(${sql.val([...itemIds])}::uuid[])
    group by kit_item_id
    order by kit_item_id`
}

/** These items and the virtual kits that contain them, as an array of ids. */
export function withKits(organizationId: string, itemIds: readonly string[]): RawBuilder<string[]> {
  return sql`array(
    select unnest(${sql.val([...itemIds])}::uuid[])
    union
    (${kitsWith(organizationId, itemIds)} limit ${KITS_AT_ONCE})
  )`
}

/** These items, and all parts of the kits that are worked out together with them, as an array of ids. */
export function withPartsOfKits(organizationId: string, itemIds: readonly string[]): RawBuilder<string[]> {
  return sql`array(
    select unnest(${sql.val([...itemIds])}::uuid[])
    union
    select part_item_id from kit_part
    where kit_part.organization_id = ${organizationId} and kit_item_id = any(${withKits(organizationId, itemIds)})
  )`
}

/** Kits that contain one of these items and are more than are worked out at once. */
export async function findKitsBeyond(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<string[]> {
  const found = await sql<{ kitItemId: string }>`
    ${kitsWith(organizationId, itemIds)} offset ${KITS_AT_ONCE}`.execute(db)
  return found.rows.map((row) => row.kitItemId)
}

export type KitLevelPart = {
  levelId: string
  partItemId: string
  /** Base units in one base unit of the kit. */
  quantity: number
  /** Base units of the part in the level's pool. */
  available: number
  /** Base units of the part on their way to the pool. */
  incoming: number
}

/** What each part allows at every level that shows one of these items as a kit, or a kit that contains one. */
export async function findKitLevelParts(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<KitLevelPart[]> {
  const found = await sql<KitLevelPart>`
    select level.level_id, kit_part.part_item_id, kit_part.quantity, pool.available, pool.incoming
    from level
    join kit_part on kit_part.organization_id = level.organization_id and kit_part.kit_item_id = level.item_id
    cross join lateral (
      select coalesce(sum(balance.on_hand - balance.reserved - balance.held), 0)::bigint as available,
        coalesce(sum(balance.incoming), 0)::bigint as incoming
      from pool_location
      join balance on balance.organization_id = pool_location.organization_id
        and balance.item_id = kit_part.part_item_id
        and balance.location_id = pool_location.location_id
      where pool_location.organization_id = level.organization_id
        and pool_location.connection_id = level.connection_id
        and pool_location.external_id = level.external_location_id
    ) as pool
    where level.organization_id = ${organizationId} and level.item_id = any(array(
      select kit_item_id from kit_part
      where kit_part.organization_id = ${organizationId} and kit_item_id = any(${sql.val([...itemIds])}::uuid[])
      union
      (${kitsWith(organizationId, itemIds)} limit ${KITS_AT_ONCE})
    ))
    order by level.level_id, kit_part.part_item_id`.execute(db)
  return found.rows
}
