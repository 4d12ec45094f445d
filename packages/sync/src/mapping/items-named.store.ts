import { arrayOf, type Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** Items by SKU; those that are not there are left out. */
export async function findItemsNamed(
  db: Db,
  organizationId: string,
  skus: readonly string[],
): Promise<{ itemId: string; sku: string; name: string; isArchived: boolean }[]> {
  if (skus.length === 0) return []
  const found = await sql<{ itemId: string; sku: string; name: string; isArchived: boolean }>`
    select item_id, sku, name, archived_at is not null as is_archived from item
    where organization_id = ${organizationId} and sku = any(${arrayOf(skus, 'text')})`.execute(db)
  return found.rows
}
