import type { Db, LotStatus } from '@plimsoll/database'
import { timeZoneOf } from '@plimsoll/stock'
import { sql } from 'kysely'

/** What is there of one lot at one location. Base units. */
export type LotAtLocation = {
  itemId: string
  locationId: string
  code: string
  status: LotStatus
  expiresOn: string | null
  /** The day that it is at the location. */
  today: string
  onHand: number
  reserved: number
  held: number
}

/** The lots of items that are somewhere, those that expire first before the others. */
export async function findItemLots(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  at: Date,
): Promise<LotAtLocation[]> {
  if (itemIds.length === 0) return []
  const found = await sql<LotAtLocation>`
    select item_id, location_id, lot.code, lot.status, lot.expires_on,
      (${at}::timestamptz at time zone ${timeZoneOf})::date as today,
      balance.on_hand, balance.reserved, balance.held
    from lot
    join balance using (organization_id, item_id, lot_id)
    join location using (organization_id, location_id)
    where organization_id = ${organizationId} and item_id = any(${sql.val(itemIds)}::uuid[])
      and (balance.on_hand <> 0 or balance.reserved <> 0 or balance.held <> 0)
    order by lot.expires_on nulls last, lot.code, location.code`.execute(db)
  return found.rows
}
