import type { Db } from '@plimsoll/database'
import { type AllocationRule, type Ranked, rankOf } from '@plimsoll/orders'
import { findQueue, findWants, type QueuedOrder, type WhoseTurn } from './waiting.store.ts'

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
  return await loadLinked(db, organizationId, itemIds, {
    rule,
    rank: rankOf(rule, order),
    before: order,
    at,
  })
}

/** All waiting orders that want these items, and all that compete with them. */
export async function loadAll(
  db: Db,
  organizationId: string,
  { itemIds, rule, at }: { itemIds: readonly string[]; rule: AllocationRule; at: Date },
): Promise<Ahead> {
  return await loadLinked(db, organizationId, itemIds, { rule, rank: undefined, before: undefined, at })
}

/**
 * Which items hang together is found in one look at all that wait. Read step by step from item to item, each step read the
 * orders of those before it again: of 600 orders for 60 items five times. (In one recursive statement it took twice as long as
 * that: the planner joins the wants with themselves row by row.)
 */
async function loadLinked(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  which: WhoseTurn,
): Promise<Ahead> {
  if (itemIds.length === 0) return { orders: [], itemIds: [] }
  const linked = linkedItems(itemIds, await findWants(db, organizationId, which))
  return { orders: await findQueue(db, organizationId, linked, which), itemIds: linked }
}

/** The items, those that orders for them want as well, and so on to the end. */
export function linkedItems(
  itemIds: readonly string[],
  wants: readonly { orderId: string; itemId: string }[],
): string[] {
  const itemsOf = Map.groupBy(wants, ({ orderId }) => orderId)
  const ordersOf = Map.groupBy(wants, ({ itemId }) => itemId)
  const linked = new Set(itemIds)
  const seen = new Set<string>()
  // A set is walked in the order of coming, what comes meanwhile too.
  for (const itemId of linked)
    for (const { orderId } of ordersOf.get(itemId) ?? []) {
      if (seen.has(orderId)) continue
      seen.add(orderId)
      for (const want of itemsOf.get(orderId) ?? []) linked.add(want.itemId)
    }
  return [...linked].sort()
}
