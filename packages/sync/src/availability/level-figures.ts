import type { Db } from '@plimsoll/database'
import { findPoliciesInForce, findPoliciesOf } from '../policies/policies-in-force.store.ts'
import type { Policy } from '../policies/policy.ts'
import { createPolicyBook, type PolicyBook, type PolicyInForce } from '../policies/policy-book.ts'
import { findLevelsToDecide, type LevelToDecide } from './availability.store.ts'
import { blockedIn, type DividedItem, type LevelStock, locationsOf, stockOfLevel } from './item-stock.ts'
import { findLots } from './lot-stock.store.ts'
import { findCampaignStarts, findSetAsideLevels, hasSetAside, type SetAsideLevel } from './set-aside.store.ts'
import { type Campaign, divideStock, type ExclusiveShare } from './set-aside.ts'
import {
  findExpectedUnits,
  findKitParts,
  findPools,
  findStock,
  type ItemStock,
} from './stock-in-pools.store.ts'

/** A level with all that decides what it should show. */
export type LevelWithStock = LevelToDecide & LevelStock & { policy: Policy }

export type LevelFigures = {
  levels: LevelWithStock[]
  /** Of the virtual kits among what the levels show: the items that they contain. */
  partsOfKit: ReadonlyMap<string, readonly string[]>
}

/** What is supposed to be otherwise than it is, for whoever asks what would be then. */
export type Supposed = {
  policies(stored: readonly PolicyInForce[]): PolicyInForce[]
  stock(stored: readonly ItemStock[]): ItemStock[]
  /** Connections and listings for which something is supposed to be set aside. */
  holderIds: readonly string[]
}

const AS_IT_IS: Supposed = {
  policies: (stored) => [...stored],
  stock: (stored) => [...stored],
  holderIds: [],
}

/**
 * All that decides what the levels of these items should show at a moment, and of the kits that contain them. Set aside
 * and incoming in part are asked for only where somebody uses them.
 */
export async function readLevelFigures(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  { at, supposed = AS_IT_IS }: { at: Date; supposed?: Supposed | undefined },
): Promise<LevelFigures> {
  const [found, storedPolicies, storedStock, pools, kitParts, lots, isSetAside] = await Promise.all([
    findLevelsToDecide(db, organizationId, itemIds),
    findPoliciesInForce(db, organizationId, itemIds, at),
    findStock(db, organizationId, itemIds),
    findPools(db, organizationId),
    findKitParts(db, organizationId, itemIds),
    findLots(db, organizationId, itemIds, at),
    hasSetAside(db, organizationId, at),
  ])
  const policies = supposed.policies(storedPolicies)
  const book = createPolicyBook(policies)
  const poolOf = new Map(
    pools.map((pool) => [`${pool.connectionId} ${pool.externalLocationId}`, pool.locationIds]),
  )
  const locationsOfLevel = (level: { connectionId: string; externalLocationId: string }) =>
    poolOf.get(`${level.connectionId} ${level.externalLocationId}`) ?? []
  const poolKeys = new Map<string, number>()
  const keyOfPool = new Map<readonly string[], number>()
  for (const { locationIds } of pools) {
    const text = locationIds.join(' ')
    const key = poolKeys.get(text) ?? poolKeys.size + 1
    poolKeys.set(text, key)
    keyOfPool.set(locationIds, key)
  }
  const poolKeyOf = (locationIds: readonly string[]) => keyOfPool.get(locationIds) ?? 0
  const holders =
    isSetAside || supposed.holderIds.length > 0
      ? await readHolders(db, organizationId, itemIds, { at, supposed }, locationsOfLevel)
      : NO_HOLDERS
  const expected = policies.some(({ incomingWithinDays }) => incomingWithinDays !== null)
    ? Map.groupBy(await findExpectedUnits(db, organizationId, itemIds, at), (row) => row.itemId)
    : undefined

  const lotsOf = Map.groupBy(lots, (lot) => lot.itemId)
  const stockOf = Map.groupBy(supposed.stock(storedStock), (row) => row.itemId)
  const items = new Map<string, DividedItem>()
  const itemOf = (itemId: string): DividedItem => {
    const known = items.get(itemId)
    if (known !== undefined) return known
    const ofItem = lotsOf.get(itemId) ?? []
    const stock = (stockOf.get(itemId) ?? []).map(({ locationId, available, incoming }) => ({
      locationId,
      available: available - blockedIn(ofItem.filter((lot) => lot.locationId === locationId)),
      incoming,
    }))
    const divided = divideStock(stock, holders.campaigns.get(itemId) ?? [], holders.shares.get(itemId) ?? [])
    const item = { itemId, divided, lots: ofItem, expected: expected?.get(itemId) ?? [] }
    items.set(itemId, item)
    return item
  }

  // Where nothing of an item is set aside, all channels with one pool and one policy may promise the same of it.
  const alike = new Map<Policy, Map<string, LevelStock>>()
  const isAlike = (sold: readonly { item: DividedItem }[]) =>
    holders === NO_HOLDERS ||
    sold.every(({ item }) => !holders.campaigns.has(item.itemId) && !holders.shares.has(item.itemId))
  const parts = Map.groupBy(kitParts, (part) => part.kitItemId)
  const levels = found.map((level): LevelWithStock => {
    const levelPolicy = book.of(level)
    const ofKit = parts.get(level.itemId)
    const sold =
      ofKit === undefined
        ? [{ item: itemOf(level.itemId), quantity: 1 }]
        : ofKit.map(({ partItemId, quantity }) => ({ item: itemOf(partItemId), quantity }))
    const locationIds = locationsOfLevel(level)
    const decide = () => stockOfLevel(sold, locationIds, levelPolicy, ofKit !== undefined)
    if (!isAlike(sold)) return { ...level, ...decide(), policy: levelPolicy.policy }
    const known = alike.get(levelPolicy.policy) ?? new Map<string, LevelStock>()
    alike.set(levelPolicy.policy, known)
    const key = `${level.itemId} ${poolKeyOf(locationIds)}`
    const stock = known.get(key) ?? decide()
    known.set(key, stock)
    return { ...level, ...stock, policy: levelPolicy.policy }
  })
  const partsOfKit = new Map(
    [...parts].map(([kitItemId, rows]) => [kitItemId, rows.map((part) => part.partItemId)]),
  )
  return { levels, partsOfKit }
}

type Holders = { campaigns: Map<string, Campaign[]>; shares: Map<string, ExclusiveShare[]> }
const NO_HOLDERS: Holders = { campaigns: new Map(), shares: new Map() }

type Place = { connectionId: string; externalLocationId: string }

/** For whom something of each item is set aside. */
async function readHolders(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  { at, supposed }: { at: Date; supposed: Supposed },
  locationsOfLevel: (level: Place) => readonly string[],
): Promise<Holders> {
  const levels = await findSetAsideLevels(db, organizationId, itemIds, { at, supposed: supposed.holderIds })
  if (levels.length === 0) return NO_HOLDERS
  const sold = [...new Set(levels.map((level) => level.itemId))]
  const stored = await findPoliciesOf(db, organizationId, sold, at)
  const policies = supposed.policies(stored)
  const windowIds = policies.flatMap((row) => (row.campaignUnits === null ? [] : (row.windowId ?? [])))
  const starts = await findCampaignStarts(db, organizationId, windowIds, [
    ...new Set(levels.map((level) => level.connectionId)),
  ])
  const soldBefore = new Map(
    starts.map((start) => [`${start.windowId} ${start.connectionId} ${start.stockUnitId}`, start.soldBefore]),
  )
  return toHolders(levels, createPolicyBook(policies), soldBefore, locationsOfLevel)
}

/** One holder has one part of an item, at all locations that its levels sell from. */
function toHolders(
  levels: readonly SetAsideLevel[],
  book: PolicyBook,
  soldBefore: ReadonlyMap<string, number>,
  locationsOfLevel: (level: Place) => readonly string[],
): Holders {
  const campaigns = new Map<string, Map<string, Campaign & { locationIds: Set<string> }>>()
  const shares = new Map<string, Map<string, ExclusiveShare & { locationIds: Set<string> }>>()
  for (const level of levels) {
    const { policy, campaignHolder, campaignWindowId, exclusiveHolder } = book.of(level)
    const locationIds = locationsOf(locationsOfLevel(level), policy)
    if (exclusiveHolder !== undefined && policy.exclusivePercent !== undefined) {
      const made = {
        holder: exclusiveHolder,
        percent: policy.exclusivePercent,
        locationIds: new Set<string>(),
      }
      addLocations(shares, level.stockItemId, made, locationIds)
    }
    if (policy.campaignUnits !== undefined) {
      const before = soldBefore.get(`${campaignWindowId} ${campaignHolder}`) ?? level.sold
      const left = Math.max(0, policy.campaignUnits - Math.max(0, level.sold - before))
      const units = left * level.unitsPerListing * level.quantity
      const made = { holder: campaignHolder, units, locationIds: new Set<string>() }
      addLocations(campaigns, level.stockItemId, made, locationIds)
    }
  }
  const toLists = <Row>(byItem: ReadonlyMap<string, ReadonlyMap<string, Row>>) =>
    new Map([...byItem].map(([itemId, byHolder]) => [itemId, [...byHolder.values()]]))
  return { campaigns: toLists(campaigns), shares: toLists(shares) }
}

function addLocations<Row extends { holder: string; locationIds: Set<string> }>(
  byItem: Map<string, Map<string, Row>>,
  itemId: string,
  made: Row,
  locationIds: readonly string[],
): void {
  const byHolder = byItem.get(itemId) ?? new Map<string, Row>()
  byItem.set(itemId, byHolder)
  const known = byHolder.get(made.holder) ?? made
  byHolder.set(made.holder, known)
  for (const each of locationIds) known.locationIds.add(each)
}
