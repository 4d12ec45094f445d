import type { Db } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'
import { policiesAt } from '../policies/policies-in-force.store.ts'
import { withPartsOfKits } from './kit-levels.store.ts'

/** Whether anything is set aside for anybody: a look into two small indexes, where nearly always nothing is. */
export async function hasSetAside(db: Db, organizationId: string, at: Date): Promise<boolean> {
  const found = await sql<{ isAny: boolean }>`
    select exists (
      select from policy where organization_id = ${organizationId} and exclusive_percent is not null
    ) or exists (
      select from policy_window
      where organization_id = ${organizationId} and ends_at > ${at} and starts_at <= ${at}
        and (exclusive_percent is not null or campaign_units is not null)
    ) as is_any`.execute(db)
  return found.rows[0]?.isAny === true
}

/** A level for which something may be set aside, with an item that it sells (itself, or a part of its kit). */
export type SetAsideLevel = {
  stockItemId: string
  /** Base units of that item in one of the level's. */
  quantity: number
  connectionId: string
  stockUnitId: string
  externalLocationId: string
  itemId: string
  unitsPerListing: number
  /** Listing units that the stock unit has sold, less what came back: since ever. */
  sold: number
}

/**
 * Levels that sell one of these items, a part of a kit of theirs, or any kit with such a part, and belong to a connection
 * or listing for which something is set aside.
 * @param supposed such connections and listings beyond those that are stored
 */
export async function findSetAsideLevels(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  { at, supposed }: { at: Date; supposed: readonly string[] },
): Promise<SetAsideLevel[]> {
  const isSetAside = sql`exclusive_percent is not null or campaign_units is not null`
  const found = await sql<SetAsideLevel>`
    with stock as (
      select unnest(${withPartsOfKits(organizationId, itemIds)}) as stock_item_id
    ), consumer as (
      select stock_item_id, stock_item_id as item_id, 1::bigint as quantity from stock
      union all
      select part_item_id, kit_item_id, quantity
      from kit_part join stock on stock.stock_item_id = part_item_id
      where kit_part.organization_id = ${organizationId}
    ), holder as (
      select scope_id from ${policiesAt(organizationId, at)} where ${isSetAside}
      union
      select unnest(${sql.val([...supposed])}::uuid[])
    )
    select consumer.stock_item_id, consumer.quantity, level.connection_id, level.stock_unit_id,
      level.external_location_id, level.item_id, level.units_per_listing, ${soldOfLevel} as sold
    from consumer
    join level on level.organization_id = ${organizationId} and level.item_id = consumer.item_id
    where level.connection_id in (select scope_id from holder) or exists (
      select from listing
      where listing.organization_id = level.organization_id and listing.connection_id = level.connection_id
        and listing.stock_unit_id = level.stock_unit_id and listing.item_id = level.item_id
        and listing.listing_id in (select scope_id from holder)
    )
    order by consumer.stock_item_id, level.level_id`.execute(db)
  return found.rows
}

/** Of the row `level`: what its platform has subtracted for known orders, and will. */
export const soldOfLevel: RawBuilder<number> = sql<number>`(
  (
    select coalesce(sum(unit.subtracted), 0) from level as unit
    where unit.organization_id = level.organization_id and unit.connection_id = level.connection_id
      and unit.stock_unit_id = level.stock_unit_id
  ) + (
    select coalesce(sum(order_line.unsubtracted), 0) from order_line
    where order_line.organization_id = level.organization_id and order_line.connection_id = level.connection_id
      and order_line.stock_unit_id = level.stock_unit_id and order_line.unsubtracted > 0
  )
)::bigint`

export type CampaignStart = {
  windowId: string
  connectionId: string
  stockUnitId: string
  soldBefore: number
}

/** What the stock units of open campaigns had sold when they began; of a window not noticed yet there is nothing. */
export async function findCampaignStarts(
  db: Db,
  organizationId: string,
  windowIds: readonly string[],
  connectionIds: readonly string[],
): Promise<CampaignStart[]> {
  if (windowIds.length === 0) return []
  const found = await sql<CampaignStart>`
    select window_id, connection_id, stock_unit_id, sold_before from campaign_start
    where organization_id = ${organizationId} and window_id = any(${sql.val([...windowIds])}::uuid[])
      and connection_id = any(${sql.val([...connectionIds])}::uuid[])
    order by window_id, connection_id, stock_unit_id`.execute(db)
  return found.rows
}
