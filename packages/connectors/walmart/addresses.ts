import { type Destination, Malformed, NotFound, type Recipient } from '@plimsoll/connector-kit'
import type { WalmartOrder } from './answers.ts'
import type { Options, WalmartApi } from './api.ts'
import { toAlpha2 } from './countries.ts'

type Place = NonNullable<NonNullable<WalmartOrder['shippingInfo']>['postalAddress']>

/** Undefined where no country is named. */
export function toDestination(place: Place | null | undefined): Destination | undefined {
  const country = place?.country ? toAlpha2(place.country) : undefined
  if (!place || country === undefined) return undefined
  return {
    country,
    region: place.state || undefined,
    postalCode: place.postalCode || undefined,
    city: place.city || undefined,
  }
}

/**
 * Every order of Walmart carries its address, so it is the same call again: nothing of it is kept. The e-mail is an
 * address of Walmart's own that passes mail on.
 * @throws NotFound
 */
export async function readRecipient(
  externalId: string,
  { api, options }: { api: WalmartApi; options: Options },
): Promise<Recipient | undefined> {
  if (!isOrderId(externalId)) throw new NotFound(`"${externalId}" is no purchase order`)
  const { data, detail } = await api.recipient(externalId, options)
  const { purchaseOrderId, shippingInfo, customerEmailId } = data.order
  if (purchaseOrderId !== externalId)
    throw new Malformed(`Walmart answered order ${externalId} with ${purchaseOrderId}`, '', true, detail)
  const address = shippingInfo?.postalAddress
  const destination = toDestination(address)
  const addressLines = [address?.address1, address?.address2].flatMap((line) => line?.trim() || [])
  if (destination === undefined || !address?.name || addressLines.length === 0) return undefined
  return {
    ...destination,
    name: address.name,
    company: undefined,
    addressLines,
    city: destination.city ?? '',
    phone: shippingInfo?.phone || undefined,
    email: customerEmailId || undefined,
  }
}

/** Anything else cannot be one, and would be another address of the API. */
export function isOrderId(externalId: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(externalId)
}
