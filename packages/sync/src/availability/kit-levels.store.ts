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

/** Those of these items that are in more kits than are worked out together with them. */
export async function findWidelyUsed(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<string[]> {
  const found = await sql<{ partItemId: string }>`
    select part_item_id from kit_part
    where organization_id = ${organizationId} and part_item_id = any(${sql.val([...itemIds])}::uuid[])
    group by part_item_id
    having count(*) > ${KITS_AT_ONCE}
    order by part_item_id`.execute(db)
  return found.rows.map((row) => row.partItemId)
}
