import { createHash } from 'node:crypto'
import { Invalid } from '@plimsoll/connector-kit'

/**
 * How eBay's things are named outside the connector.
 *
 * A listing is named by its item number; a variation also by its SKU, or, where the seller gave it none, by a digest of
 * what it varies in. Orders say the same three, so that a line finds its listing whichever API made it.
 *
 * A stock unit says besides how it is written: `offer:` by the Inventory API, which goes by SKU, `item:` by the Trading
 * API. The two worlds do not mix. The item number leads in both: revisions are counted by it (`revisedThing`).
 */
export type ListingName = { itemId: string; sku?: string | undefined; digest?: string | undefined }

export type StockUnit = { world: 'offer'; itemId: string; sku: string } | ({ world: 'item' } & ListingName)

/** The one place that a number is kept for: eBay sells the total of all inventory locations. */
export const defaultLocationId = 'default'

export function toExternalId({ itemId, sku, digest }: ListingName): string {
  if (sku !== undefined) return `${itemId}/${sku}`
  return digest === undefined ? itemId : `${itemId}~${digest}`
}

/** @throws Invalid for an id that this connector never gave out */
export function fromExternalId(externalId: string): ListingName {
  const match = /^(\d{1,19})(?:\/([\s\S]+)|~([0-9a-f]{16}))?$/.exec(externalId)
  if (match?.[1] === undefined) throw new Invalid(`"${externalId}" is no listing of eBay`, 'externalId')
  return { itemId: match[1], sku: match[2], digest: match[3] }
}

export function toStockUnitId(unit: StockUnit): string {
  if (unit.world === 'offer') return `offer:${unit.itemId}/${unit.sku}`
  return `item:${toExternalId(unit)}`
}

/** @throws Invalid for an id that this connector never gave out */
export function fromStockUnitId(stockUnitId: string): StockUnit {
  const cut = stockUnitId.indexOf(':')
  const world = stockUnitId.slice(0, cut)
  if (world === 'offer' || world === 'item') {
    const name = fromExternalId(stockUnitId.slice(cut + 1))
    if (world === 'item') return { world, ...name }
    if (name.sku !== undefined) return { world, itemId: name.itemId, sku: name.sku }
  }
  throw new Invalid(`"${stockUnitId}" is no stock unit of eBay`, 'stockUnitId')
}

/** What eBay counts a revision to: the listing, which variations share. Of a foreign id the id itself. */
export function revisedThing({ stockUnitId }: { stockUnitId: string }): string {
  return /^(?:offer|item):(\d{1,19})/.exec(stockUnitId)?.[1] ?? stockUnitId
}

/** Names a variation without a SKU by what it varies in, in whatever order that is told. */
export function digestOf(aspects: readonly { name: string; value: string }[]): string {
  const sorted = aspects.map(({ name, value }) => JSON.stringify([name, value])).sort()
  return createHash('sha256').update(sorted.join('\n')).digest('hex').slice(0, 16)
}
