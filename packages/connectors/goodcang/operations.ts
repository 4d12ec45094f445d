import type { WarehouseSide } from '@plimsoll/connector-kit'
import { check } from './check.ts'
import { cancelShipment, findShipment, readShipments, requestShipment } from './orders.ts'
import { announceInbound, readReceipts } from './receiving.ts'
import { createReturns } from './returns.ts'
import { readCounts, readListing, readListings, readLocations } from './stock.ts'
import type { Context } from './transport.ts'

export function open(context: Context): WarehouseSide {
  const returns = createReturns(context)
  return {
    check: (options) => check(context, options),
    locations: (options) => readLocations(context, options),
    listings: (cursor, options) => readListings(context, cursor, options),
    listing: (externalId, options) => readListing(context, externalId, options),
    counts: (cursor, options) => readCounts(context, cursor, options),
    requestShipment: (request, options) => requestShipment(context, request, options),
    findShipment: (shipmentId, options) => findShipment(context, shipmentId, options),
    cancelShipment: (shipment, options) => cancelShipment(context, shipment, options),
    shipments: (query, options) => readShipments(context, query, options),
    announceInbound: (notice, options) => announceInbound(context, notice, options),
    receipts: (query, options) => readReceipts(context, query, options),
    returns,
    // Its pushes are set up by GoodCang's people and not publicly described: it is read.
    registerWebhooks: async () => ({ registered: [], repaired: [] }),
  }
}
