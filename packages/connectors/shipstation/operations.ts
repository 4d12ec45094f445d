import type { WarehouseSide } from '@plimsoll/connector-kit'
import { check } from './check.ts'
import { createOrders } from './orders.ts'
import { createCounts, createProducts, readListing, readListings, readLocations } from './stock.ts'
import type { Context } from './transport.ts'

export function open(context: Context): WarehouseSide {
  const products = createProducts(context)
  return {
    ...createOrders(context, products),
    check: (options) => check(context, options),
    locations: (options) => readLocations(context, options),
    listings: (cursor, options) => readListings(context, cursor, options),
    listing: (externalId, options) => readListing(context, externalId, options),
    counts: createCounts(context, products),
    // V1's are not signed, and of V2's it is not published what is in them: see the README.
    registerWebhooks: async () => ({ registered: [], repaired: [] }),
  }
}
