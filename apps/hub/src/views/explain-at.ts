import type { ExplainedAt, ItemStockAt } from '@plimsoll/client'
import type { Refusal } from '@plimsoll/stock'
import {
  findLevelsAt,
  findOrdersKnownAt,
  findPoliciesAt,
  type LevelAt,
  type SyncContext,
} from '@plimsoll/sync'
import { type Answered, getItemStockAt } from './history.ts'
import { getItemHead } from './item.ts'

const ORDERS_MAX = 50

/**
 * What is on record of an item at a moment: what was there, what each level wanted, had been sent and had, which orders
 * were known, and what policies said. What is not on record is said.
 * @throws SyncProblem for an unknown SKU
 */
export async function explainItemAt(
  context: SyncContext,
  sku: string,
  at: Date,
): Promise<Answered<ExplainedAt>> {
  const { database, organizationId } = context
  const { itemId } = await getItemHead(context, sku)
  const stock = await getItemStockAt(context, sku, { at, by: 'recorded' })
  if (stock.kind === 'refused' && stock.code === 'moment-in-future') return stock
  const [levels, orders] = await Promise.all([
    findLevelsAt(database.kysely, organizationId, itemId, at),
    findOrdersKnownAt(database.kysely, organizationId, itemId, { at, limit: ORDERS_MAX }),
  ])
  const policies = await findPoliciesAt(
    database.kysely,
    organizationId,
    scopesOf(context, itemId, levels),
    at,
  )
  return {
    kind: 'answered',
    answer: {
      sku,
      at: at.toISOString(),
      stock: stock.kind === 'answered' ? placesOf(stock.answer) : null,
      levels: levels.map(({ listingId: _, ...level }) => ({
        ...level,
        wantedAt: level.wantedAt?.toISOString() ?? null,
        causedAt: level.causedAt?.toISOString() ?? null,
        sentAt: level.sentAt?.toISOString() ?? null,
        acknowledgedAt: level.acknowledgedAt?.toISOString() ?? null,
      })),
      orders: orders.map((order) => ({
        ...order,
        placedAt: order.placedAt.toISOString(),
        seenAt: order.seenAt.toISOString(),
        appliedAt: order.appliedAt.toISOString(),
      })),
      policies: policies.map((policy) => ({ ...policy, since: policy.since?.toISOString() ?? null })),
      unknown: unknownOf({ stock, levels, policies, orders: orders.length }),
    },
  }
}

/** From far to near, as they are laid over each other. */
function scopesOf({ organizationId }: SyncContext, itemId: string, levels: readonly LevelAt[]) {
  const connectionIds = [...new Set(levels.map(({ connectionId }) => connectionId))]
  const listingIds = [...new Set(levels.flatMap(({ listingId }) => listingId ?? []))]
  return [
    { scope: 'organization', scopeId: organizationId },
    ...connectionIds.map((scopeId) => ({ scope: 'connection', scopeId })),
    { scope: 'item', scopeId: itemId },
    ...listingIds.map((scopeId) => ({ scope: 'listing', scopeId })),
  ]
}

function placesOf({ places }: ItemStockAt): NonNullable<ExplainedAt['stock']> {
  const byLocation = Map.groupBy(places, ({ locationCode }) => locationCode)
  return [...byLocation].map(([locationCode, lots]) => ({
    locationCode,
    onHand: lots.reduce((sum, each) => sum + each.onHand, 0),
    reserved: lots.reduce((sum, each) => sum + each.reserved, 0),
    held: lots.reduce((sum, each) => sum + each.held, 0),
    available: lots.reduce((sum, each) => sum + each.available, 0),
  }))
}

function unknownOf(found: {
  stock: Answered<ItemStockAt> | Refusal
  levels: readonly LevelAt[]
  policies: readonly { isKnown: boolean }[]
  orders: number
}): string[] {
  const { stock, levels, policies } = found
  const unread = levels.filter(({ wanted }) => wanted === null).length
  return [
    ...(stock.kind === 'refused' ? [stock.message] : []),
    ...(unread > 0
      ? [
          `What ${unread} of its levels wanted then: nothing had been worked out, or it was before that was kept.`,
        ]
      : []),
    ...(levels.some(({ wanted, acknowledged }) => wanted !== null && acknowledged === null)
      ? ['What platforms showed that the hub had never written to by then.']
      : []),
    ...(policies.some(({ isKnown }) => !isKnown)
      ? ['What policies said that were set before their changes were kept, and changed since.']
      : []),
    ...(found.orders === ORDERS_MAX ? [`Orders older than the newest ${ORDERS_MAX}.`] : []),
    'Policies for a time, protection, and which listings were tied to the item then: the present ones are used, their history is not kept.',
  ]
}
