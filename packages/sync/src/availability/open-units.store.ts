import { type RawBuilder, sql } from 'kysely'

/**
 * Of the row `level`: the listing units of known orders that its platform has yet to subtract and that are written on
 * top of the promise there. The platform subtracts each but once, from what all of its locations hold together, so they
 * are added at the first of the stock unit's levels that is written; at each of them they would be promised again (I5).
 */
export const openUnitsOfLevel: RawBuilder<number> = sql<number>`case
  when exists (
    select from level as earlier
    where earlier.organization_id = level.organization_id and earlier.connection_id = level.connection_id
      and earlier.stock_unit_id = level.stock_unit_id and earlier.external_location_id < level.external_location_id
      and earlier.tracked and earlier.writable
  ) then 0
  else (
    select coalesce(sum(greatest(0, order_line.unsubtracted - order_line.telling)), 0)::bigint from order_line
    where order_line.organization_id = level.organization_id and order_line.connection_id = level.connection_id
      and order_line.stock_unit_id = level.stock_unit_id and order_line.unsubtracted > 0
  )
end`
