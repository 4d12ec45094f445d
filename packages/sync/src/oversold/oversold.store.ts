import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { dayAt } from '../availability/lot-stock.store.ts'
import { policiesAt } from '../policies/policies-in-force.store.ts'
import { closeTasks, openTask } from '../tasks.store.ts'

export type ItemStanding = {
  itemId: string
  sku: string
  /** What is there less what is promised. */
  available: number
  /** Of what is promised, units that a person took knowing that they must wait: orders made by hand, in no shipment yet. */
  waitingByHand: number
  hasTask: boolean
}

/**
 * Which of these items are promised beyond what is there (and what is coming, where that may be promised), or were when
 * their open task was made. Units of lots that may not leave are not there for anybody.
 */
export async function findOversold(
  tx: Tx,
  organizationId: string,
  itemIds: readonly string[],
  at: Date,
): Promise<ItemStanding[]> {
  const standings = await findStandings(tx, organizationId, itemIds, at)
  return standings.filter((row) => shortOf(row) > 0 || row.hasTask)
}

/** Units promised beyond what is there that nobody has agreed to wait for. */
function shortOf({ available, waitingByHand }: ItemStanding): number {
  return Math.max(0, -available - waitingByHand)
}

/**
 * The same of many items of which no lot is kept back: first those are found that may be, by sums alone; nearly always
 * there is none.
 */
export async function findOversoldOfMany(
  tx: Tx,
  organizationId: string,
  itemIds: readonly string[],
  at: Date,
): Promise<ItemStanding[]> {
  const found = await sql<{ itemId: string }>`
    select item_id from balance
    where organization_id = ${organizationId} and item_id = any(${sql.val([...itemIds])}::uuid[])
    group by item_id
    having sum(on_hand - reserved - held)::bigint < 0
    union
    select subject::uuid from task
    where organization_id = ${organizationId} and kind = 'oversold' and closed_at is null
      and subject = any(${sql.val([...itemIds])}::text[])
    order by item_id`.execute(tx)
  if (found.rows.length === 0) return []
  return await findOversold(
    tx,
    organizationId,
    found.rows.map((row) => row.itemId),
    at,
  )
}

/** The same of each of the items. */
export async function findStandings(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  at: Date,
): Promise<ItemStanding[]> {
  const found = await sql<ItemStanding>`
    select item.item_id, item.sku,
      (coalesce(sum(on_hand - reserved - held + case when coming.may_be_promised then incoming else 0 end), 0) - (
        select coalesce(sum(blocked.on_hand - blocked.held), 0)
        from lot
        join balance as blocked on blocked.organization_id = lot.organization_id
          and blocked.item_id = lot.item_id and blocked.lot_id = lot.lot_id and blocked.on_hand > blocked.held
        join location on location.organization_id = lot.organization_id
          and location.location_id = blocked.location_id
        where lot.organization_id = item.organization_id and lot.item_id = item.item_id
          and (lot.status <> 'released' or lot.expires_on < ${dayAt(at)})
      ))::bigint as available,
      coalesce((
        select sum(least(held.open, held.unrouted)) from (
          select sum(reservation.reserved - reservation.released - reservation.shipped) as open,
            max((order_line.current - order_line.shipped - order_line.committed) * reservation.units_each) as unrouted
          from hand_order
          join order_line on order_line.organization_id = hand_order.organization_id
            and order_line.order_id = hand_order.order_id and order_line.current - order_line.shipped > order_line.committed
          join reservation on reservation.organization_id = order_line.organization_id
            and reservation.owner_id = order_line.line_id and reservation.item_id = item.item_id
          where hand_order.organization_id = item.organization_id
          group by order_line.line_id
        ) as held
      ), 0)::bigint as waiting_by_hand,
      exists (
        select from task
        where task.organization_id = item.organization_id and task.kind = 'oversold'
          and task.subject = item.item_id::text and task.closed_at is null
      ) as has_task
    from item
    cross join lateral (
      -- What is coming covers what was promised of it, where any policy that reaches the item lets it be promised.
      select exists (
        select from ${policiesAt(organizationId, at)}
        where policy.promise_incoming and (
          scope = 'organization' or (scope = 'item' and scope_id = item.item_id) or exists (
            select from listing
            where listing.organization_id = item.organization_id and listing.item_id = item.item_id
              and policy.scope_id = case scope when 'connection' then listing.connection_id else listing.listing_id end
          )
        )
      ) as may_be_promised
    ) as coming
    left join balance on balance.organization_id = item.organization_id and balance.item_id = item.item_id
    where item.organization_id = ${organizationId} and item.item_id = any(${sql.val(itemIds)}::uuid[])
    group by item.organization_id, item.item_id, item.sku, coming.may_be_promised
    order by item.item_id`.execute(db)
  return found.rows
}

/** Keeps one open task per oversold item: opened, updated while it lasts, closed when it is cured. */
export async function keepOversoldTasks(
  tx: Tx,
  organizationId: string,
  standings: readonly ItemStanding[],
  stamp: { at: Date; uuid(): string },
): Promise<void> {
  const opened = standings.filter((row) => shortOf(row) > 0)
  const cured = standings.filter((row) => shortOf(row) === 0)
  const open = (standing: ItemStanding) => {
    const { itemId, sku } = standing
    const units = shortOf(standing)
    return openTask(
      tx,
      organizationId,
      {
        kind: 'oversold',
        subject: itemId,
        connectionId: null,
        sku,
        units,
        detail: `${units} more units are promised than are there. Cure: use another location or incoming stock, split, substitute, or cancel.`,
        told: { code: 'oversold', facts: { units } },
      },
      stamp,
    )
  }
  // All at once: they may be the last statements of their transaction.
  await Promise.all([
    ...opened.map(open),
    closeTasks(
      tx,
      organizationId,
      'oversold',
      cured.map(({ itemId }) => itemId),
      stamp.at,
    ),
  ])
}
