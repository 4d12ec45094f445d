import { Invalid, type ShipmentRequest } from '@plimsoll/connector-kit'
import { WFS_LOCATION } from './ids.ts'
import { sellerOrderIdOf } from './mcs-map.ts'
import type { Settings } from './settings.ts'

/** `sellerLineId` would take six digits; nobody publishes how many lines an order has at the most. */
export const LINES_MAX = 100
export const HEADER = { headerAttributes: { buId: '0', martId: '202' } }
const SPEEDS = ['STANDARD', 'EXPEDITED'] as const

/** The sales channel that all of them are of. @throws Invalid */
export function channelOf({ orderChannelId }: Settings): string {
  if (orderChannelId === undefined)
    throw new Invalid('The settings name no sales channel of Multichannel Solutions.', 'orderChannelId')
  return orderChannelId
}

/**
 * What Walmart is sent of a shipment; of a recipient what a label needs, and what Walmart wants with each.
 * @throws Invalid for what Walmart would not take, before anything is sent
 */
export function toFulfilment(request: ShipmentRequest, settings: Settings): Record<string, unknown> {
  const { lines, locationId, shipmentId, placedAt, method } = request
  if (locationId !== WFS_LOCATION)
    throw new Invalid(`Walmart sends from "${WFS_LOCATION}" alone.`, 'locationId')
  if (lines.some(({ lot }) => lot !== undefined)) throw new Invalid('Walmart knows no lots.', 'lines.lot')
  if (lines.length > LINES_MAX)
    throw new Invalid(`Walmart takes ${LINES_MAX} lines in one order at the most.`, 'lines')
  const { contact, address } = toShippingTo(request.recipient, settings)
  const nothing = { currencyAmount: 0, unit: 'USD' }
  return {
    header: HEADER,
    payload: {
      orderChannelId: channelOf(settings),
      sellerOrderId: sellerOrderIdOf(shipmentId),
      orderPlacedTime: placedAt.toISOString(),
      needsConfirmation: false,
      partialFulfillments: false,
      customer: { contact },
      orderItems: lines.map(({ sku, title, quantity }, at) => ({
        sellerLineId: String(at + 1),
        fulfillmentType: 'DELIVERY',
        shippingMethod:
          SPEEDS.find((speed) => speed === method?.trim().toUpperCase()) ?? settings.multiChannelSpeed,
        itemDetail: { sku, description: title.slice(0, 256) },
        qty: { unitOfMeasure: 'EACH', measurementValue: quantity },
        shippingTo: { contact, address },
        // What it cost the customer is none of Walmart's business; it wants the field.
        chargeDetails: [
          {
            chargeCategory: 'PRODUCT',
            chargeName: 'Sale Price',
            chargePerUnit: nothing,
            taxDetails: { taxPerLine: nothing },
          },
        ],
      })),
    },
  }
}

function toShippingTo(recipient: ShipmentRequest['recipient'], { contactEmail, contactPhone }: Settings) {
  const need = (value: string | undefined, field: string, what: string, max: number): string => {
    const text = value?.trim() ?? ''
    if (text === '') throw new Invalid(`Walmart needs ${what}.`, `recipient.${field}`)
    if (text.length > max)
      throw new Invalid(`Walmart takes ${what} of ${max} characters.`, `recipient.${field}`)
    return text
  }
  if (recipient.country !== 'US')
    throw new Invalid('Walmart sends within the United States alone.', 'recipient.country')
  const [first = '', ...others] = need(recipient.name, 'name', 'a name', 128).split(/\s+/)
  const lines = recipient.addressLines.map((line) => line.trim()).filter((line) => line !== '')
  const [street, ...more] = lines
  const second = [...more, recipient.company?.trim() ?? ''].filter((line) => line !== '').join(', ')
  const zip = /^(\d{5})(-?\d{4})?$/.exec(need(recipient.postalCode, 'postalCode', 'a ZIP code', 10))?.[1]
  if (zip === undefined) throw new Invalid('Walmart needs a ZIP code of five digits.', 'recipient.postalCode')
  const state = need(recipient.region, 'region', 'a state', 40).toUpperCase()
  if (!/^[A-Z]{2}$/.test(state))
    throw new Invalid('Walmart needs a state of two letters.', 'recipient.region')
  const phone = (recipient.phone ?? contactPhone)?.replaceAll(/[^\d]/g, '')
  const name = {
    firstName: first.slice(0, 64),
    // It wants a last name of everybody.
    lastName: (others.join(' ') || first).slice(0, 64),
  }
  return {
    contact: {
      name,
      phone: need(phone, 'phone', 'a telephone number', 15),
      email: need(contactEmail ?? recipient.email, 'email', 'an e-mail address', 64),
    },
    address: {
      line1: need(street, 'addressLines', 'a street', 120),
      ...(second !== '' && { line2: need(second, 'addressLines', 'a second line', 120) }),
      city: need(recipient.city, 'city', 'a city', 32),
      state,
      country: 'USA',
      zip,
      addressType: 'RESIDENTIAL',
    },
  }
}
