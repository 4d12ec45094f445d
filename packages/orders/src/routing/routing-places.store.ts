import { arrayOf, type Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { RoutingItem, RoutingPlace, RoutingStock } from './routing-plan.ts'

/**
 * Places that are not archived, with what is free there of some items: two statements, however many orders are routed.
 * What is reserved for the orders themselves is not free here; it is in their `own`.
 * @param assignedToday parcels that are routed to a location today already, by its id; none: nothing is
 */
export async function loadRoutingPlaces(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  assignedToday: ReadonlyMap<string, number> = new Map(),
): Promise<RoutingPlace[]> {
  const [places, stock] = await Promise.all([
    findPlaces(db, organizationId),
    findFreeStock(db, organizationId, itemIds),
  ])
  const byPlace = new Map<string, RoutingStock[]>()
  for (const { locationId, ...row } of stock) {
    const rows = byPlace.get(locationId)
    if (rows === undefined) byPlace.set(locationId, [row])
    else rows.push(row)
  }
  return places.map((place) => ({
    ...place,
    assignedToday: assignedToday.get(place.locationId) ?? 0,
    stock: byPlace.get(place.locationId) ?? [],
  }))
}

async function findPlaces(db: Db, organizationId: string) {
  const found = await sql<Omit<RoutingPlace, 'assignedToday' | 'stock'>>`
    select location_id, code, kind, ships, country, region, postal_code, latitude, longitude,
      routing_priority as priority, time_zone, opening_days, holidays::text[] as holidays, cut_off, capacity_per_day
    from location
    where organization_id = ${organizationId} and archived_at is null
    order by code`.execute(db)
  return found.rows
}

/**
 * What orders may take. Of a lot that may not leave nothing is free, and what is promised from it must come from another:
 * it counts against the rest. Lots that have expired are here: the decision knows what day it is at the place.
 */
export async function findFreeStock(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<(RoutingStock & { locationId: string })[]> {
  if (itemIds.length === 0) return []
  const found = await sql<RoutingStock & { locationId: string }>`
    select balance.item_id, balance.location_id,
      case when lot.status = 'released' then lot.expires_on::text end as expires_on,
      sum(
        case when lot.status is null or lot.status = 'released'
          then balance.on_hand - balance.reserved - balance.held
          else least(0, balance.on_hand - balance.held) - balance.reserved
        end
      )::bigint as free
    from balance
    left join lot on lot.organization_id = balance.organization_id and lot.lot_id = balance.lot_id
    where balance.organization_id = ${organizationId} and balance.item_id = any(${arrayOf(itemIds, 'uuid')})
    group by 1, 2, 3
    order by 1, 2, 3`.execute(db)
  return found.rows
}

/** What rules call items by: SKUs, and custom fields as `name=value`. */
export async function findRoutingItems(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<RoutingItem[]> {
  if (itemIds.length === 0) return []
  const found = await sql<{ itemId: string; sku: string; custom: Record<string, string | number | boolean> }>`
    select item_id, sku, custom from item
    where organization_id = ${organizationId} and item_id = any(${arrayOf(itemIds, 'uuid')})
    order by sku`.execute(db)
  return found.rows.map(({ custom, ...item }) => ({
    ...item,
    tags: Object.entries(custom).map(([name, value]) => `${name}=${value}`),
  }))
}
