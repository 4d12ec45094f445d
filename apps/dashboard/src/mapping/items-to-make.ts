import type { MappingListing } from '@plimsoll/client'

export type ItemToMake = { sku: string; name: string }

type Row = Pick<MappingListing, 'sku' | 'title' | 'item' | 'ignored' | 'isLooked' | 'suggestions'>

/**
 * The items that can be made of listings: of those with a SKU that wait and are like no item, one for each SKU. Where an item
 * is like it, making another would be a second item for one thing. Pure.
 */
export function itemsToMake(rows: readonly Row[]): ItemToMake[] {
  const bySku = new Map<string, ItemToMake>()
  for (const { sku, title, item, ignored, isLooked, suggestions } of rows) {
    const isUnlike = item === null && ignored === null && isLooked && suggestions.length === 0
    if (sku !== null && isUnlike && !bySku.has(sku))
      bySku.set(sku, { sku, name: title.trim().slice(0, 500) || sku })
  }
  return [...bySku.values()]
}
