import type { FloorParcel, FloorRequest } from '@plimsoll/connector-kit/simulator'

/** How the floor's requests look as orders of Fulfillment Outbound 2020-07-01. */

/** What Amazon keeps of an order beside what its floor does. */
export type KeptDetails = {
  marketplaceId: string
  displayableOrderDate: string
  displayableOrderComment: string
  shippingSpeedCategory: string
  fulfillmentPolicy: string
  destinationAddress: Record<string, string>
  featureConstraints: readonly object[] | undefined
}

export function statusOf(request: FloorRequest): string {
  switch (request.state) {
    case 'received':
      return 'Received'
    case 'held':
      return request.heldFrom === 'working' ? 'Processing' : 'Received'
    case 'working':
      return 'Processing'
    case 'cancelled':
      return 'Cancelled'
    case 'rejected':
      // Too little when it came in: it was never valid.
      return request.problem?.code === INVALID ? 'Invalid' : 'Unfulfillable'
    case 'shipped':
      return request.lines.some(({ dropped }) => dropped > 0) ? 'CompletePartialled' : 'Complete'
    default: {
      const never: never = request.state
      return never
    }
  }
}

export const INVALID = 'invalid'

export function actionOf({ state }: FloorRequest): 'Ship' | 'Hold' {
  return state === 'held' ? 'Hold' : 'Ship'
}

/** @param details of one that was asked for past the API there are none */
export function toOrder(request: FloorRequest, details: KeptDetails | undefined, statusAt: number) {
  const { addressLines, name, city, region, postalCode, country } = request.recipient
  return {
    sellerFulfillmentOrderId: request.reference,
    marketplaceId: details?.marketplaceId ?? 'ATVPDKIKX0DER',
    displayableOrderId: request.number,
    displayableOrderDate: details?.displayableOrderDate ?? new Date(request.receivedAtMs).toISOString(),
    displayableOrderComment: details?.displayableOrderComment ?? 'Thank you.',
    shippingSpeedCategory: details?.shippingSpeedCategory ?? 'Standard',
    destinationAddress: details?.destinationAddress ?? {
      name,
      addressLine1: addressLines[0] ?? '',
      city,
      ...(region !== undefined && { stateOrRegion: region }),
      postalCode: postalCode ?? '',
      countryCode: country,
    },
    fulfillmentAction: actionOf(request),
    fulfillmentPolicy: details?.fulfillmentPolicy ?? 'FillOrKill',
    receivedDate: new Date(request.receivedAtMs).toISOString(),
    fulfillmentOrderStatus: statusOf(request),
    statusUpdatedDate: new Date(statusAt).toISOString(),
    ...(details?.featureConstraints !== undefined && { featureConstraints: details.featureConstraints }),
  }
}

export function toItems(request: FloorRequest) {
  const isCancelled = request.state === 'cancelled'
  return request.lines.map(({ reference, sku, quantity, dropped, id }) => ({
    sellerSku: sku,
    sellerFulfillmentOrderItemId: reference ?? String(id),
    quantity,
    orderItemDisposition: 'Sellable',
    cancelledQuantity: isCancelled ? dropped : 0,
    unfulfillableQuantity: isCancelled ? 0 : dropped,
  }))
}

/** Numbers of packages are Amazon's own: no two orders share one. */
export function packageNumberOf(request: Pick<FloorRequest, 'id'>, parcel: Pick<FloorParcel, 'id'>): number {
  return request.id * 1_000 + parcel.id
}

/** What leaves at one moment is one shipment, of as many packages; what is being picked is one that has none. */
export function toShipments(request: FloorRequest, carrier: string | undefined) {
  const byMoment = Map.groupBy(request.parcels, ({ shippedAtMs }) => shippedAtMs)
  const sent = [...byMoment].map(([shippedAtMs, parcels]) => ({
    amazonShipmentId: `D${request.id}S${parcels[0]?.id ?? 0}`,
    fulfillmentCenterId: 'RNO1',
    fulfillmentShipmentStatus: 'SHIPPED',
    shippingDate: new Date(shippedAtMs).toISOString(),
    fulfillmentShipmentItem: parcels.flatMap((parcel) =>
      parcel.lines.flatMap((line) => {
        const item = {
          sellerSku: line.sku,
          sellerFulfillmentOrderItemId: line.reference ?? String(line.lineId),
          packageNumber: packageNumberOf(request, parcel),
        }
        // One row for each unit that has a serial, and one for the rest.
        const rest = line.quantity - line.serials.length
        return [
          ...line.serials.map((serialNumber) => ({ ...item, quantity: 1, serialNumber })),
          ...(rest > 0 ? [{ ...item, quantity: rest }] : []),
        ]
      }),
    ),
    fulfillmentShipmentPackage: parcels.map((parcel) => ({
      packageNumber: packageNumberOf(request, parcel),
      carrierCode: carrier ?? parcel.carrier,
      trackingNumber: parcel.trackingNumber,
    })),
  }))
  const open = request.lines.filter(({ quantity, shipped, dropped }) => quantity > shipped + dropped)
  if (request.state !== 'working' || open.length === 0) return sent
  return [
    ...sent,
    {
      amazonShipmentId: `D${request.id}P`,
      fulfillmentCenterId: 'RNO1',
      fulfillmentShipmentStatus: 'PENDING',
      fulfillmentShipmentItem: open.map(({ sku, reference, id, quantity, shipped, dropped }) => ({
        sellerSku: sku,
        sellerFulfillmentOrderItemId: reference ?? String(id),
        quantity: quantity - shipped - dropped,
        packageNumber: 0,
      })),
    },
  ]
}
