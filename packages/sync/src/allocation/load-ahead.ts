import type { Db } from '@plimsoll/database'
import { type AllocationRule, type Ranked, rankOf } from '@plimsoll/orders'
import { findQueue, type QueuedOrder } from './waiting.store.ts'

/** Whose turn it is before an order's: those it competes with, those they compete with for other items, and so on. */
export type Ahead = { orders: QueuedOrder[]; itemIds: string[] }

/**
 * The waiting orders that come before one and may take what it wants. What one of them takes may depend on another item of it
 * (kits, orders that go whole), so whoever is before it there is among them too.
 * @param itemIds what the order wants
 */
export async function loadAhead(
  db: Db,
  organizationId: string,
  { order, itemIds, rule, at }: { order: Ranked; itemIds: readonly string[]; rule: AllocationRule; at: Date },
): Promise<Ahead> {
  return await loadLinked(itemIds, (wanted) =>
    findQueue(db, organizationId, wanted, { rule, rank: rankOf(rule, order), before: order, at }),
  )
}

/** All waiting orders that want these items, and all that compete with them. */
export async function loadAll(
  db: Db,
  organizationId: string,
  { itemIds, rule, at }: { itemIds: readonly string[]; rule: AllocationRule; at: Date },
): Promise<Ahead> {
  return await loadLinked(itemIds, (wanted) =>
    findQueue(db, organizationId, wanted, { rule, rank: undefined, before: undefined, at }),
  )
}

async function loadLinked(
  itemIds: readonly string[],
  find: (wanted: readonly string[]) => Promise<QueuedOrder[]>,
): Promise<Ahead> {
  const orders = new Map<string, QueuedOrder>()
  const items = new Set(itemIds)
  let wanted: readonly string[] = [...items]
  while (wanted.length > 0) {
    const fresh = (await find(wanted)).filter(({ orderId }) => !orders.has(orderId))
    for (const order of fresh) orders.set(order.orderId, order)
    wanted = [...new Set(fresh.flatMap((order) => order.itemIds))].filter((itemId) => !items.has(itemId))
    for (const itemId of wanted) items.add(itemId)
  }
  return { orders: [...orders.values()], itemIds: [...items].sort() }
}
