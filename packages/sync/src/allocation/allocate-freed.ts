import { type Db, inTransaction, type Tx } from '@plimsoll/database'
import { decideAllocation } from '@plimsoll/orders'
import { sql } from 'kysely'
import { nowOf, type SyncContext } from '../context.ts'
import { findAssignedToday, loadRouting } from '../fulfilment/route-orders.store.ts'
import { avoidingTheirChannels, placesToSendFrom } from '../fulfilment/senders.ts'
import { findSenders } from '../fulfilment/warehouse-units.store.ts'
import { notify } from '../notify.ts'
import { findAllocationRule } from './allocation-rule.store.ts'
import { loadAll } from './load-ahead.ts'
import { findPooled } from './waiting.store.ts'

/** Hub processes read clocks of their own: what changed so shortly before a look may not have been seen by it. */
const CLOCKS_APART_MS = 2_000
/** What time alone decides: cut-offs, holidays, places that take so many a day. */
const LOOKED_AGAIN_MS = 60_000

/**
 * Gives waiting orders their turn when something that they wait for may have come: those that would get something now, by the
 * rule of who comes first, are to be routed at once. One look at all of them together, by one process at a time; with nobody
 * waiting it is one statement over an empty index.
 * @returns the connections of the orders whose turn it is
 */
export async function allocateFreed(context: SyncContext): Promise<string[]> {
  const { database, organizationId } = context
  const at = nowOf(context)
  const first = await findWaitedFor(database.kysely, organizationId, at)
  if (first.orderIds.length === 0) return []
  return await inTransaction(database, async (tx) => {
    if (!(await isOurTurn(tx, organizationId))) return []
    const { orderIds, itemIds } = await findWaitedFor(tx, organizationId, at)
    const { rule } = await findAllocationRule(tx, organizationId)
    const queue = await loadAll(tx, organizationId, { itemIds, rule, at })
    const [pooled, assigned, senders] = await Promise.all([
      findPooled(tx, organizationId, queue.itemIds),
      findAssignedToday(tx, organizationId, at),
      findSenders(tx, context),
    ])
    const { places, rules, items } = await loadRouting(tx, organizationId, queue.itemIds, assigned)
    const sendable = placesToSendFrom(places, senders, undefined)
    const orders = avoidingTheirChannels(queue.orders, senders)
    const plans = decideAllocation({ places: sendable, rules, items }, pooled, { rule, orders, at })
    const served = plans.filter(({ parcels }) => parcels.length > 0).map(({ orderId }) => orderId)
    await noteLooked(tx, organizationId, {
      looked: [...orderIds, ...queue.orders.map(({ orderId }) => orderId)],
      served,
      at,
    })
    const winners = new Set(served)
    const connectionIds = [
      ...new Set(queue.orders.filter(({ orderId }) => winners.has(orderId)).map((each) => each.connectionId)),
    ].sort()
    if (connectionIds.length > 0) await notify(tx, organizationId, { kind: 'lane', connectionIds })
    return connectionIds
  })
}

/**
 * Orders that wait for an item of which the stock has changed since they were looked at, or that were looked at long ago; with
 * the items that they hold.
 */
async function findWaitedFor(
  db: Db,
  organizationId: string,
  at: Date,
): Promise<{ orderIds: string[]; itemIds: string[] }> {
  const before = new Date(at.getTime() - LOOKED_AGAIN_MS)
  const found = await sql<{ orderId: string; itemId: string }>`
    select distinct noted.order_id, reservation.item_id
    from order_to_route as noted
    join order_line on order_line.organization_id = noted.organization_id and order_line.order_id = noted.order_id
      and order_line.current - order_line.shipped > order_line.committed
    join reservation on reservation.organization_id = order_line.organization_id
      and reservation.owner_id = order_line.line_id
    where noted.organization_id = ${organizationId} and waits_since is not null and (
      tried_at <= ${before} or exists (
        select from balance
        where balance.organization_id = noted.organization_id and balance.item_id = reservation.item_id
          and balance.updated_at >= tried_at - make_interval(secs => ${CLOCKS_APART_MS / 1_000})
      )
    )
    order by noted.order_id, reservation.item_id`.execute(db)
  return {
    orderIds: [...new Set(found.rows.map(({ orderId }) => orderId))],
    itemIds: [...new Set(found.rows.map(({ itemId }) => itemId))].sort(),
  }
}

async function isOurTurn(tx: Tx, organizationId: string): Promise<boolean> {
  const locked = await sql<{ isOurs: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended('allocate ' || ${organizationId}, 0)) as is_ours`.execute(
    tx,
  )
  return locked.rows[0]?.isOurs ?? false
}

/** Those that would get something are routed at once, by whoever works their channel. */
async function noteLooked(
  tx: Tx,
  organizationId: string,
  { looked, served, at }: { looked: readonly string[]; served: readonly string[]; at: Date },
): Promise<void> {
  await sql`
    update order_to_route set
      tried_at = case when waits_since is null then tried_at else ${at} end,
      not_before = case when order_id = any(${sql.val([...served])}::uuid[]) then least(not_before, ${at}) else not_before end
    where organization_id = ${organizationId} and order_id = any(${sql.val([...looked])}::uuid[])`.execute(tx)
}
