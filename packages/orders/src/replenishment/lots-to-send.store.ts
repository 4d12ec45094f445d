import { type Db, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'

/** Units of a lot that may be sent away. */
export type LotToSend = { itemId: string; locationId: string; lot: string; free: number }

/** Lots of these items at these places that may leave, the first to expire first. */
export async function findLotsToSend(
  db: Db,
  organizationId: string,
  places: readonly { itemId: string; locationId: string }[],
  at: Date,
): Promise<LotToSend[]> {
  if (places.length === 0) return []
  const found = await sql<LotToSend>`
    select balance.item_id, balance.location_id, lot.code as lot, on_hand - reserved - held as free
    from ${unnestRows('place', places, { itemId: 'uuid', locationId: 'uuid' })}
    join balance on balance.organization_id = ${organizationId} and balance.item_id = place.item_id
      and balance.location_id = place.location_id
    join lot on lot.organization_id = balance.organization_id and lot.lot_id = balance.lot_id
    join location on location.organization_id = balance.organization_id
      and location.location_id = balance.location_id
    where lot.status = 'released' and on_hand - reserved - held > 0
      and (expires_on is null or expires_on >= (${at}::timestamptz at time zone location.time_zone)::date)
    order by balance.item_id, balance.location_id, expires_on nulls last, lot.created_at, lot.code`.execute(
    db,
  )
  return found.rows
}
