import type { WarehouseSide } from '@plimsoll/connector-kit'
import { check } from '../check.ts'
import { readListing, readListings } from '../items.ts'
import type { Context } from '../transport.ts'
import { readFacilities } from './facilities.ts'
import { createOrders } from './orders.ts'
import { createReceiving, readReceipts } from './receiving.ts'
import { readShipments } from './shipments.ts'
import { readCounts } from './stock.ts'

/** What can be searched without a condition, so that `check` shows early what the user may not. */
const SEARCHED = ['items', 'inventory', 'conditions', 'orderSearch', 'olpns', 'asnSearch'] as const

/** Manhattan Active Warehouse Management. */
export function openWm(context: Context): WarehouseSide {
  const announceInbound = createReceiving(context)
  return {
    ...createOrders(context),
    check: (options) => check(context, SEARCHED, readFacilities, options),
    locations: (options) => readFacilities(context, options),
    listings: (cursor, options) => readListings(context, cursor, options),
    listing: (externalId, options) => readListing(context, externalId, options),
    counts: (cursor, options) => readCounts(context, cursor, options),
    shipments: (query, options) => readShipments(context, query, options),
    announceInbound,
    receipts: (query, options) => readReceipts(context, query, options),
    // Its outbound messages are set up by the customer's administrator; no call of the API does.
    registerWebhooks: async () => ({ registered: [], repaired: [] }),
  }
}
