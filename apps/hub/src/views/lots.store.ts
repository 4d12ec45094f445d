import type { LotDetail, LotList, LotRow, LotTrace } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { timeZoneOf } from '@plimsoll/stock'
import { sql } from 'kysely'

const OWNERS_LISTED = 1_000

/** The lots of an item with what is where, those that expire first before the others. */
export async function findLotRows(
  db: Db,
  organizationId: string,
  itemId: string,
  at: Date,
): Promise<LotList['rows']> {
  const [lots, balances] = await Promise.all([
    sql<LotRow & { lotId: string }>`
      ${selectLots}
      where lot.organization_id = ${organizationId} and lot.item_id = ${itemId}
      group by lot.organization_id, lot.lot_id, item.sku
      order by lot.expires_on nulls last, lot.code`.execute(db),
    sql<LotDetail['balances'][number] & { lotId: string }>`
      ${selectLotBalances(at)}
      where organization_id = ${organizationId} and item_id = ${itemId}
      order by location.code`.execute(db),
  ])
  const byLot = Map.groupBy(balances.rows, ({ lotId }) => lotId)
  return lots.rows.map(({ lotId, ...lot }) => ({
    ...lot,
    balances: (byLot.get(lotId) ?? []).map(({ lotId: _, ...balance }) => balance),
  }))
}

export type LotHead = { itemId: string; lotId: string }

export async function findLotDetail(
  db: Db,
  organizationId: string,
  { itemId, lotId }: LotHead,
  at: Date,
): Promise<LotDetail> {
  const [lots, balances, changes, corrections] = await Promise.all([
    sql<LotRow & { lotId: string }>`
      ${selectLots}
      where lot.organization_id = ${organizationId} and lot.lot_id = ${lotId}
      group by lot.organization_id, lot.lot_id, item.sku`.execute(db),
    sql<LotDetail['balances'][number] & { lotId: string }>`
      ${selectLotBalances(at)}
      where organization_id = ${organizationId} and item_id = ${itemId} and lot_id = ${lotId}
      order by location.code`.execute(db),
    sql<Omit<LotDetail['changes'][number], 'changedAt'> & { changedAt: Date }>`
      select before, after, reason, actor, changed_at from lot_status_change
      where organization_id = ${organizationId} and lot_id = ${lotId}
      order by change_id`.execute(db),
    sql<Omit<LotDetail['corrections'][number], 'changedAt'> & { changedAt: Date }>`
      select what, before, after, reason, actor, changed_at from lot_detail_change
      where organization_id = ${organizationId} and lot_id = ${lotId}
      order by change_id`.execute(db),
  ])
  const [found] = lots.rows
  if (found === undefined) throw new Error('a lot that was found is never removed')
  const { lotId: _, ...lot } = found
  return {
    ...lot,
    balances: balances.rows.map(({ lotId: _of, ...balance }) => balance),
    changes: changes.rows.map(withText),
    corrections: corrections.rows.map(withText),
  }
}

function withText<Row extends { changedAt: Date }>(row: Row) {
  return { ...row, changedAt: row.changedAt.toISOString() }
}

/** Orders and callers that hold units of a lot or were sent some; those that were sent most first. */
export async function findLotOwners(
  db: Db,
  organizationId: string,
  { lotId }: LotHead,
): Promise<{ owners: LotTrace['owners']; ownersTotal: number }> {
  const found = await sql<LotTrace['owners'][number] & { total: number }>`
    select case owner_kind when 'order-line' then 'order' else 'reservation' end as kind,
      sales_order.number as order_number, reservation.order_id, connection.name as connection_name,
      reservation.owner_id as reservation_id, location.code as location_code,
      reserved - released - reservation.shipped as allocated, reservation.shipped, reservation.returned,
      exists (
        select from movement
        where movement.organization_id = reservation.organization_id and movement.lot_id = reservation.lot_id
          and movement.reference_id = reservation.order_id and movement.kind = 'ship'
          and movement.reason = 'lot-assumed'
      ) as is_assumed,
      count(*) over () as total
    from reservation
    join location using (organization_id, location_id)
    left join sales_order on sales_order.organization_id = reservation.organization_id
      and sales_order.order_id = reservation.order_id
    left join connection on connection.organization_id = sales_order.organization_id
      and connection.connection_id = sales_order.connection_id
    where reservation.organization_id = ${organizationId} and reservation.lot_id = ${lotId}
      and (reserved > released or reservation.shipped > 0)
    order by reservation.shipped - reservation.returned desc, reservation.owner_id
    limit ${OWNERS_LISTED}`.execute(db)
  const owners = found.rows.map(({ total: _, ...owner }) => owner)
  return { owners, ownersTotal: found.rows[0]?.total ?? 0 }
}

const selectLots = sql`
  select lot.lot_id, item.sku, lot.code as lot, lot.expires_on, lot.manufactured_on, lot.supplier_lot, lot.status,
    coalesce(sum(on_hand), 0)::bigint as on_hand, coalesce(sum(reserved), 0)::bigint as reserved,
    coalesce(sum(held), 0)::bigint as held, coalesce(sum(incoming), 0)::bigint as incoming,
    coalesce(sum(on_hand - reserved - held), 0)::bigint as available
  from lot
  join item on item.organization_id = lot.organization_id and item.item_id = lot.item_id
  left join balance on balance.organization_id = lot.organization_id and balance.item_id = lot.item_id
    and balance.lot_id = lot.lot_id`

function selectLotBalances(at: Date) {
  return sql`
    select lot_id, location.code as location_code, on_hand, reserved, held, incoming,
      on_hand - reserved - held as available,
      lot.status = 'released' and (lot.expires_on is null
        or lot.expires_on >= (${at}::timestamptz at time zone ${timeZoneOf})::date) as is_usable
    from balance
    join lot using (organization_id, item_id, lot_id)
    join location using (organization_id, location_id)`
}
