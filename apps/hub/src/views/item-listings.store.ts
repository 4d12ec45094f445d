import type { ArchivedItem } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** The listings that sell an item, by connection. */
export async function findListingsOf(
  db: Db,
  organizationId: string,
  itemId: string,
): Promise<ArchivedItem['listings']> {
  const found = await sql<ArchivedItem['listings'][number]>`
    select listing_id, connection.name as connection_name, listing.external_id, title
    from listing join connection using (organization_id, connection_id)
    where organization_id = ${organizationId} and item_id = ${itemId} and listing.state <> 'gone'
    order by connection.name, listing.external_id`.execute(db)
  return found.rows
}
