import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

export type Standing = {
  sku: string
  locationCode: string
  /** Null for units of no lot. */
  lot: string | null
  onHand: number
  available: number
}

/** What these items have at each location, lot by lot. Places without a balance are left out. */
export async function findStandings(
  db: Db,
  organizationId: string,
  skus: readonly string[],
): Promise<Standing[]> {
  const found = await sql<Standing>`
    select item.sku, location.code as location_code, lot.code as lot, sum(balance.on_hand)::bigint as on_hand,
      sum(balance.on_hand - balance.reserved - balance.held)::bigint as available
    from item
    join balance on balance.organization_id = item.organization_id and balance.item_id = item.item_id
    join location on location.organization_id = item.organization_id
      and location.location_id = balance.location_id
    left join lot on lot.organization_id = balance.organization_id and lot.lot_id = balance.lot_id
    where item.organization_id = ${organizationId} and item.sku = any(${sql.val(skus)}::text[])
    group by item.sku, location.code, lot.code`.execute(db)
  return found.rows
}

/** How many places have something available. */
export async function countStocked(db: Db, organizationId: string): Promise<number> {
  const found = await sql<{ places: number }>`
    select count(*) as places from balance
    where organization_id = ${organizationId} and on_hand - reserved - held > 0`.execute(db)
  return found.rows[0]?.places ?? 0
}
