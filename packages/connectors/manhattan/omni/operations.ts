import type { WarehouseSide } from '@plimsoll/connector-kit'
import { check, type Looked } from '../check.ts'
import { readListing, readListings } from '../items.ts'
import type { Context } from '../transport.ts'
import { readLocations, readNoReceipts } from './locations.ts'
import { createOrders } from './orders.ts'
import { readCounts } from './stock.ts'

const LOOKED_INTO: Looked = {
  searched: ['omniItems', 'omniSupply', 'omniOrderSearch'],
  places: readLocations,
  warnings: () => [],
}

/** Manhattan Active Omni: orders are asked for there, and sent by whichever warehouse is behind it. */
export function openOmni(context: Context): WarehouseSide {
  return {
    ...createOrders(context),
    check: (options) => check(context, LOOKED_INTO, options),
    locations: (options) => readLocations(context, options),
    listings: (cursor, options) => readListings(context, cursor, options),
    listing: (externalId, options) => readListing(context, externalId, options),
    counts: (cursor, options) => readCounts(context, cursor, options),
    receipts: (query, options) => readNoReceipts(context, query, options),
    registerWebhooks: async () => ({ registered: [], repaired: [] }),
  }
}
