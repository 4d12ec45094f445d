import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

export type BrokenIncoming = {
  organizationId: string
  itemId: string
  locationId: string
  incoming: number
  expected: number
}

/**
 * Incoming units of every item and location equal what open documents expect there and has not arrived: transfers
 * under way, and inbound shipments.
 */
export const brokenIncoming = sql<BrokenIncoming>`
    with waiting as (
      select organization_id, item_id, to_location_id as location_id,
        dispatched - received - lost - returned as units
      from transfer_line
      join transfer using (organization_id, transfer_id)
      union all
      select organization_id, item_id, location_id, expected - (received - over) - cancelled
      from inbound_line
      join inbound_shipment using (organization_id, inbound_id)
    ), expected as (
      select organization_id, item_id, location_id, sum(units)::bigint as units
      from waiting
      group by organization_id, item_id, location_id
    ), coming as (
      select organization_id, item_id, location_id, sum(incoming)::bigint as units
      from balance
      group by organization_id, item_id, location_id
    )
    select organization_id, item_id, location_id,
      coalesce(coming.units, 0) as incoming, coalesce(expected.units, 0) as expected
    from coming
    full join expected using (organization_id, item_id, location_id)
    where coalesce(coming.units, 0) <> coalesce(expected.units, 0)
    order by organization_id, item_id, location_id`

/** @returns the item and location of the first thousand that differ */
export async function findBrokenIncoming(db: Db): Promise<BrokenIncoming[]> {
  return (await sql<BrokenIncoming>`${brokenIncoming} limit 1000`.execute(db)).rows
}
