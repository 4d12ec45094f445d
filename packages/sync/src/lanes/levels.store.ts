import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import {
  exposureAfterApplied,
  exposureAfterOrders,
  exposureAfterReading,
  joinOverlapping,
  joinUnderWay,
  mostToShow,
} from '../load-line/exposure.store.ts'
import type { WriteEffect } from '../load-line/exposure.ts'
import type { ToldTrouble } from '../told-trouble.ts'
import type { LevelKnowledge } from './expected.ts'
import { lockedLevels } from './level-locks.store.ts'
import { refusalOver } from './refusal-over.ts'

/** What a platform confirmed for a level, with what was known when it was asked. */
export type Acknowledgement = {
  levelId: string
  writeId: string
  quantity: number
  /** What the platform was to show for the write to act; null: it acted wherever it came. */
  expected: number | null
  subtracted: number
  givenBack: number
}

/** The outcomes of the writes are recorded already. */
export async function acknowledgeLevels(
  tx: Tx,
  organizationId: string,
  acknowledged: readonly Acknowledgement[],
  { at, effect }: { at: Date; effect: WriteEffect },
): Promise<void> {
  if (acknowledged.length === 0) return
  const source = unnestRows('confirmed', acknowledged, {
    levelId: 'uuid',
    writeId: 'uuid',
    quantity: 'bigint',
    expected: 'bigint',
    subtracted: 'bigint',
    givenBack: 'bigint',
  })
  await sql`
    update level set${exposureAfterApplied('confirmed', at, effect)},
      -- Another may have acted after it, and be what is shown.
      recheck_at = case when under_way.is_one and tracked and writable then ${at}::timestamptz else recheck_at end,
      acknowledged = confirmed.quantity,
      acknowledged_at = ${at},
      acknowledged_subtracted = confirmed.subtracted,
      -- What closed it (it was found gone, or not counted) is over once that is seen, not by the outcome of an earlier write:
      -- without its problem nobody would be told of a level that is never written again.
      problem_code = case when tracked and writable then null else problem_code end,
      problem = case when tracked and writable then null else problem end,
      problem_told = case when tracked and writable then null else problem_told end
    from ${lockedLevels(
      organizationId,
      acknowledged.map((row) => row.levelId),
    )} join ${source} using (level_id) ${joinOverlapping(organizationId, 'confirmed')}
    where level.organization_id = ${organizationId} and level.level_id = locked.level_id`.execute(tx)
}

export type Observation = {
  levelId: string
  quantity: number
  adopt: boolean
  /** The level's `givenBack` before it was read; undefined: that is not known, and the bound stays as it is. */
  givenBack: number | undefined
  /** The level's `bound` before it was read. */
  bound: number | null
  /** Every order up to the reading is known. */
  isFenced: boolean
}

/**
 * Notes what was read. Where `adopt` is set, it is also taken as the last confirmed quantity: the orders
 * known by now are in it.
 * @returns the items whose units are dealt among these levels and others
 */
export async function observeLevels(
  tx: Tx,
  organizationId: string,
  observations: readonly Observation[],
  at: Date,
): Promise<string[]> {
  if (observations.length === 0) return []
  const levelIds = observations.map(({ levelId }) => levelId)
  const source = unnestRows('seen', observations, {
    levelId: 'uuid',
    quantity: 'bigint',
    adopt: 'boolean',
    givenBack: 'bigint',
    bound: 'bigint',
    isFenced: 'boolean',
  })
  const seen = await sql<{ itemId: string | null }>`
    update level set${exposureAfterReading('seen', at)},
      observed = seen.quantity,
      observed_at = ${at},
      recheck_at = null,
      acknowledged = case when seen.adopt then seen.quantity else acknowledged end,
      acknowledged_at = case when seen.adopt then ${at}::timestamptz else acknowledged_at end,
      acknowledged_subtracted = case when seen.adopt then subtracted else acknowledged_subtracted end,
      -- What was refused was another step than the one from here.
      ${refusalOver(sql`seen.adopt`)}
    from ${lockedLevels(organizationId, levelIds)} join ${source} using (level_id) ${joinUnderWay(organizationId)}
    where level.organization_id = ${organizationId} and level.level_id = locked.level_id
    returning case when granted is not null then item_id end as item_id`.execute(tx)
  return [...new Set(seen.rows.flatMap((row) => row.itemId ?? []))].sort()
}

/** Marks levels to be read soon. */
export async function recheckLevels(
  db: Db,
  organizationId: string,
  levelIds: readonly string[],
  at: Date,
): Promise<void> {
  if (levelIds.length === 0) return
  await sql`
    update level set recheck_at = ${at}
    from ${lockedLevels(organizationId, levelIds)}
    where level.organization_id = ${organizationId} and level.level_id = locked.level_id`.execute(db)
}

export type ClosedLevel = {
  levelId: string
  code: 'untracked' | 'gone' | 'refused'
  /** For a person, in English; and as a code and its facts. */
  problem: string
  problemTold: ToldTrouble
}

/**
 * The platform does not count these, or does not have them. Nothing is written to them until that changes (I12).
 * @returns the dealt items of those that it never had: nothing of them can be sold there, which the line may reckon with
 */
export async function closeLevels(
  tx: Tx,
  organizationId: string,
  closed: readonly ClosedLevel[],
  at: Date,
): Promise<string[]> {
  if (closed.length === 0) return []
  const rows = closed.map((level) => ({ ...level, told: JSON.stringify(level.problemTold) }))
  const source = unnestRows('closed', rows, { levelId: 'uuid', code: 'text', problem: 'text', told: 'text' })
  const done = await sql<{ itemId: string | null }>`
    update level set
      tracked = level.tracked and closed.code <> 'untracked',
      writable = level.writable and closed.code <> 'gone',
      observed = case when closed.code = 'refused' then observed end,
      observed_at = case when closed.code = 'refused' then observed_at else ${at}::timestamptz end,
      recheck_at = null,
      -- What is not counted may be sold in any number: no bound holds until it is counted again, and read.
      exposure_older = case when closed.code = 'gone' and acknowledged is null then coalesce(exposure_older, 0)
        when closed.code <> 'untracked' then exposure_older end,
      exposure_older_until = case when closed.code <> 'untracked' then exposure_older_until end,
      exposure_current = case when closed.code <> 'untracked' then exposure_current else 0 end,
      exposure_from = case when closed.code <> 'untracked' then exposure_from end,
      problem_code = closed.code,
      problem = closed.problem,
      problem_told = closed.told::jsonb
    from ${lockedLevels(
      organizationId,
      closed.map((row) => row.levelId),
    )} join ${source} using (level_id)
    where level.organization_id = ${organizationId} and level.level_id = locked.level_id
    returning case when granted is not null and closed.code = 'gone' and acknowledged is null then item_id end
      as item_id`.execute(tx)
  return [...new Set(done.rows.flatMap((row) => row.itemId ?? []))].sort()
}

/** What known orders took off the platform's own number, and what they put back. Listing units. */
export type MovedByOrders = {
  stockUnitId: string
  externalLocationId: string | undefined
  sold: number
  /**
   * Of those sold, units that were known to be promised before. Nobody can say whether the platform took them off what it
   * shows now or off what it showed before, and they are none that it sold unseen: they lower no bound.
   */
  promised?: number
  givenBack: number
  /** Whether it moved at all is not known: it is read. */
  isUnsure?: boolean
  /** By our clock: nothing was taken off before then; undefined: that is not known. */
  notBefore: Date | undefined
}

/**
 * Notes that the platform's own numbers fell by these units for orders the hub now knows. Where the
 * platform does not say at which location and there are several, which level fell is not known: those
 * are read again instead.
 */
export async function addSubtracted(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  fallen: readonly MovedByOrders[],
  at: Date,
): Promise<void> {
  const moved = fallen.filter(({ sold, givenBack }) => sold !== 0 || givenBack !== 0)
  if (moved.length === 0) return
  const rows = moved.map((each) => ({ ...each, promised: each.promised ?? 0, doubts: each.isUnsure ? 1 : 0 }))
  const source = unnestRows('fallen', rows, {
    stockUnitId: 'text',
    externalLocationId: 'text',
    sold: 'bigint',
    promised: 'bigint',
    givenBack: 'bigint',
    doubts: 'bigint',
    notBefore: 'timestamptz',
  })
  const columns = sql`sum(fallen.sold)::bigint as taken, sum(fallen.sold - fallen.promised)::bigint as sold,
        sum(fallen.promised)::bigint as promised, sum(fallen.given_back)::bigint as restored,
        coalesce(sum(fallen.sold) filter (where fallen.not_before > level.exposure_from), 0)::bigint as sold_later`
  if (moved.every((each) => each.externalLocationId !== undefined && each.isUnsure !== true)) {
    // The caller holds the locks of its items' levels.
    await sql`
    update level set subtracted = subtracted + moved.taken - moved.restored,${exposureAfterOrders('moved')},
      -- A look says what it shows now, so that what is promised is not covered twice for long.
      recheck_at = case when moved.promised > 0 and granted is not null then ${at}::timestamptz else recheck_at end
    from (
      select level.level_id, ${columns}
      from ${source}
      join level on level.organization_id = ${organizationId} and level.connection_id = ${connectionId}
        and level.stock_unit_id = fallen.stock_unit_id
        and level.external_location_id = fallen.external_location_id
      group by level.level_id
    ) as moved
    where level.organization_id = ${organizationId} and level.level_id = moved.level_id`.execute(tx)
    return
  }
  await sql`
    with fallen as (select * from ${source}),
    matched as (
      select level.level_id, level.exposure_from, fallen.sold, fallen.promised, fallen.given_back, fallen.not_before,
        count(*) over (partition by fallen.stock_unit_id, fallen.external_location_id, fallen.nth) + fallen.doubts as candidates
      from (select *, row_number() over () as nth from fallen) as fallen
      join level on level.organization_id = ${organizationId} and level.connection_id = ${connectionId}
        and level.stock_unit_id = fallen.stock_unit_id
        and (fallen.external_location_id is null or level.external_location_id = fallen.external_location_id)
    ),
    moved as (
      select level_id, coalesce(sum(sold) filter (where candidates = 1), 0)::bigint as taken,
        coalesce(sum(sold - promised) filter (where candidates = 1), 0)::bigint as sold,
        -- Where it is not known which of them rose, each may have.
        coalesce(sum(given_back), 0)::bigint as restored,
        coalesce(sum(given_back) filter (where candidates = 1), 0)::bigint as surely_restored,
        coalesce(sum(sold) filter (where candidates = 1 and not_before > exposure_from), 0)::bigint as sold_later,
        bool_or(candidates > 1) as unsure
      from matched
      group by level_id
    ),
    locked as (
      select level_id from level
      where organization_id = ${organizationId} and level_id in (select level_id from moved)
      order by level_id
      for update
    )
    update level set
      subtracted = subtracted + moved.taken - moved.surely_restored,${exposureAfterOrders('moved')},
      recheck_at = case when moved.unsure then ${at}::timestamptz else recheck_at end
    from locked join moved using (level_id)
    where level.organization_id = ${organizationId} and level.level_id = locked.level_id`.execute(tx)
}

export type KnownLevel = LevelKnowledge & {
  levelId: string
  stockUnitId: string
  externalLocationId: string
  itemId: string | null
  desired: number | null
  desiredBecause: string | null
  desiredVersion: number
  observed: number | null
  desiredAt: Date | null
  /** Cumulative units that the platform put back for orders the hub knows. */
  givenBack: number
  /** What it could have shown at most, where no write is under way; null: it was never read. */
  bound: number | null
  /** True while a write to it is waiting or in flight: a difference says nothing then. */
  isBusy: boolean
}

const levelColumns = sql`level_id, stock_unit_id, external_location_id, item_id, desired, desired_because, desired_version, observed,
  desired_at, acknowledged_at, acknowledged, acknowledged_subtracted, subtracted, given_back,
  ${mostToShow} as bound, open_greatest, open_last, open_since`

const knownColumns = sql`${levelColumns},
  (
    exists (
      select from lane_entry
      where lane_entry.organization_id = level.organization_id and lane_entry.connection_id = level.connection_id
        and lane_entry.level_id = level.level_id
    ) or exists (
      select from write
      where write.organization_id = level.organization_id and write.connection_id = level.connection_id
        and write.state in ('sent', 'accepted') and write.level_id = level.level_id
    )
  ) as is_busy`

/** Levels to read back: the suspicious first, then those not looked at for longest. */
export async function findLevelsToObserve(
  db: Db,
  organizationId: string,
  connectionId: string,
  query: { now: Date; suspiciousOnly: boolean; limit: number },
): Promise<KnownLevel[]> {
  const suspicious = await sql<KnownLevel>`
    select ${knownColumns} from level
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and tracked and writable and recheck_at <= ${query.now}
      -- Until the platform has done what it accepted a reading says nothing.
      and (open_since is null or acknowledged is null)
    order by recheck_at, level_id
    limit ${query.limit}`.execute(db)
  const left = query.limit - suspicious.rows.length
  if (query.suspiciousOnly || left <= 0) return suspicious.rows
  const oldest = await sql<KnownLevel>`
    select ${knownColumns} from level
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and tracked and writable and recheck_at is null and open_since is null
    order by observed_at nulls first, level_id
    limit ${left}`.execute(db)
  return [...suspicious.rows, ...oldest.rows]
}

/** The same levels as they stand now. */
export async function findLevelsById(
  db: Db,
  organizationId: string,
  connectionId: string,
  levelIds: readonly string[],
): Promise<KnownLevel[]> {
  const found = await sql<KnownLevel>`
    select ${knownColumns} from level
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and level_id = any(${sql.val([...levelIds])}::uuid[])
    order by level_id`.execute(db)
  return found.rows
}

/** Levels by the platform's own names for them. */
export async function findLevelsByKey(
  db: Db,
  organizationId: string,
  connectionId: string,
  keys: readonly { stockUnitId: string; locationId: string }[],
): Promise<Omit<KnownLevel, 'isBusy'>[]> {
  const source = unnestRows('wanted', keys, { stockUnitId: 'text', locationId: 'text' })
  const found = await sql<Omit<KnownLevel, 'isBusy'>>`
    select ${levelColumns} from level
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and (stock_unit_id, external_location_id) in (select stock_unit_id, location_id from ${source})
    order by level_id`.execute(db)
  return found.rows
}

/** Levels that a full look reads, after the given one, in their order. */
export async function findLevelsAfter(
  db: Db,
  organizationId: string,
  connectionId: string,
  query: { after: string | undefined; limit: number },
): Promise<KnownLevel[]> {
  const found = await sql<KnownLevel>`
    select ${knownColumns} from level
    where organization_id = ${organizationId} and connection_id = ${connectionId} and tracked and writable
      and (${query.after ?? null}::uuid is null or level_id > ${query.after ?? null}::uuid)
    order by level_id
    limit ${query.limit}`.execute(db)
  return found.rows
}

export async function countLevels(db: Db, organizationId: string, connectionId: string): Promise<number> {
  const found = await sql<{ levels: number }>`
    select count(*) as levels from level
    where organization_id = ${organizationId} and connection_id = ${connectionId} and tracked and writable`.execute(
    db,
  )
  return found.rows[0]?.levels ?? 0
}

/** The levels that a listing reads. */
export async function findLevelsOfListing(
  db: Db,
  organizationId: string,
  listingId: string,
): Promise<KnownLevel[]> {
  const found = await sql<KnownLevel>`
    select ${knownColumns} from level
    where organization_id = ${organizationId} and tracked and writable
      and (connection_id, stock_unit_id) in (
        select connection_id, stock_unit_id from listing
        where organization_id = ${organizationId} and listing_id = ${listingId}
      )
    order by level_id`.execute(db)
  return found.rows
}
