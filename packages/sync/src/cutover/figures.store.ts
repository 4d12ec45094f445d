import { type Db, type Tracking, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import { CUTOVER_KEYS } from './cutover.ts'

export type SourceFigure = {
  itemId: string
  locationId: string
  proposed: number
  ledger: number
  tracking: Tracking
  isVirtualKit: boolean
  listings: number
  /** A count, or another cut-over, said since the source's moment how much is there. */
  isCountedSince: boolean
}

/**
 * What a connection's own numbers say is there, and what the ledger says, in one look. On hand is what the platform
 * shows, less the sales that the hub knows of since, and on top the units of its open orders, which it has subtracted
 * and which are still there: at the place that keeps them for the order. A sale that neither knows of yet is in the platform's number as the hub believes it to be,
 * and comes off both ways when it is applied: once.
 * @param itemIds only of these; all of them where it is left out
 */
export async function findFiguresOfConnection(
  db: Db,
  organizationId: string,
  connectionId: string,
  itemIds?: readonly string[],
): Promise<SourceFigure[]> {
  const only = (column: ReturnType<typeof sql>) =>
    itemIds === undefined ? sql`` : sql`and ${column} = any(${sql.val([...itemIds])}::uuid[])`
  const found = await sql<SourceFigure>`
    with shown as (
      select level.item_id, level.stock_unit_id, level.units_per_listing,
        coalesce(pool.location_id, connection.default_location_id) as location_id,
        level.acknowledged - (level.subtracted - level.acknowledged_subtracted) as quantity
      from level
      join connection on connection.organization_id = level.organization_id
        and connection.connection_id = level.connection_id
      left join lateral (
        -- A pool of several locations does not say where the units are: then the connection's own counts.
        select min(location_id::text)::uuid as location_id from pool_location
        where pool_location.organization_id = level.organization_id
          and pool_location.connection_id = level.connection_id
          and pool_location.external_id = level.external_location_id
        having count(*) = 1
      ) as pool on true
      where level.organization_id = ${organizationId} and level.connection_id = ${connectionId}
        and level.item_id is not null and level.tracked
        and level.acknowledged is not null ${only(sql`level.item_id`)}
    ), own as (
      select line_id, item_id, greatest(0, current - unsubtracted - shipped) * units_per_listing as units
      from order_line
      where organization_id = ${organizationId} and connection_id = ${connectionId} and item_id is not null
        and stock_unit_id is not null ${only(sql`item_id`)}
        and exists (
          select from shown where shown.item_id = order_line.item_id and shown.stock_unit_id = order_line.stock_unit_id
        )
    ), kept as (
      select own.line_id, own.item_id, location_id, own.units as wanted,
        sum(reserved - released - reservation.shipped) as units
      from own
      join reservation on reservation.organization_id = ${organizationId} and reservation.owner_id = own.line_id
        and reservation.item_id = own.item_id
      where own.units > 0 and reserved - released - reservation.shipped > 0
      group by own.line_id, own.item_id, location_id, own.units
    ), placed as (
      select item_id, location_id, count(distinct stock_unit_id) as listings,
        sum(quantity * units_per_listing)::bigint as units
      from shown
      group by item_id, location_id
    ), behind as (
      -- Of each line, in the order of its places, as many as it keeps there.
      select line_id, item_id, location_id, greatest(0, least(units, wanted - coalesce(sum(units) over (
        partition by line_id order by location_id rows between unbounded preceding and 1 preceding
      ), 0))) as units
      from kept
    ), opened as (
      select item_id, location_id, sum(units)::bigint as units
      from (
        select item_id, location_id, units from behind
        union all
        -- What is reserved nowhere yet will be where the connection's orders reserve by themselves.
        select own.item_id, connection.default_location_id, own.units - coalesce((
          select sum(behind.units) from behind where behind.line_id = own.line_id
        ), 0)
        from own
        join connection on connection.organization_id = ${organizationId} and connection.connection_id = ${connectionId}
      ) as each
      group by item_id, location_id
      having sum(units) > 0
    )
    select coalesce(placed.item_id, opened.item_id) as item_id,
      coalesce(placed.location_id, opened.location_id) as location_id,
      (coalesce(placed.units, 0) + coalesce(opened.units, 0))::bigint as proposed,
      coalesce(there.on_hand, 0)::bigint as ledger, item.tracking, item.kit_kind = 'virtual' as is_virtual_kit,
      coalesce(placed.listings, 1)::bigint as listings, false as is_counted_since
    from placed
    full join opened using (item_id, location_id)
    join item on item.organization_id = ${organizationId} and item.item_id = coalesce(placed.item_id, opened.item_id)
    left join lateral (
      select sum(on_hand) as on_hand from balance
      where balance.organization_id = ${organizationId} and balance.item_id = item.item_id
        and balance.location_id = coalesce(placed.location_id, opened.location_id)
    ) as there on true
    order by 1, 2`.execute(db)
  return found.rows
}

/** The ledger's figure of these places as of a moment; without a place that is not known. */
export async function findFiguresAsOf(
  db: Db,
  organizationId: string,
  lines: readonly { sku: string; locationCode: string; quantity: number }[],
  asOf: Date,
): Promise<(SourceFigure & { sku: string; locationCode: string })[]> {
  const source = unnestRows('said', lines, { sku: 'text', locationCode: 'text', quantity: 'bigint' })
  const found = await sql<SourceFigure & { sku: string; locationCode: string }>`
    select item.item_id, location.location_id, said.sku, said.location_code, said.quantity as proposed,
      (coalesce(there.on_hand, 0) - coalesce(since.moved, 0))::bigint as ledger,
      item.tracking, item.kit_kind = 'virtual' as is_virtual_kit, 1::bigint as listings,
      coalesce(since.counted, false) as is_counted_since
    from ${source}
    join item on item.organization_id = ${organizationId} and item.sku = said.sku
    join location on location.organization_id = ${organizationId} and location.code = said.location_code
    left join lateral (
      select sum(on_hand) as on_hand from balance
      where balance.organization_id = ${organizationId} and balance.item_id = item.item_id
        and balance.location_id = location.location_id
    ) as there on true
    left join lateral (
      select sum(on_hand_delta) as moved,
        bool_or(kind = 'count' or (kind = 'adjust' and command_key like ${`${CUTOVER_KEYS}%`})) as counted
      from movement
      where movement.organization_id = ${organizationId} and movement.item_id = item.item_id
        and movement.location_id = location.location_id and effective_at > ${asOf}
    ) as since on true
    order by 1, 2`.execute(db)
  return found.rows
}

/** Which of these keys of movements are taken: those are booked. */
export async function findBookedKeys(
  db: Db,
  organizationId: string,
  keys: readonly string[],
): Promise<Set<string>> {
  const found = await sql<{ commandKey: string }>`
    select command_key from command_key
    where organization_id = ${organizationId} and command_key = any(${sql.val([...keys])}::text[])`.execute(
    db,
  )
  return new Set(found.rows.map(({ commandKey }) => commandKey))
}
