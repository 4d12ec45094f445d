import {
  Invalid,
  isConnectorError,
  type Recipient,
  type ShipmentRequest,
  Unavailable,
} from '@plimsoll/connector-kit'
import { isAskable } from './query.ts'

/** What both products are told of a shipment, and what is refused before anything is told. */

const NAME_MAX = 150

/** @throws Invalid that names the field and says nothing of who lives there */
export function assertTakes(request: ShipmentRequest, facilities: readonly string[]): void {
  const { recipient, locationId, lines, shipmentId, number } = request
  const refuse = (why: string, field: string): never => {
    throw new Invalid(why, field)
  }
  if (!facilities.includes(locationId)) refuse('The settings name no such facility.', 'locationId')
  if (!isAskable(shipmentId)) refuse('Manhattan cannot be asked for such an id.', 'shipmentId')
  if (number.trim() === '') refuse('Manhattan needs an order number.', 'number')
  if (lines.some(({ sku, stockUnitId }) => sku !== stockUnitId))
    refuse('An item’s SKU is its id at Manhattan; the mapping is out of date.', 'lines.sku')
  if (lines.some(({ stockUnitId }) => !isAskable(stockUnitId)))
    refuse('Manhattan cannot be asked for an item with a backslash in its id.', 'lines.sku')
  const street = recipient.addressLines.filter((line) => line.trim() !== '')
  if (street.length === 0) refuse('Manhattan needs a street.', 'recipient.addressLines')
  if (recipient.city.trim() === '') refuse('Manhattan needs a city.', 'recipient.city')
  if (!/^[A-Za-z]{2}$/.test(recipient.country))
    refuse('Manhattan needs a country of two letters.', 'recipient.country')
  if (recipient.name.trim() === '' || recipient.name.length > NAME_MAX)
    refuse(`Manhattan takes a name of 1 to ${NAME_MAX} characters.`, 'recipient.name')
}

/** Its addresses have three lines and no place for a company: that is the last; what is more goes into the third. */
export function addressOf(recipient: Recipient): Record<string, string> {
  const { name, company, addressLines, city, region, postalCode, country, phone, email } = recipient
  const lines = [...addressLines.filter((line) => line.trim() !== ''), ...(company ? [company] : [])]
  const words = name.trim().split(/\s+/)
  const last = words.length > 1 ? words.at(-1) : undefined
  const optional = {
    LastName: last,
    Address2: lines[1],
    Address3: lines.slice(2).join(', '),
    State: region,
    PostalCode: postalCode,
    Phone: phone,
    Email: email,
  }
  return {
    FirstName: (last === undefined ? words : words.slice(0, -1)).join(' '),
    Address1: lines[0] ?? '',
    City: city,
    Country: country.toUpperCase(),
    ...Object.fromEntries(Object.entries(optional).flatMap(([key, value]) => (value ? [[key, value]] : []))),
  }
}

/** The number that people use goes where the settings say: a field, or one of the extended ones. */
export function withNumber(
  field: string,
  number: string,
  body: Record<string, unknown>,
): Record<string, unknown> {
  const extended = /^Extended\.(.+)$/.exec(field)?.[1]
  return extended === undefined ? { ...body, [field]: number } : { ...body, Extended: { [extended]: number } }
}

/** What is only looked up for a request says of it, where it fails, that the request itself surely never left. */
export async function beforeItLeaves<T>(looks: () => Promise<T>): Promise<T> {
  try {
    return await looks()
  } catch (error) {
    if (!isConnectorError(error) || (error.kind !== 'unavailable' && error.kind !== 'malformed')) throw error
    throw new Unavailable(error.message, false, { ...error.platform, cause: error })
  }
}
