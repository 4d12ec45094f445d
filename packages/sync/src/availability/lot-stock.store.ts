import type { Db, LotStatus, Tx } from '@plimsoll/database'
import { timeZoneOf } from '@plimsoll/stock'
import { sql } from 'kysely'
import { withPartsOfKits } from './kit-levels.store.ts'

/** A lot at a location, as far as time or its status may make it unusable. Base units. */
export type LotAt = {
  itemId: string
  locationId: string
  status: LotStatus
  expiresOn: string | null
  /** The day that it is where the lot is. */
  today: string
  onHand: number
  reserved: number
  held: number
}

/**
 * The lots of these items, and of all parts of the kits worked out with them, that may be unusable; where there are no
 * lots, a look into an index.
 */
export async function findLots(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  at: Date,
): Promise<LotAt[]> {
  const found = await sql<LotAt>`
    select lot.item_id, balance.location_id, lot.status, lot.expires_on, ${dayAt(at)} as today, balance.on_hand,
      balance.reserved, balance.held
    from lot
    join balance on balance.organization_id = lot.organization_id and balance.item_id = lot.item_id
      and balance.lot_id = lot.lot_id and balance.on_hand > balance.held
    join location on location.organization_id = balance.organization_id
      and location.location_id = balance.location_id
    where lot.organization_id = ${organizationId} and lot.item_id = any(${withPartsOfKits(organizationId, itemIds)})
      and (lot.status <> 'released' or lot.expires_on is not null)
    order by lot.item_id, balance.location_id, lot.lot_id`.execute(db)
  return found.rows
}

/** The day at the row `location` of a statement. */
export function dayAt(at: Date) {
  return sql<string>`(${at}::timestamptz at time zone ${timeZoneOf})::date`
}

/** Up to which moment the lots have been watched; undefined while another process watches them, null at first. */
export async function lockLotClock(tx: Tx, organizationId: string): Promise<Date | null | undefined> {
  await sql`
    insert into lot_clock (organization_id, looked_until) values (${organizationId}, '-infinity')
    on conflict do nothing`.execute(tx)
  const found = await sql<{ lookedUntil: Date | null }>`
    select nullif(looked_until, '-infinity') as looked_until from lot_clock
    where organization_id = ${organizationId}
    for update skip locked`.execute(tx)
  return found.rows[0]?.lookedUntil
}

export async function saveLotClock(tx: Tx, organizationId: string, until: Date): Promise<void> {
  await sql`
    update lot_clock set looked_until = ${until} where organization_id = ${organizationId}`.execute(tx)
}

/**
 * Items of which a lot passed a limit between two moments: the end of its last day, or the day from which it is too short
 * for some channel. Days begin where the lot is.
 * @param since null: however long ago
 */
export async function findItemsPastLimit(
  tx: Tx,
  organizationId: string,
  { since, until }: { since: Date | null; until: Date },
): Promise<string[]> {
  const found = await sql<{ itemId: string }>`
    with day as (
      select location_id, (${until}::timestamptz at time zone ${timeZoneOf})::date as today,
        coalesce((${since}::timestamptz at time zone ${timeZoneOf})::date, '-infinity') as before
      from location
      where organization_id = ${organizationId}
    ), minimum as (
      select 0 as days
      union
      select min_shelf_life_days from policy
      where organization_id = ${organizationId} and min_shelf_life_days is not null
      union
      select min_shelf_life_days from policy_window
      where organization_id = ${organizationId} and min_shelf_life_days is not null
        and starts_at <= ${until} and ends_at > ${until}
    )
    select distinct lot.item_id
    from (select distinct today, before from day) as passed
    cross join minimum
    -- By itself (offset 0): behind the wall a sum inside of the join would keep it from the lots' days (decision 0065).
    cross join lateral (
      select passed.before + minimum.days as since, passed.today + minimum.days as until offset 0
    ) as days
    join lot on lot.organization_id = ${organizationId} and lot.expires_on >= days.since and lot.expires_on < days.until
    where passed.today > passed.before and exists (
      select from balance
      where balance.organization_id = lot.organization_id and balance.item_id = lot.item_id
        and balance.lot_id = lot.lot_id and balance.on_hand <> 0
    )
    order by lot.item_id`.execute(tx)
  return found.rows.map((row) => row.itemId)
}
