import { Invalid, type ShipmentRequest } from '@plimsoll/connector-kit'
import { toPacific } from './pacific.ts'
import { isId, type Settings } from './settings.ts'

export const ORDER_LINES_MAX = 200
/** V2 cuts off what is longer: docs.shipstation.com, Shipment. */
const KEY_MAX = 50

/**
 * What `createorder` is given. Nothing is cut off. Source: docs.shipstation.com, V1, Create/Update Order.
 * @throws Invalid naming the field
 */
export function toOrderBody(request: ShipmentRequest, settings: Settings): Record<string, unknown> {
  const { recipient, lines, locationId, number } = request
  if (!isId(locationId)) throw new Invalid('ShipStation’s ids are numbers.', 'locationId')
  if (lines.length === 0 || lines.length > ORDER_LINES_MAX)
    throw new Invalid(`An order has 1 to ${ORDER_LINES_MAX} lines.`, 'lines')
  if (lines.some(({ lot }) => lot !== undefined))
    throw new Invalid('ShipStation knows nothing of lots.', 'lines.lot')
  if (number.length > KEY_MAX)
    throw new Invalid(`ShipStation takes an order number of ${KEY_MAX} characters.`, 'number')
  if (recipient.name.trim() === '') throw new Invalid('ShipStation needs a name.', 'recipient.name')
  const [street, ...more] = recipient.addressLines.map((line) => line.trim()).filter((line) => line !== '')
  if (street === undefined) throw new Invalid('ShipStation needs a street.', 'recipient.addressLines')
  if (recipient.city.trim() === '') throw new Invalid('ShipStation needs a city.', 'recipient.city')
  if (!/^[A-Za-z]{2}$/.test(recipient.country.trim()))
    throw new Invalid('ShipStation needs a country of two letters.', 'recipient.country')
  const address = {
    name: recipient.name,
    company: recipient.company ?? null,
    street1: street,
    street2: more[0] ?? null,
    street3: more.length > 1 ? more.slice(1).join(', ') : null,
    city: recipient.city,
    state: recipient.region ?? null,
    postalCode: recipient.postalCode ?? null,
    country: recipient.country.toUpperCase(),
    phone: recipient.phone ?? null,
  }
  return {
    orderNumber: number,
    orderKey: request.shipmentId,
    orderDate: toPacific(request.placedAt),
    ...(request.shipBy !== undefined && { shipByDate: toPacific(request.shipBy) }),
    orderStatus: 'awaiting_shipment',
    ...(recipient.email !== undefined && { customerEmail: recipient.email }),
    billTo: address,
    shipTo: address,
    items: lines.map(({ lineId, sku, title, quantity, unitValue }) => ({
      lineItemKey: lineId,
      sku,
      name: title || sku,
      quantity,
      ...(unitValue !== undefined && { unitPrice: unitValue }),
    })),
    requestedShippingService: request.method ?? settings.shippingService,
    ...(request.note && { internalNotes: request.note.slice(0, 1_000) }),
    advancedOptions: {
      warehouseId: Number(locationId),
      ...(settings.storeId !== undefined && { storeId: Number(settings.storeId) }),
    },
  }
}
