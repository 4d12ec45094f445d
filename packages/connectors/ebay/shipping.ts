import { Invalid, Malformed, type Shipment } from '@plimsoll/connector-kit'
import type { Fulfillment } from './answers.ts'
import { toCarrierCode, toTrackingNumber } from './carriers.ts'
import type { FulfillmentApi, ShippingDetails } from './fulfillment.ts'

type Shipping = { fulfillment: FulfillmentApi; now(): number; signal?: AbortSignal | undefined }

/**
 * Tells eBay of one parcel. eBay keeps no key of ours and makes a second fulfilment when told twice, so what it has is
 * read first: the same lines and number are the same parcel. It cannot be changed afterwards.
 * @throws NotFound where there is no such order
 */
export async function ship(
  shipment: Shipment,
  { fulfillment, now, signal }: Shipping,
): Promise<{ externalId: string }> {
  const details = toDetails(shipment, now())
  const known = await fulfillment.fulfillments(shipment.orderExternalId, 'ship', { signal })
  const same = known.find((each) => isSameParcel(each, details))
  if (same !== undefined) return { externalId: same.fulfillmentId }
  const response = await fulfillment.ship(shipment.orderExternalId, details, { signal })
  const { location } = response.headers
  const externalId = location?.split('/').at(-1)?.split('?')[0]
  if (externalId === undefined || externalId === '')
    throw new Malformed('ship: eBay does not name the fulfilment that it made', response.text)
  return { externalId: decodeURIComponent(externalId) }
}

/** @throws Invalid for a parcel of nothing */
export function toDetails({ lines, tracking }: Shipment, now: number): ShippingDetails {
  const lineItems = lines
    .filter(({ quantity }) => quantity > 0)
    .map(({ lineExternalId, quantity }) => ({ lineItemId: lineExternalId, quantity }))
  if (lineItems.length === 0) throw new Invalid('There is nothing in the parcel.', 'lines')
  const trackingNumber = toTrackingNumber(tracking?.number ?? '')
  return {
    lineItems,
    shippedDate: new Date(now).toISOString(),
    // Both or neither: a carrier alone is refused.
    ...(tracking !== undefined &&
      trackingNumber !== '' && { shippingCarrierCode: toCarrierCode(tracking.carrier), trackingNumber }),
  }
}

/** Without a number two parcels of the same lines cannot be told apart: the second counts as the first told again. */
export function isSameParcel(known: Fulfillment, details: ShippingDetails): boolean {
  if ((known.shipmentTrackingNumber ?? '') !== (details.trackingNumber ?? '')) return false
  const units = new Map(details.lineItems.map(({ lineItemId, quantity }) => [lineItemId, quantity]))
  return (
    known.lineItems.length === units.size &&
    known.lineItems.every(
      ({ lineItemId, quantity }) =>
        units.has(lineItemId) && (quantity ?? units.get(lineItemId)) === units.get(lineItemId),
    )
  )
}
