import type { WarehouseSide } from '@plimsoll/connector-kit'
import { check } from './check.ts'
import { createOrders } from './orders.ts'
import { announceInbound, readReceipts } from './purchase-orders.ts'
import { readReturns } from './returns.ts'
import { createKnownUnits, readCounts, readListing, readListings, readLocations } from './stock.ts'
import { createSubscriptions } from './subscriptions.ts'
import type { Context } from './transport.ts'

export function open(context: Context): WarehouseSide {
  const unknownUnits = createKnownUnits(context)
  return {
    ...createOrders(context, unknownUnits),
    check: (options) => check(context, options),
    locations: (options) => readLocations(context, options),
    listings: (cursor, options) => readListings(context, cursor, options),
    listing: (externalId, options) => readListing(context, externalId, options),
    counts: (cursor, options) => readCounts(context, cursor, options),
    announceInbound: (notice, options) => announceInbound(context, unknownUnits, notice, options),
    receipts: (query, options) => readReceipts(context, query, options),
    returns: (query, options) => readReturns(context, query, options),
    registerWebhooks: createSubscriptions(context),
  }
}
