import { type ExternalListing, Malformed } from '@plimsoll/connector-kit'
import { digestOf, type ListingName, toExternalId, toStockUnitId } from './ids.ts'
import { leadingListingOf, type PublishedOffer, type SkuFacts } from './sku-facts.ts'
import type { TradingItem, TradingVariation } from './trading.ts'

/** Pure maps from both worlds' listings to canonical ones. */

/** One listing, or one variation of one, that the Inventory API manages. @throws Malformed for an unknown status */
export function toOfferListing(facts: SkuFacts, offer: PublishedOffer): ExternalListing {
  const { sku, item } = facts
  const itemId = offer.listing.listingId
  const { ean = [], upc = [], isbn = [], title = '' } = item.product ?? {}
  return {
    externalId: offerExternalId(facts, offer),
    sku,
    barcode: [...ean, ...upc, ...isbn].find(isBarcode),
    title,
    stockUnitId: toStockUnitId({ world: 'offer', itemId: leadingListingOf(facts) ?? itemId, sku }),
    tracked: true,
    fulfilledBy: 'merchant',
    sellsBeyondZero: false,
    state: toOfferState(offer.listing.listingStatus),
  }
}

export function offerExternalId({ sku, item }: SkuFacts, { listing }: PublishedOffer): string {
  return toExternalId({ itemId: listing.listingId, sku: isVariation(item) ? sku : undefined })
}

/** An inventory item that belongs to a group is listed as a variation. */
function isVariation({ inventoryItemGroupKeys = [], groupIds = [] }: SkuFacts['item']): boolean {
  return inventoryItemGroupKeys.length + groupIds.length > 0
}

/** Source: the OpenAPI document, `ListingStatusEnum` (types/slr:ListingStatusEnum, read 2026-11). */
function toOfferState(status: string | undefined): ExternalListing['state'] {
  switch (status) {
    case 'ACTIVE':
    // At nought it is hidden from search and kept.
    case 'OUT_OF_STOCK':
    case undefined:
      return 'active'
    case 'INACTIVE':
      return 'inactive'
    case 'ENDED':
    case 'EBAY_ENDED':
    case 'NOT_LISTED':
      return 'gone'
    default:
      throw new Malformed(`The listing status "${status}" is unknown`, status, false)
  }
}

/** Sellers must fill something in; many write that there is none. */
function isBarcode(code: string): boolean {
  return /^[0-9X]{8,14}$/i.test(code)
}

/** A listing made elsewhere: itself, or each of its variations. */
export function toItemListings(item: TradingItem): ExternalListing[] {
  if (item.variations.length === 0) {
    return [toItemListing(item, { itemId: item.itemId }, item.sku, item.title)]
  }
  return item.variations.map((variation) =>
    toItemListing(item, variationName(item.itemId, variation), variation.sku, titleOf(item, variation)),
  )
}

export function variationName(itemId: string, { sku, aspects }: TradingVariation): ListingName {
  return sku === undefined ? { itemId, digest: digestOf(aspects) } : { itemId, sku }
}

function toItemListing(
  item: TradingItem,
  name: ListingName,
  sku: string | undefined,
  title: string,
): ExternalListing {
  return {
    externalId: toExternalId(name),
    sku,
    // Neither the active list nor its variations tell barcodes; reading each listing would cost the day's quota.
    barcode: undefined,
    title,
    stockUnitId: toStockUnitId({ world: 'item', ...name }),
    tracked: isCounted(item),
    fulfilledBy: 'merchant',
    sellsBeyondZero: false,
    state: toItemState(item.status),
  }
}

function titleOf({ title }: TradingItem, { aspects }: TradingVariation): string {
  return [title, aspects.map(({ value }) => value).join(' / ')].filter(Boolean).join(' – ')
}

/** Auctions sell one and classified advertisements none: there is no quantity that could be set. */
export function isCounted({ listingType }: TradingItem): boolean {
  return listingType === 'FixedPriceItem' || listingType === 'StoresFixedPrice'
}

/** Source: Trading API reference, `ListingStatusCodeType`. The active list says nothing: all in it is. */
function toItemState(status: string | undefined): ExternalListing['state'] {
  switch (status) {
    case undefined:
    case 'Active':
      return 'active'
    case 'Completed':
    case 'Ended':
      return 'gone'
    default:
      throw new Malformed(`The listing status "${status}" is unknown`, status, false)
  }
}
