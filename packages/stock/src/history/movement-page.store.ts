import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { assert } from '../assert.ts'
import type { Balance } from '../movements.ts'
import { openingOf } from './as-of.ts'
import { type ClosedMonth, findClosedMonths } from './months.store.ts'
import {
  floorOf,
  type MovementEntry,
  type MovementPosition,
  type MovementQuestion,
  runBackward,
} from './movement-page.ts'

export type MovementsFound = {
  rows: MovementEntry[]
  next: MovementPosition | undefined
  /** Movements before this moment lie in files: the list ends there. */
  archivedBefore: Date | undefined
}

type Row = Omit<MovementEntry, 'after'> & { position: string }

/**
 * Movements of an item in the order of recording, newest first, each with the figures right after it. A page costs the
 * movements since the nearest checkpoint and its own rows; with a kind, also those of other kinds in between.
 */
export async function findMovementEntries(
  db: Db,
  organizationId: string,
  itemId: string,
  question: MovementQuestion,
): Promise<MovementsFound> {
  const months = await findClosedMonths(db, organizationId)
  const top = topOf(question)
  const floor = top === undefined ? floorOf(months, FOREVER) : floorOf(months, top)
  const scope = scopeOf(organizationId, itemId, question)
  const { cursor, from, to, kind } = question
  // Only what is asked for stands in the statement: bounds on the moment spare partitions, also in a plan made once.
  const conditions = [
    scope,
    ...(kind === undefined ? [] : [sql`kind = ${kind}`]),
    ...(from === undefined ? [] : [sql`recorded_at >= ${from}`]),
    ...(to === undefined ? [] : [sql`recorded_at <= ${to}`]),
    ...(floor === undefined ? [] : [sql`recorded_at >= ${floor}`]),
    ...(cursor === undefined
      ? []
      : [
          sql`recorded_at <= ${cursor.recordedAt}::timestamptz`,
          sql`(recorded_at, movement_id) < (${cursor.recordedAt}::timestamptz, ${cursor.movementId}::uuid)`,
        ]),
  ]
  const found = await sql<Row>`
    select movement_id, location_id, lot_id, kind, on_hand_delta, reserved_delta, held_delta, incoming_delta,
      command_key, reference_kind, reference_id, reason, actor, effective_at, recorded_at, recorded_at::text as position
    from movement
    where ${sql.join(conditions, sql` and `)}
    order by recorded_at desc, movement_id desc
    limit ${question.limit + 1}`.execute(db)
  const page = found.rows.slice(0, question.limit)
  const [first] = page
  const last = page.at(-1)
  if (first === undefined || last === undefined) return { rows: [], next: undefined, archivedBefore: floor }
  const isMore = found.rows.length > question.limit
  const afters = await findAfters(db, scope, organizationId, itemId, question, months, page)
  return {
    rows: page.map(({ position: _position, ...row }, index) => {
      const after = afters[index]
      assert(after !== undefined, 'each row has its figures')
      return { ...row, after }
    }),
    next: isMore ? { recordedAt: last.position, movementId: last.movementId } : undefined,
    archivedBefore: floor,
  }
}

const FOREVER = new Date(8.64e15)

function topOf({ cursor, to }: MovementQuestion): Date | undefined {
  if (cursor === undefined) return to
  return new Date(cursor.recordedAt.replace(' ', 'T').replace('+00', 'Z'))
}

function scopeOf(organizationId: string, itemId: string, { locationId, lotId }: MovementQuestion) {
  const conditions = [
    sql`movement.organization_id = ${organizationId} and movement.item_id = ${itemId}`,
    ...(locationId === undefined ? [] : [sql`movement.location_id = ${locationId}`]),
    ...(lotId === undefined ? [] : [sql`movement.lot_id = ${lotId}`]),
  ]
  return sql`${sql.join(conditions, sql` and `)}`
}

async function findAfters(
  db: Db,
  scope: ReturnType<typeof scopeOf>,
  organizationId: string,
  itemId: string,
  question: MovementQuestion,
  months: readonly ClosedMonth[],
  page: readonly Row[],
): Promise<Balance[]> {
  const [first] = page
  const last = page.at(-1)
  assert(first !== undefined && last !== undefined, 'a page with rows')
  const { locationId = null, lotId = null } = question
  const openingAt = openingOf(months, first.recordedAt)
  const total = await sql<Balance>`
    with opening as (
      select distinct on (location_id, lot_id) on_hand, reserved, held, incoming
      from balance_checkpoint
      where organization_id = ${organizationId} and item_id = ${itemId} and at <= ${openingAt}
        and (${locationId}::uuid is null or location_id = ${locationId})
        and (${lotId}::uuid is null or lot_id = ${lotId})
      order by location_id, lot_id, at desc
    ), part as (
      select on_hand, reserved, held, incoming from opening
      union all
      select on_hand_delta, reserved_delta, held_delta, incoming_delta from movement
      where ${scope} and recorded_at >= ${openingAt}
        and recorded_at <= ${first.position}::timestamptz
        and (recorded_at, movement_id) <= (${first.position}::timestamptz, ${first.movementId}::uuid)
    )
    select coalesce(sum(on_hand), 0)::bigint as on_hand, coalesce(sum(reserved), 0)::bigint as reserved,
      coalesce(sum(held), 0)::bigint as held, coalesce(sum(incoming), 0)::bigint as incoming
    from part`.execute(db)
  const [top] = total.rows
  assert(top !== undefined, 'an aggregate always answers one row')
  if (question.kind === undefined) return runBackward(top, page)
  // Rows of other kinds lie between those of the page.
  const between = await sql<Row>`
    select movement_id, on_hand_delta, reserved_delta, held_delta, incoming_delta
    from movement
    where ${scope}
      and recorded_at between ${last.position}::timestamptz and ${first.position}::timestamptz
      and (recorded_at, movement_id) <= (${first.position}::timestamptz, ${first.movementId}::uuid)
      and (recorded_at, movement_id) >= (${last.position}::timestamptz, ${last.movementId}::uuid)
    order by recorded_at desc, movement_id desc`.execute(db)
  const all = runBackward(top, between.rows)
  const byId = new Map(between.rows.map((row, index) => [row.movementId, all[index]]))
  return page.flatMap((row) => byId.get(row.movementId) ?? [])
}
