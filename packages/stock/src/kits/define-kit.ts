import type { Tx } from '@plimsoll/database'
import { prepareBalances } from '../balances.store.ts'
import { type StockContext, UNALLOCATED_LOT } from '../context.ts'
import type { Refusal } from '../errors.ts'
import { findLocations } from '../items.store.ts'
import { flattenKits, type KitNode, type KitPart } from './flatten.ts'
import { findBadKit, type KitRequest, refuseKitOfStock, resolveKit } from './kit-definition.ts'
import { findLastDefinition } from './kit-views.store.ts'
import {
  findKitGraph,
  findKitItems,
  findKitParts,
  findKitsAbove,
  lockKits,
  lockStockOf,
  saveKit,
  saveKitParts,
} from './kits.store.ts'

export type KitDefined = {
  kind: 'defined'
  itemId: string
  /** False where the kit was just that already: nothing was written. */
  isChanged: boolean
  version: number
  /** Virtual kits that come down to something else now, this one and those that contain it: their levels change. */
  changedKitIds: string[]
}

/**
 * Says what a kit contains, as a whole, and works out again what every kit comes down to that contains it: all of it
 * or nothing, as a part of the caller's transaction. An item of kind `none` is a kit no more. Concurrent changes of
 * one organization wait for each other.
 */
export async function defineKit(
  tx: Tx,
  context: StockContext,
  request: KitRequest,
): Promise<KitDefined | Refusal> {
  const bad = findBadKit(request)
  if (bad !== undefined) return bad
  const { organizationId } = context
  const skus = [request.sku, ...request.components.map(({ sku }) => sku)]
  // Sent together, carried out in order: what is read was committed before the lock was ours.
  const [, items] = await Promise.all([lockKits(tx, organizationId), findKitItems(tx, organizationId, skus)])
  const itemId = items.find(({ sku }) => sku === request.sku)?.itemId
  const last = itemId === undefined ? undefined : await findLastDefinition(tx, organizationId, itemId)
  const version = last?.version ?? 0
  const resolved = resolveKit(request, items, version)
  if (resolved.kind === 'refused') return resolved
  const { kit } = resolved

  const above = await findKitsAbove(tx, organizationId, [kit.itemId])
  const affected = [kit.itemId, ...above]
  const [graph, before] = await Promise.all([
    findKitGraph(tx, organizationId, [...affected, ...kit.components.map((each) => each.itemId)]),
    findKitParts(tx, organizationId, affected),
  ])
  const earlier = graph.get(kit.itemId)
  if (earlier !== undefined && isSame(earlier, kit)) {
    return { kind: 'defined', itemId: kit.itemId, isChanged: false, version, changedKitIds: [] }
  }
  graph.set(kit.itemId, kit)
  const flat = flattenKits(graph, affected)
  if (flat.kind === 'refused') return flat
  if (kit.kind === 'virtual' && earlier?.kind !== 'virtual') {
    const refusal = refuseKitOfStock(kit.sku, await lockAllStockOf(tx, context, kit.itemId))
    if (refusal !== undefined) return refusal
  }

  const after = new Map(
    [...flat.parts].map(([kitId, parts]) => [kitId, graph.get(kitId)?.kind === 'virtual' ? parts : []]),
  )
  const changed = new Map([...after].filter(([kitId, parts]) => !areSame(parts, before.get(kitId) ?? [])))
  const said = {
    version: version + 1,
    actor: request.actor,
    reason: request.reason,
    at: context.now(),
  }
  await Promise.all([saveKit(tx, organizationId, kit, said), saveKitParts(tx, organizationId, changed)])
  const changedKitIds = [...changed.keys()].sort()
  return { kind: 'defined', itemId: kit.itemId, isChanged: true, version: version + 1, changedKitIds }
}

/**
 * Locks an item's balances, also those that are not there yet: whoever would receive it for the first time waits
 * for us at a place that we have made, and then finds that it is a virtual kit.
 */
async function lockAllStockOf(tx: Tx, context: StockContext, itemId: string) {
  const { organizationId } = context
  const locations = await findLocations(tx, organizationId)
  const places = locations.map(({ locationId }) => ({ itemId, locationId, lotId: UNALLOCATED_LOT }))
  const [, stock] = await Promise.all([
    prepareBalances(tx, context, places),
    lockStockOf(tx, organizationId, itemId),
  ])
  return stock
}

function isSame(one: KitNode, other: KitNode): boolean {
  const inOrder = (node: KitNode) => [...node.components].sort((a, b) => (a.itemId < b.itemId ? -1 : 1))
  return one.kind === other.kind && areSame(inOrder(one), inOrder(other))
}

/** Both in order of item id. */
function areSame(some: readonly KitPart[], others: readonly KitPart[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ itemId, quantity }, nth) => {
      const other = others[nth]
      return other?.itemId === itemId && other.quantity === quantity
    })
  )
}
