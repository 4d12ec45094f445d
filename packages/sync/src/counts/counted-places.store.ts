import { type CountProblem, type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ToldTrouble } from '../told-trouble.ts'

/** A place that the platform counts, tied to one of our locations or not yet. */
export type PlaceRow = {
  externalId: string
  name: string
  active: boolean
  locationId: string | null
  locationCode: string | null
  tiedAt: Date | null
  readAt: Date | null
  stockUnits: number
  available: number
  held: number
  incoming: number
  problems: number
  /** Stock units whose count waits for a person. */
  heldBack: number
}

export async function findPlaces(db: Db, organizationId: string, connectionId: string): Promise<PlaceRow[]> {
  const found = await sql<PlaceRow>`
    select place.external_id, place.name, place.active, tied.location_id, location.code as location_code, tied.tied_at,
      tied.read_at, told.stock_units, told.available, told.held, told.incoming, told.problems,
      told.held_back
    from external_location as place
    left join counted_place as tied on tied.organization_id = place.organization_id
      and tied.connection_id = place.connection_id and tied.external_id = place.external_id
    left join location on location.organization_id = tied.organization_id and location.location_id = tied.location_id
    cross join lateral (
      select count(*) as stock_units, coalesce(sum(available), 0)::bigint as available,
        coalesce(sum(held), 0)::bigint as held, coalesce(sum(incoming), 0)::bigint as incoming,
        count(problem_code) as problems, count(held_kind) as held_back
      from counted_stock
      where counted_stock.organization_id = place.organization_id
        and counted_stock.connection_id = place.connection_id and counted_stock.external_id = place.external_id
    ) as told
    where place.organization_id = ${organizationId} and place.connection_id = ${connectionId}
      and place.counted_by_platform
    order by place.name, place.external_id`.execute(db)
  return found.rows
}

export type CountedProblem = {
  externalId: string
  stockUnitId: string
  sku: string | null
  code: CountProblem
  problem: string
  problemTold: ToldTrouble | null
}

/** Why stock units are not in the ledger as the platform counts them, at most so many. */
export async function findCountProblems(
  db: Db,
  organizationId: string,
  connectionId: string,
  limit: number,
): Promise<CountedProblem[]> {
  const found = await sql<CountedProblem>`
    select external_id, stock_unit_id, (
        select min(sku) from listing
        where listing.organization_id = counted_stock.organization_id
          and listing.connection_id = counted_stock.connection_id
          and listing.stock_unit_id = counted_stock.stock_unit_id
      ) as sku, problem_code as code, coalesce(problem, '') as problem,
      problem_told
    from counted_stock
    where organization_id = ${organizationId} and connection_id = ${connectionId} and problem_code is not null
    order by external_id, stock_unit_id
    limit ${limit}`.execute(db)
  return found.rows
}

export type TiedPlace = {
  externalId: string
  locationId: string
  locationCode: string
  /** Complete reads of it that were booked. */
  reads: number
}

export async function findTiedPlaces(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<TiedPlace[]> {
  const found = await sql<TiedPlace>`
    select external_id, tied.location_id, location.code as location_code, tied.reads from counted_place as tied
    join location on location.organization_id = tied.organization_id and location.location_id = tied.location_id
    where tied.organization_id = ${organizationId} and tied.connection_id = ${connectionId}
    order by external_id`.execute(db)
  return found.rows
}

/**
 * Whatever else goes by a location: orders reserve there, levels show it, another place stands for it.
 * @param isSending what lies at a warehouse is shown on channels and promised to their orders
 * @param channelId the channel that keeps it, which never shows it as ours
 */
export async function findOtherUses(
  db: Db,
  organizationId: string,
  locationId: string,
  { isSending, channelId = null }: { isSending: boolean; channelId: string | undefined | null },
): Promise<string[]> {
  const isInTheWay = sql`(not ${isSending} or connection_id = ${channelId}::uuid)`
  const found = await sql<{ used: string }>`
    select 'orders of ' || name || ' reserve there' as used from connection
    where organization_id = ${organizationId} and default_location_id = ${locationId} and ${isInTheWay}
      and connector <> 'by-hand'
    union
    select name || ' shows what is there' from pool_location
    join connection using (organization_id, connection_id)
    where organization_id = ${organizationId} and location_id = ${locationId} and ${isInTheWay}
    union
    select name || ' counts it as ' || external_id from counted_place
    join connection using (organization_id, connection_id)
    where organization_id = ${organizationId} and location_id = ${locationId}
    order by used`.execute(db)
  return found.rows.map(({ used }) => used)
}

export async function insertTie(
  tx: Tx,
  organizationId: string,
  tie: { connectionId: string; externalId: string; locationId: string; at: Date },
): Promise<void> {
  await sql`
    insert into counted_place (organization_id, connection_id, external_id, location_id, tied_at, reads)
    values (${organizationId}, ${tie.connectionId}, ${tie.externalId}, ${tie.locationId}, ${tie.at}, 0)`.execute(
    tx,
  )
}

/** What the platform told goes with it; what was booked stays. @returns the location that stood for it */
export async function deleteTie(
  tx: Tx,
  organizationId: string,
  tie: { connectionId: string; externalId: string },
): Promise<string | undefined> {
  const removed = await sql<{ locationId: string }>`
    delete from counted_place
    where organization_id = ${organizationId} and connection_id = ${tie.connectionId}
      and external_id = ${tie.externalId}
    returning location_id`.execute(tx)
  return removed.rows[0]?.locationId
}

export type ToldCount = {
  externalId: string
  stockUnitId: string
  available: number
  held: number
  incoming: number
  /** All that lies there, promised units included; null: it is not said. */
  onHand: number | null
  countedAt: Date
  /** The same by the platform's clock, where it says so. */
  toldAt: Date | null
}

/** Keeps what the platform told of each stock unit; what is older than what is known says nothing. */
export async function saveTold(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  told: readonly ToldCount[],
  readAt: Date,
): Promise<void> {
  if (told.length === 0) return
  const source = unnestRows('told', told, {
    externalId: 'text',
    stockUnitId: 'text',
    available: 'bigint',
    held: 'bigint',
    incoming: 'bigint',
    onHand: 'bigint',
    countedAt: 'timestamptz',
    toldAt: 'timestamptz',
  })
  await sql`
    insert into counted_stock
      (organization_id, connection_id, external_id, stock_unit_id, available, held, incoming, on_hand, counted_at, told_at, read_at)
    select ${organizationId}, ${connectionId}, external_id, stock_unit_id, available, held, incoming, on_hand, counted_at, told_at,
      ${readAt}
    from ${source}
    on conflict (organization_id, connection_id, external_id, stock_unit_id) do update set
      available = excluded.available, held = excluded.held, incoming = excluded.incoming,
      on_hand = excluded.on_hand, counted_at = excluded.counted_at,
      told_at = excluded.told_at, read_at = excluded.read_at
    where counted_stock.counted_at <= excluded.counted_at`.execute(tx)
}

/** Says of all that is held back at a place that it is right as counted. @returns how many stock units */
export async function acceptHeld(
  tx: Tx,
  organizationId: string,
  place: { connectionId: string; externalId: string },
): Promise<number> {
  const accepted = await sql`
    update counted_stock set accepted_kind = held_kind
    where organization_id = ${organizationId} and connection_id = ${place.connectionId}
      and external_id = ${place.externalId} and held_kind is not null`.execute(tx)
  return Number(accepted.numAffectedRows ?? 0)
}
