import { availableOfKit, unusableOf } from '@plimsoll/stock'
import type { LevelPolicy } from '../policies/policy-book.ts'
import type { PartOf } from './desired.ts'
import type { LotAt } from './lot-stock.store.ts'
import { type DividedAt, type Promisable, promisableFrom } from './set-aside.ts'
import type { ExpectedUnits } from './stock-in-pools.store.ts'

/** All that is known of one item's stock: divided by location, with its lots and what is expected. */
export type DividedItem = {
  itemId: string
  divided: readonly DividedAt[]
  lots: readonly LotAt[]
  expected: readonly ExpectedUnits[]
}

/** What a level may promise of one item that it sells: itself, or a part of its kit. */
export type PromisablePart = Promisable & { itemId: string; quantity: number }

/** What a level may promise, in base units of what it sells; of a kit, how many its parts allow. */
export type LevelStock = {
  available: number
  incoming: number
  partOf: PartOf | undefined
  parts: readonly PromisablePart[]
}

/** The locations of a level's pool that its policy lets it sell from. */
export function locationsOf(pool: readonly string[], policy: LevelPolicy['policy']): readonly string[] {
  const { poolLocationIds } = policy
  return poolLocationIds === undefined ? pool : pool.filter((each) => poolLocationIds.includes(each))
}

/** Units that a lot keeps everybody from promising, whatever their policy: it may not leave. */
export function blockedIn(lots: readonly LotAt[]): number {
  return lots.reduce((units, lot) => units + unusableOf(lot, lot, lot.today, 0), 0)
}

/**
 * What a level may promise by its policy.
 * @param items what it sells: the item itself, or each part of its kit with how many one kit needs
 */
export function stockOfLevel(
  items: readonly { item: DividedItem; quantity: number }[],
  pool: readonly string[],
  levelPolicy: LevelPolicy,
  isKit: boolean,
): LevelStock {
  const locationIds = locationsOf(pool, levelPolicy.policy)
  const parts = items.map(({ item, quantity }) => ({
    ...promisableFrom(item.divided, toViewer(item, locationIds, levelPolicy)),
    itemId: item.itemId,
    quantity,
  }))
  const partOf = partOfPool(parts)
  const [only] = parts
  if (!isKit) return { available: only?.available ?? 0, incoming: only?.incoming ?? 0, partOf, parts }
  const available = availableOfKit(parts)
  // A kit is on its way as far as what is there of one part and comes of another make whole ones together.
  const withIncoming = parts.map((part) => ({ ...part, available: part.available + part.incoming }))
  return { available, incoming: availableOfKit(withIncoming) - available, partOf, parts }
}

function toViewer(item: DividedItem, locationIds: readonly string[], levelPolicy: LevelPolicy) {
  const { policy, campaignHolder, exclusiveHolder } = levelPolicy
  const { minShelfLifeDays = 0, incomingWithinDays } = policy
  const short = minShelfLifeDays === 0 ? [] : item.lots
  const lotsAt = Map.groupBy(short, (lot) => lot.locationId)
  return {
    campaignHolder,
    exclusiveHolder,
    locationIds,
    sharePercent: policy.sharePercent,
    incomingPercent: policy.incomingPercent ?? 100,
    incomingAt: (locationId: string) =>
      incomingWithinDays === undefined
        ? Number.POSITIVE_INFINITY
        : item.expected
            .filter((each) => each.locationId === locationId && each.inDays <= incomingWithinDays)
            .reduce((units, each) => units + each.units, 0),
    unsuitableAt: (locationId: string) =>
      (lotsAt.get(locationId) ?? []).reduce(
        (units, lot) =>
          units + unusableOf(lot, lot, lot.today, minShelfLifeDays) - unusableOf(lot, lot, lot.today, 0),
        0,
      ),
  }
}

/** Why it is not all that the pool has; where several reasons are, the one that takes most. */
function partOfPool(parts: readonly PromisablePart[]): PartOf | undefined {
  const forOthers = parts.reduce((units, part) => units + part.forCampaigns + part.forOthers, 0)
  const beyondShare = parts.reduce((units, part) => units + part.beyondShare, 0)
  if (forOthers === 0 && beyondShare === 0) return undefined
  return beyondShare > forOthers ? 'share' : 'set-aside'
}
