import type { ItemDetail } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { BEGINNING, findClosedMonths, startOfMonth } from '@plimsoll/stock'
import { sql } from 'kysely'
import { expectedSql, type LevelStatus, levelStatusSql } from './level-status.ts'

export type ItemHead = Pick<ItemDetail, 'itemId' | 'sku' | 'name' | 'tracking' | 'kitKind'>

export async function findItem(db: Db, organizationId: string, sku: string): Promise<ItemHead | undefined> {
  const found = await sql<ItemHead>`
    select item_id, sku, name, tracking, kit_kind from item
    where organization_id = ${organizationId} and sku = ${sku}`.execute(db)
  return found.rows[0]
}

export type LocationBalance = {
  locationId: string
  locationCode: string
  locationName: string
  onHand: number
  reserved: number
  held: number
  incoming: number
  available: number
}

export async function findItemBalances(
  db: Db,
  organizationId: string,
  itemId: string,
): Promise<LocationBalance[]> {
  const found = await sql<LocationBalance>`
    select location_id, location.code as location_code, location.name as location_name,
      sum(on_hand)::bigint as on_hand, sum(reserved)::bigint as reserved, sum(held)::bigint as held,
      sum(incoming)::bigint as incoming, sum(on_hand - reserved - held)::bigint as available
    from balance
    join location using (organization_id, location_id)
    where organization_id = ${organizationId} and item_id = ${itemId}
    group by location_id, location.code, location.name
    order by location.code`.execute(db)
  return found.rows
}

export type LevelView = {
  listingId: string
  connectionId: string
  connectionName: string
  connector: string
  connectionState: string
  listingExternalId: string
  title: string
  unitsPerListing: number
  /** What the level itself is worked out with: listings that share one may differ. */
  levelUnitsPerListing: number
  /** The item that the level follows, where it is another than this one. */
  otherSku: string | null
  listingTracked: boolean
  levelId: string
  stockUnitId: string
  externalLocationId: string
  externalLocationName: string
  desired: number | null
  desiredBecause: string | null
  protection: 'open' | 'buffered' | 'tightening' | 'guaranteed'
  acknowledged: number | null
  acknowledgedAt: Date | null
  observed: number | null
  observedAt: Date | null
  expected: number | null
  status: LevelStatus
  problem: string | null
  problemTold: ItemDetail['listings'][number]['levels'][number]['problemTold']
  /** Our locations that the level may sell from. */
  poolLocationIds: string[]
  /** Listing units of the connection's own orders that its platform has not subtracted yet. */
  unsubtracted: number
}

/** Every listing of an item with the levels it reads. */
export async function findItemLevels(db: Db, organizationId: string, itemId: string): Promise<LevelView[]> {
  const found = await sql<LevelView>`
    select listing.listing_id, listing.connection_id, connection.name as connection_name, connection.connector,
      connection.state as connection_state, listing.external_id as listing_external_id, listing.title,
      listing.units_per_listing, level.units_per_listing as level_units_per_listing,
      case when level.item_id is distinct from listing.item_id then coalesce(followed.sku, '–') end as other_sku,
      listing.tracked as listing_tracked,
      level.level_id, level.stock_unit_id, level.external_location_id,
      external_location.name as external_location_name,
      level.desired, level.desired_because, level.protection, level.acknowledged, level.acknowledged_at, level.observed,
      level.observed_at, ${expectedSql} as expected, ${levelStatusSql} as status, level.problem, level.problem_told,
      array(
        select location_id::text from pool_location
        where pool_location.organization_id = level.organization_id
          and pool_location.connection_id = level.connection_id
          and pool_location.external_id = level.external_location_id
        order by location_id
      ) as pool_location_ids,
      (
        select coalesce(sum(greatest(0, unsubtracted - telling)), 0)::bigint from order_line
        where order_line.organization_id = level.organization_id
          and order_line.connection_id = level.connection_id
          and order_line.stock_unit_id = level.stock_unit_id and unsubtracted > 0
      ) as unsubtracted
    from listing
    join connection on connection.organization_id = listing.organization_id
      and connection.connection_id = listing.connection_id
    join level on level.organization_id = listing.organization_id
      and level.connection_id = listing.connection_id and level.stock_unit_id = listing.stock_unit_id
    join external_location on external_location.organization_id = level.organization_id
      and external_location.connection_id = level.connection_id
      and external_location.external_id = level.external_location_id
    left join item as followed on followed.organization_id = level.organization_id
      and followed.item_id = level.item_id
    where listing.organization_id = ${organizationId} and listing.item_id = ${itemId} and listing.state <> 'gone'
    order by connection.created_at, listing.listing_id, level.external_location_id`.execute(db)
  return found.rows
}

export type OpenReservation = {
  locationId: string
  units: number
  orderNumber: string | null
  orderId: string | null
}

/** What is reserved now, largest first, with the order it is for. */
export async function findOpenReservations(
  db: Db,
  organizationId: string,
  itemId: string,
  limit: number,
): Promise<OpenReservation[]> {
  const found = await sql<OpenReservation>`
    select reservation.location_id, reserved - released - shipped as units,
      sales_order.number as order_number, sales_order.order_id
    from reservation
    left join sales_order on sales_order.organization_id = reservation.organization_id
      and sales_order.order_id = reservation.order_id
    where reservation.organization_id = ${organizationId} and reservation.item_id = ${itemId}
      and released + shipped < reserved
    order by units desc, reservation.reservation_id
    limit ${limit}`.execute(db)
  return found.rows
}

export type MovementSum = { locationId: string; kind: string; onHand: number; held: number }

/**
 * What made the figures on hand and held: movements added up by kind. Those of closed months stand as one, `earlier`,
 * taken from their checkpoints: an item may have a hundred thousand.
 */
export async function findMovementSums(
  db: Db,
  organizationId: string,
  itemId: string,
): Promise<MovementSum[]> {
  const months = await findClosedMonths(db, organizationId)
  const last = months.at(-1)
  const since = last === undefined ? BEGINNING : startOfMonth(last.month, 1)
  const found = await sql<MovementSum>`
    select location_id, kind, sum(on_hand)::bigint as on_hand, sum(held)::bigint as held
    from (
      select location_id, kind, on_hand_delta as on_hand, held_delta as held from movement
      where organization_id = ${organizationId} and item_id = ${itemId} and recorded_at >= ${since}
      union all
      select location_id, 'earlier', on_hand, held from (
        select distinct on (location_id, lot_id) location_id, on_hand, held from balance_checkpoint
        where organization_id = ${organizationId} and item_id = ${itemId} and at <= ${since}
        order by location_id, lot_id, at desc
      ) as checkpoint
    ) as part
    group by location_id, kind
    having sum(on_hand) <> 0 or sum(held) <> 0
    order by location_id, kind`.execute(db)
  return found.rows
}

export type UnsubtractedOrder = {
  connectionId: string
  stockUnitId: string
  /** Listing units. */
  units: number
  orderNumber: string
  orderId: string
}

/** Orders that a platform has still to subtract from its own number of this item, largest first. */
export async function findUnsubtractedOrders(
  db: Db,
  organizationId: string,
  itemId: string,
  limit: number,
): Promise<UnsubtractedOrder[]> {
  const found = await sql<UnsubtractedOrder>`
    select order_line.connection_id, order_line.stock_unit_id, sum(greatest(0, order_line.unsubtracted - order_line.telling))::bigint as units,
      sales_order.number as order_number, sales_order.order_id
    from order_line
    join sales_order on sales_order.organization_id = order_line.organization_id
      and sales_order.order_id = order_line.order_id
    where order_line.organization_id = ${organizationId} and order_line.unsubtracted > 0
      and (order_line.connection_id, order_line.stock_unit_id) in (
        select connection_id, stock_unit_id from level
        where organization_id = ${organizationId} and item_id = ${itemId}
      )
    group by order_line.connection_id, order_line.stock_unit_id, sales_order.order_id, sales_order.number
    order by units desc, sales_order.order_id
    limit ${limit}`.execute(db)
  return found.rows
}
