import { arrayOf, type Db, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'

/** A place as demand is measured there: how far its clock is ahead of UTC. */
export type MeasuredPlace = { locationId: string; offsetSeconds: number }

/** `fromElsewhere`: those of the units that left from elsewhere, or wait there, for want of stock at the place. */
export type OrderedUnits = {
  itemId: string
  locationId: string
  day: number
  units: number
  fromElsewhere: number
}
/** `changes`: seconds since 1970 at which there came to be stock or none, in turn. */
export type StockSpells = { itemId: string; locationId: string; opening: boolean; changes: number[] }

/**
 * Where the movements of this organization begin that are not in files: nothing can be measured before.
 * @returns null: all of them are here
 */
export async function findHistoryStart(db: Db, organizationId: string): Promise<Date | null> {
  const found = await sql<{ since: Date | null }>`
    select max(month) + interval '1 month' as since from closed_month
    where organization_id = ${organizationId} and archived_at is not null`.execute(db)
  return found.rows[0]?.since ?? null
}

/**
 * Units of each item ordered at each place by day, days counted since 1970 by the clock of the place: what orders and
 * callers reserved less what they gave up, on the day on which it was first reserved, wherever that was. An order that was
 * sent from elsewhere in the end is demand there, unless that was for want of stock where it would have been sent from: then it is
 * demand of that place (`demand_place`), as is what waits. Kits are demand of their parts.
 * @param since nothing recorded before is read
 */
export async function findOrderedUnits(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  { places, since }: { places: readonly MeasuredPlace[]; since: Date },
): Promise<OrderedUnits[]> {
  if (itemIds.length === 0 || places.length === 0) return []
  const found = await sql<OrderedUnits>`
    with claimed as (
      select item_id, location_id, reference_id, sum(reserved_delta) as units,
        min(effective_at) filter (where kind = 'reserve') as at
      from movement
      where organization_id = ${organizationId} and item_id = any(${arrayOf(itemIds, 'uuid')})
        and recorded_at >= ${since} and kind in ('reserve', 'release')
        and reference_kind in ('order', 'reservation')
      group by item_id, location_id, reference_id
    ), wanted as (
      select item_id, location_id, reference_id, units,
        min(at) over (partition by item_id, reference_id) as at
      from claimed
    )
    select item_id, location_id, floor((extract(epoch from at) + offset_seconds) / 86400)::int as day,
      sum(units)::bigint as units, coalesce(sum(units) filter (where is_elsewhere), 0)::bigint as from_elsewhere
    from (
      select wanted.item_id, coalesce(own.location_id, wanted.location_id) as location_id, at, units,
        own.location_id <> wanted.location_id as is_elsewhere
      from wanted
      left join demand_place as own on own.organization_id = ${organizationId}
        and own.order_id = wanted.reference_id and own.item_id = wanted.item_id
        and own.location_id in (${sql.join(places.map(({ locationId }) => locationId))})
    ) as due
    join ${unnestRows('place', places, { locationId: 'uuid', offsetSeconds: 'int' })} using (location_id)
    where units > 0 and at is not null
    group by 1, 2, 3
    order by 1, 2, 3`.execute(db)
  return found.rows
}

/**
 * Since when each item was available at each place and when not: worked out backwards from what is there now, so that
 * nothing before `since` is needed. One statement, so that balances and movements are of one moment.
 */
export async function findStockSpells(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  since: Date,
): Promise<StockSpells[]> {
  if (itemIds.length === 0) return []
  const found = await sql<StockSpells>`
    with moved as (
      select item_id, location_id, recorded_at, sum(on_hand_delta - reserved_delta - held_delta)::bigint as change
      from movement
      where organization_id = ${organizationId} and item_id = any(${arrayOf(itemIds, 'uuid')})
        and recorded_at >= ${since}
      group by item_id, location_id, recorded_at
    ), present as (
      select item_id, location_id, sum(on_hand - reserved - held)::bigint as available
      from balance
      where organization_id = ${organizationId} and item_id = any(${arrayOf(itemIds, 'uuid')})
      group by item_id, location_id
    ), told as (
      select item_id, location_id, recorded_at, available,
        available - coalesce(sum(change) over later, 0) as after,
        available - coalesce(sum(change) over later, 0) - coalesce(change, 0) as before,
        row_number() over (partition by item_id, location_id order by recorded_at) as nth
      from present
      left join moved using (item_id, location_id)
      window later as (
        partition by item_id, location_id order by recorded_at desc
        rows between unbounded preceding and 1 preceding
      )
    )
    select item_id, location_id, bool_or(before > 0) filter (where nth = 1) as opening,
      coalesce(
        array_agg(extract(epoch from recorded_at)::float8 order by recorded_at)
          filter (where recorded_at is not null and (after > 0) <> (before > 0)),
        '{}'
      ) as changes
    from told
    group by item_id, location_id
    order by item_id, location_id`.execute(db)
  return found.rows
}
