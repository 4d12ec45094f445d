import type { MappingListing } from '@plimsoll/client'

/** @property listings how many listings sell it: one item for all of them */
export type ItemToMake = { sku: string; name: string; listings: number }

type Row = Pick<MappingListing, 'sku' | 'title' | 'item' | 'ignored' | 'isLooked' | 'suggestions'>

/**
 * The items that can be made of listings: of those with a SKU that wait and are like no item, one for each SKU. Where an item
 * is like it, making another would be a second item for one thing. Pure.
 */
export function itemsToMake(rows: readonly Row[]): ItemToMake[] {
  const bySku = new Map<string, ItemToMake>()
  for (const row of rows) {
    const { sku, title } = row
    if (sku === null || !isUnlike(row)) continue
    const known = bySku.get(sku)
    if (known === undefined) bySku.set(sku, { sku, name: title.trim().slice(0, 500) || sku, listings: 1 })
    else known.listings += 1
  }
  return [...bySku.values()]
}

/** Listings that are like no item and that none can be made of: they have no SKU. Pure. */
export function countWithoutSku(rows: readonly Row[]): number {
  return rows.filter((row) => row.sku === null && isUnlike(row)).length
}

function isUnlike({ item, ignored, isLooked, suggestions }: Row): boolean {
  return item === null && ignored === null && isLooked && suggestions.length === 0
}
