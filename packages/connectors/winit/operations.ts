import type { WarehouseSide } from '@plimsoll/connector-kit'
import { check } from './check.ts'
import { cancelShipment, createShipments, findShipment, requestShipment } from './orders.ts'
import { readCounts, readListing, readListings, readLocations } from './stock.ts'
import type { Context } from './transport.ts'

export function open(context: Context): WarehouseSide {
  const shipments = createShipments(context)
  return {
    check: (options) => check(context, options),
    locations: (options) => readLocations(context, options),
    listings: (cursor, options) => readListings(context, cursor, options),
    listing: (externalId, options) => readListing(context, externalId, options),
    counts: (cursor, options) => readCounts(context, cursor, options),
    requestShipment: (request, options) => requestShipment(context, request, options),
    findShipment: (shipmentId, options) => findShipment(context, shipmentId, options),
    cancelShipment: (shipment, options) => cancelShipment(context, shipment, options),
    shipments,
    registerWebhooks: async () => ({ registered: [], repaired: [] }),
  }
}
