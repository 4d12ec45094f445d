import type { WarehouseSide } from '@plimsoll/connector-kit'
import { createChannelId } from './channel.ts'
import { check } from './check.ts'
import { createOrders } from './orders.ts'
import { announceInbound, readReceipts } from './receiving.ts'
import { createReturnOrders } from './return-orders.ts'
import { readReturns } from './returns.ts'
import { readCounts, readListing, readListings, readLocations } from './stock.ts'
import { registerWebhooks } from './subscriptions.ts'
import type { Context } from './transport.ts'

export function open(context: Context): WarehouseSide {
  const channelId = createChannelId(context)
  const { requestShipment, findShipment, cancelShipment, shipments } = createOrders(context, channelId)
  const { announceReturn, withdrawReturn } = createReturnOrders(context, channelId)
  return {
    check: (options) => check(context, options),
    locations: (options) => readLocations(context, options),
    listings: (cursor, options) => readListings(context, cursor, options),
    listing: (externalId, options) => readListing(context, externalId, options),
    counts: (cursor, options) => readCounts(context, cursor, options),
    requestShipment,
    findShipment,
    cancelShipment,
    shipments,
    announceInbound: (notice, options) => announceInbound(context, notice, options),
    receipts: (query, options) => readReceipts(context, query, options),
    announceReturn,
    withdrawReturn,
    returns: (query, options) => readReturns(context, query, options),
    registerWebhooks: (url, options) => registerWebhooks(context, url, options),
  }
}
