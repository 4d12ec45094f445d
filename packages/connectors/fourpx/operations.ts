import type { WarehouseSide } from '@plimsoll/connector-kit'
import { check } from './check.ts'
import { cancelShipment, findShipment, readShipments, requestShipment } from './orders.ts'
import { announceInbound, createReceipts } from './receiving.ts'
import { createListings, readCounts, readListing, readLocations } from './stock.ts'
import type { Context } from './transport.ts'

export function open(context: Context): WarehouseSide {
  const receipts = createReceipts(context)
  const listings = createListings(context)
  return {
    check: (options) => check(context, options),
    locations: (options) => readLocations(context, options),
    listings,
    listing: (externalId, options) => readListing(context, externalId, options),
    counts: (_cursor, options) => readCounts(context, options),
    requestShipment: (request, options) => requestShipment(context, request, options),
    findShipment: (shipmentId, options) => findShipment(context, shipmentId, options),
    cancelShipment: (shipment, options) => cancelShipment(context, shipment, options),
    shipments: (query, options) => readShipments(context, query, options),
    announceInbound: (notice, options) => announceInbound(context, notice, options),
    receipts,
    registerWebhooks: async () => ({ registered: [], repaired: [] }),
  }
}
