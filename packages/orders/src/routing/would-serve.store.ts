import { arrayOf, type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { WouldServe } from './would-serve.ts'

/** Places that have these items as a rule: now, or on some day of those that demand was last measured over. */
export async function findKeptPlaces(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<{ itemId: string; locationId: string }[]> {
  if (itemIds.length === 0) return []
  const found = await sql<{ itemId: string; locationId: string }>`
    select item_id, location_id from balance
    where organization_id = ${organizationId} and item_id = any(${arrayOf(itemIds, 'uuid')}) and on_hand > 0
    union
    select item_id, location_id from item_demand
    where organization_id = ${organizationId} and item_id = any(${arrayOf(itemIds, 'uuid')})
      and jsonb_path_exists(history, '$.stocked[*] ? (@ > 0)')`.execute(db)
  return found.rows
}

/** Notes whose demand items of an order are. What was noted first stays: the order came on that day, by the rules of that day. */
export async function noteDemandPlaces(
  tx: Tx,
  organizationId: string,
  orderId: string,
  { rows, at }: { rows: readonly WouldServe[]; at: Date },
): Promise<void> {
  if (rows.length === 0) return
  await sql`
    insert into demand_place (organization_id, order_id, item_id, location_id, noted_at)
    select ${organizationId}, ${orderId}, item_id, location_id, ${at}
    from ${unnestRows('noted', rows, { itemId: 'uuid', locationId: 'uuid' })}
    on conflict do nothing`.execute(tx)
}
