import { type Destination, isConnectorError, type Recipient } from '@plimsoll/connector-kit'
import * as answers from './answers.ts'
import type { Reading } from './levels.ts'

/**
 * Where an order goes, and to whom. Buyers' data take a restricted role ("Direct to Consumer Shipping"), which Amazon gives
 * after an examination of its own: without it orders are read as before and say neither.
 * Orders 2026-01-01 gives them by `includedData=RECIPIENT`; the older API only with a token made for that one address
 * (tokens_2021-03-01.json), and the place without name and street to everybody.
 */
type Place = {
  city: string | undefined
  region: string | undefined
  postalCode: string | undefined
  country: string | undefined
}

/** Undefined where no country is named: payment is pending, or the data are withheld. */
export function toDestination(place: Place): Destination | undefined {
  const { city, region, postalCode, country } = place
  if (country === undefined || !/^[A-Z]{2}$/.test(country)) return undefined
  return {
    country,
    region: region || undefined,
    postalCode: postalCode || undefined,
    city: city || undefined,
  }
}

/** @throws NotFound */
export async function readRecipient(orderId: string, reading: Reading): Promise<Recipient | undefined> {
  try {
    const address =
      reading.settings.ordersApi === 'v0'
        ? await askAddressV0(orderId, reading)
        : await askAddress(orderId, reading)
    return address === undefined ? undefined : toRecipient(address)
  } catch (error) {
    // For want of the role: `check()` says so. It must not stop the counting of stock.
    if (isConnectorError(error) && error.kind === 'forbidden') return undefined
    throw error
  }
}

type Address = Place & {
  name: string | undefined
  company: string | undefined
  lines: (string | undefined)[]
  phone: string | undefined
}

function toRecipient({ name, company, lines, phone, ...place }: Address): Recipient | undefined {
  const destination = toDestination(place)
  const addressLines = lines.flatMap((line) => line?.trim() || [])
  const addressee = name || company
  if (destination === undefined || !addressee || addressLines.length === 0) return undefined
  return {
    ...destination,
    name: addressee,
    company: company || undefined,
    addressLines,
    city: destination.city ?? '',
    phone: phone || undefined,
    // Amazon gives an address of its own that passes mail on, by another data set: nobody who ships needs it.
    email: undefined,
  }
}

async function askAddress(orderId: string, { transport, signal }: Reading): Promise<Address | undefined> {
  const { data } = await transport.ask(
    {
      operation: 'recipient',
      method: 'GET',
      path: `/orders/2026-01-01/orders/${encodeURIComponent(orderId)}`,
      query: { includedData: 'RECIPIENT' },
      signal,
    },
    answers.addressedOrder,
  )
  const address = data.order.recipient?.deliveryAddress
  if (address === undefined) return undefined
  return {
    name: address.name,
    company: address.companyName,
    lines: [address.addressLine1, address.addressLine2, address.addressLine3],
    city: address.city,
    region: address.stateOrRegion,
    postalCode: address.postalCode,
    country: address.countryCode,
    phone: address.phone,
  }
}

async function askAddressV0(orderId: string, { transport, signal }: Reading): Promise<Address | undefined> {
  const path = `/orders/v0/orders/${encodeURIComponent(orderId)}/address`
  const { data: token } = await transport.ask(
    {
      operation: 'recipient.token',
      method: 'POST',
      path: '/tokens/2021-03-01/restrictedDataToken',
      body: { restrictedResources: [{ method: 'GET', path }] },
      signal,
    },
    answers.restrictedToken,
  )
  const { data } = await transport.ask(
    {
      operation: 'recipient.address',
      method: 'GET',
      path,
      restrictedToken: token.restrictedDataToken,
      signal,
    },
    answers.orderAddress,
  )
  const address = data.payload.ShippingAddress
  if (address === undefined) return undefined
  return {
    name: address.Name,
    company: address.CompanyName,
    lines: [address.AddressLine1, address.AddressLine2, address.AddressLine3],
    city: address.City,
    region: address.StateOrRegion,
    postalCode: address.PostalCode,
    country: address.CountryCode,
    phone: address.Phone,
  }
}
