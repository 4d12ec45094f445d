import { type Destination, Malformed, type Recipient } from '@plimsoll/connector-kit'
import type { WooPlace } from './answers.ts'
import type { WooApi } from './api.ts'
import { fromExternalId } from './ids.ts'

type Places = { shipping?: WooPlace | null | undefined; billing?: WooPlace | null | undefined }

/** What is sent goes to the shipping address; where the shop has asked for none, to that of the bill. */
export function placeOf<T extends WooPlace>(order: {
  shipping?: T | null | undefined
  billing?: T | null | undefined
}): T | undefined {
  const isGiven = (place: T | null | undefined) => !!place?.country && !!(place.city || place.postcode)
  if (isGiven(order.shipping)) return order.shipping ?? undefined
  return isGiven(order.billing) ? (order.billing ?? undefined) : undefined
}

/** Regions are WooCommerce's own codes where it knows the country's (`CA`, but `CN19` and `JP13`), else what was typed. */
export function toDestination(order: Places): Destination | undefined {
  const place = placeOf(order)
  if (!place?.country || !/^[A-Z]{2}$/.test(place.country)) return undefined
  return {
    country: place.country,
    region: place.state || undefined,
    postalCode: String(place.postcode ?? '') || undefined,
    city: place.city || undefined,
  }
}

/** Undefined where the order names nobody, or no street. @throws NotFound */
export async function readRecipient(
  externalId: string,
  { api, signal }: { api: WooApi; signal?: AbortSignal | undefined },
): Promise<Recipient | undefined> {
  const { data } = await api.addresses({ id: fromExternalId(externalId, 'externalId'), signal })
  if (String(data.id) !== externalId)
    throw new Malformed(`The shop answered ${externalId} with ${data.id}`, '')
  const destination = toDestination(data)
  const address = placeOf<(typeof data)['shipping']>(data)
  if (destination === undefined || address === undefined) return undefined
  const name = [address.first_name, address.last_name].filter(Boolean).join(' ').trim()
  const company = address.company || undefined
  const addressLines = [address.address_1, address.address_2].flatMap((line) => line?.trim() || [])
  if ((name === '' && company === undefined) || addressLines.length === 0) return undefined
  return {
    ...destination,
    name: name || (company ?? ''),
    company,
    addressLines,
    city: destination.city ?? '',
    phone: address.phone || data.billing.phone || undefined,
    email: data.billing.email || undefined,
  }
}
