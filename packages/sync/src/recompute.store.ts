import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** No item has it, and all come after it. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000'

/** The items that come next in order of their ids. */
export async function findItemsAfter(
  db: Db,
  organizationId: string,
  after: string | undefined,
  limit: number,
): Promise<string[]> {
  const found = await sql<{ itemId: string }>`
    select item_id from item
    where organization_id = ${organizationId} and item_id > ${after ?? BEFORE_ALL}
    order by item_id
    limit ${limit}`.execute(db)
  return found.rows.map((row) => row.itemId)
}
