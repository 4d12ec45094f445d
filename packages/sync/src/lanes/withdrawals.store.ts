import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ToldDeed } from '../told-task.ts'

/** A listing that sells what is not there: its platform refused to lower it. */
export type ExposedListing = {
  taskId: string
  listingId: string
  externalId: string
  /** Base units at risk, null where nobody knows. */
  units: number | null
  detail: string
  /** Where it was on sale before a withdrawal that was not seen to its end; null: none was begun. */
  placement: string | null
}

/** Listings of refused decreases that are still on sale, those with the most units at risk first. */
export async function findExposedListings(
  db: Db,
  organizationId: string,
  connectionId: string,
  limit: number,
): Promise<ExposedListing[]> {
  const found = await sql<ExposedListing>`
    select task_id, listing.listing_id, listing.external_id, task.units * listing.units_per_listing as units, detail,
      listing.withdrawn_placement as placement
    -- By itself (offset 0): behind the wall a cast inside of the join would keep it from the level's key (decision 0065).
    from (
      select task_id, units, detail, subject::uuid as level_id from task
      where organization_id = ${organizationId} and kind = 'refused-decrease' and closed_at is null
        and connection_id = ${connectionId}
      offset 0
    ) as task
    join level on level.organization_id = ${organizationId} and level.level_id = task.level_id
    join listing on listing.organization_id = ${organizationId}
      and listing.connection_id = level.connection_id and listing.stock_unit_id = level.stock_unit_id
    where listing.withdrawn_at is null and listing.state = 'active'
    order by task.units * listing.units_per_listing desc nulls first, listing.external_id
    limit ${limit}`.execute(db)
  return found.rows
}

/** Whether a decrease is refused that a person is asked to see to. */
export async function hasRefusedDecreases(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<boolean> {
  const found = await sql`
    select from task
    where organization_id = ${organizationId} and kind = 'refused-decrease' and closed_at is null
      and connection_id = ${connectionId}
    limit 1`.execute(db)
  return found.rows.length > 0
}

export type ListingToReinstate = { listingId: string; externalId: string; placement: string; isDue: boolean }

/** Listings that were withdrawn, or may have been, and whose decrease has been taken since: nothing is refused any more. */
export async function findListingsToReinstate(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<ListingToReinstate[]> {
  const found = await sql<ListingToReinstate>`
    select listing_id, external_id, withdrawn_placement as placement, not exists (
      select from level
      join task on task.organization_id = level.organization_id and task.kind = 'refused-decrease'
        and task.subject = level.level_id::text and task.closed_at is null
      where level.organization_id = listing.organization_id and level.connection_id = listing.connection_id
        and level.stock_unit_id = listing.stock_unit_id
    ) as is_due
    from listing
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and withdrawn_placement is not null
    order by external_id`.execute(db)
  return found.rows
}

/** Notes where a listing is on sale, before it is taken off. */
export async function savePlacement(
  tx: Tx,
  organizationId: string,
  listingId: string,
  placement: string,
): Promise<void> {
  await sql`
    update listing set withdrawn_placement = ${placement}
    where organization_id = ${organizationId} and listing_id = ${listingId}`.execute(tx)
}

/** It is off since then; null: it is on sale as it was. */
export async function saveWithdrawn(
  tx: Tx,
  organizationId: string,
  listingId: string,
  withdrawnAt: Date | null,
): Promise<void> {
  await sql`
    update listing set withdrawn_at = ${withdrawnAt}::timestamptz,
      withdrawn_placement = case when ${withdrawnAt}::timestamptz is not null then withdrawn_placement end
    where organization_id = ${organizationId} and listing_id = ${listingId}`.execute(tx)
}

/** Says on a task what was done about it, once more for screens. */
export async function saveTaskDetail(
  tx: Tx,
  organizationId: string,
  taskId: string,
  { detail, told }: { detail: string; told: ToldDeed },
): Promise<void> {
  await sql`
    update task set detail = ${detail}, told = jsonb_build_object('code', ${told.code}::text,
      'facts', (told -> 'facts') || ${JSON.stringify(told.facts)}::jsonb)
    where organization_id = ${organizationId} and task_id = ${taskId}`.execute(tx)
}
