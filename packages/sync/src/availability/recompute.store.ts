import type { Db } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'
import { decided, type PlainTerms, placesOf } from './plain-decision.store.ts'
import { specialItems } from './plain-levels.store.ts'

/** Items by their ids: those after the first up to and with the last. */
export type ItemRange = { after: string | undefined; last: string }

/** No item has it, and all come after it. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000'

/** How many items come next in order of their ids, and the last of them; null: none. */
export async function findItemRange(
  db: Db,
  organizationId: string,
  after: string | undefined,
  limit: number,
): Promise<{ items: number; last: string | null }> {
  const found = await sql<{ items: number; last: string | null }>`
    select count(*) as items, max(item_id::text) as last
    from (
      select item_id from item
      where organization_id = ${organizationId} and item_id > ${after ?? BEFORE_ALL}
      order by item_id
      limit ${limit}
    ) as next`.execute(db)
  return found.rows[0] ?? { items: 0, last: null }
}

export async function findItemsIn(db: Db, organizationId: string, range: ItemRange): Promise<string[]> {
  const found = await sql<{ itemId: string }>`
    select item_id from item
    where organization_id = ${organizationId} and ${isIn(range)(sql.ref('item_id'))}
    order by item_id`.execute(db)
  return found.rows.map((row) => row.itemId)
}

/**
 * Items of a range some level of which may show something else than it should, or is not queued though it should be
 * written; what is not plain is always among them. It locks nothing and may take an item too many: whoever works them out
 * decides anew.
 */
export async function findDoubtfulItems(
  db: Db,
  organizationId: string,
  range: ItemRange,
  { at, ...terms }: PlainTerms & { at: Date },
): Promise<string[]> {
  const isWanted = isIn(range)
  const found = await sql<{ itemId: string }>`
    with stock as (
      select stock_key, item_id, sum(on_hand - reserved - held)::bigint as available, sum(incoming)::bigint as incoming
      from balance
      join ${placesOf(terms)} using (location_id)
      where organization_id = ${organizationId} and ${isWanted(sql.ref('item_id'))}
      group by stock_key, item_id
    )
    select level.item_id
    from level
    ${decided(organizationId, terms)}
    where level.organization_id = ${organizationId} and ${isWanted(sql.ref('level.item_id'))}
      and (step.is_different or step.is_to_write)
    union
    (${specialItems(organizationId, isWanted, { at, withParts: false })})
    order by item_id`.execute(db)
  return found.rows.map((row) => row.itemId)
}

function isIn({ after, last }: ItemRange): (itemId: RawBuilder<unknown>) => RawBuilder<unknown> {
  return (itemId) => sql`${itemId} > ${after ?? BEFORE_ALL}::uuid and ${itemId} <= ${last}::uuid`
}
