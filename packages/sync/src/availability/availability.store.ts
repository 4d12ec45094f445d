import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { LevelKnowledge } from '../lanes/expected.ts'
import { withKits } from './kit-levels.store.ts'
import { openUnitsOfLevel } from './open-units.store.ts'

/**
 * One at a time per organization works out availability; the others wait their turn here. What they
 * then read includes everything committed before, so no older figure can overwrite a newer one.
 */
export async function lockAvailability(tx: Tx, organizationId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('plimsoll availability'), hashtext(${organizationId}))`.execute(
    tx,
  )
}

/**
 * The same lock, held by several that look at different items beside each other: each reads what was committed before,
 * and whoever changes something meanwhile waits for all of them.
 */
export async function shareAvailabilityLock(tx: Tx, organizationId: string): Promise<void> {
  await sql`
    select pg_advisory_xact_lock_shared(hashtext('plimsoll availability'), hashtext(${organizationId}))`.execute(
    tx,
  )
}

/**
 * Locks every level of these items and of the kits that contain them, in order of ids, before any of them is changed: several statements of
 * one transaction change levels, and two transactions that each lock some and then more would dead-lock.
 */
export async function lockLevelsOf(
  tx: Tx,
  organizationId: string,
  itemIds: readonly string[],
): Promise<void> {
  await sql`
    select level_id from level
    where organization_id = ${organizationId} and item_id = any(${withKits(organizationId, itemIds)})
    order by level_id
    for update`.execute(tx)
}

/** Notes items whose availability changed; part of the transaction that changed it. */
export async function insertChangedItems(
  tx: Tx,
  organizationId: string,
  itemIds: readonly string[],
  changed: { at: Date; uuid(): string },
): Promise<void> {
  if (itemIds.length === 0) return
  const rows = [...new Set(itemIds)].map((itemId) => ({ changeId: changed.uuid(), itemId }))
  const source = unnestRows('noted', rows, { changeId: 'uuid', itemId: 'uuid' })
  await sql`
    insert into changed_item (organization_id, change_id, item_id, changed_at)
    select ${organizationId}, change_id, item_id, ${changed.at} from ${source}`.execute(tx)
}

/**
 * Takes noted items off the list, oldest first. Changes noted meanwhile stay for the next turn.
 * @returns each with its first change and its last, by the clocks of whoever noted them
 */
export async function takeChangedItems(
  tx: Tx,
  organizationId: string,
  limit: number,
): Promise<{ itemId: string; changedAt: Date; lastAt: Date }[]> {
  const taken = await sql<{ itemId: string; changedAt: Date; lastAt: Date }>`
    with taken as (
      delete from changed_item
      where organization_id = ${organizationId} and change_id in (
        select change_id from changed_item
        where organization_id = ${organizationId}
        order by change_id
        limit ${limit}
      )
      returning item_id, changed_at
    )
    select item_id, min(changed_at) as changed_at, max(changed_at) as last_at
    from taken group by item_id order by item_id`.execute(tx)
  return taken.rows
}

export type LevelToDecide = LevelKnowledge & {
  levelId: string
  connectionId: string
  connector: string
  connectionState: 'draft' | 'shadow' | 'live' | 'paused'
  /** A person wants the connection to show nothing. */
  isZeroed: boolean
  stockUnitId: string
  externalLocationId: string
  itemId: string
  unitsPerListing: number
  tracked: boolean
  writable: boolean
  desired: number | null
  desiredBecause: string | null
  desiredVersion: number
  /** Listing units. */
  unsubtracted: number
  /** How it is protected at present. */
  protection: 'open' | 'buffered' | 'tightening' | 'guaranteed'
  /** Listing units that its exposure may come to; null: as many as it likes. */
  granted: number | null
  exposureOlder: number | null
}

/** Every level that shows one of these items or a kit that contains one. */
export async function findLevelsToDecide(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<LevelToDecide[]> {
  const found = await sql<LevelToDecide>`
    select level.level_id, level.connection_id, connection.connector, connection.state as connection_state,
      connection.zeroed_for is not null as is_zeroed,
      level.stock_unit_id, level.external_location_id, level.item_id, level.units_per_listing,
      level.tracked, level.writable, level.desired, level.desired_because, level.desired_version,
      level.acknowledged, level.acknowledged_at, level.acknowledged_subtracted, level.subtracted,
      level.open_greatest, level.open_last, level.open_since,
      level.protection, level.granted, level.exposure_older,
      ${openUnitsOfLevel} as unsubtracted
    from level
    join connection on connection.organization_id = level.organization_id
      and connection.connection_id = level.connection_id
    where level.organization_id = ${organizationId} and level.item_id = any(${withKits(organizationId, itemIds)})
    order by level.level_id`.execute(db)
  return found.rows
}

export type DesiredChange = {
  levelId: string
  /** What it wanted until now; null: nothing had been worked out. */
  before: number | null
  desired: number
  because: string
  causedAt: Date
  /** How it is protected then, and the listing units that it keeps back because of that. */
  protection: LevelToDecide['protection']
  keptBack: number
}

/**
 * Writes desired quantities that differ, each with its next version, and notes them in the log by the same statement.
 * The levels are locked already, in order.
 */
export async function saveDesired(
  tx: Tx,
  organizationId: string,
  changes: readonly DesiredChange[],
  at: Date,
): Promise<void> {
  if (changes.length === 0) return
  const source = unnestRows('change', changes, {
    levelId: 'uuid',
    before: 'bigint',
    desired: 'bigint',
    because: 'text',
    causedAt: 'timestamptz',
    protection: 'text',
    keptBack: 'bigint',
  })
  await sql`
    with changed as (
      update level set
        desired = change.desired,
        desired_because = change.because,
        desired_version = level.desired_version + 1,
        desired_at = ${at},
        raised_at = case when change.desired > coalesce(level.desired, -1) then ${at}::timestamptz else level.raised_at end
      from ${source}
      where level.organization_id = ${organizationId} and level.level_id = change.level_id
      returning level.level_id, level.desired_version, change.before, change.desired, change.because, change.caused_at,
        change.protection, change.kept_back
    )
    insert into desired_log
      (organization_id, level_id, version, before, desired, because, caused_at, at, protection, kept_back)
    select ${organizationId}, level_id, desired_version, before, desired, because, caused_at, ${at}, protection, kept_back
    from changed`.execute(tx)
}
