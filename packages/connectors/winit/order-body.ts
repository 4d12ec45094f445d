import { Invalid, type ShipmentRequest, unitsBySku, usualMethodOf } from '@plimsoll/connector-kit'
import { LINES_MAX } from './limits.ts'
import { productOf } from './map.ts'
import type { Settings } from './settings.ts'

/** What Winit is sent (`createOutboundOrder`); what it says that it needs is looked for before. */
export function toOrderBody(request: ShipmentRequest, settings: Settings): Record<string, unknown> {
  const { recipient, lines, locationId } = request
  const method = usualMethodOf(settings.deliveryWays, locationId, request.method)
  if (method === undefined)
    throw new Invalid(
      `Winit needs a delivery way for ${locationId}: name one for it in the connection’s settings.`,
      'method',
    )
  if (lines.some(({ lot }) => lot !== undefined)) throw new Invalid('Winit chooses lots itself.', 'lines.lot')
  const bySku = unitsBySku(lines.map((line) => ({ ...line, sku: line.stockUnitId })))
  if (bySku.length > LINES_MAX)
    throw new Invalid(`The hub asks Winit for ${LINES_MAX} products in one order at the most.`, 'lines')
  const [address1, ...more] = recipient.addressLines.map((line) => line.trim()).filter((line) => line !== '')
  if (address1 === undefined) throw new Invalid('Winit needs a street.', 'recipient.addressLines')
  if (!/^[A-Z]{2}$/.test(recipient.country))
    throw new Invalid('Winit takes a country of two capital letters.', 'recipient.country')
  const company = recipient.company?.trim() ?? ''
  const name = needed(recipient.name, 'recipient.name', 'a name')
  return {
    sellerOrderNo: request.shipmentId,
    // A second order under this number is refused.
    repeatable: 'N',
    warehouseID: locationId,
    deliveryWayID: method,
    storeType: 'Other',
    // It has no field for a firm.
    recipientName: company === '' ? name : `${name} (${company})`,
    phoneNum: recipient.phone?.trim() ?? '',
    emailAddress: recipient.email?.trim() ?? '',
    state: recipient.country,
    region: recipient.region?.trim() ?? '',
    city: needed(recipient.city, 'recipient.city', 'a city'),
    zipCode: needed(recipient.postalCode ?? '', 'recipient.postalCode', 'a postcode'),
    address1,
    address2: more.join(', '),
    doorplateNumbers: '0',
    productList: bySku.map(({ sku, quantity }) => {
      const { code, specification } = productOf(sku)
      return {
        productCode: code,
        ...(specification !== undefined && { specification }),
        productNum: quantity,
      }
    }),
  }
}

function needed(text: string, field: string, what: string): string {
  const own = text.trim()
  if (own === '') throw new Invalid(`Winit needs ${what}.`, field)
  return own
}
