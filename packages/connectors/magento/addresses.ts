import { type Destination, Malformed, type Recipient } from '@plimsoll/connector-kit'
import type { MagentoOrder } from './answers.ts'
import type { MagentoApi } from './api.ts'
import { fromExternalId } from './ids.ts'

type Assigned<Address> = {
  extension_attributes?:
    | {
        shipping_assignments?:
          | { shipping?: { address?: Address | null | undefined } | null | undefined }[]
          | null
          | undefined
      }
    | null
    | undefined
}
type Part = string | null | undefined
type Place = { city?: Part; region?: Part; region_code?: Part; postcode?: Part; country_id?: Part }

/** Where its parcels go; an order of what is sent by nobody has none. Magento has one shipping address for each order. */
function addressOf<Address>({ extension_attributes: more }: Assigned<Address>): Address | undefined {
  return (
    more?.shipping_assignments?.map(({ shipping }) => shipping?.address).find((each) => each != null) ??
    undefined
  )
}

export function destinationOf(order: MagentoOrder): Destination | undefined {
  return toDestination(addressOf(order))
}

function toDestination(place: Place | undefined): Destination | undefined {
  const country = place?.country_id
  if (place === undefined || !country || !/^[A-Z]{2}$/.test(country)) return undefined
  return {
    country,
    region: place.region_code || place.region || undefined,
    postalCode: place.postcode || undefined,
    city: place.city || undefined,
  }
}

/** @throws NotFound */
export async function readRecipient(
  externalId: string,
  { api, signal }: { api: MagentoApi; signal?: AbortSignal | undefined },
): Promise<Recipient | undefined> {
  const id = fromExternalId(externalId, 'externalId')
  const { data } = await api.addresses({ id, signal })
  if (data.entity_id !== id) throw new Malformed(`The shop answered order ${id} with ${data.entity_id}`, '')
  const address = addressOf(data)
  const destination = toDestination(address)
  if (address === undefined || destination === undefined) return undefined
  const name = [address.firstname, address.middlename, address.lastname].filter(Boolean).join(' ')
  const company = address.company || undefined
  const addressLines = (address.street ?? []).flatMap((line) => line.trim() || [])
  if ((name === '' && company === undefined) || addressLines.length === 0) return undefined
  return {
    ...destination,
    name: name || (company ?? ''),
    company,
    addressLines,
    city: destination.city ?? '',
    phone: address.telephone || undefined,
    email: address.email || undefined,
  }
}
