import type { WarehouseSide } from '@plimsoll/connector-kit'
import { check, type Looked } from '../check.ts'
import { readListing, readListings } from '../items.ts'
import type { Context } from '../transport.ts'
import { readFacilities } from './facilities.ts'
import { createOrders } from './orders.ts'
import { createReceiving, readReceipts } from './receiving.ts'
import { readShipments } from './shipments.ts'
import { readCounts } from './stock.ts'

const SEARCHED = ['items', 'inventory', 'conditions', 'orderSearch', 'olpns', 'asnSearch'] as const

function lookedInto({ settings }: Context): Looked {
  const isAssigned = settings.absent === 'assigned'
  return {
    searched: isAssigned ? [...SEARCHED, 'itemFacilities'] : SEARCHED,
    places: readFacilities,
    warnings: (found) =>
      isAssigned && found.has('inventory') && !found.has('itemFacilities')
        ? [
            {
              en: 'No item is set up by facility, so that an item whose last unit has gone would not be told as nought. Let the settings say that every item without inventory is nought.',
              zh: '没有按仓库设置的商品，因此最后一件出库后不会被报为零。请在设置中选择：没有库存记录的商品一律视为零。',
            },
          ]
        : [],
  }
}

/** Manhattan Active Warehouse Management. */
export function openWm(context: Context): WarehouseSide {
  const announceInbound = createReceiving(context)
  return {
    ...createOrders(context),
    check: (options) => check(context, lookedInto(context), options),
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
