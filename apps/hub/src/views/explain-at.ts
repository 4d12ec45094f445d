import type { ExplainedAt, ItemStockAt } from '@plimsoll/client'
import { findNamedParts, type Refusal } from '@plimsoll/stock'
import {
  findLevelsAt,
  findOrdersKnownAt,
  findPoliciesAt,
  findProtectionsAt,
  type LevelAt,
  nearestProtection,
  type ProtectionAt,
  type SyncContext,
} from '@plimsoll/sync'
import { type Answered, getItemStockAt } from './history.ts'
import { getItemHead } from './item.ts'

const ORDERS_MAX = 50

/**
 * What is on record of an item at a moment: what was there, what each level wanted, had been sent and had, which orders
 * were known, what policies said and how it was protected. What is not on record is said.
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
  const scopes = scopesOf(context, itemId, levels)
  const parts = await findNamedParts(database.kysely, organizationId, itemId)
  const protectedItems = parts.length === 0 ? [{ itemId, sku }] : parts
  const [policies, protections] = await Promise.all([
    findPoliciesAt(database.kysely, organizationId, scopes, at),
    findProtectionsAt(
      database.kysely,
      organizationId,
      [
        { scope: 'organization', scopeId: organizationId },
        ...[...connectionsOf(levels).keys()].map((scopeId) => ({ scope: 'connection' as const, scopeId })),
        ...protectedItems.map((item) => ({ scope: 'item' as const, scopeId: item.itemId })),
      ],
      at,
    ),
  ])
  const itemIds = protectedItems.map((item) => item.itemId)
  const skuOf = new Map(protectedItems.map((item) => [item.itemId, item.sku]))
  return {
    kind: 'answered',
    answer: {
      sku,
      at: at.toISOString(),
      stock: stock.kind === 'answered' ? placesOf(stock.answer) : null,
      levels: levels.map(({ listingId: _, ...level }) => ({
        ...level,
        mode: modeOf(protections, level.connectionId, itemIds),
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
      protections: protections.map((set) => ({
        ...set,
        connectionName: connectionsOf(levels).get(set.scopeId) ?? null,
        sku: skuOf.get(set.scopeId) ?? null,
        since: set.since?.toISOString() ?? null,
      })),
      unknown: unknownOf({ stock, levels, policies, protections, orders: orders.length }),
    },
  }
}

/** The names of the connections that sell it. */
function connectionsOf(levels: readonly LevelAt[]): Map<string, string> {
  return new Map(levels.map(({ connectionId, connectionName }) => [connectionId, connectionName]))
}

/** The protection that held on a connection; null where it is not known, or the parts of a kit had several. */
function modeOf(
  protections: readonly ProtectionAt[],
  connectionId: string,
  itemIds: readonly string[],
): ExplainedAt['levels'][number]['mode'] {
  // A setting that is not known hides those behind it, and is hidden by nearer ones.
  const rows = protections.map(({ scope, scopeId, mode, oversellsPerMillion }) => ({
    ...{ scope, scopeId, oversellsPerMillion: oversellsPerMillion ?? 0 },
    mode: mode ?? 'auto',
    isKnown: mode !== null,
  }))
  const modes = itemIds.map((itemId) => {
    const nearest = nearestProtection(rows, { itemId, connectionId })
    return rows.some((row) => row === nearest && !row.isKnown) ? null : nearest.mode
  })
  const [first = null] = modes
  return modes.every((mode) => mode === first) ? first : null
}

/** From far to near, as they are laid over each other. */
function scopesOf({ organizationId }: SyncContext, itemId: string, levels: readonly LevelAt[]) {
  const connectionIds = [...connectionsOf(levels).keys()]
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
  protections: readonly ProtectionAt[]
  orders: number
}): string[] {
  const { stock, levels, policies, protections } = found
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
    ...(protections.some(({ mode }) => mode === null)
      ? ['What protections said that were set before their changes were kept, and changed since.']
      : []),
    ...(levels.some(({ wanted, protection }) => wanted !== null && protection === null)
      ? ['How many units protections kept back of numbers that were decided before that was kept.']
      : []),
    ...(found.orders === ORDERS_MAX ? [`Orders older than the newest ${ORDERS_MAX}.`] : []),
    'Policies for a time, and which listings were tied to the item then: the present ones are used, their history is not kept.',
  ]
}
