import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { timeZoneOf } from '../items.store.ts'

/** Base units of an item at a location that may be taken: lots added up, less what is promised, held or in a lot that may not leave. */
type UsableStock = { itemId: string; code: string; name: string; usable: number }

/** Of these items, wherever one of them is or was, in order of the location's code. Archived locations and goods in transit are left out. */
export async function findUsableStock(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  at: Date,
): Promise<UsableStock[]> {
  const found = await sql<UsableStock>`
    select balance.item_id, location.code, location.name,
      (sum(on_hand - reserved - held) - coalesce(sum(greatest(0, on_hand - held)) filter (
        where lot.status <> 'released' or lot.expires_on < (${at}::timestamptz at time zone ${timeZoneOf})::date
      ), 0))::bigint as usable
    from balance
    join location on location.organization_id = balance.organization_id
      and location.location_id = balance.location_id and location.kind <> 'transit' and location.archived_at is null
    left join lot on lot.organization_id = balance.organization_id and lot.lot_id = balance.lot_id
    where balance.organization_id = ${organizationId} and balance.item_id = any(${sql.val([...itemIds])}::uuid[])
    group by balance.item_id, location.code, location.name
    order by location.code, balance.item_id`.execute(db)
  return found.rows
}
