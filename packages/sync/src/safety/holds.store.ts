import { type Db, type HoldTable, type Tx, unnestRows } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'

/** True of a row of `level` that no hold keeps from being written now. */
export const isNotHeld: RawBuilder<boolean> = sql`not exists (
  select from held_level
  where held_level.organization_id = level.organization_id and held_level.connection_id = level.connection_id
    and held_level.level_id = level.level_id and held_level.state = 'held'
    and level.desired between held_level.least and coalesce(held_level.most, level.desired)
)`

export type HeldLevel = {
  levelId: string
  shown: number | null
  wanted: number
  /** While the level wants so much, it is held, or let through. */
  least: number
  most: number | null
  version: number | null
}

export type NewHold = Pick<HoldTable, 'holdId' | 'connectionId' | 'kind' | 'state'> & {
  listings: number
  ofListings: number
  units: number
}

/** Writes a hold with its levels; what another hold said of a level is replaced. */
export async function insertHold(
  tx: Tx,
  organizationId: string,
  hold: NewHold,
  { levels, at }: { levels: readonly HeldLevel[]; at: Date },
): Promise<void> {
  await sql`
    insert into hold (organization_id, hold_id, connection_id, kind, state, listings, of_listings, units, opened_at)
    values (${organizationId}, ${hold.holdId}, ${hold.connectionId}, ${hold.kind}, ${hold.state}, ${hold.listings},
      ${hold.ofListings}, ${hold.units}, ${at})`.execute(tx)
  const source = unnestRows('one', levels, {
    levelId: 'uuid',
    shown: 'bigint',
    wanted: 'bigint',
    least: 'bigint',
    most: 'bigint',
    version: 'bigint',
  })
  const state = hold.state === 'waiting' ? 'held' : 'allowed'
  await sql`
    insert into held_level
      (organization_id, connection_id, level_id, hold_id, state, shown, wanted, least, most, version, since)
    select ${organizationId}, ${hold.connectionId}, level_id, ${hold.holdId}, ${state}, shown, wanted, least, most,
      version, ${at}
    from ${source}
    order by level_id
    on conflict (organization_id, connection_id, level_id) do update set
      hold_id = excluded.hold_id, state = excluded.state, shown = excluded.shown, wanted = excluded.wanted,
      least = excluded.least, most = excluded.most, version = excluded.version, since = excluded.since`.execute(
    tx,
  )
}

export type Hold = HoldTable & { connectionName: string; held: number }

/** Holds of an organization, or one of them, newest first; `held`: how many levels still wait. */
export async function findHolds(
  db: Db,
  organizationId: string,
  which: { holdId?: string | undefined; isOpen?: boolean | undefined; limit: number },
): Promise<Hold[]> {
  const isOpen = which.isOpen === true ? sql`hold.state in ('waiting', 'refused')` : sql`true`
  const isOne = which.holdId === undefined ? sql`true` : sql`hold.hold_id = ${which.holdId}`
  const found = await sql<Hold>`
    select hold.organization_id, hold.hold_id, hold.connection_id, hold.kind, hold.state, hold.listings,
      hold.of_listings, hold.units, hold.opened_at, hold.decided_at, hold.decided_by, hold.reason,
      connection.name as connection_name,
      (
        select count(*) from held_level
        where held_level.organization_id = hold.organization_id and held_level.hold_id = hold.hold_id
          and held_level.state = 'held'
      ) as held
    from hold
    join connection on connection.organization_id = hold.organization_id
      and connection.connection_id = hold.connection_id
    where hold.organization_id = ${organizationId} and hold.kind <> 'go-live' and ${isOpen} and ${isOne}
    order by hold.opened_at desc, hold.hold_id desc
    limit ${which.limit}`.execute(db)
  return found.rows
}

export type HeldListing = {
  levelId: string
  listing: string
  sku: string | null
  title: string
  location: string
  shown: number | null
  wants: number | null
  because: string | null
  state: 'held' | 'allowed'
}

/** The levels of a hold as a person knows them, those with most at stake first. */
export async function findHeldListings(
  db: Db,
  organizationId: string,
  holdId: string,
  limit: number,
): Promise<HeldListing[]> {
  const found = await sql<HeldListing>`
    select held_level.level_id, coalesce(sold.external_id, level.stock_unit_id) as listing, sold.sku,
      coalesce(sold.title, level.stock_unit_id) as title, level.external_location_id as location, held_level.shown,
      level.desired as wants, level.desired_because as because, held_level.state
    from held_level
    join level on level.organization_id = held_level.organization_id and level.level_id = held_level.level_id
    left join lateral (
      select external_id, sku, title from listing
      where listing.organization_id = level.organization_id and listing.connection_id = level.connection_id
        and listing.stock_unit_id = level.stock_unit_id
      order by external_id
      limit 1
    ) as sold on true
    where held_level.organization_id = ${organizationId} and held_level.hold_id = ${holdId}
    order by abs(coalesce(held_level.shown, 0) - held_level.wanted) desc, held_level.level_id
    limit ${limit}`.execute(db)
  return found.rows
}

/** Reads a hold and keeps it until the transaction ends. */
export async function lockHold(
  tx: Tx,
  organizationId: string,
  holdId: string,
): Promise<Pick<HoldTable, 'holdId' | 'connectionId' | 'kind' | 'state'> | undefined> {
  const found = await sql<Pick<HoldTable, 'holdId' | 'connectionId' | 'kind' | 'state'>>`
    select hold_id, connection_id, kind, state from hold
    where organization_id = ${organizationId} and hold_id = ${holdId} and kind <> 'go-live'
    for update`.execute(tx)
  return found.rows[0]
}

export async function saveDecision(
  tx: Tx,
  organizationId: string,
  holdId: string,
  decided: { state: HoldTable['state']; actor: string; reason: string | null; at: Date },
): Promise<void> {
  await sql`
    update hold set state = ${decided.state}, decided_by = ${decided.actor}, decided_at = ${decided.at},
      reason = ${decided.reason}
    where organization_id = ${organizationId} and hold_id = ${holdId}`.execute(tx)
}

/**
 * Lets the levels of a hold go, each as far as a person saw it: a zero of this version alone, a raise up to what was
 * wanted. What has come to want something else meanwhile is let go of.
 */
export async function allowLevels(tx: Tx, organizationId: string, holdId: string, at: Date): Promise<number> {
  const allowed = await sql`
    update held_level set state = 'allowed', since = ${at},
      most = case when held_level.least = 0 then held_level.most else greatest(held_level.wanted, level.desired) end,
      version = case when held_level.most = 0 then level.desired_version end
    from level
    where held_level.organization_id = ${organizationId} and held_level.hold_id = ${holdId} and held_level.state = 'held'
      and level.organization_id = held_level.organization_id and level.level_id = held_level.level_id`.execute(
    tx,
  )
  return Number(allowed.numAffectedRows ?? 0n)
}

/** Takes levels out of whatever held them. @returns how many */
export async function freeLevels(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  levelIds: readonly string[],
): Promise<number> {
  if (levelIds.length === 0) return 0
  const freed = await sql`
    delete from held_level
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and level_id = any(${sql.val([...levelIds])}::uuid[])`.execute(tx)
  return Number(freed.numAffectedRows ?? 0n)
}

export type StandingHold = {
  levelId: string
  state: 'held' | 'allowed'
  kind: HoldTable['kind']
  shown: number | null
  /** It wants something else by now, or has got what was let through: the row says nothing any more. */
  isOver: boolean
}

/** Every level of a connection that a hold speaks of. */
export async function findStandingHolds(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<StandingHold[]> {
  const found = await sql<StandingHold>`
    select held_level.level_id, held_level.state, hold.kind, held_level.shown,
      (
        level.desired is null
        or not (level.desired between held_level.least and coalesce(held_level.most, level.desired))
        or (held_level.state = 'allowed' and (
          level.acknowledged_at > held_level.since
          or (held_level.version is not null and held_level.version <> level.desired_version)
          or (level.acknowledged - (level.subtracted - level.acknowledged_subtracted) = level.desired)
        ))
      ) as is_over
    from held_level
    join hold on hold.organization_id = held_level.organization_id and hold.hold_id = held_level.hold_id
    join level on level.organization_id = held_level.organization_id and level.level_id = held_level.level_id
    where held_level.organization_id = ${organizationId} and held_level.connection_id = ${connectionId}
    order by held_level.level_id`.execute(db)
  return found.rows
}

/** Holds that hold nothing any more, without anybody having decided them. @returns their ids */
export async function passEmptyHolds(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  at: Date,
): Promise<string[]> {
  const passed = await sql<{ holdId: string }>`
    update hold set state = 'passed', decided_at = ${at}
    where organization_id = ${organizationId} and connection_id = ${connectionId} and state in ('waiting', 'refused')
      and not exists (
        select from held_level
        where held_level.organization_id = hold.organization_id and held_level.hold_id = hold.hold_id
          and held_level.state = 'held'
      )
    returning hold_id`.execute(tx)
  return passed.rows.map(({ holdId }) => holdId)
}
