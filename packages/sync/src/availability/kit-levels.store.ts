import type { Db } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'

/**
 * An item in more kits than these is widely used: a gift box may be in ten thousand, and no sale of it shall wait for all
 * of them. All others bring all of their kits along, or items that a kit joins could never be looked at together.
 */
const WIDELY_USED_KITS = 100

/** Kits that only widely used items bring are worked out with those up to so many; the rest is noted for later turns. */
const KITS_AT_ONCE = 500

/**
 * Kits that contain one of these items: those that are worked out together with them, or the rest.
 * Found within each statement and not asked for first: one look into an index, for all items together, where the
 * round trip would be paid by every sale of every organization. An array and no join: planned as one, the statement
 * around it falls back to reading whole tables.
 */
function kitsWith(
  organizationId: string,
  itemIds: readonly string[],
  which: 'at-once' | 'beyond',
): RawBuilder<unknown> {
  const isAtOnce = sql`(in_kits <= ${WIDELY_USED_KITS} or nth <= ${KITS_AT_ONCE})`
  return sql`
    select kit_item_id
    from (
      select kit_item_id, min(in_kits) as in_kits,
        row_number() over (order by min(in_kits) > ${WIDELY_USED_KITS}, kit_item_id) as nth
      from (
        select kit_item_id, count(*) over (partition by part_item_id) as in_kits
        from kit_part
        where kit_part.organization_id = ${organizationId} and part_item_id = any(${sql.val([...itemIds])}::uuid[])
      ) as part
      group by kit_item_id
    ) as kit
    where ${which === 'at-once' ? isAtOnce : sql`not ${isAtOnce}`}`
}

/** These items and the virtual kits that contain them, as an array of ids. */
export function withKits(organizationId: string, itemIds: readonly string[]): RawBuilder<string[]> {
  return sql`array(
    select unnest(${sql.val([...itemIds])}::uuid[])
    union
    (${kitsWith(organizationId, itemIds, 'at-once')})
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
    ${kitsWith(organizationId, itemIds, 'beyond')} order by kit_item_id`.execute(db)
  return found.rows.map((row) => row.kitItemId)
}

/** Those of these items of which not all kits need be worked out together with them. */
export async function findWidelyUsed(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<string[]> {
  const found = await sql<{ partItemId: string }>`
    select part_item_id from kit_part
    where organization_id = ${organizationId} and part_item_id = any(${sql.val([...itemIds])}::uuid[])
    group by part_item_id
    having count(*) > ${WIDELY_USED_KITS}
    order by part_item_id`.execute(db)
  return found.rows.map((row) => row.partItemId)
}
