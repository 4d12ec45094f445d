import { type Account, type SellerListing, shownOf, type Unit } from './account.ts'

/** A record as bulk reads tell it; lists add `groupIds`. */
export function toItem(account: Account, listing: SellerListing, unit: Unit) {
  return {
    sku: unit.sku,
    locale: 'en_US',
    condition: 'NEW',
    product: {
      title: listing.title,
      ...(unit.barcode !== undefined && { ean: [unit.barcode] }),
    },
    availability: {
      shipToLocationAvailability: {
        quantity: account.recordedOf(unit, unit.total),
        ...(unit.spread.length > 0 && { availabilityDistributions: unit.spread }),
      },
    },
    ...(listing.groupKey !== undefined && { inventoryItemGroupKeys: [listing.groupKey] }),
  }
}

/** Its offer, which is always published. */
export function toOffer(
  account: Account,
  { marketplace, currency }: { marketplace: string; currency: string },
  listing: SellerListing,
  unit: Unit,
) {
  const listingStatus =
    listing.status === 'Ended' ? 'ENDED' : shownOf(listing, unit) > 0 ? 'ACTIVE' : 'OUT_OF_STOCK'
  return {
    offerId: unit.offerId,
    sku: unit.sku,
    marketplaceId: marketplace,
    format: 'FIXED_PRICE',
    availableQuantity: account.recordedOf(unit, unit.offered),
    status: 'PUBLISHED',
    listingDuration: 'GTC',
    pricingSummary: { price: { value: listing.price.toFixed(2), currency } },
    listing: { listingId: listing.itemId, listingStatus, soldQuantity: unit.sold },
  }
}
