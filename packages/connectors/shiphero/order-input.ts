import { Invalid, type ShipmentRequest } from '@plimsoll/connector-kit'
import { isId, type Settings } from './settings.ts'

/** The lines of one order that are read back whole. */
export const ORDER_LINES_MAX = 100

/**
 * What `order_create` is given. Nothing is cut off, and nothing is left to ShipHero's guess: every line is locked to the
 * warehouse that it was routed to. Source: its GraphQL schema, CreateOrderInput.
 * @throws Invalid naming the field
 */
export function toOrderInput(request: ShipmentRequest, settings: Settings): Record<string, unknown> {
  const { recipient, lines, locationId, currency } = request
  const { customerAccountId, shopName, shippingMethod } = settings
  if (!isId(locationId)) throw new Invalid('ShipHero’s ids are in Base64.', 'locationId')
  if (lines.length === 0 || lines.length > ORDER_LINES_MAX)
    throw new Invalid(`An order has 1 to ${ORDER_LINES_MAX} lines.`, 'lines')
  if (lines.some(({ lot }) => lot !== undefined))
    throw new Invalid('ShipHero chooses lots itself.', 'lines.lot')
  const [street, ...more] = recipient.addressLines.map((line) => line.trim()).filter((line) => line !== '')
  if (street === undefined) throw new Invalid('ShipHero needs a street.', 'recipient.addressLines')
  if (recipient.city.trim() === '') throw new Invalid('ShipHero needs a city.', 'recipient.city')
  if (!/^[A-Za-z]{2}$/.test(recipient.country.trim()))
    throw new Invalid('ShipHero needs a country of two letters.', 'recipient.country')
  const [firstName, lastName] = namesOf(recipient.name)
  const method = request.method ?? shippingMethod
  return {
    ...(customerAccountId !== undefined && { customer_account_id: customerAccountId }),
    partner_order_id: request.shipmentId,
    order_number: request.number,
    shop_name: shopName,
    fulfillment_status: 'pending',
    order_date: request.placedAt.toISOString().slice(0, 19),
    ...(request.shipBy !== undefined && {
      required_ship_date: request.shipBy.toISOString().slice(0, 19),
    }),
    ...(currency !== undefined && { currency }),
    ...(request.note && { packing_note: request.note.slice(0, 500) }),
    ...(recipient.email !== undefined && { email: recipient.email }),
    shipping_lines: { title: method, method, price: '0.00' },
    shipping_address: {
      first_name: firstName,
      last_name: lastName,
      ...(recipient.company !== undefined && { company: recipient.company }),
      address1: street,
      ...(more.length > 0 && { address2: more.join(', ') }),
      city: recipient.city,
      ...(recipient.region !== undefined && { state: recipient.region, state_code: recipient.region }),
      ...(recipient.postalCode !== undefined && { zip: recipient.postalCode }),
      country: recipient.country,
      country_code: recipient.country,
      ...(recipient.phone !== undefined && { phone: recipient.phone }),
      ...(recipient.email !== undefined && { email: recipient.email }),
    },
    line_items: lines.map(({ lineId, sku, quantity, title, unitValue }) => ({
      sku,
      partner_line_item_id: lineId,
      quantity,
      quantity_pending_fulfillment: quantity,
      product_name: title || sku,
      price: (unitValue ?? 0).toFixed(2),
      ...(unitValue !== undefined && { customs_value: unitValue.toFixed(2) }),
      warehouse_id: locationId,
    })),
  }
}

/** It has two fields for a name; a single word is the last one. */
function namesOf(name: string): [first: string, last: string] {
  const words = name.trim().split(/\s+/)
  const last = words.pop()
  if (!last) throw new Invalid('ShipHero needs a name.', 'recipient.name')
  return [words.join(' '), last]
}
