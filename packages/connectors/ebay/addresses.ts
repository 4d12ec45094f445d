import { type Destination, Malformed, type Recipient } from '@plimsoll/connector-kit'
import type { EbayOrder } from './answers.ts'
import type { FulfillmentApi } from './fulfillment.ts'

/**
 * Where a parcel goes is `shipTo`, also where eBay carries it on abroad: its hub's address then, never
 * `finalDestinationAddress`. eBay tells names for 90 days and mail addresses for 14 (sell_fulfillment 1.20.7, ExtendedContact).
 */
type Place = {
  city?: string | undefined
  stateOrProvince?: string | undefined
  postalCode?: string | undefined
  countryCode?: string | undefined
}

/** Undefined where no country is named, as of what is fetched or sent by mail. */
export function toDestination(place: Place | undefined): Destination | undefined {
  const country = place?.countryCode
  if (place === undefined || country === undefined || !/^[A-Z]{2}$/.test(country)) return undefined
  return {
    country,
    region: place.stateOrProvince || undefined,
    postalCode: place.postalCode || undefined,
    city: place.city || undefined,
  }
}

export function destinationOf(
  order: Pick<EbayOrder, 'fulfillmentStartInstructions'>,
): Destination | undefined {
  const places = order.fulfillmentStartInstructions?.map(
    ({ shippingStep }) => shippingStep?.shipTo?.contactAddress,
  )
  return toDestination(places?.find((place) => place !== undefined))
}

/** The same order again: nothing of it is kept. @throws NotFound */
export async function readRecipient(
  externalId: string,
  { fulfillment, signal }: { fulfillment: FulfillmentApi; signal?: AbortSignal | undefined },
): Promise<Recipient | undefined> {
  const { data } = await fulfillment.recipient(externalId, { signal })
  if (data.orderId !== externalId)
    throw new Malformed(`recipient: eBay answered ${externalId} with ${data.orderId}`, '')
  const shipTo = data.fulfillmentStartInstructions
    ?.map(({ shippingStep }) => shippingStep?.shipTo)
    .find((to) => to !== undefined)
  const address = shipTo?.contactAddress
  const destination = toDestination(address)
  const addressLines = [address?.addressLine1, address?.addressLine2].flatMap((line) => line?.trim() || [])
  const company = shipTo?.companyName || undefined
  const name = shipTo?.fullName || company
  if (destination === undefined || name === undefined || addressLines.length === 0) return undefined
  return {
    ...destination,
    name,
    company,
    addressLines,
    city: destination.city ?? '',
    phone: shipTo?.primaryPhone?.phoneNumber || undefined,
    email: shipTo?.email || undefined,
  }
}
