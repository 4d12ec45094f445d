import type { ExternalLevel, LevelKey } from '@plimsoll/connector-kit'
import { defaultLocationId, fromStockUnitId, type StockUnit, toStockUnitId } from './ids.ts'
import { isCounted, variationName } from './listing-map.ts'
import type { Reading } from './listings.ts'
import { leadingListingOf, liveOffersOf, type SkuFacts } from './sku-facts.ts'
import type { TradingItem } from './trading.ts'

/** Reads levels now. Those of ended listings are left out. */
export async function readLevels(keys: readonly LevelKey[], reading: Reading): Promise<ExternalLevel[]> {
  const units = keys
    .filter(({ locationId }) => locationId === defaultLocationId)
    .map(({ stockUnitId }) => fromStockUnitId(stockUnitId))
  const offers = units.filter((unit) => unit.world === 'offer')
  const items = units.filter((unit) => unit.world === 'item')
  const [offerLevels, itemLevels] = await Promise.all([
    readOfferLevels(offers, reading),
    readItemLevels(items, reading),
  ])
  return [...offerLevels, ...itemLevels]
}

async function readOfferLevels(
  units: readonly Extract<StockUnit, { world: 'offer' }>[],
  { facts, signal }: Reading,
): Promise<ExternalLevel[]> {
  if (units.length === 0) return []
  const read = await facts.read([...new Set(units.map(({ sku }) => sku))], 'levels', {
    signal,
    isExpected: true,
  })
  return units.flatMap((unit) => {
    const found = read.get(unit.sku)
    // Listed again it is another listing's level.
    if (found === undefined || leadingListingOf(found) !== unit.itemId) return []
    return [toLevel(unit, shownOf(found))]
  })
}

/**
 * What buyers see: the lesser of the SKU's total and what each offer has of it; of several offers the least.
 * Undefined where eBay does not say a total (I12).
 */
export function shownOf(facts: SkuFacts): number | undefined {
  const total = facts.item.availability?.shipToLocationAvailability?.quantity
  if (total === undefined) return undefined
  return liveOffersOf(facts).reduce(
    (least, { availableQuantity = least }) => Math.min(least, availableQuantity),
    total,
  )
}

async function readItemLevels(
  units: readonly Extract<StockUnit, { world: 'item' }>[],
  { active, signal }: Reading,
): Promise<ExternalLevel[]> {
  if (units.length === 0) return []
  const itemIds = [...new Set(units.map(({ itemId }) => itemId))]
  const found = await active.read(itemIds, 'levels', { signal })
  return units.flatMap((unit) => {
    const item = found.get(unit.itemId)
    if (item === undefined || isEnded(item)) return []
    const quantity = availableOf(item, unit)
    return quantity === 'gone' ? [] : [toLevel(unit, isCounted(item) ? quantity : undefined)]
  })
}

/** What is left of one number of a listing to buy; undefined where eBay does not say, `gone`: there is no such variation. */
export function availableOf(item: TradingItem, unit: StockUnit): number | undefined | 'gone' {
  if (item.variations.length === 0) return item.available
  const id = toStockUnitId(unit)
  const variation = item.variations.find(
    (each) => toStockUnitId({ world: 'item', ...variationName(item.itemId, each) }) === id,
  )
  return variation === undefined ? 'gone' : variation.available
}

/** A listing that has ended can still be read by itself for months. */
function isEnded({ status }: TradingItem): boolean {
  return status !== undefined && status !== 'Active'
}

function toLevel(unit: StockUnit, quantity: number | undefined): ExternalLevel {
  return { stockUnitId: toStockUnitId(unit), locationId: defaultLocationId, quantity, updatedAt: undefined }
}
