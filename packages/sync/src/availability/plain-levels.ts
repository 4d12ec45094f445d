import { inTransaction, lastly, type Tx } from '@plimsoll/database'
import { findConnections } from '../connections/connections.store.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { notify, type Wake } from '../notify.ts'
import { findOversoldOfMany, keepOversoldTasks } from '../oversold/oversold.store.ts'
import { findPoliciesOf } from '../policies/policies-in-force.store.ts'
import { createPolicyBook } from '../policies/policy-book.ts'
import { shareAvailabilityLock } from './availability.store.ts'
import { locationsOf } from './item-stock.ts'
import type { PlainTerms } from './plain-decision.store.ts'
import { findSpecialItems, isAnythingShared, planForThese, writePlainLevels } from './plain-levels.store.ts'
import { findPools } from './stock-in-pools.store.ts'

/**
 * By what the levels of plain items show, which sums of balances and their channel's policy decide: nothing of them is set
 * aside, protected or kept back, they are no kits and have no lots. Most items of most brands are plain.
 * @returns undefined where something reaches so many items that each is to be decided by itself
 */
export async function findPlainTerms(context: SyncContext, tx: Tx): Promise<PlainTerms | undefined> {
  const { organizationId } = context
  const at = nowOf(context)
  const [pools, connections, policies, isShared] = await Promise.all([
    findPools(tx, organizationId),
    findConnections(tx, organizationId),
    findPoliciesOf(tx, organizationId, [], at),
    isAnythingShared(tx, organizationId, at),
  ])
  // What is coming within some days only is known by shipment.
  if (isShared || policies.some(({ incomingWithinDays }) => incomingWithinDays !== null)) return undefined
  const book = createPolicyBook(policies)
  const policyOf = (connectionId: string) => book.of({ connectionId, stockUnitId: '', itemId: '' }).policy
  return {
    channels: connections.map(({ connectionId, connector, state, zeroedFor }) => ({
      connectionId,
      policy: policyOf(connectionId),
      quantityMax:
        context.connectors.get(connector)?.manifest.capabilities.quantityMax ?? Number.MAX_SAFE_INTEGER,
      isZeroed: zeroedFor !== null,
      // As `isToWrite` decides.
      isQueued: state === 'live' || state === 'paused',
    })),
    pools: pools.map((pool) => ({
      ...pool,
      locationIds: locationsOf(pool.locationIds, policyOf(pool.connectionId)),
    })),
  }
}

export type PlainItem = { itemId: string; causedAt: Date }

/**
 * Under the availability lock: writes and queues what the levels of plain items should show, with their tasks.
 * @returns what is to be told of it, by the transaction's last statements
 */
export async function workOutPlain(
  context: SyncContext,
  tx: Tx,
  terms: PlainTerms,
  items: readonly PlainItem[],
): Promise<{ changed: number; connectionIds: string[]; write: () => Promise<unknown> }> {
  const { organizationId, uuid } = context
  const at = nowOf(context)
  const itemIds = items.map(({ itemId }) => itemId)
  const [, written, oversold] = await Promise.all([
    planForThese(tx),
    writePlainLevels(tx, organizationId, { ...terms, items, at }),
    findOversoldOfMany(tx, organizationId, itemIds, at),
  ])
  return { ...written, write: () => keepOversoldTasks(tx, organizationId, oversold, { at, uuid }) }
}

/**
 * Works out those of these items that are plain, as one transaction. Several that look at different items may do so at
 * the same time.
 * @returns how many levels were to show another quantity, or the same for another reason, and the items that are not plain
 */
export async function workOutPlainItems(
  context: SyncContext,
  itemIds: readonly string[],
): Promise<{ changed: number; special: readonly string[] }> {
  const { organizationId, database } = context
  return await inTransaction(database, async (tx) => {
    const at = nowOf(context)
    const [, terms, special] = await Promise.all([
      shareAvailabilityLock(tx, organizationId),
      findPlainTerms(context, tx),
      // Of kits all are looked at anyhow.
      findSpecialItems(tx, organizationId, itemIds, { at, withParts: false }),
    ])
    if (terms === undefined) return { changed: 0, special: itemIds }
    const others = new Set(special)
    const items = itemIds.filter((itemId) => !others.has(itemId)).map((itemId) => ({ itemId, causedAt: at }))
    if (items.length === 0) return { changed: 0, special }
    const { changed, connectionIds, write } = await workOutPlain(context, tx, terms, items)
    const wakes: Wake[] = []
    if (connectionIds.length > 0) wakes.push({ kind: 'lane', connectionIds })
    if (changed > 0) wakes.push({ kind: 'screen', topics: ['items', 'overview', 'activity'], itemIds: [] })
    lastly(tx, Promise.all([write(), notify(tx, organizationId, ...wakes)]))
    return { changed, special }
  })
}
