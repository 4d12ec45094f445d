import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { Refusal } from '../errors.ts'
import type { Balance } from '../movements.ts'
import { type AsOfMode, decideOpening, type StockAt } from './as-of.ts'
import { findClosedMonths } from './months.store.ts'

export type AsOfQuestion = {
  at: Date
  by: AsOfMode
  locationId?: string | undefined
  lotId?: string | undefined
}

export type ItemAsOf = { kind: 'stock'; openingAt: Date; places: StockAt[] }

/**
 * Stock of one item at a moment, by location and lot: the nearest checkpoint and the item's movements since then.
 * Places of which nothing was known yet are left out. A moment at which movements were recorded includes them.
 */
export async function findItemAsOf(
  db: Db,
  organizationId: string,
  itemId: string,
  question: AsOfQuestion,
): Promise<ItemAsOf | Refusal> {
  const months = await findClosedMonths(db, organizationId)
  const opening = decideOpening(months, question.at, question.by)
  if (opening.kind === 'refused') return opening
  const rows = await readPlaces(db, organizationId, [itemId], { ...question, openingAt: opening.at })
  return { kind: 'stock', openingAt: opening.at, places: rows.map(toStockAt) }
}

export type LocationAsOfRow = { itemId: string; sku: string; name: string; figures: Balance }
export type LocationAsOf = { kind: 'stock'; rows: LocationAsOfRow[]; next: string | null }

/**
 * Stock of all items that a location ever held, lots added up, in order of SKU.
 * @param page.afterSku the last SKU of the page before
 */
export async function findLocationAsOf(
  db: Db,
  organizationId: string,
  question: { at: Date; by: AsOfMode; locationId: string },
  page: { afterSku: string | undefined; limit: number },
): Promise<LocationAsOf | Refusal> {
  const months = await findClosedMonths(db, organizationId)
  const opening = decideOpening(months, question.at, question.by)
  if (opening.kind === 'refused') return opening
  const found = await sql<{ itemId: string; sku: string; name: string }>`
    select item_id, sku, name from item
    where organization_id = ${organizationId} and sku > ${page.afterSku ?? ''}
      and exists (
        select from balance
        where balance.organization_id = item.organization_id and balance.item_id = item.item_id
          and balance.location_id = ${question.locationId}
      )
    order by sku
    limit ${page.limit + 1}`.execute(db)
  const items = found.rows.slice(0, page.limit)
  const itemIds = items.map(({ itemId }) => itemId)
  const rows = await readPlaces(db, organizationId, itemIds, { ...question, openingAt: opening.at })
  const byItem = Map.groupBy(rows, ({ itemId }) => itemId)
  return {
    kind: 'stock',
    rows: items.map((item) => ({
      ...item,
      figures: sumBalances((byItem.get(item.itemId) ?? []).map((row) => toStockAt(row).figures)),
    })),
    next: found.rows.length > page.limit ? (items.at(-1)?.sku ?? null) : null,
  }
}

type Figures<Prefix extends string> = Record<
  `${Prefix}${'OnHand' | 'Reserved' | 'Held' | 'Incoming'}`,
  number
>
type PlaceRow = { itemId: string; locationId: string; lotId: string } & Figures<'opening'> &
  Figures<'moved'> &
  Figures<'late'> & { movements: number; lateMovements: number }

/** The places of the items are their balances: there is one for each that ever had a movement. */
async function readPlaces(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  question: AsOfQuestion & { openingAt: Date },
): Promise<PlaceRow[]> {
  if (itemIds.length === 0) return []
  const { at, by, openingAt, locationId = null, lotId = null } = question
  const inHour = new Date(at.getTime() + 3_600_000)
  const place = (table: string) => sql`${sql.ref(`${table}.organization_id`)} = ${organizationId}
      and ${sql.ref(`${table}.item_id`)} = any(${[...itemIds]}::uuid[])
      and (${locationId}::uuid is null or ${sql.ref(`${table}.location_id`)} = ${locationId})
      and (${lotId}::uuid is null or ${sql.ref(`${table}.lot_id`)} = ${lotId})`
  // What was recorded in the hour after is found by the key, what came later than that by the index of late ones.
  const late = sql`
    select item_id, location_id, lot_id, on_hand_delta, reserved_delta, held_delta, incoming_delta from movement
    where ${place('movement')} and recorded_at > ${at} and recorded_at <= ${inHour} and effective_at <= ${at}
    union all
    select item_id, location_id, lot_id, on_hand_delta, reserved_delta, held_delta, incoming_delta from movement
    where ${place('movement')} and recorded_at > ${inHour} and effective_at <= ${at}
      and recorded_at - effective_at > interval '1 hour'`
  const none = sql`
    select item_id, location_id, lot_id, on_hand_delta, reserved_delta, held_delta, incoming_delta
    from movement where false`
  const found = await sql<PlaceRow>`
    with moved as (
      select item_id, location_id, lot_id, count(*) as movements, ${sumOfDeltas}
      from movement
      where ${place('movement')} and recorded_at >= ${openingAt} and recorded_at <= ${at}
      group by item_id, location_id, lot_id
    ), heard_late as (
      select item_id, location_id, lot_id, count(*) as movements, ${sumOfDeltas}
      from (${by === 'effective' ? late : none}) as movement
      group by item_id, location_id, lot_id
    )
    select balance.item_id, balance.location_id, balance.lot_id,
      coalesce(opening.on_hand, 0) as opening_on_hand, coalesce(opening.reserved, 0) as opening_reserved,
      coalesce(opening.held, 0) as opening_held, coalesce(opening.incoming, 0) as opening_incoming,
      coalesce(moved.on_hand, 0) as moved_on_hand, coalesce(moved.reserved, 0) as moved_reserved,
      coalesce(moved.held, 0) as moved_held, coalesce(moved.incoming, 0) as moved_incoming,
      coalesce(moved.movements, 0) as movements,
      coalesce(heard_late.on_hand, 0) as late_on_hand, coalesce(heard_late.reserved, 0) as late_reserved,
      coalesce(heard_late.held, 0) as late_held, coalesce(heard_late.incoming, 0) as late_incoming,
      coalesce(heard_late.movements, 0) as late_movements
    from balance
    left join lateral (
      select on_hand, reserved, held, incoming from balance_checkpoint
      where balance_checkpoint.organization_id = ${organizationId}
        and balance_checkpoint.item_id = balance.item_id
        and balance_checkpoint.location_id = balance.location_id
        and balance_checkpoint.lot_id = balance.lot_id
        and balance_checkpoint.at <= ${openingAt}
      order by at desc
      limit 1
    ) as opening on true
    left join moved using (item_id, location_id, lot_id)
    left join heard_late using (item_id, location_id, lot_id)
    where ${place('balance')}
      and (opening.on_hand is not null or moved.movements > 0 or heard_late.movements > 0)
    order by balance.item_id, balance.location_id, balance.lot_id`.execute(db)
  return found.rows
}

const sumOfDeltas = sql`
  sum(on_hand_delta)::bigint as on_hand, sum(reserved_delta)::bigint as reserved,
  sum(held_delta)::bigint as held, sum(incoming_delta)::bigint as incoming`

function toStockAt(row: PlaceRow): StockAt {
  const checkpoint = {
    onHand: row.openingOnHand,
    reserved: row.openingReserved,
    held: row.openingHeld,
    incoming: row.openingIncoming,
  }
  const moved = {
    onHand: row.movedOnHand,
    reserved: row.movedReserved,
    held: row.movedHeld,
    incoming: row.movedIncoming,
  }
  const late = {
    onHand: row.lateOnHand,
    reserved: row.lateReserved,
    held: row.lateHeld,
    incoming: row.lateIncoming,
  }
  return {
    locationId: row.locationId,
    lotId: row.lotId,
    figures: sumBalances([checkpoint, moved, late]),
    checkpoint,
    movements: row.movements,
    late,
    lateMovements: row.lateMovements,
  }
}

function sumBalances(balances: readonly Balance[]): Balance {
  return balances.reduce(
    (sum, each) => ({
      onHand: sum.onHand + each.onHand,
      reserved: sum.reserved + each.reserved,
      held: sum.held + each.held,
      incoming: sum.incoming + each.incoming,
    }),
    { onHand: 0, reserved: 0, held: 0, incoming: 0 },
  )
}
