import type { FloorRequest } from '@plimsoll/connector-kit/simulator'
import type { Site } from './api.ts'
import { statusOf, toShipments } from './fulfillment-json.ts'

/** What Amazon tells of orders that it sends for others, and of what it keeps. */

type Meta = { subscriptionId: string; id: string; at: string }

/** Its schema wants a shipment and a return in each, whatever it is about. */
export function sendingChange(
  { traits }: Site,
  request: FloorRequest,
  { statusAt, ...meta }: Meta & { statusAt: number },
): object {
  const shipment = toShipments(request, traits.carrier).at(-1)
  const packages = shipment !== undefined && 'fulfillmentShipmentPackage' in shipment
  return {
    NotificationVersion: '1.0',
    NotificationType: 'FULFILLMENT_ORDER_STATUS',
    PayloadVersion: '1.0',
    EventTime: meta.at,
    Payload: {
      FulfillmentOrderStatusNotification: {
        SellerId: traits.sellerId,
        EventType: 'Order',
        StatusUpdatedDateTime: new Date(statusAt).toISOString(),
        SellerFulfillmentOrderId: request.reference,
        FulfillmentOrderStatus: statusOf(request),
        FulfillmentShipment: {
          FulfillmentShipmentStatus: shipment?.fulfillmentShipmentStatus ?? 'PENDING',
          AmazonShipmentId: shipment?.amazonShipmentId ?? '',
          EstimatedArrivalDateTime: meta.at,
          info: {},
          FulfillmentShipmentPackages: packages
            ? (shipment.fulfillmentShipmentPackage ?? []).map(
                ({ packageNumber, carrierCode, trackingNumber }) => ({
                  PackageNumber: packageNumber,
                  CarrierCode: carrierCode,
                  TrackingNumber: trackingNumber,
                }),
              )
            : [],
        },
        FulfillmentReturnItem: { ReceivedDateTime: meta.at, ReturnedQuantity: 0, SellerSKU: '' },
      },
    },
    NotificationMetadata: metadataOf(meta),
  }
}

export function keptChange({ account, traits }: Site, sku: string, meta: Meta): object {
  const listing = account.listings.get(sku)
  const {
    fulfillable = 0,
    unfulfillable = 0,
    researching = 0,
    inbound = 0,
    promised = 0,
  } = listing?.fba ?? {}
  return {
    NotificationVersion: '1.0',
    NotificationType: 'FBA_INVENTORY_AVAILABILITY_CHANGES',
    PayloadVersion: '1.0',
    EventTime: meta.at,
    Payload: {
      SellerId: traits.sellerId,
      FNSKU: `X00${(listing?.asin ?? 'B000000000').slice(2)}`,
      ASIN: listing?.asin ?? 'B000000000',
      SKU: sku,
      FulfillmentInventoryByMarketplace: traits.marketplaces.map((MarketplaceId) => ({
        MarketplaceId,
        ItemName: listing?.title ?? sku,
        FulfillmentInventory: {
          InboundQuantityBreakdown: { Working: 0, Shipped: inbound, Receiving: 0 },
          Fulfillable: fulfillable,
          Unfulfillable: unfulfillable,
          Researching: researching,
          ReservedQuantityBreakdown: {
            WarehouseProcessing: 0,
            WarehouseTransfer: 0,
            PendingCustomerOrder: promised,
          },
          FutureSupplyBuyable: 0,
          PendingCustomerOrderInTransit: 0,
        },
      })),
    },
    NotificationMetadata: metadataOf(meta),
  }
}

function metadataOf({ subscriptionId, id, at }: Meta) {
  return {
    ApplicationId: 'amzn1.sellerapps.app.simulator',
    SubscriptionId: subscriptionId,
    PublishTime: at,
    NotificationId: id,
  }
}
