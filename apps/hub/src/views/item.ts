import type { ItemDetail } from '@plimsoll/client'
import { mergePolicies, type SyncContext, syncProblem } from '@plimsoll/sync'
import { explainLevel } from './explain.ts'
import {
  findItem,
  findItemBalances,
  findItemLevels,
  findMovementSums,
  findOpenReservations,
  findPoliciesFor,
  type ItemHead,
  type LevelView,
  type StoredPolicy,
} from './item.store.ts'
import { sumFigures } from './items.store.ts'

/** The orders named beneath "reserved"; the rest is one row. */
const RESERVATIONS_LISTED = 20

/** @throws SyncProblem for an unknown SKU */
export async function getItemHead(context: SyncContext, sku: string): Promise<ItemHead> {
  const item = await findItem(context.database.kysely, context.organizationId, sku)
  if (item === undefined) throw syncProblem('unknown-item', 'sku', `There is no item with the SKU "${sku}".`)
  return item
}

/** One item with its balances, its listings and the reason of every number. @throws SyncProblem for an unknown SKU */
export async function getItem(hub: { context: SyncContext }, sku: string): Promise<ItemDetail> {
  const { organizationId, database } = hub.context
  const db = database.kysely
  const item = await getItemHead(hub.context, sku)
  const [balances, levels, reservations, movements] = await Promise.all([
    findItemBalances(db, organizationId, item.itemId),
    findItemLevels(db, organizationId, item.itemId),
    findOpenReservations(db, organizationId, item.itemId, RESERVATIONS_LISTED),
    findMovementSums(db, organizationId, item.itemId),
  ])
  const policies = await findPoliciesFor(db, organizationId, [
    organizationId,
    ...levels.flatMap((level) => [level.connectionId, level.listingId]),
  ])
  return {
    ...item,
    ...sumFigures(balances),
    balances,
    listings: groupByListing(levels).map((group) => ({
      listingId: group.head.listingId,
      connectionId: group.head.connectionId,
      connectionName: group.head.connectionName,
      connector: group.head.connector,
      externalId: group.head.listingExternalId,
      title: group.head.title,
      unitsPerListing: group.head.unitsPerListing,
      tracked: group.head.listingTracked,
      levels: group.levels.map((level) => ({
        levelId: level.levelId,
        externalLocation: level.externalLocationName,
        desired: level.desired,
        acknowledged: level.acknowledged,
        acknowledgedAt: level.acknowledgedAt?.toISOString() ?? null,
        observed: level.observed,
        observedAt: level.observedAt?.toISOString() ?? null,
        expected: level.expected,
        status: level.status,
        problem: level.problem,
        explain: explainLevel({
          level,
          policy: policyOf(level, policies, organizationId),
          balances,
          reservations,
          movements,
        }),
      })),
    })),
  }
}

function policyOf(level: LevelView, policies: readonly StoredPolicy[], organizationId: string) {
  const at = (scopeId: string) => policies.find((policy) => policy.scopeId === scopeId)
  return mergePolicies([at(organizationId), at(level.connectionId), at(level.listingId)])
}

function groupByListing(levels: readonly LevelView[]): { head: LevelView; levels: LevelView[] }[] {
  const groups = new Map<string, { head: LevelView; levels: LevelView[] }>()
  for (const level of levels) {
    const group = groups.get(level.listingId)
    if (group === undefined) groups.set(level.listingId, { head: level, levels: [level] })
    else group.levels.push(level)
  }
  return [...groups.values()]
}
