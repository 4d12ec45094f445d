import type { WarehouseSide } from '@plimsoll/connector-kit'
import { check } from './check.ts'
import { createOrders } from './orders.ts'
import { createCounts, createProducts, readListing, readListings, readLocations } from './stock.ts'
import { registerWebhooks } from './subscriptions.ts'
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
    registerWebhooks: (url, options) => registerWebhooks(context, url, options),
  }
}
