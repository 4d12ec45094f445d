import { type Tx, unnestRows } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'
import { lockedLevels } from '../lanes/level-locks.store.ts'
import type { WriteEffect } from './exposure.ts'

// The rules of exposure.ts as they are carried out on rows of `level`, many at once. Each is part of the update that
// notes what the exposure follows from; exposure.store.test.ts holds them to the rules.

/** `mostAddedBy`, where `expected` is null: of a write that acts wherever it comes. */
function mostAddedBy(
  effect: WriteEffect,
  write: Record<'quantity' | 'expected', RawBuilder<unknown>>,
): RawBuilder<number> {
  const quantity = sql<number>`greatest(0, ${write.quantity})`
  if (effect === 'blind') return quantity
  return sql`case when ${write.expected} is null then ${quantity} else greatest(0, ${write.quantity} - greatest(0, ${write.expected})) end`
}

/** `splitInto`, as the columns of `level`; where `exposure_older` is null no total is known. */
function splitInto(total: RawBuilder<unknown>, most: RawBuilder<unknown>) {
  return {
    older: sql`case when exposure_older is not null then ${total} - least(${total}, ${most}) end`,
    current: sql`case when exposure_older is null then ${most} else least(${total}, ${most}) end`,
  }
}

/** Of a row of `level`: what it could show at most, where no write is under way; null: it was never read. `boundBefore` of a reading. */
export const mostToShow: RawBuilder<number | null> =
  sql`case when exposure_from is not null then coalesce(exposure_older, 0) + exposure_current end`

/** Joined to the rows of `locked`: whether a write of theirs has no final outcome. */
export function joinUnderWay(organizationId: string): RawBuilder<unknown> {
  return sql`cross join lateral (
      select exists (
        select from write
        where write.organization_id = ${organizationId} and write.level_id = locked.level_id and settled_at is null
      ) as is_one
    ) as under_way`
}

/**
 * The same, for the outcome of a write that the joined row names by its `write_id`: also where another was under way when
 * it was sent, and is answered by now.
 */
export function joinOverlapping(organizationId: string, row: string): RawBuilder<unknown> {
  return sql`cross join lateral (
      select exists (
        select from write
        where write.organization_id = ${organizationId} and write.level_id = locked.level_id
          and (settled_at is null or (overlapping and write_id = ${sql.ref(`${row}.write_id`)}))
      ) as is_one
    ) as under_way`
}

/**
 * `afterApplied`, or `afterUncertain` where another write was under way with it: nobody can say which of the two acts last.
 * The joined row has `quantity`, `expected`, and `given_back`, the level's figure when the write was planned.
 */
export function exposureAfterApplied(row: string, at: Date, effect: WriteEffect): RawBuilder<unknown> {
  const shown = shownOf(row)
  const expected = sql.ref(`${row}.expected`)
  const quantity = sql.ref(`${row}.quantity`)
  const unsold = effect === 'guarded' ? sql`coalesce(greatest(0, ${expected}), 0)` : sql`0`
  const applied = splitInto(
    sql`greatest(0, exposure_older + exposure_current - ${unsold} + ${quantity})`,
    shown,
  )
  const uncertain = splitInto(
    sql`(exposure_older + exposure_current + ${mostAddedBy(effect, { quantity, expected })})`,
    sql`greatest(exposure_current, ${shown})`,
  )
  // It may never have acted, and what else the platform counts from nobody knows.
  const isLost = sql`(under_way.is_one and exposure_from is null and exposure_older is null)`
  return sql`
      exposure_older = case
        when not under_way.is_one then ${applied.older}
        when ${isLost} then exposure_older
        else ${uncertain.older}
      end,
      exposure_current = case
        when not under_way.is_one then ${applied.current}
        when ${isLost} then exposure_current
        else ${uncertain.current}
      end,
      exposure_older_until = case when ${isLost} then exposure_older_until else ${at}::timestamptz end,
      exposure_from = case when ${isLost} then null else ${at}::timestamptz end`
}

/**
 * `afterReading`. The joined row has `quantity`, `is_fenced`, and the level's figures before it was read: `given_back`
 * (null: that is not known) and `bound` (null: none was). While a write is under way a reading says nothing.
 */
export function exposureAfterReading(row: string, at: Date): RawBuilder<unknown> {
  const hidden = sql`(level.given_back - ${sql.ref(`${row}.given_back`)})`
  const bound = sql`(exposure_older + exposure_current)`
  const before = sql`coalesce(${sql.ref(`${row}.bound`)} + ${hidden}, ${bound})`
  const isWithin = sql`(exposure_older is not null and greatest(0, ${sql.ref(`${row}.quantity`)}) <= ${before})`
  const shown = sql`(case when ${isWithin} then least(${bound}, ${shownOf(row)}) else ${shownOf(row)} end)`
  // The same quantity again says nothing new, unless all that was sold before is known.
  const isNew = sql`(exposure_from is null or ${shown} <> exposure_current or ${sql.ref(`${row}.is_fenced`)})`
  const counts = sql`(${sql.ref(`${row}.given_back`)} is not null and not under_way.is_one and ${isNew})`
  return sql`
      exposure_older = case
        when not ${counts} then exposure_older
        when ${sql.ref(`${row}.is_fenced`)}
          then case when ${isWithin} then least(${hidden}, ${bound} - ${shown}) else ${hidden} end
        when exposure_from is null then null
        when ${isWithin} then ${bound} - ${shown}
        else ${bound} + ${hidden}
      end,
      exposure_current = case when ${counts} then ${shown} else exposure_current end,
      exposure_older_until = case when ${counts} then ${at}::timestamptz else exposure_older_until end,
      exposure_from = case when ${counts} then ${at}::timestamptz else exposure_from end`
}

/** `UNBOUNDED` where the condition holds, for a level of which nothing that was known counts any more; else as it is. */
export function exposureLostWhere(isLost: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
      exposure_older = case when ${isLost} then null else level.exposure_older end,
      exposure_older_until = case when ${isLost} then null else level.exposure_older_until end,
      exposure_current = case when ${isLost} then 0 else level.exposure_current end,
      exposure_from = case when ${isLost} then null else level.exposure_from end`
}

/** What the platform may show: never negative, though some let their own number become so. */
function shownOf(row: string): RawBuilder<number> {
  return sql<number>`(greatest(0, ${sql.ref(`${row}.quantity`)}) + level.given_back - ${sql.ref(`${row}.given_back`)})`
}

/** `afterOrders`. The joined row has `sold`, `sold_later` (surely after the present quantity) and `restored`. */
export function exposureAfterOrders(row: string): RawBuilder<unknown> {
  const sold = sql.ref(`${row}.sold`)
  const later = sql.ref(`${row}.sold_later`)
  const ofOlder = sql`least(${sold} - ${later}, coalesce(exposure_older, ${sold}))`
  return sql`
      given_back = level.given_back + ${sql.ref(`${row}.restored`)},
      -- A sale turns its grant into a reservation.
      granted = greatest(0, granted + ${sql.ref(`${row}.restored`)} - ${sold}),
      exposure_older = exposure_older - ${ofOlder},
      exposure_current = greatest(0, exposure_current + ${sql.ref(`${row}.restored`)} - (${sold} - ${ofOlder}))`
}

/**
 * `exposureOf` the row `line` with the write `sent` under way too: null where no bound is known.
 */
export function exposureWith(organizationId: string, effect: WriteEffect): RawBuilder<number | null> {
  const added = mostAddedBy(effect, {
    quantity: sql`sent.quantity`,
    expected: sql`sent.expected`,
  })
  const addedBefore = mostAddedBy(effect, { quantity: sql`quantity`, expected: sql`expected` })
  return sql`(
      select exposure_older + exposure_current + coalesce(under_way.sum, 0) + ${added}
      from (
        select sum(${addedBefore}) as sum from write
        where write.organization_id = ${organizationId} and write.level_id = line.level_id and settled_at is null
      ) as under_way
    )`
}

export type UncertainWrite = {
  levelId: string
  quantity: number
  /** Null: it acted wherever it came. */
  expected: number | null
  givenBackAtSend: number
}

/**
 * `afterUncertain`, for writes that can act no more, or of which nobody can say whether another acted after them.
 * Their levels are locked already.
 */
export async function exposeUncertain(
  tx: Tx,
  organizationId: string,
  writes: readonly UncertainWrite[],
  { at, effect }: { at: Date; effect: WriteEffect },
): Promise<void> {
  if (writes.length === 0) return
  const source = unnestRows('uncertain', writes, {
    levelId: 'uuid',
    quantity: 'bigint',
    expected: 'bigint',
    givenBackAtSend: 'bigint',
  })
  const shown = sql`uncertain.quantity + level.given_back - given_back_at_send`
  const added = mostAddedBy(effect, { quantity: sql`uncertain.quantity`, expected: sql`uncertain.expected` })
  const split = splitInto(
    sql`(exposure_older + exposure_current + shown.added)`,
    sql`greatest(exposure_current, shown.greatest)`,
  )
  await sql`
    update level set
      exposure_older = ${split.older},
      exposure_current = ${split.current},
      exposure_older_until = ${at},
      exposure_from = ${at}
    from (
      select level.level_id, sum(${added})::bigint as added,
        max(${shown})::bigint as greatest
      from ${lockedLevels(
        organizationId,
        writes.map(({ levelId }) => levelId),
      )}
      join level on level.organization_id = ${organizationId} and level.level_id = locked.level_id
      join ${source} on uncertain.level_id = level.level_id
      group by level.level_id
    ) as shown
    where level.organization_id = ${organizationId} and level.level_id = shown.level_id
      -- It may never have acted, and what else the platform counts from nobody knows.
      and (exposure_from is not null or exposure_older is not null)`.execute(tx)
}

/**
 * `afterFence`, for the levels of a connection that are waiting for it.
 * @returns the items whose levels wait no more
 */
export async function passFence(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  fenceAt: Date,
): Promise<string[]> {
  const passed = await sql<{ itemId: string | null }>`
    update level set exposure_older = 0
    from (
      select level_id from level
      where organization_id = ${organizationId} and connection_id = ${connectionId}
        and protection in ('tightening', 'guaranteed') and exposure_older is distinct from 0
        and exposure_older_until <= ${fenceAt}
      order by level_id
      for update
    ) as locked
    where level.organization_id = ${organizationId} and level.level_id = locked.level_id
    returning item_id`.execute(tx)
  return [...new Set(passed.rows.flatMap((row) => row.itemId ?? []))].sort()
}
