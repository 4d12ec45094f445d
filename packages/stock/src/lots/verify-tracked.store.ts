import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { UNALLOCATED_LOT } from '../context.ts'

export type BrokenLot = { organizationId: string; itemId: string; locationId: string; lotId: string }

/** Every balance is of a lot that its item has: then the lots of a place add up to its total, none of them somebody else's. */
export const brokenLots = sql<BrokenLot>`
    select organization_id, item_id, location_id, lot_id
    from balance
    where lot_id <> ${UNALLOCATED_LOT} and (on_hand <> 0 or reserved <> 0 or held <> 0 or incoming <> 0)
      and not exists (
        select from lot
        where lot.organization_id = balance.organization_id and lot.lot_id = balance.lot_id
          and lot.item_id = balance.item_id
      )
    order by organization_id, item_id, location_id, lot_id`

/** @returns the first thousand balances that break it; empty is good */
export async function findBrokenLots(db: Db): Promise<BrokenLot[]> {
  return (await sql<BrokenLot>`${brokenLots} limit 1000`.execute(db)).rows
}

export type BrokenSerial = {
  organizationId: string
  itemId: string
  locationId: string
  /** Base units. */
  onHand: number
  /** Serials in stock there, the held ones among them. */
  serials: number
  held: number
  serialsHeld: number
}

/**
 * Of items whose serials are captured on receipt: as many are in stock at a place as units are on hand, and as many are
 * held. What platforms shipped or took back without a word of serials is allowed for, as far as it goes.
 */
export const brokenSerials = sql<BrokenSerial>`
    with captured as (
      select organization_id, item_id from item where tracking = 'serial' and serial_capture = 'receipt'
    ), stock as (
      select organization_id, item_id, location_id, sum(on_hand)::bigint as on_hand, sum(held)::bigint as held
      from balance join captured using (organization_id, item_id)
      group by organization_id, item_id, location_id
    ), named as (
      select organization_id, item_id, location_id, count(*) as units,
        count(*) filter (where state = 'held') as held
      from serial join captured using (organization_id, item_id)
      where state in ('in-stock', 'held')
      group by organization_id, item_id, location_id
    ), line as (
      select organization_id, item_id, location_id, owner_id, sum(shipped - returned) as left_with
      from reservation join captured using (organization_id, item_id)
      where owner_kind = 'order-line'
      group by organization_id, item_id, location_id, owner_id
    ), untold as (
      select organization_id, item_id, location_id,
        sum(greatest(0, left_with - told)) as gone, sum(greatest(0, told - left_with)) as back
      from (
        select line.*, (
          select count(*) from serial
          where serial.organization_id = line.organization_id and serial.owner_id = line.owner_id
            and serial.item_id = line.item_id and serial.location_id = line.location_id
        ) as told
        from line
      ) as lines
      group by organization_id, item_id, location_id
    )
    select organization_id, item_id, location_id, coalesce(on_hand, 0) as on_hand, coalesce(units, 0) as serials,
      coalesce(stock.held, 0) as held, coalesce(named.held, 0) as serials_held
    from stock
    full join named using (organization_id, item_id, location_id)
    left join untold using (organization_id, item_id, location_id)
    where coalesce(units, 0) - coalesce(on_hand, 0) not between -coalesce(back, 0) and coalesce(gone, 0)
      or coalesce(stock.held, 0) <> coalesce(named.held, 0)
    order by organization_id, item_id, location_id`

/** @returns the first thousand places that break it; empty is good */
export async function findBrokenSerials(db: Db): Promise<BrokenSerial[]> {
  return (await sql<BrokenSerial>`${brokenSerials} limit 1000`.execute(db)).rows
}
