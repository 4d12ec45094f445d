import { Invalid, type ShipmentRequest } from '@plimsoll/connector-kit'
import { AMAZON_STOCK } from './ids.ts'
import { homeMarketplace, type Settings } from './settings.ts'

/** Of one order, by the model's `CreateFulfillmentOrderRequest`. */
export const ITEMS_MAX = 100
export const UNITS_MAX = 250
const NUMBER_MAX = 40
const ADDRESS_LINES = 3
const INDIA = 'A21TJRUUN4KGV'
const SPEEDS = ['Standard', 'Expedited', 'Priority'] as const

/**
 * What Amazon is sent of a shipment: nobody's e-mail address, and of a recipient only what a label needs.
 * @throws Invalid for what Amazon would not take, before anything is sent
 */
export function toFulfillmentOrder(request: ShipmentRequest, settings: Settings): Record<string, unknown> {
  const { lines, locationId, shipmentId } = request
  const marketplaceId = homeMarketplace(settings)
  if (locationId !== AMAZON_STOCK)
    throw new Invalid(`Amazon sends from "${AMAZON_STOCK}" alone.`, 'locationId')
  if (marketplaceId === INDIA)
    throw new Invalid(
      'In India Amazon wants to know how the order was paid, which the hub does not.',
      'locationId',
    )
  if (lines.some(({ lot }) => lot !== undefined)) throw new Invalid('Amazon knows no lots.', 'lines.lot')
  if (lines.length > ITEMS_MAX)
    throw new Invalid(`Amazon takes ${ITEMS_MAX} lines in one order at the most.`, 'lines')
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  if (units > UNITS_MAX)
    throw new Invalid(`Amazon takes ${UNITS_MAX} units in one order at the most.`, 'lines.quantity')
  const features = [
    ...(settings.multiChannelBlankBox ? ['BLANK_BOX'] : []),
    ...(settings.multiChannelOtherCarriers ? ['BLOCK_AMZL'] : []),
  ]
  return {
    marketplaceId,
    sellerFulfillmentOrderId: shipmentId,
    displayableOrderId: toDisplayable(request.number),
    displayableOrderDate: request.placedAt.toISOString(),
    displayableOrderComment: settings.multiChannelComment,
    shippingSpeedCategory: toSpeed(request.method, settings),
    destinationAddress: toAddress(request.recipient),
    fulfillmentAction: 'Ship',
    // Whole or not at all: what cannot be sent from here is sent from elsewhere, as one.
    fulfillmentPolicy: 'FillOrKill',
    ...(features.length > 0 && {
      featureConstraints: features.map((featureName) => ({
        featureName,
        featureFulfillmentPolicy: 'Required',
      })),
    }),
    items: lines.map(({ lineId, sku, quantity }) => ({
      sellerSku: sku,
      sellerFulfillmentOrderItemId: lineId,
      quantity,
    })),
  }
}

/** Only Amazon's own words are taken for one: what a shopper's "express" may cost is not ours to guess. */
function toSpeed(method: string | undefined, { multiChannelSpeed }: Settings): string {
  return SPEEDS.find((speed) => speed.toLowerCase() === method?.trim().toLowerCase()) ?? multiChannelSpeed
}

/** Up to 40 characters of ISO 8859-1, no two spaces in a row: it is printed, and nothing is found by it. */
function toDisplayable(number: string): string {
  const plain = number
    .replaceAll(/[^\u0020-\u007e\u00a1-\u00ff]/g, '?')
    .replaceAll(/ +/g, ' ')
    .trim()
  return plain.slice(0, NUMBER_MAX) || '-'
}

function toAddress(recipient: ShipmentRequest['recipient']): Record<string, string> {
  const { name, company, city, region, postalCode, country, phone } = recipient
  const need = (value: string | undefined, field: string, what: string): string => {
    const text = value?.trim() ?? ''
    if (text === '') throw new Invalid(`Amazon needs ${what}.`, `recipient.${field}`)
    return text
  }
  const lines = [...recipient.addressLines, company ?? '']
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const street = need(
    recipient.addressLines.find((line) => line.trim() !== ''),
    'addressLines',
    'a street',
  )
  const town = need(city, 'city', 'a city')
  const rest = lines.slice(1)
  const [second, ...others] = rest
  const third = others.length > ADDRESS_LINES - 2 ? others.join(', ') : others[0]
  const isJapan = country === 'JP'
  return {
    name: need(name, 'name', 'a name'),
    // In Japan the city is a part of the first line, and may not be named beside it.
    addressLine1: isJapan && !street.includes(town) ? `${town}${street}` : street,
    ...(second !== undefined && { addressLine2: second }),
    ...(third !== undefined && { addressLine3: third }),
    ...(!isJapan && { city: town }),
    ...(region?.trim() && { stateOrRegion: region.trim() }),
    postalCode: need(postalCode, 'postalCode', 'a postal code'),
    countryCode: need(country, 'country', 'a country'),
    ...(phone?.trim() && { phone: phone.trim() }),
  }
}
