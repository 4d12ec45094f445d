import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { withKits, withPartsOfKits } from './kit-levels.store.ts'
import { dayAt } from './lot-stock.store.ts'

/** What there is of an item at a location, over all its lots. Base units. */
export type ItemStock = { itemId: string; locationId: string; available: number; incoming: number }

/** Of these items, the kits that contain them and all parts of those. */
export async function findStock(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<ItemStock[]> {
  const found = await sql<ItemStock>`
    select item_id, location_id, sum(on_hand - reserved - held)::bigint as available, sum(incoming)::bigint as incoming
    from balance
    where organization_id = ${organizationId} and item_id = any(${withPartsOfKits(organizationId, itemIds)})
    group by item_id, location_id
    order by item_id, location_id`.execute(db)
  return found.rows
}

/** The locations that an external location sells from. */
export type Pool = { connectionId: string; externalLocationId: string; locationIds: string[] }

/** The pools of every connection: few, and the same for all items. */
export async function findPools(db: Db, organizationId: string): Promise<Pool[]> {
  const found = await sql<Pool>`
    select connection_id, external_id as external_location_id,
      array_agg(location_id::text order by location_id) as location_ids
    from pool_location
    where organization_id = ${organizationId}
    group by connection_id, external_id
    order by connection_id, external_id`.execute(db)
  return found.rows
}

export type KitPart = {
  kitItemId: string
  partItemId: string
  /** Base units in one base unit of the kit. */
  quantity: number
}

/** What these items contain, where they are virtual kits, and the kits that contain them. */
export async function findKitParts(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<KitPart[]> {
  const found = await sql<KitPart>`
    select kit_item_id, part_item_id, quantity from kit_part
    where organization_id = ${organizationId} and kit_item_id = any(${withKits(organizationId, itemIds)})
    order by kit_item_id, part_item_id`.execute(db)
  return found.rows
}

/** Units of an item that inbound shipments have still to bring to a location, and in how many days; 0: today, or late. */
export type ExpectedUnits = { itemId: string; locationId: string; inDays: number; units: number }

/** Only of shipments that say when they are expected. */
export async function findExpectedUnits(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  at: Date,
): Promise<ExpectedUnits[]> {
  const found = await sql<ExpectedUnits>`
    select line.item_id, location.location_id, greatest(0, expected_on - ${dayAt(at)})::bigint as in_days,
      sum(line.expected - (line.received - line.over) - line.cancelled)::bigint as units
    from inbound_line as line
    join inbound_shipment as shipment using (organization_id, inbound_id)
    join location using (organization_id, location_id)
    where line.organization_id = ${organizationId} and line.item_id = any(${withPartsOfKits(organizationId, itemIds)})
      and shipment.state in ('expected', 'partly-received') and expected_on is not null
    group by line.item_id, location.location_id, in_days
    order by line.item_id, location.location_id, in_days`.execute(db)
  return found.rows
}
